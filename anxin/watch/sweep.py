"""The sweep: every rule over every project (or those touched), then reconciled with the warnings that stand."""

import time
from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from functools import reduce
from operator import or_

from django.db.models import Min, Q

from anxin.ledger.facts import load_facts
from anxin.ledger.locks import only_one
from anxin.registry.models import Project, Touch
from anxin.rules.evaluate import evaluate
from anxin.rules.packs import all_rules
from anxin.watch.models import Judged, Sweep
from anxin.watch.reconcile import SweepScope, parts, reconcile

SWEEPS_KEPT = timedelta(days=7)
_A_STEP = 500


def sweep(*, as_of: date, at: datetime, projects: Collection[int] | None = None) -> Sweep:
    """Judge all projects (or some) on ``as_of`` and bring the warnings in step. Doing it twice changes nothing.

    With ``projects``, all projects of the same contractors are judged too where a rule speaks of enterprises, so that
    an enterprise's finding stays whole.
    """
    begun = time.perf_counter()
    if projects is None:
        with only_one("full sweep", wait=True):
            swept, counts = _all(as_of, at)
    else:
        with only_one("sweep", wait=True):
            swept, counts = _some(projects, as_of, at)
    seconds = time.perf_counter() - begun
    return Sweep.objects.create(
        as_of=as_of, begun_at=at, done_at=at, projects=swept, full=projects is None, seconds=seconds, **counts
    )


def _all(as_of: date, at: datetime) -> tuple[int, dict[str, int]]:
    """Judge everything while sweeps of some go on: what they judge meanwhile they know better, and it is left so."""
    with only_one("sweep", wait=True):
        Judged.objects.all().delete()
        seen = _touches()
    findings = evaluate(load_facts(as_of=as_of))
    with only_one("sweep", wait=True):
        later = list(Judged.objects.filter(as_of=as_of).values_list("project_id", "enterprise_id"))
        scope = SweepScope(but_projects={pk for pk, _ in later if pk}, but_firms={pk for _, pk in later if pk})
        counts = reconcile(findings, as_of=as_of, at=at, scope=scope)
        _untouch(seen)
    return Project.objects.count(), counts


def _some(projects: Collection[int], as_of: date, at: datetime) -> tuple[int, dict[str, int]]:
    chosen, firms = _with_siblings(projects, as_of)
    seen = _touches(chosen)
    findings = evaluate(load_facts(as_of=as_of, projects=chosen))
    counts = reconcile(findings, as_of=as_of, at=at, scope=SweepScope(chosen, firms))
    judged = [Judged(project_id=pk, as_of=as_of) for pk in chosen]
    judged += [Judged(enterprise_id=pk, as_of=as_of) for pk in firms]
    Judged.objects.bulk_create(judged, ignore_conflicts=True)
    _untouch(seen)
    return len(chosen), counts


def _touches(projects: Sequence[int] | None = None) -> list[int]:
    """The marks that stand. By name: one with a smaller number may be committed later, and is not seen yet."""
    if projects is None:
        return list(Touch.objects.values_list("id", flat=True))
    rows = (Touch.objects.filter(project_id__in=part).values_list("id", flat=True) for part in parts(projects))
    return [pk for part in rows for pk in part]


def _untouch(marks: Sequence[int]) -> None:
    for part in parts(marks):
        Touch.objects.filter(id__in=part).delete()


def forget_sweeps(*, at: datetime) -> int:
    """Take away the record of sweeps of some that are over a week old: there is one a second. Full ones stay."""
    gone = 0
    while True:
        front = Sweep.objects.filter(full=False).order_by("id").values_list("id", "begun_at")[:_A_STEP]
        old = [pk for pk, begun_at in front if begun_at < at - SWEEPS_KEPT]
        gone += Sweep.objects.filter(id__in=old).delete()[0]
        if len(old) < _A_STEP:
            return gone


def touched_projects(limit: int = 2000) -> list[int]:
    """Projects something arrived on since they were last swept, longest waiting first."""
    rows = Touch.objects.values("project_id").annotate(first=Min("id")).order_by("first")[:limit]
    return [row["project_id"] for row in rows]


def _with_siblings(projects: Collection[int], as_of: date) -> tuple[list[int], list[int]]:
    """The projects and those of the same contractors in the places whose rules judge enterprises; and these firms."""
    places = {place for rule in all_rules(as_of) if rule.object == "enterprise" for place in rule.regions}
    judged = reduce(or_, (Q(region_code__startswith=place) for place in places), Q(pk__in=[]))
    touched = Project.objects.filter(judged, pk__in=projects, contractor__isnull=False)
    firms = sorted(set(touched.values_list("contractor_id", flat=True)))
    siblings = Project.objects.filter(judged, contractor__in=firms).values_list("pk", flat=True)
    return sorted({*projects, *siblings}), firms
