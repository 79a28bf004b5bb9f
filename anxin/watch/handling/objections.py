"""Objections of a site, and rules that keep quiet about a subject for a while."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction

from anxin.law.civil import civil_date
from anxin.law.clocks import moment_due
from anxin.notices.send import notify
from anxin.people import trail
from anxin.people.models import User
from anxin.watch.handling.actions import AlreadyDone, chiefs_of, locked
from anxin.watch.models import Handling, Objection, Snooze, Warning

ANSWER_WITHIN = "5 working days"
KINDS = ("fact", "offline_payment", "not_ours", "other")


@transaction.atomic
def object_to(
    *, handling: Handling, kind: str, text: str, evidence: Sequence[str], by: User, at: datetime
) -> Objection:
    """The site objects, with evidence (hashes in the vault). One open objection at a time."""
    if kind not in KINDS:
        raise ValueError(f"'{kind}' is none of {', '.join(KINDS)}.")
    now = locked(handling)
    if Objection.objects.filter(handling=now, answered_at=None).exists():
        raise AlreadyDone("已有待答复的异议。", "An objection is waiting for an answer already.")
    objection = Objection.objects.create(
        handling=now, kind=kind, text=text, evidence=list(evidence), by=by, at=at,
        due_at=moment_due(at, ANSWER_WITHIN),
    )  # fmt: skip
    now.state = "objected"
    now.save(update_fields=["state"])
    trail.record(by=by, at=at, action="object", subject="handling", subject_id=now.pk,
                 changes={"kind": kind, "text": text, "evidence": list(evidence)})  # fmt: skip
    told = [now.owner] if now.owner else chiefs_of(now.unit)
    notify(to=told, kind="objection", subject="handling", subject_id=now.pk, at=at, zh=f"项目提出异议：{text}",
           en=f"The site objects: {text}")  # fmt: skip
    return objection


@transaction.atomic
def answer(
    *, objection: Objection, accepted: bool, text: str, spare_until: date | None, by: User, at: datetime
) -> Objection:
    """Answer an objection. Accepted, the rule keeps quiet about this subject until ``spare_until`` (needed then).

    Wages paid off the platform need no sleep: once the payments are in the ledger the warning clears by itself.
    """
    now = locked(objection.handling)
    objection = Objection.objects.select_related("by").get(pk=objection.pk)
    if objection.answered_at is not None:
        raise AlreadyDone("该异议已答复。", "This objection has been answered already.")
    if accepted and spare_until is None and objection.kind != "offline_payment":
        raise ValueError("An accepted objection says until when the rule keeps quiet.")
    objection.accepted, objection.answer, objection.answered_by, objection.answered_at = accepted, text, by, at
    objection.save()
    now.state = "taken" if now.owner else "waiting"
    now.save(update_fields=["state"])
    trail.record(by=by, at=at, action="answer-objection", subject="handling", subject_id=now.pk,
                 changes={"accepted": accepted, "text": text, "spare_until": spare_until})  # fmt: skip
    notify(to=[objection.by], kind="objection-answered", subject="handling", subject_id=now.pk, at=at,
           zh=f"异议{'成立' if accepted else '不成立'}：{text}",
           en=f"Objection {'accepted' if accepted else 'refused'}: {text}")  # fmt: skip
    if accepted and spare_until is not None:
        _snooze(now.warning, spare_until, text, by, at, outcome="accepted")
    return objection


@transaction.atomic
def snooze(*, warning: Warning, until_on: date, reason: str, by: User, at: datetime) -> Snooze:
    """Put a warning to sleep until a day (included): it leaves lists and desks; then, if it still stands, it is handed
    over anew. Raises ValueError for a day that has passed."""
    return _snooze(warning, until_on, reason, by, at, outcome="snoozed")


def _snooze(warning: Warning, until_on: date, reason: str, by: User, at: datetime, *, outcome: str) -> Snooze:
    if until_on < civil_date(at):
        raise ValueError("A warning sleeps until a day to come.")
    row = Snooze.objects.create(
        rule=warning.rule, subject=warning.subject, until_on=until_on, reason=reason, by=by, at=at
    )
    Warning.objects.filter(pk=warning.pk).update(snoozed_until=until_on)
    Handling.objects.filter(warning=warning, ended_at=None).update(state="ended", ended_at=at, outcome=outcome)
    trail.record(by=by, at=at, action="snooze", subject="warning", subject_id=warning.pk,
                 changes={"until_on": until_on, "reason": reason})  # fmt: skip
    return row


@transaction.atomic
def wake(*, row: Snooze, by: User, at: datetime) -> Snooze:
    """End a sleep before its day."""
    row = Snooze.objects.select_for_update(of=("self",), no_key=True).get(pk=row.pk)
    if row.ended_at is not None:
        raise AlreadyDone("静默已结束。", "It is awake already.")
    row.ended_at = at
    row.save(update_fields=["ended_at"])
    Warning.objects.filter(rule=row.rule, subject=row.subject).update(snoozed_until=None)
    trail.record(by=by, at=at, action="wake", subject="snooze", subject_id=row.pk)
    return row
