"""Cases as the rules see them: reports of arrears in the registry, kept in the transaction of the act.

A case has one report under its own number (SX-04 counts it against the three days when its facts are plain); each of
its claimants who is on the roster has one more, by which the rules on leavers know that he claims. A site's clerk reads
its project's warnings, and one on a leaver names him: who claims anonymously, or has not agreed to be spoken for, is
named in no report.
"""

from datetime import datetime

from django.db import connection

from anxin import plainly
from anxin.cases.models import Case, Claim, Claimant, Consent, Lane
from anxin.law.civil import civil_date
from anxin.registry import actions as registry
from anxin.registry.models import ArrearsReport

_OPENS = frozenset({"accepted"})
_CLOSES = frozenset({"ended", "refused", "transferred"})
_NOT_IN_HAND = _CLOSES | {"received", "dispatched", "supplement"}
_WAGES = ("building_wages", "other_wages")
# A case's own report has its number, its claimants' begin with it.
_CLOSE = """UPDATE registry_arrearsreport SET closed_on = %s
             WHERE project_id = %s AND closed_on IS NULL AND number LIKE %s"""


def keep(case: Case, *, before: str, at: datetime) -> None:
    """Bring a case's reports to its new state, when the project is known and the step matters to the rules."""
    if case.project_id is None or case.matter not in _WAGES:
        return
    if case.state in _OPENS:
        report(case, at=at)
    elif case.state in _CLOSES and before not in _CLOSES:
        close(case, at=at)


def joined(case: Case, *, at: datetime) -> None:
    """Somebody agreed to be spoken for in a case that may be in hand already: he is reported now, not at its next
    step."""
    if case.matter in _WAGES and case.state not in _NOT_IN_HAND:
        report(case, at=at)


def report(case: Case, *, at: datetime) -> int:
    """Write the reports of a case that is being handled. Answers how many stand. Of a project only."""
    if case.project_id is None:
        return 0
    openly = [claim.pk for claim in plainly.read(Claim, case_id=case.pk, anonymous=False)]
    known_to_all = Claimant.objects.filter(
        claim__in=openly, withdrawn_at=None, worker__isnull=False, consent__in=(Consent.OWN, Consent.GIVEN)
    )
    workers = dict(known_to_all.values_list("pk", "worker_id"))
    known = {
        "project_id": case.project_id, "reported_on": civil_date(case.opened_at), "handled_since": civil_date(at),
    }  # fmt: skip
    alone = next(iter(workers.values())) if len(workers) == 1 else None
    rows = [ArrearsReport(number=case.number, worker_id=alone, plain=case.lane == Lane.PLAIN, **known)]
    if alone is None:
        rows += [ArrearsReport(number=f"{case.number}-{pk}", worker_id=who, **known) for pk, who in workers.items()]
    ArrearsReport.objects.bulk_create(
        rows,
        batch_size=200,
        update_conflicts=True,
        unique_fields=["number"],
        update_fields=["plain", "closed_on", "worker"],
    )
    registry.touch(project_id=case.project_id, at=at)
    return len(rows)


def close(case: Case, *, at: datetime) -> None:
    """Close the reports of a case; one that was never accepted has none."""
    if case.project_id is None:
        return
    with plainly.cursor() as cursor:
        closed_on = connection.ops.adapt_datefield_value(civil_date(at))
        cursor.execute(_CLOSE, [closed_on, case.project_id, f"{case.number}%"])
        closed = cursor.rowcount
    if closed:
        registry.touch(project_id=case.project_id, at=at)


def lane_changed(case: Case, *, at: datetime) -> None:
    """Tell the rules that a case's facts are plain, or no longer."""
    if case.project_id is not None and (
        ArrearsReport.objects.filter(number=case.number).update(plain=case.lane == Lane.PLAIN)
    ):
        registry.touch(project_id=case.project_id, at=at)
