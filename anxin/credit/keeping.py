"""What runs by itself: served notices begin the days to object, listings end with their last day, late steps are told.

Safe to repeat and for two workers at once: each listing is locked and looked at again in a transaction of its own.
"""

from datetime import datetime

from django.db import transaction

from anxin.cases.flow import CannotMove
from anxin.cases.hands import above
from anxin.credit.joint_list import clock_kind
from anxin.credit.leaving import expire
from anxin.credit.models import Listing, ListingClock
from anxin.credit.telling import tell
from anxin.law.civil import civil_date
from anxin.notices.send import notify
from anxin.remedies.models import DocumentState

_AT_ONCE = 1000


def tend_listings(*, at: datetime) -> int:
    """Do and tell all that is due. Answers how many things happened."""
    return _told(at) + _expired(at) + _run_out(at)


def _told(at: datetime) -> int:
    served = Listing.objects.filter(state="proposed", notice__state=DocumentState.SERVED).select_related("case")
    count = 0
    for listing in served.order_by("pk")[:_AT_ONCE]:
        try:
            tell(listing=listing, by=None, at=at)
        except CannotMove:
            continue
        count += 1
    return count


def _expired(at: datetime) -> int:
    over = Listing.objects.filter(state__in=("listed", "asked"), until_on__lt=civil_date(at)).select_related("case")
    return sum(expire(listing=listing, at=at) for listing in over.order_by("pk")[:_AT_ONCE])


def _run_out(at: datetime) -> int:
    """Tell once that a step is late, and that the days to object are over and it may be decided."""
    rows = ListingClock.objects.filter(done_at=None, due_at__lt=at, told_at=None)
    count = 0
    for clock in rows.select_related("listing__case__unit", "listing__proposed_by").order_by("due_at")[:_AT_ONCE]:
        with transaction.atomic():
            if not ListingClock.objects.filter(pk=clock.pk, told_at=None, done_at=None).update(told_at=at):
                continue
            kind, listing, late = clock_kind(clock.step), clock.listing, clock.step != "object"
            zh = f"“{kind.title['zh']}”已超期" if late else "异议期已满，可以作出决定"
            en = f"'{kind.title['en']}' is late" if late else "the days to object are over; it may be decided"
            notify(to=[listing.proposed_by, *above(listing.case)], kind="list-late" if late else "list-ready",
                   subject="listing", subject_id=listing.pk, at=at, urgent=late,
                   zh=f"失信名单·{listing.firm}：{zh}", en=f"Joint-punishment list, {listing.firm}: {en}")  # fmt: skip
            count += 1
    return count
