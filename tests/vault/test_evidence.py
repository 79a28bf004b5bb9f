"""Evidence: told by content, kept once and sealed, never a type that a browser would run."""

import hashlib
import io
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anxin.vault import evidence, keys
from anxin.vault.evidence import KINDS, NotEvidence, check, kind_of
from anxin.vault.resealing import reseal

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(20)
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(20)
PDF = b"%PDF-1.7\n1 0 obj\n%%EOF\n"


def office(*parts: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for part in ("[Content_Types].xml", *parts):
            archive.writestr(part, "x")
    return file.getvalue()


@pytest.fixture(autouse=True)
def data(tmp_path, settings) -> Path:
    settings.DATA = tmp_path
    return tmp_path


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (PNG, "png"),
        (JPEG, "jpeg"),
        (PDF, "pdf"),
        (office("xl/workbook.xml"), "xlsx"),
        (office("word/document.xml"), "docx"),
    ],
)
def test_kinds_are_told_by_content(content, kind):
    assert check(content).name == kind
    digest, taken = evidence.take(content)
    assert taken.name == kind
    assert digest == hashlib.sha256(content).hexdigest()
    assert evidence.read(digest) == content


@pytest.mark.parametrize(
    "content",
    [
        b"<!doctype html><script>alert(1)</script>",
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"<?xml version='1.0'?><a/>",
        b"%PDF-1.7 without an end",
        b"GIF89a/*<script>*/",
        b"\x89PNG\r\n\x1a\n<html>",
        b"MZ\x90\x00",
        b"PK\x03\x04 not an archive",
        office("readme.txt"),
        office("xl/workbook.xml", "xl/vbaProject.bin"),
        b"name,amount\n",
        b"\xff\xd8\xff",
    ],
)
def test_whatever_else_is_refused_in_two_languages(content):
    with pytest.raises(NotEvidence) as refused:
        evidence.take(content)
    assert "转换" in refused.value.reason
    assert "convert" in refused.value.reason_en
    assert list(evidence.stored()) == []


def test_size_and_kind_are_bounded():
    with pytest.raises(NotEvidence, match="larger than"):
        check(PNG + bytes(2 * 1024 * 1024), limit=1024 * 1024)
    with pytest.raises(NotEvidence, match="empty"):
        check(b"")
    with pytest.raises(NotEvidence, match="none of jpg, png"):
        check(PDF, kinds=("jpeg", "png"))


@given(st.binary(max_size=200) | st.sampled_from([b"ID3", b"RIFF", b"#!AMR", b"OggS", b"\xff\xfb"]))
def test_nothing_a_browser_runs_has_a_kind(content):
    kind = kind_of(content)
    assert kind is evidence.UNKNOWN or kind in KINDS.values()
    assert not any(word in kind.content_type for word in ("html", "svg", "script"))
    for script in (b"<script>", b"<svg", b"<html"):
        assert kind_of(script + content) is evidence.UNKNOWN


def test_a_stored_file_is_sealed_and_its_tampering_is_seen(data):
    content = PDF + b"990000198506010017"
    digest = evidence.store(content)
    (file,) = (data / "evidence").rglob("*.bin")
    assert b"990000198506010017" not in file.read_bytes()
    other = evidence.store(PNG)
    (moved,) = (data / "evidence").rglob(f"{other}.bin")
    moved.write_bytes(file.read_bytes())
    with pytest.raises(ValueError, match="content hash"):
        evidence.read(other)
    assert evidence.read(digest) == content


@pytest.mark.parametrize("name", ["../../keys/keys", "0" * 63, "G" * 64, "", "0" * 64])
def test_a_name_that_is_no_digest_leads_nowhere(name):
    with pytest.raises(FileNotFoundError):
        evidence.read(name)


def test_the_same_file_brought_by_many_at_once_is_kept_whole():
    content = PDF + bytes(300_000)
    with ThreadPoolExecutor(8) as pool:
        digests = set(pool.map(lambda _: evidence.store(content), range(40)))
    (digest,) = digests
    assert evidence.read(digest) == content


@pytest.mark.django_db
def test_files_are_sealed_again_under_a_new_key(data):
    digests = [evidence.store(content) for content in (PNG, JPEG, PDF)]
    keys.rotate(data, cipher="sm4-gcm")
    (data / "evidence" / digests[0][:2] / f"{digests[0]}.bin").write_bytes(b"\x01rubbish")
    report = reseal()
    assert (report.done["evidence"], report.lost["evidence"]) == (2, 1)
    assert dict(evidence.stored())[digests[1]] == 2
    assert evidence.read(digests[2]) == PDF
    assert reseal().done.total() == 0
