"""A private PostgreSQL cluster in a temporary folder: started for one measurement, stopped by its own process id."""

import contextlib
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg

# Sizes for a machine that is shared with the measuring process itself.
SETTINGS = {
    "shared_buffers": "1GB",
    "work_mem": "256MB",
    "maintenance_work_mem": "512MB",
    "effective_cache_size": "4GB",
    "max_parallel_workers_per_gather": "2",
    "listen_addresses": "",
    "max_wal_size": "4GB",
    "jit": "off",
}


def programs() -> Path | None:
    """Folder of the newest installed PostgreSQL server, None when there is none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[4]))
    if found:
        return found[-1].parent
    there = shutil.which("initdb")
    return Path(there).parent if there else None


@contextlib.contextmanager
def cluster(keep: Path | None = None) -> Iterator[str]:
    """Start a cluster and give its connection string. ``keep``: the folder it lies in and stays in, for the next run.

    Raises RuntimeError when no server is installed."""
    binaries = programs()
    if binaries is None:
        raise RuntimeError("No PostgreSQL server is installed; on Debian: apt-get install postgresql")
    folder = Path(tempfile.mkdtemp(prefix="anxin-pg-")) if keep is None else keep
    folder.mkdir(parents=True, exist_ok=True)
    owner: dict[str, int] = {}
    if os.getuid() == 0:  # the server refuses to run as root
        person = pwd.getpwnam("postgres")
        os.chown(folder, person.pw_uid, person.pw_gid)
        owner = {"user": person.pw_uid, "group": person.pw_gid}
    data = folder / "data"
    server = None
    try:
        if not data.exists():
            subprocess.run(
                [binaries / "initdb", "-D", data, "-U", "anxin", "-A", "trust", "-E", "UTF8", "--no-sync"],
                check=True, stdout=subprocess.DEVNULL, cwd=folder, **owner,
            )  # fmt: skip
        options = [word for name, value in SETTINGS.items() for word in ("-c", f"{name}={value}")]
        server = subprocess.Popen(
            [binaries / "postgres", "-D", data, "-k", folder, *options],
            stdout=subprocess.DEVNULL, stderr=(folder / "log").open("w"), cwd=folder, **owner,
        )  # fmt: skip
        address = f"host={folder} user=anxin dbname=postgres"
        for _ in range(200):
            with contextlib.suppress(psycopg.OperationalError), psycopg.connect(address):
                break
            time.sleep(0.05)
        yield address
    finally:
        if server is not None:
            server.terminate()
            server.wait(timeout=30)
        if keep is None:
            shutil.rmtree(folder, ignore_errors=True)
