"""Reading a file into verdicts, and taking what is good: the one way in for every file somebody brings."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from anxin.intake.bank import iso, iso_xml
from anxin.intake.rows import Arrival
from anxin.intake.sheets import facts
from anxin.intake.sheets.kinds import KINDS, Kind
from anxin.intake.sheets.reading import (
    OK,
    REFUSED,
    SKIPPED,
    WAITING,
    Context,
    Progress,
    ReadRow,
    Record,
    RowRefused,
    masked,
    records,
)
from anxin.intake.sheets.workbook import SheetError, open_workbook
from anxin.registry.models import Project

STATEMENT = "statement"
_PROGRESS_EVERY = 500


@dataclass(slots=True)
class Reading:
    """A file read and judged; nothing of it has been taken. ``rows`` holds personal data beside the masked report."""

    kind: str
    name: str
    project: Project | None
    rows: list[ReadRow]
    counts: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        tally = Counter(row.verdict for row in self.rows)
        self.counts = {verdict: tally[verdict] for verdict in (OK, WAITING, REFUSED, SKIPPED)}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was taken of a file. ``taken``, ``waiting``, ``refused`` and ``skipped`` count rows of the file, ``facts``
    what the ledger received; ``rows`` is the report, masked."""

    kind: str
    taken: int
    waiting: int
    refused: int
    skipped: int
    facts: int
    rows: Sequence[dict[str, object]]


def kinds() -> list[str]:
    """The kinds of file, as operators name them."""
    return [*KINDS, STATEMENT]


def titles() -> dict[str, tuple[str, str]]:
    """Each kind's name for people, in Chinese and English."""
    named = {name: (kind.title, kind.title_en) for name, kind in KINDS.items()}
    return named | {STATEMENT: ("银行对账单（ISO 20022）", "Bank statement (ISO 20022)")}


def read(
    kind: str,
    content: bytes,
    name: str,
    *,
    project: Project | None = None,
    at: datetime,
    month: str = "",
    region: str = "",
    progress: Progress | None = None,
) -> Reading:
    """Read a file and judge every row; takes nothing.

    ``project``: what the file is for; rows that name another are refused. ``region``: whose projects its bearer may
    speak for ("" for all). ``month`` (YYYY-MM): the wage or attendance month where the file does not say.
    ``progress(done, of)`` is called now and then. Raises SheetError when the file cannot be read at all, and
    KeyError for an unknown kind.
    """
    context = Context(kind, name, at, project, region, month, progress)
    if iso_xml.is_xml(content) and kind in (STATEMENT, "movements", "payments", "balances"):
        rows = iso.read_statement(content, context)
        facts.judge(rows, context)
    elif kind == STATEMENT:
        raise SheetError(
            "不是ISO 20022报文（XML）；表格文件请选择“专户流水”或“工资发放结果”。",
            "This is no ISO 20022 message (XML); for a table choose movements or payments.",
        )
    else:
        rows = _read_table(KINDS[kind], content, context)
    return Reading(kind, name, project, rows)


def _read_table(kind: Kind, content: bytes, context: Context) -> list[ReadRow]:
    sheets = open_workbook(content)
    total = sum(len(sheet.rows) for sheet in sheets)
    rows: list[ReadRow] = []
    for found in records(sheets, kind.columns, kind.essentials, with_days=kind.with_days):
        rows.append(found if isinstance(found, ReadRow) else _judged(kind, found, context))
        if context.progress and len(rows) % _PROGRESS_EVERY == 0:
            context.progress(len(rows), total)
    if kind.judge:
        kind.judge(rows, context)
    if context.progress:
        context.progress(total, total)
    return rows


def _judged(kind: Kind, record: Record, context: Context) -> ReadRow:
    own = context.project.code if context.project is not None else record.text("projectCode")[:64]
    row = ReadRow(record.sheet, record.row, shown=masked(record), raw=record.values, project_code=own)
    try:
        row.item = kind.parse(record, row, context)
    except RowRefused as refused:
        row.verdict, row.reason, row.reason_en = REFUSED, refused.reason, refused.reason_en
    return row


def apply(reading: Reading, *, arrival: Arrival) -> Outcome:
    """Take the good rows of a reading, keep the refused ones where they can be listed; one transaction."""
    with transaction.atomic():
        rows = reading.rows
        kind = KINDS.get(reading.kind)
        accepted = 0
        if kind is None or kind.is_fact:
            accepted = facts.take(rows, arrival=arrival).accepted
        elif kind.take is not None:
            kind.take(rows, arrival)
        facts.hold_refused(rows, kind=_held_kind(reading.kind), arrival=arrival)
    counts = reading.counts
    return Outcome(
        kind=reading.kind,
        taken=counts[OK],
        waiting=counts[WAITING],
        refused=counts[REFUSED],
        skipped=counts[SKIPPED],
        facts=accepted,
        rows=[row.report() for row in rows],
    )


def _held_kind(kind: str) -> str:
    """Under which kind refused rows are listed: the ledger's table for facts."""
    return {"attendance": "swipes", "balances": "movements", STATEMENT: "movements"}.get(kind, kind)
