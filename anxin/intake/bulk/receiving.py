"""The way of a batch: judged outside the transaction, then receipt, facts and faulty rows written in one."""

import hashlib
import re
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
from django.db import transaction

from anxin.intake import admit
from anxin.intake.admit import Judged
from anxin.intake.bulk import columnar
from anxin.intake.bulk.decoding import Rows, Turned
from anxin.intake.bulk.endpoints import Endpoint, Misread
from anxin.intake.models import Receipt, Sender
from anxin.intake.repeats import leave_mended
from anxin.intake.rows import Arrival, FactRow, Fault
from anxin.law.civil import civil_date
from anxin.ledger.schema import FACT_TABLES
from anxin.registry.models import Project

DONE = 20
_NAMED = 10_000
_PLACE = re.compile(r"\[(\d+)\](?:\[(\w+)\])?")
Answer = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is to be written of a batch."""

    table: str
    facts: pa.Table
    faults: list[Fault]
    projects: dict[str, Project]


def judge(endpoint: Endpoint, rows: Rows, *, sender: Sender, at: datetime, quick: bool = True) -> Verdict:
    """Judge a batch and write nothing. ``quick`` lets certain rows pass column by column; the outcome is the same."""
    lane = columnar.LANES.get(endpoint.name) if quick else None
    taken = lane(rows, sender=sender, today=civil_date(at)) if lane is not None else None
    left = np.ones(rows.count, dtype=bool)
    if taken is not None:
        left[taken.positions] = False
    careful, positions, faults = _careful(endpoint, rows, np.flatnonzero(left).tolist(), sender=sender, at=at)
    if taken is None or not taken.facts.num_rows:
        facts = careful.facts()
    elif not careful.taken:
        facts = taken.facts
    else:
        # A later row replaces an earlier one with the same key, so the sender's order is kept.
        order = np.argsort(np.concatenate([taken.positions, positions[careful.taken]]), kind="stable")
        facts = pa.concat_tables([taken.facts, careful.facts()]).take(pa.array(order))
    faults = sorted([*faults, *careful.faults], key=_row_of)
    unnamed = {fault.project_code for fault in faults} - careful.projects.keys()
    known = {project.code: project for project in Project.objects.filter(code__in=list(unnamed)[:_NAMED])}
    return Verdict(endpoint.table, facts, faults, careful.projects | known)


def _careful(
    endpoint: Endpoint, rows: Rows, positions: Sequence[int], *, sender: Sender, at: datetime
) -> tuple[Judged, np.ndarray, list[Fault]]:
    """Read and judge rows one by one: the judgement, the positions it speaks of, and what could not be read."""
    own = sender.project.code if sender.project is not None else ""
    broken = set(rows.broken)
    readable: list[FactRow] = []
    kept: list[int] = []
    faults: list[Fault] = []
    for position, record in zip(positions, rows.records(positions), strict=True):
        place = f"[{position + 1}]"
        if position in broken:
            faults.append(Fault(place, "不是有效的JSON对象!", "is not a JSON object", {}, project_code=own))
            continue
        try:
            readable.append(endpoint.row(record, place=place, own_project=own))
            kept.append(position)
        except Misread as misread:
            code = record.get("project_code")
            code = code[:64].replace("\0", "") if isinstance(code, str) else own
            where = f"{place}[{misread.field}]"
            faults.append(Fault(where, misread.reason, misread.reason_en, record, project_code=code))
    arrival = Arrival(source="", at=at, sender=sender)
    if readable:
        judged = admit.judge(readable, arrival=arrival, names=endpoint.names)
    else:
        judged = Judged(endpoint.table, {n: [] for n in FACT_TABLES[endpoint.table].schema.names}, [], [], {})
    return judged, np.array(kept, dtype=np.int64), faults


def receive(endpoint: Endpoint, rows: Rows, *, sender: Sender, key: str, digest: str, at: datetime) -> Answer:
    """Take a batch in under its idempotency key. ``digest`` tells one body from another.

    Raises Turned (409) when the key was used for another body.
    """
    verdict = judge(endpoint, rows, sender=sender, at=at)
    with transaction.atomic():
        receipt, fresh = Receipt.objects.get_or_create(
            replay_key=replay_key(sender, key),
            defaults={
                "serial": uuid.uuid4().hex,
                "sender": sender,
                "method": endpoint.name,
                "received_at": at,
                "status": DONE,
            },
        )
        if not fresh:
            return earlier_answer(receipt, digest)
        arrival = Arrival(source=f"bulk:{sender.appid}", at=at, sender=sender, receipt=receipt)
        admit.enter(verdict.table, verdict.facts, arrival=arrival)
        admit.keep(Judged(verdict.table, {}, [], verdict.faults, verdict.projects), arrival=arrival)
        leave_mended(kind=verdict.table, rows=_taken(endpoint, rows, verdict, sender), arrival=arrival)
        answer = _answer(verdict, receipt)
        receipt.accepted, receipt.refused = answer["accepted"], len(answer["refused"])
        receipt.waiting = len(answer["waiting"])
        receipt.result = orjson.dumps({"digest": digest, "answer": answer}).decode()
        receipt.save()
    return answer


def _taken(endpoint: Endpoint, rows: Rows, verdict: Verdict, sender: Sender) -> Iterator[FactRow]:
    """The rows that were taken, read again; they are asked for only where something of theirs may be in the queue."""
    faulty = {_row_of(fault) for fault in verdict.faults}
    positions = [position for position in range(rows.count) if position + 1 not in faulty]
    own = sender.project.code if sender.project is not None else ""
    for record in rows.records(positions):
        try:
            yield endpoint.row(record, place="", own_project=own)
        except Misread:
            continue


def replay_key(sender: Sender, key: str) -> str:
    """What an idempotency key is kept under; a sender's keys are its own."""
    digest = hashlib.sha256(f"{sender.pk} {key}".encode()).hexdigest()
    return f"bulk:{digest}"


def earlier(sender: Sender, key: str, digest: str) -> Answer | None:
    """The answer that was given to this key and body before, None when there was none."""
    receipt = Receipt.objects.filter(replay_key=replay_key(sender, key)).first()
    return None if receipt is None else earlier_answer(receipt, digest)


def earlier_answer(receipt: Receipt, digest: str) -> Answer:
    """The answer kept with a receipt. Raises Turned (409) when it answered another body."""
    kept = orjson.loads(receipt.result)
    if kept["digest"] != digest:
        raise Turned(
            409,
            "key_used",
            "该Idempotency-Key已用于其他内容,请换一个新的!",
            "This Idempotency-Key was used for another body; take a new one.",
        )
    return dict(kept["answer"])


def _row_of(fault: Fault) -> int:
    found = _PLACE.match(fault.place)
    return int(found[1]) if found else 0


def place_parts(place: str) -> tuple[int | None, str | None]:
    """Row (counted from 1) and field of a fault in a bulk batch."""
    found = _PLACE.fullmatch(place)
    return (int(found[1]), found[2]) if found else (None, None)


def _answer(verdict: Verdict, receipt: Receipt) -> Answer:
    def told(fault: Fault) -> dict[str, Any]:
        row, field = place_parts(fault.place)
        return {"row": row, "field": field, "reason": fault.reason, "reason_en": fault.reason_en}

    return {
        "accepted": verdict.facts.num_rows,
        "refused": [told(fault) for fault in verdict.faults if not fault.waits],
        "waiting": [told(fault) for fault in verdict.faults if fault.waits],
        "receipt": receipt.serial,
    }
