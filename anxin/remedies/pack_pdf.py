"""The evidence pack as a PDF to read and print.

Its Chinese face is put into the file where there is one that can be (``faces``): an office's own, a TrueType font at
``ANXIN_DATA/papers/font.ttf``, or one of the system. Else it names STSong-Light, which most readers bring along.
"""

import io
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from anxin.remedies import faces

Record = dict[str, Any]
_INK, _DIM, _LINE, _SHADE = HexColor("#1f2a2e"), HexColor("#5b6b70"), HexColor("#c4ced1"), HexColor("#eef3f3")
_WAYS = {
    "in_person": "直接送达",
    "post": "邮寄送达",
    "left": "留置送达",
    "posted": "张贴送达",
    "electronic": "电子送达",
}
_STATUS = {"paid": "已付", "failed": "未付成"}
_CONTRACT = {"0": "固定期限", "1": "以完成工作为期限"}
_WIDTH = A4[0] - 40 * mm - 12  # the frame's own padding


def to_pdf(data: Record, *, digest: str) -> bytes:
    """The PDF of a pack's data. ``digest``: SHA-256 of data.json, printed on every page."""
    face = faces.face().name
    styles = {
        "title": ParagraphStyle("title", fontName=face, fontSize=20, leading=28, alignment=1, textColor=_INK),
        "h": ParagraphStyle(
            "h", fontName=face, fontSize=13, leading=20, spaceBefore=10, keepWithNext=1, textColor=_INK, wordWrap="CJK"
        ),
        "p": ParagraphStyle("p", fontName=face, fontSize=9.5, leading=14, textColor=_INK, wordWrap="CJK"),
        "month": ParagraphStyle(
            "month", fontName=face, fontSize=9.5, leading=15, textColor=_INK, keepWithNext=1, wordWrap="CJK"
        ),
        "dim": ParagraphStyle("dim", fontName=face, fontSize=8, leading=12, textColor=_DIM, wordWrap="CJK"),
        "cell": ParagraphStyle("cell", fontName=face, fontSize=8, leading=11, textColor=_INK, wordWrap="CJK"),
    }
    page = _Page(styles)
    _head(page, data)
    for person in data["people"]:
        _person(page, person)
    _papers(page, data)
    made = io.BytesIO()

    def foot(canvas: Any, document: Any) -> None:
        canvas.setFont(face, 7.5)
        canvas.setFillColor(_DIM)
        canvas.drawString(20 * mm, 12 * mm, f"data.json SHA-256 {digest}")
        canvas.drawRightString(A4[0] - 20 * mm, 12 * mm, f"第 {document.page} 页")

    # invariant: the same data make the same bytes.
    document = SimpleDocTemplate(
        made, pagesize=A4, leftMargin=20 * mm, rightMargin=20 * mm, topMargin=18 * mm, bottomMargin=20 * mm,
        title="证据包", author="anxin", invariant=1,
    )  # fmt: skip
    document.build(page.flow, onFirstPage=foot, onLaterPages=foot)
    return made.getvalue()


class _Page:
    """What is put on the page so far. A class only to carry styles and flow together."""

    def __init__(self, styles: dict[str, ParagraphStyle]) -> None:
        self.styles, self.flow = styles, []  # type: ignore[var-annotated]

    def say(self, text: str, style: str = "p") -> None:
        self.flow.append(Paragraph(escape(text), self.styles[style]))

    def table(self, heads: list[str], rows: list[list[str]], widths: list[float]) -> None:
        """A table; ``widths`` are shares of the line."""
        cells = [[Paragraph(escape(text), self.styles["cell"]) for text in row] for row in [heads, *rows]]
        total = sum(widths)
        table = Table(cells, colWidths=[_WIDTH * one / total for one in widths], repeatRows=1)
        table.setStyle(TableStyle([
            ("GRID", (0, 0), (-1, -1), 0.4, _LINE), ("BACKGROUND", (0, 0), (-1, 0), _SHADE),
            ("VALIGN", (0, 0), (-1, -1), "MIDDLE"), ("TOPPADDING", (0, 0), (-1, -1), 2),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
        ]))  # fmt: skip
        self.flow += [table, Spacer(1, 2 * mm)]


def _head(page: _Page, data: Record) -> None:
    page.say("证 据 包", "title")
    page.say(f"生成时间 {data['made_at'][:19].replace('T', ' ')} · 范围：{data['scope_words']}", "dim")
    page.flow.append(Spacer(1, 3 * mm))
    for case in data["cases"]:
        project = case["project"] or {}
        page.say(f"案件 {case['number_shown']}", "h")
        page.table(
            ["项目", "内容"],
            [
                ["工程项目", f"{project.get('name', '—')} {project.get('code', '')}"],
                ["施工总承包单位", project.get("contractor") or "—"],
                ["建设单位", project.get("developer") or "—"],
                ["用人单位", (case["enterprise"] or {}).get("name") or case["employer"] or "—"],
                ["承办单位", case["unit"] or "—"],
                ["状态", f"{case['state_words']} {case['conclusion']}"],
                ["受理、办理时间", f"{_at(case['opened_at'])} 至 {_at(case['ended_at'])}"],
                *([["金额（元）", " · ".join((
                    f"反映 {_yuan(case['claimed_fen'])}", f"核实 {_yuan(case['verified_fen'])}",
                    f"协议 {_yuan(case['agreed_fen'] or None)}", f"到账 {_yuan(case['received_fen'])}",
                ))]] if "claimed_fen" in case else []),
            ],
            [1, 4],
        )  # fmt: skip


def _person(page: _Page, person: Record) -> None:
    page.say(f"{person['name']} {person['identity']}", "h")
    if "claimed_fen" in person:
        page.say(" · ".join((
            f"反映 {_yuan(person['claimed_fen'])} 元", f"核实 {_yuan(person['verified_fen'])} 元",
            f"协议 {_yuan(person['agreed_fen'])} 元", f"到账 {_yuan(person['received_fen'])} 元",
            f"月份 {'、'.join(person['claim_months']) or '—'}",
        )))  # fmt: skip
    if not person["work"]:
        page.say("名册中没有此人在该项目的用工记录。", "dim")
    for work in person["work"]:
        contract, price = work["contract"], work["contract"]["unit_price_fen"]
        kind = _CONTRACT.get(contract["kind"], contract["kind"] or "—")
        told = [
            f"{work['project']['name']}（{work['project']['code']}）", work["employer"], work["team"],
            f"进场 {work['entered_on'] or '—'}", f"离场 {work['left_on'] or '—'}",
            f"合同 {kind} {contract['from'] or '—'} 至 {contract['until'] or '—'}",
            f"约定单价 {_yuan(price)} 元" if price is not None else "",
        ]  # fmt: skip
        page.say(" · ".join(text for text in told if text))
        for month in work["months"]:
            _month(page, month)


def _month(page: _Page, month: Record) -> None:
    days = month["days"]
    page.flow.append(Spacer(1, 1.5 * mm))
    page.say(f"{month['month']} · 考勤 {len(days)} 天", "month")
    cells = [f"{int(day['day'][8:])}日 {_span(day['passings'])}" for day in days]
    if cells:
        lines = [cells[start : start + 4] for start in range(0, len(cells), 4)]
        lines[-1] += [""] * (4 - len(lines[-1]))
        page.table(["日期与首次至末次通行", "", "", ""], lines, [1, 1, 1, 1])
    if month["payroll"]:
        lines = [
            [
                one["sheet"] or "—",
                _plain(one["days"]),
                _yuan(one["due_fen"]),
                _yuan(one["paid_fen"]),
                _or(one["paid_on"]),
            ]
            for one in month["payroll"]
        ]
        page.table(["工资表", "天数", "应发（元）", "表列实发（元）", "表列日期"], lines, [3, 1, 2, 2, 2])
    if month["bank"]:
        lines = [
            [
                _or(one["reference"]),
                _or(one["paid_on"]),
                _yuan(one["fen"]),
                _STATUS.get(one["status"], "—"),
                one["reason"],
            ]
            for one in month["bank"]
        ]
        page.table(["银行流水号", "日期", "金额（元）", "银行答复", "原因"], lines, [3, 2, 2, 1.4, 2.6])
    if not month["payroll"] and not month["bank"]:
        page.say("没有工资表行，也没有银行发放记录。", "dim")
    for one in month["answers"]:
        page.say(f"本人确认（{_at(one['at'])}）：{'已收到' if one['paid'] else '没有收到'}", "dim")


def _papers(page: _Page, data: Record) -> None:
    if data["papers"]:
        page.say("文书和送达", "h")
        rows = []
        for one in data["papers"]:
            served = "；".join(f"{_WAYS.get(row['way'], row['way'])} {row['on']}" for row in one["served"])
            words = [one["title"], _or(one["number"]), _at(one["signed_at"]), _or(one["due_on"]), _or(served)]
            rows.append([*words, one["sha256"]])
        page.table(["文书", "编号", "签批", "期限", "送达", "SHA-256"], rows, [2, 2.3, 1.5, 1.5, 2.2, 3])
    if data["exhibits"]:
        page.say("提交的材料", "h")
        rows = [[one["name"], _at(one["at"]), one["sha256"]] for one in data["exhibits"]]
        page.table(["名称", "时间", "SHA-256"], rows, [2, 1.4, 3])
    if data["story"]:
        page.say("办理经过", "h")
        page.table(["时间", "内容"], [[_at(one["at"]), one["zh"]] for one in data["story"]], [1.4, 5])
    page.say("核对", "h")
    page.say("压缩包内 manifest.json 列出每个部分的 SHA-256 和留痕链的有关环节。")
    page.say("运行 python verify.py 本文件名.zip（不需要联网）可逐项核对；任何一处被改动都会指出。")


def _span(passings: list[Record]) -> str:
    times = [one["at"][:5] for one in passings]
    return times[0] if len(times) == 1 else f"{min(times)}–{max(times)}"


def _yuan(fen: int | None) -> str:
    return "—" if fen is None else f"{fen / 100:,.2f}"


def _plain(value: float | None) -> str:
    return "—" if value is None else f"{value:g}"


def _or(text: str | None) -> str:
    return text or "—"


def _at(moment: str | None) -> str:
    return moment[:16].replace("T", " ") if moment else "—"
