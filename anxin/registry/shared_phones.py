"""Telephones that a roster names for many workers, mostly their foreman's: a fact about the data, not about a person.

Such a number proves nothing: whoever holds it is not thereby any one of them.
"""

from collections import defaultdict
from datetime import date

from django.db.models import Q

from anxin.people.phone_codes import normal_phone
from anxin.registry.models import Engagement
from anxin.vault.fields import open_text

# A family may share a telephone; on a roster, more workers than these do not.
MORE_THAN = 3


def shared_phones(project_id: int, *, on_site: date | None = None) -> list[int]:
    """Of each phone that a project's roster names for more than ``MORE_THAN`` workers, for how many; most first.

    ``on_site``: count only those who are there on a day. Numbers are opened to be compared and stay here.
    """
    return sorted((len(workers) for workers in _by_phone(project_id, on_site).values()), reverse=True)


def is_shared(phone: str, *, worker_id: int) -> bool:
    """Whether a phone is named for more than ``MORE_THAN`` workers on the roster of a project this worker was on."""
    projects = set(Engagement.objects.filter(worker=worker_id).values_list("project_id", flat=True))
    return any(phone in _by_phone(project, None) for project in projects)


def _by_phone(project_id: int, on_site: date | None) -> dict[str, set[int]]:
    rows = Engagement.objects.filter(project=project_id).exclude(worker__phone_sealed=b"")
    if on_site is not None:
        rows = rows.filter(Q(left_on=None) | Q(left_on__gte=on_site))
    found: dict[str, set[int]] = defaultdict(set)
    for worker, sealed in rows.values_list("worker_id", "worker__phone_sealed"):
        phone = normal_phone(open_text(sealed))
        if phone:
            found[phone].add(worker)
    return {phone: workers for phone, workers in found.items() if len(workers) > MORE_THAN}
