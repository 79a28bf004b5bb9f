"""The same matter told before: shown to the person himself before he files again, and to the officer who takes it.

Who may be told what: a worker who has signed in hears of his own earlier claims. Somebody who merely types a phone or
an identity number hears nothing, or a contractor's clerk could ask the page who has complained. That others of a site
have claimed is told as a number, and only to a worker of its roster, from five people on.
"""

from collections.abc import Collection

from django.db.models import Q, QuerySet

from anxin.cases.models import Claim, Claimant, Consent
from anxin.registry.actions import identity_blind
from anxin.registry.models import Engagement, Project, Worker

FEWEST = 5


def own_earlier(*, worker: Worker, project: Project | None, employer: str, months: Collection[str]) -> list[Claimant]:
    """Earlier claims of a signed-in worker about the same site or employer with a month in common, newest first."""
    mine = _standing().filter(worker=worker)
    return [row for row in _about(mine, project, employer) if set(row.months) & set(months)]


def others_at(*, project: Project, worker: Worker) -> int:
    """How many other people of a site have an open claim, for a worker of its roster; 0 below five."""
    if not Engagement.objects.filter(project=project, worker=worker).exists():
        return 0
    open_here = _standing().filter(case__project=project, case__ended_at=None).exclude(worker=worker)
    # Who claims twice is one person: three of them would else look like six.
    people = len({who or -row for row, who in open_here.values_list("pk", "worker_id")})
    return people if people >= FEWEST else 0


def probable(claim: Claim) -> list[Claim]:
    """Earlier claims that an officer should look at beside this one: the same person by roster, identity or phone,
    about the same site or employer, with a month in common."""
    mine = list(Claimant.objects.filter(claim=claim))
    workers = [row.worker_id for row in mine if row.worker_id]
    identities = [bytes(row.identity_blind) for row in mine if row.identity_blind]
    phones = [bytes(row.phone_blind) for row in mine if row.phone_blind]
    if claim.phone_blind:
        phones.append(bytes(claim.phone_blind))
    if not (workers or identities or phones):
        return []
    same = Q(worker__in=workers) | Q(identity_blind__in=identities) | Q(phone_blind__in=phones)
    months = {month for row in mine for month in row.months}
    earlier = _standing().filter(same, claim_id__lt=claim.pk)
    found = {
        row.claim_id: row.claim
        for row in _about(earlier, claim.case.project, claim.case.employer)
        if not months or set(row.months) & months
    }
    return [found[key] for key in sorted(found, reverse=True)]


def find_worker(identity: str) -> Worker | None:
    """The person of the roster behind an identity number."""
    return Worker.objects.filter(id_blind=identity_blind(identity)).first() if identity else None


def _standing() -> QuerySet[Claimant]:
    return Claimant.objects.filter(withdrawn_at=None).exclude(consent=Consent.REFUSED)


def _about(rows: QuerySet[Claimant], project: Project | None, employer: str) -> QuerySet[Claimant]:
    rows = rows.select_related("claim__case").order_by("-pk")
    if project is not None:
        return rows.filter(case__project=project)
    return rows.filter(case__project=None, case__employer=employer) if employer else rows.filter(case__project=None)
