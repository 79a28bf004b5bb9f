"""The sweep: every rule over every project (or those touched), then reconciled with the warnings that stand."""

import time
from collections.abc import Collection
from datetime import date, datetime
from functools import reduce
from operator import or_

from django.db.models import Max, Q

from anxin.ledger.facts import load_facts
from anxin.ledger.locks import only_one
from anxin.registry.models import Project, Touch
from anxin.rules.evaluate import evaluate
from anxin.rules.packs import all_rules
from anxin.watch.models import Sweep
from anxin.watch.reconcile import reconcile


def sweep(*, as_of: date, at: datetime, projects: Collection[int] | None = None) -> Sweep:
    """Judge all projects (or some) on ``as_of`` and bring the warnings in step. Doing it twice changes nothing.

    With ``projects``, all projects of the same contractors are judged too where a rule speaks of enterprises, so that
    an enterprise's finding stays whole.
    """
    begun = time.perf_counter()
    with only_one("sweep", wait=True):
        chosen, firms = _with_siblings(projects, as_of) if projects is not None else (None, None)
        seen = Touch.objects.aggregate(last=Max("id"))["last"] or 0
        findings = evaluate(load_facts(as_of=as_of, projects=chosen))
        counts = reconcile(findings, as_of=as_of, at=at, projects=chosen, firms=firms)
        done = Touch.objects.filter(id__lte=seen)
        if chosen is not None:
            done = done.filter(project_id__in=chosen)
        done.delete()
    seconds = time.perf_counter() - begun
    swept = len(chosen) if chosen is not None else Project.objects.count()
    return Sweep.objects.create(
        as_of=as_of, begun_at=at, done_at=at, projects=swept, full=chosen is None, seconds=seconds, **counts
    )


def touched_projects(limit: int = 2000) -> list[int]:
    """Projects something arrived on since they were last swept, longest waiting first."""
    rows = Touch.objects.values("project_id").annotate(first=Max("id")).order_by("first")[:limit]
    return [row["project_id"] for row in rows]


def _with_siblings(projects: Collection[int], as_of: date) -> tuple[list[int], list[int]]:
    """The projects and those of the same contractors in the places whose rules judge enterprises; and these firms."""
    places = {place for rule in all_rules(as_of) if rule.object == "enterprise" for place in rule.regions}
    judged = reduce(or_, (Q(region_code__startswith=place) for place in places), Q(pk__in=[]))
    touched = Project.objects.filter(judged, pk__in=projects, contractor__isnull=False)
    firms = sorted(set(touched.values_list("contractor_id", flat=True)))
    siblings = Project.objects.filter(judged, contractor__in=firms).values_list("pk", flat=True)
    return sorted({*projects, *siblings}), firms
