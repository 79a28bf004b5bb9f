"""WorkerAttendance.Add: swipes. The busiest method of the platform.

A batch whose every row is plain and whose people were met before goes straight to the inbox; any other batch goes
through ``admit``, which finds people, refuses, and lets rows wait. Both write the same rows.
"""

from datetime import datetime, time, timedelta
from typing import Any

import pyarrow as pa

from anxin.intake import held, values
from anxin.intake.admit import EARLIEST, admit
from anxin.intake.national.calls import Call, Outcome, find_project, identity, in_clear
from anxin.intake.national.clock import swap_minutes
from anxin.intake.national.fields import Fields, at_row
from anxin.intake.national.pictures import picture
from anxin.intake.national.replies import EMPTY, Refused, refuse
from anxin.intake.rows import SwipeRow
from anxin.law.civil import month_of
from anxin.ledger import inbox
from anxin.ledger.schema import SWIPES
from anxin.registry.actions import identity_blind
from anxin.registry.models import Engagement

LIST, LIMIT = "dataList", 20
KIND = "swipes"
_MOST_PEOPLE = 200_000
_EARLIEST = datetime.combine(EARLIEST, time())
# (binding of the sender, project code, document type, cipher text) → (project, worker). The cipher text is the key
# so that no identity number stays in memory; engagements are never taken back, so an entry cannot turn false.
_met: dict[tuple[Any, ...], tuple[int, int]] = {}


def forget() -> None:
    """Drop what is remembered of people (tests change the registry under it)."""
    _met.clear()


def _remember(key: tuple[Any, ...], found: tuple[int, int]) -> None:
    if len(_met) >= _MOST_PEOPLE:
        for old in list(_met)[: _MOST_PEOPLE // 4]:
            _met.pop(old, None)
    _met[key] = found


def _binding(call: Call) -> tuple[Any, ...]:
    """What the right to speak for a project hangs on: when it changes, nothing remembered holds."""
    sender = call.sender
    return (sender.pk, sender.project_id, sender.region_code, call.secret)


def _passed_at(call: Call, row: Fields) -> datetime:
    found = row.moment("date", "startTime")
    if found is None:
        raise refuse("date", EMPTY, "is missing")
    return swap_minutes(found) if call.setting("swapped_clock", False) else found


def _way(row: Fields) -> str:
    told = row.text("attendType", limit=3)
    return told.zfill(3) if told else ""


def _key(call: Call, code: str, row: Fields) -> tuple[Any, ...]:
    return (*_binding(call), code, row.text("idCardType"), row.text("idCardNumber", "idNumber", limit=1000))


def _straight(call: Call, code: str, team_no: int | None, rows: list[Fields]) -> int | None:
    """Append a batch that needs no questions asked. None when it does; then nothing was written."""
    latest = datetime.combine(call.today, time()) + timedelta(days=1)
    facts: list[tuple[Any, ...]] = []
    for row in rows:
        person = _met.get(_key(call, code, row))
        if person is None:
            return None
        try:
            passed_at = _passed_at(call, row)
            if row.get("image") is not None:
                picture(row, "image", 50)
        except Refused:
            return None
        if not _EARLIEST <= passed_at < latest:
            return None
        facts.append(
            (
                *person,
                team_no,
                passed_at,
                values.direction(row.get("direction")),
                _way(row),
                row.text("channel", limit=64),
                month_of(passed_at),
            )
        )
    columns = zip(zip(*facts, strict=True), SWIPES.types, strict=True)
    table = pa.table([pa.array(column, kind) for column, kind in columns], schema=SWIPES)
    inbox.append(table=KIND, rows=table, source=call.source, at=call.at)
    return len(facts)


def _meet(call: Call, rows: list[tuple[Fields, SwipeRow]]) -> None:
    """Remember the people of rows that were taken."""
    if not rows:
        return
    blinds = {identity_blind(swipe.id_number, swipe.id_type): (row, swipe) for row, swipe in rows}
    found = Engagement.objects.filter(
        project__code=rows[0][1].project_code, worker__id_blind__in=list(blinds)
    ).values_list("project_id", "worker_id", "worker__id_blind")
    for project, worker, blind in found:
        row, swipe = blinds[bytes(blind)]
        _remember(_key(call, swipe.project_code, row), (project, worker))


def add(call: Call, item: Fields) -> Outcome:
    """Take swipes; the same swipe again replaces itself. People who are not on the roster wait for it."""
    team_no = item.team_number()
    rows = item.rows(LIST, limit=LIMIT)
    listed = rows is not None
    rows = [item] if rows is None else rows
    if not rows:
        raise refuse(LIST, EMPTY, "is empty")
    code = item.text("projectCode", limit=64) or (call.sender.project.code if call.sender.project else "")
    taken = _straight(call, code, team_no, rows)
    if taken is not None:
        return Outcome(accepted=taken)
    code, project = find_project(call, item)
    outcome = Outcome()
    read: list[tuple[Fields, SwipeRow]] = []
    for index, row in enumerate(rows):
        place = f"[{LIST}][{index}]" if listed else ""
        number = ""
        try:
            number, id_type = identity(call, row)
            passed_at = _passed_at(call, row)
            picture(row, "image", 50)
            swipe = SwipeRow(
                place=place,
                project_code=code,
                id_number=number,
                id_type=id_type,
                passed_at=passed_at,
                direction=values.direction(row.get("direction")),
                team_no=team_no if row is item else (row.team_number() or team_no),
                way=_way(row),
                device=row.text("channel", limit=64),
            )
        except Refused as refused:
            outcome.refuse(at_row(place, refused), in_clear(call, row, number), code)
            continue
        read.append((row, swipe))
    if outcome.faults:
        held.hold(kind=KIND, faults=list(outcome.faults), arrival=call.arrival(), project=project)
    admission = admit([swipe for _, swipe in read], arrival=call.arrival())
    outcome.accepted = admission.accepted
    outcome.faults += admission.faults
    faulty = {fault.place.rpartition("[")[0] for fault in admission.faults}
    _meet(call, [pair for pair in read if pair[1].place not in faulty])
    return outcome
