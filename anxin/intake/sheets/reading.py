"""From sheets to records: what a file said, row by row, and what is thought of each row."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from anxin.intake.sheets import cells
from anxin.intake.sheets.headings import (
    Column,
    Found,
    find_headings,
    month_above,
    month_in,
    plain,
    said_above,
    title_at,
)
from anxin.intake.sheets.titles import FIELD_TITLES
from anxin.intake.sheets.unread import unread
from anxin.intake.sheets.workbook import Sheet, SheetError
from anxin.law.civil import civil_date
from anxin.people.access import region_prefix
from anxin.registry.models import Project
from anxin.vault.fields import mask_card, mask_identity, mask_phone, mask_text

OK, REFUSED, WAITING, SKIPPED = "ok", "refused", "waiting", "skipped"
# Said of a whole sheet; no row of it, and counted among none.
NOTICE = "notice"
Progress = Callable[[int, int], None]
_TOTALS = re.compile(r"(本页|本月|本表|班组|全部|项目)?(合计|总计|小计|共计|累计|汇总)(金额|人数)?|total|subtotal|sum")
_NOTES = re.compile(
    r"(制表|审核|审批|复核|编制|填表|备注|说明|注|单位负责人|项目负责人|负责人|签字|签章|盖章|日期)[人者]?[:：]"
)
_KIND_WORDS = re.compile(
    r"(20\d\d年)?\d{1,2}月份?|20\d{4}|(农民工|民工|工人|人员|劳务)?(花名册|工资发放表|工资表|工资|考勤表|考勤|名单|明细表?)"
)
_GENERIC_SHEETS = re.compile(r"(sheet|工作表|表|人员|模板|台账|汇总|项目|专户|保证金|总表)?\d*", re.IGNORECASE)
_TEAMS = re.compile(r".+[班组队]")


class RowRefused(Exception):
    """A row that cannot be taken. ``field`` is the column's title as the file has it."""

    def __init__(self, field: str, reason: str, reason_en: str) -> None:
        super().__init__(reason_en)
        self.reason = f"[{field}]{reason}" if field else reason
        self.reason_en = f"[{field}] {reason_en}" if field else reason_en


@dataclass(slots=True)
class Context:
    """What a file is read against: its kind and name, the project it is for (None: rows name theirs), the region its
    bearer may speak for ("" for all), the month (when neither rows nor titles say), and the moment."""

    kind: str
    name: str
    at: datetime
    project: Project | None = None
    region: str = ""
    month: str = ""
    progress: Progress | None = None
    projects: dict[str, Project | None] = field(default_factory=dict)
    memo: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class ReadRow:
    """One row of a file and the verdict on it: ok, refused, waiting or skipped; or a notice on its headings.
    ``row`` counts from 1.

    ``shown`` is masked and safe to store and to show; ``raw`` and ``item`` are not.
    """

    sheet: str
    row: int
    verdict: str = OK
    reason: str = ""
    reason_en: str = ""
    shown: dict[str, str] = field(default_factory=dict)
    raw: dict[str, Any] = field(default_factory=dict, repr=False)
    item: Any = field(default=None, repr=False)
    project_code: str = ""

    @property
    def place(self) -> str:
        """The row in the sender's own terms."""
        return f"{self.sheet}!{self.row}" if self.sheet else f"!{self.row}"

    def report(self) -> dict[str, Any]:
        """The row for a stored report: masks only."""
        return {
            "sheet": self.sheet,
            "row": self.row,
            "verdict": self.verdict,
            "reason": self.reason,
            "reason_en": self.reason_en,
            "shown": self.shown,
        }


@dataclass(slots=True)
class Record:
    """A data row with its columns by key. ``month`` is the title line's, ``team`` the sheet's when it names one."""

    sheet: str
    row: int
    values: dict[str, Any] = field(repr=False)
    titles: dict[str, str]
    units: dict[str, str]
    days: dict[int, Any]
    month: str | None
    team: str

    def raw(self, key: str) -> Any:
        """The cell as the file has it; blank when there is no such column."""
        return self.values.get(key, "")

    def text(self, key: str) -> str:
        """The cell as trimmed text."""
        return cells.text(self.values.get(key, ""))

    def read(self, key: str, reader: Callable[..., Any], *args: Any) -> Any:
        """The cell through a reader of ``cells``. Raises RowRefused that names the column."""
        try:
            return reader(self.values.get(key, ""), *args)
        except cells.CellError as error:
            raise RowRefused(self.title(key), error.reason, error.reason_en) from None

    def money(self, key: str, unit: int = 100) -> int | None:
        """Money in the unit the heading names, in fen; never negative."""
        amount: int | None = self.read(key, cells.money, cells.unit_of(self.units.get(key, ""), unit))
        if amount is not None and amount < 0:
            raise RowRefused(self.title(key), "不能为负数", "is negative")
        return amount

    def need(self, key: str, value: Any) -> Any:
        """The value, or RowRefused when it is blank."""
        if value is None or value == "":
            raise RowRefused(self.title(key), "不能为空", "is missing")
        return value

    def title(self, key: str) -> str:
        """What the file calls the column; one it does not have, what we call it."""
        return self.titles.get(key) or FIELD_TITLES.get(key, key)


def mask_name(name: str) -> str:
    """李四光 → 李**."""
    return name[:1] + "*" * (len(name) - 1)


def masked(record: Record) -> dict[str, str]:
    """The row as it may be shown: enough to find it in the file again."""
    shown: dict[str, str] = {}
    for key, mask in _SHOWN.items():
        value = record.values.get(key)
        if value not in (None, ""):
            try:
                told = cells.text(value)
            except ValueError:
                continue
            shown[record.title(key)] = mask(told) if mask else told[:40]
    return shown


_SHOWN: dict[str, Callable[[str], str] | None] = {
    "sourceNumber": None,
    "employer": mask_text,
    "projectCode": None,
    "name": None,
    "teamName": None,
    "workerName": mask_name,
    "idCardNumber": mask_identity,
    "payRollBankCardNumber": mask_card,
    "accountNo": mask_card,
    "accountName": None,
    "cellPhone": mask_phone,
    "clerkName": mask_name,
    "payMonth": None,
    "date": None,
    "totalPayAmount": None,
    "actualAmount": None,
    "amount": None,
    "form": None,
}


def records(
    sheets: Sequence[Sheet], columns: Sequence[Column], essentials: Sequence[str], *, with_days: bool = False
) -> Iterator[Record | ReadRow]:
    """The data rows of all sheets that have headings; ReadRows for what was passed over.

    ``essentials``: a row in which all of these are blank is no data. Raises SheetError when no sheet has headings.
    """
    found = [(sheet, find_headings(sheet, columns, with_days=with_days)) for sheet in sheets]
    if not any(heading for _, heading in found):
        wanted = "、".join(column.titles[0] for column in columns[:12])
        raise SheetError(
            f"没有找到表头。请确认文件种类，表头应包含：{wanted}等。",
            f"No heading row was found; expected headings such as {wanted}.",
        )
    several = sum(1 for sheet, heading in found if heading) > 1
    for sheet, heading in found:
        if heading is None:
            if any(cell not in ("", None) for row in sheet.rows for cell in row):
                yield ReadRow(sheet.name, 0, SKIPPED, "此工作表没有可识别的表头，未读取", "no headings, sheet not read")
            continue
        yield from _sheet_records(sheet, heading, columns, essentials, several)


def _sheet_records(
    sheet: Sheet, heading: Found, columns: Sequence[Column], essentials: Sequence[str], several: bool
) -> Iterator[Record | ReadRow]:
    spread = {heading.columns[c.key] for c in columns if c.spread and c.key in heading.columns}
    _fill_merged(sheet, heading, spread)
    titles = {key: title_at(sheet, heading, index) for key, index in heading.columns.items()}
    month = month_above(sheet, heading.row)
    team = "" if "teamName" in heading.columns else _sheet_team(sheet.name, several)
    wanted = [heading.columns[key] for key in essentials if key in heading.columns]
    # A row that lacks its key but says something of its own is refused in words rather than passed over.
    own = [heading.columns[c.key] for c in columns if c.key in heading.columns and not c.spread and c.key != "remark"]
    if columns_unread := unread(sheet, heading, columns):
        yield ReadRow(sheet.name, sheet.first_row + heading.last_row + 1, NOTICE, *columns_unread)
    above = {c.key: said for c in columns if c.key not in titles and (said := said_above(sheet, heading.row, c))}
    plain_titles = {key: plain(title) for key, title in titles.items()}
    for index in range(heading.last_row + 1, len(sheet.rows)):
        row = sheet.rows[index]
        number = sheet.first_row + index + 1
        filled = [cell for cell in row if cell not in ("", None)]
        if not filled:
            continue
        if _TOTALS.fullmatch(plain(filled[0])) or (len(filled) > 1 and _TOTALS.fullmatch(plain(filled[1]))):
            yield ReadRow(sheet.name, number, SKIPPED, "合计行", "totals row")
            continue
        values = {key: row[at] if at < len(row) else "" for key, at in heading.columns.items()}
        if _NOTES.search(str(filled[0])) or (len(filled) <= 2 and any(_NOTES.search(str(cell)) for cell in filled)):
            yield ReadRow(sheet.name, number, SKIPPED, "签字或说明行", "signatures or notes")
            continue
        if not any(_says(row, at) for at in (*wanted, *own)):
            if len(filled) > 1 or not _is_number(filled[0]):
                yield ReadRow(sheet.name, number, SKIPPED, "不是数据行", "not a data row")
            continue
        if all(plain(values[key]) in ("", title) for key, title in plain_titles.items()):
            yield ReadRow(sheet.name, number, SKIPPED, "重复的表头", "headings again")
            continue
        days = {day: row[at] for day, at in heading.days.items() if at < len(row)}
        yield Record(sheet.name, number, above | values, titles, heading.units, days, month, team)


def _says(row: list[Any], at: int) -> bool:
    """Whether a cell says something; the noughts that formulas leave in blank rows do not."""
    return at < len(row) and cells.text(row[at]) not in ("", "0", "0.0", "0.00", "-", "/")


def _is_number(cell: Any) -> bool:
    return isinstance(cell, int | float) or str(cell).strip().isdigit()


def _sheet_team(name: str, several: bool) -> str:
    """The team a sheet is named for: 泥工A班 of ``泥工A班3月工资表``; empty when the name says nothing."""
    core = _KIND_WORDS.sub("", name).strip(" -_（）()·")
    if not core or month_in(core) or _GENERIC_SHEETS.fullmatch(core):
        return ""
    return core if several or _TEAMS.fullmatch(core) else ""


def _fill_merged(sheet: Sheet, heading: Found, spread: set[int]) -> None:
    """Fill vertically merged cells, but only in columns where one cell may speak for several rows (never money)."""
    for top, left, bottom, _right in sheet.merged:
        first, column = top - sheet.first_row, left - sheet.first_column
        if first <= heading.last_row or column not in spread or bottom == top:
            continue
        for row in sheet.rows[first + 1 : bottom - sheet.first_row + 1]:
            if column < len(row) and row[column] in ("", None):
                row[column] = sheet.rows[first][column]


def project_of(record: Record, context: Context) -> Project:
    """The project a row speaks of. Raises RowRefused when it is none, not registered, or not the bearer's."""
    code = record.text("projectCode")
    if context.project is not None:
        if code and code != context.project.code:
            raise RowRefused(
                record.title("projectCode"),
                f"与所选项目{context.project.code}不符",
                f"differs from the chosen project {context.project.code}",
            )
        return context.project
    record.need("projectCode", code)
    if code not in context.projects:
        context.projects[code] = Project.objects.select_related("contractor").filter(code=code).first()
    project = context.projects[code]
    if project is None:
        raise RowRefused(
            record.title("projectCode"), "项目未登记，请先导入项目", "is not registered; import the project first"
        )
    if context.region and not project.region_code.startswith(region_prefix(context.region)):
        raise RowRefused(record.title("projectCode"), "不在您的管辖范围内", "is outside your jurisdiction")
    return project


def not_future(record: Record, key: str, day: Any, context: Context) -> Any:
    """The date, unless it lies in the future or before 1949."""
    if day is not None and day > civil_date(context.at):
        raise RowRefused(record.title(key), "不能大于今天", "lies in the future")
    return sane(record, key, day)


def sane(record: Record, key: str, day: Any) -> Any:
    """The date, unless no project could have it."""
    if day is not None and not 1949 <= day.year <= 2100:
        raise RowRefused(record.title(key), "年份不正确，请核对", "has an impossible year")
    return day
