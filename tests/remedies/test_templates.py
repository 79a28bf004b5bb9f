"""Word templates: ours are drawn by our script, an office's are read as somebody's file."""

import io
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from docx import Document as Word

from anxin.remedies.filling import BadTemplate, fill, text_of
from anxin.remedies.kinds import kinds, placeholders
from anxin.remedies.templates import examine, faults, find, replace, restore, sample_of, shipped
from tests.portal.site import make_user

ROOT = Path(__file__).resolve().parents[2]
ORDER = kinds()["order"]
ENTITY = b"<!DOCTYPE x [<!ENTITY a 'b'>]><w:document"
OUTSIDE = b'<Relationship Id="r99" Type="t" Target="http://x.invalid" TargetMode="External"/></Relationships>'


@pytest.fixture(autouse=True)
def own_folder(tmp_path, settings):
    real = settings.DATA
    settings.DATA = tmp_path
    (tmp_path / "keys").symlink_to(real / "keys")
    return tmp_path


def template(*lines: str) -> bytes:
    """A template of an office: what an order needs, and more lines."""
    paper = Word()
    for line in ("{{ number }} {{ addressee }} {{ due_on }} {{ signed_on }}", *lines):
        paper.add_paragraph(line)
    made = io.BytesIO()
    paper.save(made)
    return made.getvalue()


def with_part(content: bytes, name: str, more: bytes = b"", *, instead: tuple[bytes, bytes] | None = None) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(made, "w") as new:
        for part in old.infolist():
            text = old.read(part)
            if instead and part.filename == name:
                text = text.replace(*instead)
            new.writestr(part.filename, text)
        if not instead:
            new.writestr(name, more)
    return made.getvalue()


def test_the_shipped_files_are_what_the_script_draws():
    done = subprocess.run(
        [sys.executable, ROOT / "tools" / "make_papers.py", "--check"], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("kind", list(kinds()))
def test_every_shipped_template_can_be_used(kind):
    assert examine(kinds()[kind], shipped(kind)) == []


def test_an_office_puts_its_own_and_takes_it_back(db, at, own_folder):
    chief = make_user("chief", "chief", "140100")
    replace(kind=ORDER, region="140100", content=template("本局抬头"), by=chief, at=at)
    assert "本局抬头" in text_of(find("order", "140105").content)
    assert find("order", "140105").region == "140100"
    assert find("order", "520100").region == ""
    replace(kind=ORDER, region="140105", content=template("区局抬头"), by=chief, at=at)
    assert "区局抬头" in text_of(find("order", "140105").content)
    assert restore(kind=ORDER, region="140105", by=chief, at=at)
    assert not restore(kind=ORDER, region="140105", by=chief, at=at)
    assert find("order", "140105").region == "140100"
    assert find("talk", "140105").region == ""


@pytest.mark.parametrize("region", ["../../x", "1401", "14010٣", "......"])
def test_a_place_that_is_none_is_no_folder(db, at, region):
    with pytest.raises(FileNotFoundError):
        replace(kind=ORDER, region=region, content=template(), by=make_user(), at=at)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("{{ boss }}", "boss"),
        ("{{ ''.__class__ }}", "下划线"),
        ("{{ number.__class__ }}", "下划线"),
        ("{{ number|attr('x') }}", "Filter"),
        ("{{ 'a' * 999999999 }}", "Mul"),
        ("{{ range(9) }}", "Call"),
        ("{{ rows[0] }}", "Getitem"),
        ("{% set x = 1 %}", "Assign"),
        ("{% include 'x' %}", "Include"),
        ("{% macro x() %}{% endmacro %}", "Macro"),
        ("{% for a in [1, 2] %}{% endfor %}", "循环"),
        ("{% for a in rows %}{% for b in rows %}{{ b.no }}{% endfor %}{% endfor %}", "循环"),
        ("{% for a in 'abc' %}{% endfor %}", "循环"),
        ("{{ number", "无法填写"),
        ("{% if number %}", "无法填写"),
        ("{% for row in rows %}{{ row.identity }}{% endfor %}", "identity"),
    ],
)
def test_more_than_names_loops_and_conditions_is_refused(line, words):
    wrong = examine(ORDER, template(line))
    assert wrong
    assert any(words in zh for zh, _ in wrong), wrong


def test_what_is_refused_never_runs_even_when_it_lies_in_the_folder(own_folder):
    file = own_folder / "papers" / "000000" / "order.docx"
    file.parent.mkdir(parents=True)
    file.write_bytes(template("{{ cycler.__init__.__globals__ }}"))
    with pytest.raises(BadTemplate):
        fill(find("order", "140105").content, sample_of(ORDER))
    assert [place for place, _ in faults()] == ["000000/order.docx"]


@pytest.mark.parametrize("where", ["header", "footer", "property"])
def test_every_corner_of_a_template_is_looked_at(where):
    paper = Word(io.BytesIO(template()))
    if where == "property":
        paper.core_properties.subject = "{{ range(9) }}"
    else:
        part = getattr(paper.sections[0], where)
        part.is_linked_to_previous = False
        part.paragraphs[0].text = "{{ range(9) }}"
    made = io.BytesIO()
    paper.save(made)
    assert any("Call" in zh for zh, _ in examine(ORDER, made.getvalue()))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html>",
        b"PK\x03\x04broken",
        with_part(template(), "word/vbaProject.bin", b"macro"),
        with_part(template(), "word/document.xml", instead=(b"<w:document", ENTITY)),
        with_part(template(), "word/_rels/document.xml.rels", instead=(b"</Relationships>", OUTSIDE)),
        with_part(template(), "word/big.xml", b" " * (21 * 1024 * 1024)),
    ],
    ids=["empty", "html", "broken", "macros", "entity", "outside", "bomb"],
)  # fmt: skip
def test_files_that_are_no_plain_document_are_refused(content):
    assert examine(ORDER, content)


def test_a_needed_name_must_be_there():
    paper = Word()
    paper.add_paragraph("{{ number }} {{ addressee }} {{ signed_on }}")
    made = io.BytesIO()
    paper.save(made)
    assert [en for _, en in examine(ORDER, made.getvalue())] == ["A needed name is missing: due_on"]


def test_values_are_text_and_never_marks():
    nasty = "</w:t><script>&amp;\x00\x07\ud800 {{ number }} {% if x %}\n第二段"
    said = text_of(fill(template("{{ facts }}"), {**sample_of(ORDER), "facts": nasty}))
    assert "</w:t><script>&amp; {{ number }} {% if x %}" in said
    assert said.splitlines()[-1] == "第二段"


def test_names_are_documented_where_offices_look():
    assert {"number", "facts", "rows"} <= placeholders(ORDER)
