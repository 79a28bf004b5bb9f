"""A .docx as PDF, where LibreOffice is installed; else the .docx serves."""

import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

SECONDS = 60


def available() -> bool:
    """Whether LibreOffice is there."""
    return shutil.which("soffice") is not None


def to_pdf(content: bytes, *, seconds: float = SECONDS) -> bytes | None:
    """The PDF of a .docx; None when LibreOffice is missing, fails, or takes longer than ``seconds``.

    Each call has a profile and a folder of its own, gone afterwards: the file names people.
    """
    office = shutil.which("soffice")
    if office is None:
        return None
    with tempfile.TemporaryDirectory(prefix="anxin-paper-") as place:
        folder = Path(place)
        (folder / "paper.docx").write_bytes(content)
        command = [
            office, "--headless", "--norestore", "--nologo", "--nodefault", "--nolockcheck",
            f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--convert-to", "pdf:writer_pdf_Export",
            "--outdir", str(folder), str(folder / "paper.docx"),
        ]  # fmt: skip
        if not _run(command, folder, seconds):
            return None
        made = folder / "paper.pdf"
        pdf = made.read_bytes() if made.exists() else b""
    return pdf if pdf.startswith(b"%PDF-") else None


def _run(command: list[str], folder: Path, seconds: float) -> bool:
    """Run it in a session of its own, so that what it starts ends with it. Whether it ended well in time."""
    environment = {
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "LANG": "C.UTF-8",
    }
    process = subprocess.Popen(  # noqa: S603  (a fixed command; the document is a file, never a word of it)
        command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    try:
        return process.wait(timeout=seconds) == 0
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return False
