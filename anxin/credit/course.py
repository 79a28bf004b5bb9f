"""A listing goes from state to state; its clocks, story and link of the trail go with it."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db.models import Min

from anxin.cases import flow
from anxin.cases.flow import CannotMove
from anxin.cases.models import Case
from anxin.credit.joint_list import ClockKind, clocks, states
from anxin.credit.models import Listing, ListingClock, ListingStep
from anxin.law.civil import civil_date, start_of
from anxin.law.running import More, Reckoning, reckon
from anxin.people.models import User


def locked(listing: Listing) -> tuple[Case, Listing]:
    """The case of a listing and the listing as they are now, locked in this order until the transaction ends."""
    case = flow.locked(listing.case)
    Listing.objects.select_for_update(no_key=True).get(pk=listing.pk)
    return case, Listing.objects.select_related("case", "order", "notice", "decision", "proposed_by").get(pk=listing.pk)


def living(case: Case) -> Case:
    """The case that goes on: of a merged one that which it was merged into. A listing follows there, unless the firm is
    listed there too."""
    while case.merged_into is not None:
        case = case.merged_into
    return case


def must_stand(listing: Listing, *allowed: str) -> None:
    """Raises CannotMove unless a listing stands in one of these states."""
    if listing.state not in allowed:
        word = states()[listing.state].title
        raise CannotMove(f"当前为“{word['zh']}”，请刷新页面再办。", f"It stands at '{word['en']}'; reload the page.")


def enter(listing: Listing, to: str, *, kind: str, by: User | None, at: datetime, note: str = "",
          files: Sequence[str] = ()) -> None:  # fmt: skip
    """Bring a locked listing to a state, save it, turn its clocks and write the line of its story.

    Raises CannotMove when the list's course knows no such step.
    """
    if to not in states()[listing.state].next:
        must_stand(listing)
    listing.state = to
    listing.ended_at = at if to in ("dropped", "spared", "removed", "expired") else None
    listing.save()
    turn_clocks(listing, at=at)
    write(listing, kind=kind, by=by, at=at, note=note, files=files)


def write(listing: Listing, *, kind: str, by: User | None, at: datetime, note: str = "",
          files: Sequence[str] = ()) -> ListingStep:  # fmt: skip
    """A line of a listing's story."""
    return ListingStep.objects.create(listing=listing, at=at, by=by, kind=kind, state=listing.state, note=note[:1000],
                                      files=list(files))  # fmt: skip


def turn_clocks(listing: Listing, *, at: datetime) -> None:
    """Stop the clocks the present state ends and start those that begin with it."""
    over = [kind.step for kind in clocks() if listing.state in kind.stops]
    ListingClock.objects.filter(listing=listing, step__in=over, done_at=None).update(done_at=at)
    known = list(ListingClock.objects.filter(listing=listing))
    running, before = {one.step for one in known if one.done_at is None}, {one.step for one in known}
    for kind in clocks():
        if listing.state in kind.starts and kind.step not in running and not (kind.once and kind.step in before):
            since = _since(listing, kind, at)
            due = reckon(since, kind.within).due
            assert due is not None
            ListingClock.objects.create(
                listing=listing, step=kind.step, within=kind.within, started_at=since, due_at=due
            )
    set_due(listing)


def _since(listing: Listing, kind: ClockKind, at: datetime) -> datetime:
    day: date | None = getattr(listing, kind.begins) if kind.begins else None
    return start_of(day) if day is not None else at


def set_due(listing: Listing) -> None:
    """Write the office's nearest deadline into the listing."""
    own = [kind.step for kind in clocks() if kind.whose == "unit"]
    rows = ListingClock.objects.filter(listing=listing, done_at=None, step__in=own)
    listing.due_at = rows.aggregate(due=Min("due_at"))["due"]
    listing.save(update_fields=["due_at"])


def reckoning(clock: ListingClock) -> Reckoning:
    """How a clock comes to its deadline."""
    more = [More(clock.extended, clock.extended_why)] if clock.extended else []
    return reckon(clock.started_at, clock.within, more=more)


def may_object_until(listing: Listing) -> date | None:
    """The last day for an objection; None before anybody was told."""
    clock = ListingClock.objects.filter(listing=listing, step="object").order_by("pk").last()
    return civil_date(clock.due_at) if clock is not None else None
