"""Acts on the rows ticked in a list: which they are, to whom they may go, what became of them, the way back."""

from collections.abc import Callable, Iterable
from typing import TypeVar

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse

from anxin.cases.flow import CannotMove
from anxin.insight.scope import in_region
from anxin.people.access import PERMISSIONS, seats_with
from anxin.people.models import User
from anxin.portal.officer.forms import key_of
from anxin.portal.ui.address import safe_next
from anxin.portal.ui.tags import in_english
from anxin.watch.handling.actions import AlreadyDone

T = TypeVar("T")
AT_ONCE = 200
_TOLD = 10


def chosen_ids(request: HttpRequest) -> list[int]:
    """Keys of the one row whose own button was pressed, else of the ticked rows."""
    one = request.POST.get("one", "")
    keys = [one] if one else request.POST.getlist("id")
    return [key for told in keys if (key := key_of(told))][:AT_ONCE]


def back_to_list(request: HttpRequest, name: str) -> HttpResponse:
    """Back to where the act was asked for, else to the list of this name."""
    return redirect(safe_next(request, request.POST.get("next", ""), reverse(name)))


def kept_query(request: HttpRequest, names: Iterable[str]) -> str:
    """The filters in force as a query string; nothing of what is empty, and no page."""
    kept = QueryDict(mutable=True)
    for name in names:
        values = [value for value in request.GET.getlist(name) if value]
        if values:
            kept.setlist(name, values)
    return kept.urlencode()


def candidates(user: User, doing: str) -> list[User]:
    """Whom a person may give work to: those in his jurisdiction who hold the permission ``doing``."""
    roles = [role for role, held in PERMISSIONS.items() if doing in held]
    found: dict[int, User] = {}
    for seat in seats_with(user, "assign"):
        people = User.objects.filter(is_active=True, left_at=None, role__in=roles).exclude(region="")
        rows = people.filter(in_region(seat.region, "region")).select_related("organisation").order_by("region", "id")
        found |= {one.pk: one for one in rows[:AT_ONCE]}
    return list(found.values())


def act_on_each(
    request: HttpRequest,
    rows: Iterable[T],
    act: Callable[[T], object],
    *,
    called: Callable[[T], tuple[str, str]],
    done: Callable[[int], str],
    nothing: str,
) -> None:
    """Do an act on each row; what somebody else did first is told calmly, the rest goes on.

    ``called``: a row's name in Chinese and English; ``done``: the sentence for so many; ``nothing``: for none.
    """
    count, late = 0, []
    for row in rows:
        try:
            act(row)
        except (AlreadyDone, CannotMove) as first:
            zh, en = called(row)
            late.append(f"{en}: {first.en}" if in_english() else f"{zh}：{first.zh}")
        else:
            count += 1
    if count:
        messages.success(request, done(count))
    for sentence in late[:_TOLD]:
        messages.info(request, sentence)
    if not count and not late:
        messages.error(request, nothing)
