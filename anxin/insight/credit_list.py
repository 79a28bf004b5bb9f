"""The joint-punishment list as a list: who is proposed, told, listed, gone from it; within a person's bounds."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, F, Q, QuerySet

from anxin.credit.joint_list import states
from anxin.credit.models import Listing
from anxin.insight.scope import in_region, visible_cases
from anxin.people.models import User
from anxin.registry import regions

ON_LIST = ("listed", "asked")
PENDING = ("proposed", "told", "objected")
GROUPS = ("open", "pending", "on_list", "ended", "all")


@dataclass(frozen=True)
class ListingFilter:
    """What the reader asked for. ``state``: one of ``GROUPS`` or a state of the list's course."""

    state: str = "open"
    region: str = ""
    text: str = ""
    late: bool = False

    @property
    def asks(self) -> int:
        """How many restrictions beyond the usual view are in force."""
        return sum(1 for value in (self.region, self.text, self.late) if value) + (self.state != "open")


def read_listing_filter(asked: Mapping[str, str]) -> ListingFilter:
    """A filter from an address; what makes no sense there is left out, never an error."""
    region, state = asked.get("region", ""), asked.get("state", "")
    return ListingFilter(
        state=state if state in GROUPS or state in states() else "open",
        region=region if regions.exists(region) else "",
        text=" ".join(asked.get("q", "").split())[:64],
        late=asked.get("late") == "1",
    )


def visible_listings(user: User, permission: str = "credit") -> QuerySet[Listing]:
    """The listings of the cases in the bounds of the seats that hold a permission."""
    return Listing.objects.filter(case__in=visible_cases(user, permission))


def listings_asked(user: User, asked: ListingFilter, *, at: datetime) -> QuerySet[Listing]:
    """The listings asked for: what is due first comes first, then the newest."""
    rows = visible_listings(user)
    if asked.state == "open":
        rows = rows.filter(ended_at=None)
    elif asked.state == "pending":
        rows = rows.filter(state__in=PENDING)
    elif asked.state == "on_list":
        rows = rows.filter(state__in=ON_LIST)
    elif asked.state == "ended":
        rows = rows.filter(ended_at__isnull=False)
    elif asked.state != "all":
        rows = rows.filter(state=asked.state)
    if asked.region:
        rows = rows.filter(in_region(asked.region, "case__region_code"))
    if asked.text:
        digits = "".join(asked.text.split())
        rows = rows.filter(Q(firm__icontains=asked.text) | Q(firm_code=digits.upper()) | Q(case__number=digits))
    if asked.late:
        rows = rows.filter(due_at__lt=at)
    rows = rows.annotate(named=Count("persons", filter=Q(persons__struck_at=None)))
    rows = rows.select_related("case__project", "case__unit", "proposed_by")
    return rows.order_by(F("due_at").asc(nulls_last=True), "-proposed_at", "-pk")
