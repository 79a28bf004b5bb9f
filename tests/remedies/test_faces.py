"""The Chinese face of an evidence pack is in the file where one can be put there; else the doctor says so."""

import shutil
from pathlib import Path

import pytest
import reportlab

from anxin.doctor import examine
from anxin.remedies import faces
from anxin.remedies.pack_pdf import to_pdf

# A TrueType face without Chinese that comes with the library; tests call its signs enough.
VERA = Path(reportlab.__file__).parent / "fonts" / "Vera.ttf"
DATA = {"made_at": "2026-04-20T09:00:00+08:00", "scope_words": "all", "cases": [], "people": [], "papers": [],
        "exhibits": [], "story": []}  # fmt: skip


@pytest.fixture(autouse=True)
def system(tmp_path, settings, monkeypatch):
    """A machine whose folder of fonts is empty until a test puts one there."""
    settings.DATA = tmp_path / "data"
    fonts = tmp_path / "fonts" / "truetype"
    fonts.mkdir(parents=True)
    (settings.DATA / "papers").mkdir(parents=True)
    monkeypatch.setattr(faces, "PLACES", (tmp_path / "fonts",))
    for kept in (faces._of_the_system, faces._registered):
        kept.cache_clear()
    yield fonts
    for kept in (faces._of_the_system, faces._registered):
        kept.cache_clear()


def pdf() -> bytes:
    return to_pdf(DATA, digest="0" * 64)


def doctor(at) -> list[tuple[bool, str]]:
    return [(one.ok, one.finding) for one in examine(at=at) if one.part == "papers" and "face" in one.finding]


@pytest.mark.django_db
def test_without_a_face_the_pdf_names_one_and_the_doctor_says_so(at):
    assert b"/FontFile2" not in pdf()
    assert b"STSong-Light" in pdf()
    assert doctor(at) == [
        (True, "evidence packs only name their Chinese face (STSong-Light): a reader without it shows blanks")
    ]


@pytest.mark.django_db
@pytest.mark.parametrize("whose", ["office", "system"])
def test_a_face_that_can_be_embedded_is(at, settings, system, monkeypatch, whose):
    monkeypatch.setattr(faces, "MUST_WRITE", "Aé")
    place = settings.DATA / "papers" / "font.ttf" if whose == "office" else system / "WQY-MicroHei.ttc"
    shutil.copy(VERA, place)
    made = pdf()
    assert b"/FontFile2" in made
    assert made == pdf(), "the same data make the same bytes"
    assert doctor(at) == [(True, f"evidence packs carry their Chinese face ({place.name})")]


@pytest.mark.django_db
@pytest.mark.parametrize("content", ["no Chinese", "no font"])
def test_a_face_of_no_use_is_told_and_does_not_stop_the_pack(at, settings, content):
    own = settings.DATA / "papers" / "font.ttf"
    own.write_bytes(VERA.read_bytes() if content == "no Chinese" else b"OTTO")
    assert b"STSong-Light" in pdf()
    findings = [one for one in examine(at=at) if "font.ttf is no TrueType" in one.finding]
    assert [one.ok for one in findings] == [False]
    assert "fonts-wqy-microhei" in findings[0].mend
