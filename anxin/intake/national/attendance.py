"""WorkerAttendance.Add: swipes. The busiest method of the platform.

A batch whose every row is plain and whose people were met before goes straight to the inbox (``plain_swipes``, and
``joining`` writes it); any other batch goes through ``admit``, which finds people, refuses, and lets rows wait. Both
write the same rows.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any

import pyarrow as pa

from anxin.intake import held, values
from anxin.intake.admit import admit
from anxin.intake.judging import EARLIEST
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
_MOST_PEOPLE = 300_000  # remembered by one process, some 100 MB
_EARLIEST = datetime.combine(EARLIEST, time())
_PLAIN_NAMES = frozenset(
    ["idCardType", "idCardNumber", "date", "direction", "channel", "attendType", "lng", "lat", "image", "teamSysNo"]
)
_PLAIN_HEAD = frozenset(["projectCode", "teamSysNo", LIST])
# Binding of the sender and project code → (document type, cipher text) → (project, worker). The cipher text is the key
# so that no identity number stays in memory; engagements are never taken back, so an entry cannot turn false.
_met: dict[tuple[object, ...], dict[tuple[object, object], tuple[int, int]]] = {}

# One row of the ledger's table of swipes.
Swipe = tuple[int, int, int | None, datetime, str, str, str, str]


def forget() -> None:
    """Drop what is remembered of people (tests change the registry under it)."""
    _met.clear()


def _binding(call: Call, code: str) -> tuple[object, ...]:
    """What the right to speak for a project hangs on: when it changes, nothing remembered holds."""
    sender = call.sender
    return (sender.pk, sender.project_id, sender.region_code, call.secret, code)


def _passed_at(call: Call, row: Fields) -> datetime:
    found = row.moment("date", "startTime")
    if found is None:
        raise refuse("date", EMPTY, "is missing")
    return swap_minutes(found) if call.setting("swapped_clock", False) else found


def _way(value: object) -> str:
    """National attendType, three digits."""
    told = values.text(value)[:3] if isinstance(value, str | int) else ""
    return told.zfill(3) if told else ""


def _device(value: object) -> str:
    """The gate's name."""
    return values.text(value)[:64] if isinstance(value, str | int) else ""


def plain_swipes(call: Call, item: Mapping[str, Any]) -> list[Swipe] | None:
    """The facts of a batch that needs no questions asked, in the ledger's columns. None when it does; asks nothing of
    the database."""
    rows = item.get(LIST)
    # Names in another case, more rows than allowed, pictures and lists of their own are for the longer way.
    if not isinstance(rows, list) or not 0 < len(rows) <= LIMIT or not _PLAIN_HEAD.issuperset(item):
        return None
    code = item.get("projectCode") or (call.sender.project.code if call.sender.project else "")
    try:
        team = Fields(item).team_number()
    except Refused:
        return None
    met = _met.get(_binding(call, code)) if isinstance(code, str) else None
    if met is None:
        return None
    latest = datetime.combine(call.today, time()) + timedelta(days=1)
    swapped = bool(call.setting("swapped_clock", False))
    facts: list[Swipe] = []
    for row in rows:
        if not isinstance(row, dict) or not _PLAIN_NAMES.issuperset(row) or row.get("image") or row.get("teamSysNo"):
            return None
        try:
            person = met.get((row.get("idCardType"), row.get("idCardNumber")))
            passed_at = values.moment(row.get("date"))
        except (TypeError, ValueError):
            return None
        if person is None or passed_at is None:
            return None
        if swapped:
            passed_at = swap_minutes(passed_at)
        if not _EARLIEST <= passed_at < latest:
            return None
        facts.append(
            (
                *person,
                team,
                passed_at,
                values.direction(row.get("direction")),
                _way(row.get("attendType")),
                _device(row.get("channel")),
                month_of(passed_at),
            )
        )
    return facts


def append(facts: Sequence[Swipe], *, source: str, at: datetime) -> None:
    """Put swipes into the inbox, inside the transaction that acknowledges them."""
    columns = zip(zip(*facts, strict=True), SWIPES.types, strict=True)
    table = pa.table([pa.array(column, kind) for column, kind in columns], schema=SWIPES)
    inbox.append(table=KIND, rows=table, source=source, at=at)


def _meet(call: Call, rows: list[tuple[Fields, SwipeRow]]) -> None:
    """Remember the people of rows that were taken."""
    told = {
        identity_blind(swipe.id_number, swipe.id_type): (row.raw.get("idCardType"), row.raw.get("idCardNumber"))
        for row, swipe in rows
    }
    if not told:
        return
    code = rows[0][1].project_code
    binding = _binding(call, code)
    engaged = Engagement.objects.filter(project__code=code, worker__id_blind__in=list(told))
    if sum(map(len, list(_met.values()))) >= _MOST_PEOPLE:
        for old in list(_met)[: len(_met) // 4 + 1]:
            _met.pop(old, None)
    met = _met.setdefault(binding, {})
    for project, worker, blind in engaged.values_list("project_id", "worker_id", "worker__id_blind"):
        id_type, cipher = told[bytes(blind)]
        if isinstance(cipher, str) and (id_type is None or isinstance(id_type, str)):
            met[(id_type, cipher)] = (project, worker)


def add(call: Call, item: Fields) -> Outcome:
    """Take swipes; the same swipe again replaces itself. People who are not on the roster wait for it."""
    team_no = item.team_number()
    rows = item.rows(LIST, limit=LIMIT)
    listed = rows is not None
    rows = [item] if rows is None else rows
    if not rows:
        raise refuse(LIST, EMPTY, "is empty")
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
                way=_way(row.get("attendType")),
                device=_device(row.get("channel")),
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
