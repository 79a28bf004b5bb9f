"""Draw the shipped Word templates: ``anxin/remedies/papers/zh/<kind>.docx``.

Plain official papers on A4 after GB/T 9704-2012: margins 37/35/28/26 mm, title 22 pt, body 16 pt, 28 pt a line. The
typefaces are named and not shipped; where one is missing the reader's own Song or Fangsong stands in.

    python tools/make_papers.py [--check]     --check: say whether the shipped files are what this would draw
"""

import io
import sys
import zipfile
from pathlib import Path

import yaml
from docx import Document
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

FOLDER = Path(__file__).resolve().parent.parent / "anxin" / "remedies" / "papers" / "zh"
TITLE, BODY, LATIN = "方正小标宋简体", "仿宋_GB2312", "Times New Roman"
STAND_INS = {TITLE: "宋体", BODY: "仿宋"}
PEOPLE = (("序号", "no", 14), ("姓名（代称）", "who", 40), ("欠薪月份", "months", 62), ("金额（元）", "sum", 40))
# The authorities read true names.
NAMED = (PEOPLE[0], ("姓名", "who", 40), *PEOPLE[2:])
WAGES = (
    PEOPLE[0],
    ("姓名", "who", 28),
    ("欠薪月份", "months", 42),
    ("天数", "days", 14),
    ("日工资（元）", "rate", 30),
    ("金额（元）", "sum", 28),
)
SIGNED = (PEOPLE[0], ("姓名", "who", 40), ("本人签名（按手印）", "", 62), ("日期", "", 40))
PARTS = (("期次", "no", 20), ("支付日期", "on", 68), ("金额（元）", "sum", 68))

PAPERS = yaml.safe_load(Path(__file__).with_name("papers.yaml").read_text(encoding="utf-8"))
ISSUED = frozenset(kind for kind, lines in PAPERS.items() if "sign" in lines)


def draw(kind: str) -> bytes:
    """One template."""
    paper = Document()
    section = paper.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    normal = paper.styles["Normal"]
    _face(normal, BODY, 16)
    normal.paragraph_format.line_spacing = Pt(28)
    normal.paragraph_format.space_after = Pt(0)
    _stand_ins(paper)
    _page_number(section.footer)
    _next_pages(section)
    if kind in ISSUED:
        _line(paper, "{{ unit }}", align=ALIGN.CENTER, size=16)
    _line(paper, "{{ title }}", align=ALIGN.CENTER, size=22, face=TITLE, after=6)
    if kind in ISSUED:
        _line(paper, "{{ number }}", align=ALIGN.CENTER, size=16, after=14)
    signing = False
    for text in PAPERS[kind]:
        if not signing and (signing := _signs(text)):
            # A signature does not stand on a page of its own: the last words come along.
            words = [one for one in paper.paragraphs if not one.text.startswith("{%")]
            words[-1].paragraph_format.keep_with_next = words[-1].paragraph_format.keep_together = True
        _put(paper, text)
    made = io.BytesIO()
    paper.core_properties.author = "anxin"
    paper.core_properties.title = ""
    paper.core_properties.comments = ""
    paper.save(made)
    return made.getvalue()


def _signs(text: str) -> bool:
    words = text.split(" ")
    return (words[2] if words[0] in ("if", "unless") else words[0]) in ("party", "sign", "signed")


def _put(paper, text: str) -> None:
    word, _, rest = text.partition(" ")
    if word == "if":
        name, _, rest = rest.partition(" ")
        _line(paper, "{%p if " + name + " %}")
        _put(paper, rest)
        _line(paper, "{%p endif %}")
    elif word == "unless":
        name, _, rest = rest.partition(" ")
        _line(paper, "{%p if not " + name + " %}")
        _put(paper, rest)
        _line(paper, "{%p endif %}")
    elif word == "signed":
        # Each of a group signs beside his name; the table says on every page what he signs.
        _line(paper, "申请人签名", indent=True, face="黑体", before=10, keep=True)
        _table(paper, SIGNED, "rows", heading="{{ title }}　案件编号 {{ case_number }}")
    elif word == "p":
        _line(paper, rest, indent=True)
    elif word == "l":
        _line(paper, rest)
    elif word == "h":
        _line(paper, rest, indent=True, face="黑体")
    elif word == "party":
        # Who signs and the day stay on one page.
        _line(paper, rest, indent=True, before=10, keep=True)
    elif word == "sign":
        _line(paper, "{{ unit }}（印章）", align=ALIGN.RIGHT, before=28, keep=True)
        _line(paper, "{{ signed_on }}", align=ALIGN.RIGHT)
    else:
        columns, rows = {
            "rows": (PEOPLE, "rows"),
            "named": (NAMED, "rows"),
            "wages": (WAGES, "rows"),
            "parts": (PARTS, "instalments"),
        }[word]
        _table(paper, columns, rows)


def _line(paper, text, *, align=None, size=16, face=BODY, indent=False, before=0, after=0, keep=False):
    paragraph = paper.add_paragraph()
    if align is not None:
        paragraph.alignment = align
    form = paragraph.paragraph_format
    form.space_before, form.space_after, form.keep_with_next = Pt(before), Pt(after), keep
    if indent:
        form.first_line_indent = Pt(2 * size)
    if size > 16:
        form.line_spacing = Pt(34)
    _face_of_run(paragraph.add_run(text), face, size)
    return paragraph


def _table(paper, columns, rows: str, *, heading: str = "") -> None:
    """A table over rows; its titles, and the ``heading`` above them, stand again on every page it goes on to."""
    table = paper.add_table(rows=4, cols=len(columns))
    table.style = "Table Grid"
    table.autofit = False
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    for place, (title, name, width) in enumerate(columns):
        table.columns[place].width = Mm(width)
        for line, text in enumerate((title, "", "{{ row." + name + " }}" if name else "", "")):
            cell = table.cell(line, place)
            cell.width = Mm(width)
            paragraph = cell.paragraphs[0]
            paragraph.paragraph_format.line_spacing = Pt(20)
            paragraph.paragraph_format.keep_with_next = bool(heading) and line == 0
            paragraph.alignment = ALIGN.RIGHT if name in ("sum", "rate") and line == 2 else ALIGN.CENTER
            _face_of_run(paragraph.add_run(text), "黑体" if line == 0 else BODY, 12)
    table.cell(1, 0).paragraphs[0].runs[0].text = "{%tr for row in " + rows + " %}"
    table.cell(3, 0).paragraphs[0].runs[0].text = "{%tr endfor %}"
    _repeat(table.rows[0])
    for line in (0, 2):
        table.rows[line]._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
    if heading:
        table.rows[2].height = Mm(11)  # room for a name written by hand
        for cell in table.rows[2].cells:
            cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
        _heading(table, heading, len(columns))


def _heading(table, text: str, columns: int) -> None:
    row = table.add_row()
    table._tbl.remove(row._tr)
    table.rows[0]._tr.addprevious(row._tr)
    cell = table.cell(0, 0).merge(table.cell(0, columns - 1))
    paragraph = cell.paragraphs[0]
    paragraph.paragraph_format.line_spacing = Pt(20)
    paragraph.paragraph_format.keep_with_next = True
    paragraph.alignment = ALIGN.CENTER
    _face_of_run(paragraph.add_run(text), "黑体", 12)
    _repeat(table.rows[0])


def _repeat(row) -> None:
    row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))


def _next_pages(section) -> None:
    """From the second page on a paper says what it is and of which case: a page that is signed is never a loose one."""
    section.different_first_page_header_footer = True
    _page_number(section.first_page_footer)
    paragraph = section.header.paragraphs[0]
    paragraph.alignment = ALIGN.RIGHT
    _face_of_run(paragraph.add_run("{{ title }}　案件编号 {{ case_number }}（续页）"), "宋体", 10)


def _face(style, face: str, size: int) -> None:
    style.font.name, style.font.size = LATIN, Pt(size)
    style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), face)


def _face_of_run(run, face: str, size: int) -> None:
    run.font.name, run.font.size = LATIN, Pt(size)
    run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), face)


def _page_number(footer) -> None:
    paragraph = footer.paragraphs[0]
    paragraph.alignment = ALIGN.CENTER
    _face_of_run(paragraph.add_run("— "), "宋体", 14)
    run = paragraph.add_run()
    _face_of_run(run, "宋体", 14)
    for kind, text in (("begin", None), (None, "PAGE"), ("end", None)):
        if kind:
            one = OxmlElement("w:fldChar")
            one.set(qn("w:fldCharType"), kind)
        else:
            one = OxmlElement("w:instrText")
            one.text = text
        run._element.append(one)
    _face_of_run(paragraph.add_run(" —"), "宋体", 14)


def _stand_ins(paper) -> None:
    """Say in the table of typefaces what may stand in for one that a reader does not have."""
    for relation in paper.part.rels.values():
        if not relation.reltype.endswith("/fontTable"):
            continue
        fonts = "".join(
            f'<w:font w:name="{name}"><w:altName w:val="{other}"/><w:charset w:val="86"/></w:font>'
            for name, other in STAND_INS.items()
        )
        blob = relation.target_part.blob.decode()
        relation.target_part._blob = blob.replace("</w:fonts>", fonts + "</w:fonts>").encode()


def parts(content: bytes) -> dict[str, bytes]:
    """A .docx by its parts, so that two can be compared whatever hour the archive carries."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def main() -> int:
    """Draw them all, or compare."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    stale = []
    for kind in PAPERS:
        file, content = FOLDER / f"{kind}.docx", draw(kind)
        if "--check" in sys.argv:
            if not file.exists() or parts(file.read_bytes()) != parts(content):
                stale.append(file.name)
        elif not file.exists() or parts(file.read_bytes()) != parts(content):
            file.write_bytes(content)
            print(file.name)
    if stale:
        print("stale:", *stale)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
