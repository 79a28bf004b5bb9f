"""Fact rows of a file: judged by the same admission as every door, and taken through it."""

import dataclasses
from collections import defaultdict
from typing import Any

from anxin.intake.admit import admit
from anxin.intake.bank.standing import undone
from anxin.intake.held import hold
from anxin.intake.rows import Admission, Arrival, FactRow, Fault, PaymentRow
from anxin.intake.sheets.reading import OK, REFUSED, SKIPPED, WAITING, Context, ReadRow
from anxin.intake.sheets.titles import FIELD_TITLES
from anxin.registry.models import Project

BATCH = 20_000


def _facts(rows: list[ReadRow]) -> dict[type, list[FactRow]]:
    """The facts of all good rows, by type: one admission is of one kind."""
    facts: dict[type, list[FactRow]] = defaultdict(list)
    for row in rows:
        if row.verdict in (OK, WAITING):
            for fact in row.item or []:
                facts[type(fact)].append(fact)
    return facts


def judge(rows: list[ReadRow], context: Context) -> None:
    """Give each row the verdict admission would give its facts now."""
    _pass_over_undone(rows)
    faults: dict[str, list[Fault]] = defaultdict(list)
    arrival = Arrival(source="sheet", at=context.at)
    for facts in _facts(rows).values():
        for start in range(0, len(facts), BATCH):
            judged = admit(facts[start : start + BATCH], arrival=arrival, names=FIELD_TITLES, dry=True)
            for fault in judged.faults:
                faults[fault.place.rpartition("[")[0]].append(fault)
    for row in rows:
        if row.verdict == OK and row.item == []:
            row.verdict, row.reason, row.reason_en = SKIPPED, row.reason or "没有内容", row.reason_en or "no content"
        found = faults.get(row.place)
        if row.verdict != OK or not found:
            continue
        refused = [fault for fault in found if not fault.waits]
        shown = (refused or found)[0]
        field = "[" + shown.place.rpartition("[")[2]
        row.reason = f"{field}{shown.reason}".rstrip("!")
        row.reason_en = f"{field} {shown.reason_en}"
        if len(refused) == len(row.item):
            row.verdict = REFUSED
        elif len(found) == len(row.item):
            row.verdict = WAITING
        elif len(row.item) > 1:
            row.reason = f"{len(row.item)}项中{len(found)}项：{row.reason}"
            row.reason_en = f"{len(found)} of {len(row.item)}: {row.reason_en}"
            if len(refused) < len(found):
                row.verdict = WAITING


def _pass_over_undone(rows: list[ReadRow]) -> None:
    """Leave out payouts that the ledger knows to have come back since."""
    payouts = [f for row in rows if row.verdict == OK for f in row.item or [] if isinstance(f, PaymentRow)]
    gone = undone(payouts) if payouts else set()
    for row in rows if gone else []:
        if row.verdict == OK:
            kept = [f for f in row.item if not (isinstance(f, PaymentRow) and (f.account_number, f.reference) in gone)]
            if len(kept) < len(row.item):
                row.item, row.reason, row.reason_en = kept, "其后已退回，以退回为准", "came back since; that stands"


def take(rows: list[ReadRow], *, arrival: Arrival) -> Admission:
    """Admit the facts of a file's good and waiting rows. Call inside a transaction."""
    total = Admission(0, [])
    for facts in _facts(rows).values():
        for start in range(0, len(facts), BATCH):
            done = admit(facts[start : start + BATCH], arrival=arrival, names=FIELD_TITLES)
            total.accepted += done.accepted
            total.faults += done.faults
    return total


def _as_received(row: ReadRow) -> dict[str, Any]:
    """The row's cells; a bank message has none, its facts stand for them."""
    if row.raw:
        return {key: str(value) for key, value in row.raw.items() if value not in ("", None)}
    return {"facts": [dataclasses.asdict(fact) for fact in row.item or []]}


def hold_refused(rows: list[ReadRow], *, kind: str, arrival: Arrival) -> None:
    """Keep the rows a file's reading refused, sealed, where sender and officer can list them."""
    by_code: dict[str, list[Fault]] = defaultdict(list)
    for row in rows:
        if row.verdict == REFUSED:
            by_code[row.project_code].append(
                Fault(
                    place=row.place,
                    reason=row.reason,
                    reason_en=row.reason_en,
                    row=_as_received(row),
                    project_code=row.project_code,
                )
            )
    codes = [code for code in by_code if code]
    projects: dict[str, Project] = {}
    for start in range(0, len(codes), 900):
        projects.update({p.code: p for p in Project.objects.filter(code__in=codes[start : start + 900])})
    for code, faults in by_code.items():
        hold(kind=kind, faults=faults, arrival=arrival, project=projects.get(code))
