"""What is done with a listing: told, objected to, decided, extended, taken back, removed. Without scripts."""

from collections.abc import Callable
from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from anxin.credit import deciding, leaving, objections, proposing, telling
from anxin.credit.models import ListedPerson, Listing
from anxin.portal.officer.acting import do_or_tell
from anxin.portal.officer.cases.ways_acts import key_of
from anxin.portal.officer.credit.page import find_listing, show_listing
from anxin.portal.officer.files import take_files
from anxin.portal.officer.forms import Wrong, day_of, read_text
from anxin.portal.ui.access import needs, signed_in
from anxin.remedies.models import Document
from anxin.watch.handling.actions import AlreadyDone


def _act(request: HttpRequest, row: Listing, act: Callable[[], object], done: str) -> HttpResponse:
    """Do it and go back to the listing; a form that lacks something comes back as it was filled in."""

    def again() -> HttpResponse:
        return show_listing(request, find_listing(request, row.pk), given=request.POST.dict(), status=422)

    return do_or_tell(request, act, done, back=reverse("listing", args=[row.pk]), again=again, first=(AlreadyDone,))


def _day(request: HttpRequest) -> date:
    day = day_of(request.POST.get("on", ""))
    if day is None:
        raise Wrong(_("请填写日期。"))
    return day


def _person(row: Listing, text: str) -> ListedPerson:
    found = row.persons.filter(pk=key_of(text)).first()
    if found is None:
        raise Wrong(_("请选择人员。"))
    return found


def _draft(request: HttpRequest, row: Listing, make: Callable[[], Document]) -> HttpResponse:
    made: list[Document] = []
    answer = _act(request, row, lambda: made.append(make()), _("已按名单资料起草，请核对后提交签批。"))
    return redirect("paper", pk=made[0].pk) if made else answer


@needs("case")
@require_POST
def draft_notice(request: HttpRequest, pk: int) -> HttpResponse:
    """Draw up the notice and go to it."""
    user, row = signed_in(request), find_listing(request, pk, "case")
    return _draft(request, row, lambda: telling.draft_notice(listing=row, by=user, at=timezone.now()))


@needs("case")
@require_POST
def draft_decision(request: HttpRequest, pk: int) -> HttpResponse:
    """Draw up the decision and go to it."""
    user, row = signed_in(request), find_listing(request, pk, "case")
    return _draft(request, row, lambda: telling.draft_decision(listing=row, by=user, at=timezone.now()))


@needs("case")
@require_POST
def tell(request: HttpRequest, pk: int) -> HttpResponse:
    """The notice was served: the days to object begin."""
    user, row = signed_in(request), find_listing(request, pk, "case")
    return _act(request, row, lambda: telling.tell(listing=row, by=user, at=timezone.now()),
                _("已登记告知，异议期自送达次日起算。"))  # fmt: skip


@needs("case")
@require_POST
def strike(request: HttpRequest, pk: int) -> HttpResponse:
    """Leave a person out."""
    user, row = signed_in(request), find_listing(request, pk, "case")

    def act() -> None:
        one = _person(row, request.POST.get("person", ""))
        reason = read_text(request, "reason", 400, _("请写明理由。"))
        proposing.strike(person=one, reason=reason, by=user, at=timezone.now())

    return _act(request, row, act, _("已去掉该人员。"))


@needs("case")
@require_POST
def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the proposal back."""
    user, row = signed_in(request), find_listing(request, pk, "case")

    def act() -> None:
        reason = read_text(request, "reason", 400, _("请写明理由。"))
        proposing.take_back(listing=row, reason=reason, by=user, at=timezone.now())

    return _act(request, row, act, _("提议已撤回。"))


@needs("case")
@require_POST
def object_to(request: HttpRequest, pk: int) -> HttpResponse:
    """Write an objection down."""
    user, row, at = signed_in(request), find_listing(request, pk, "case"), timezone.now()

    def act() -> None:
        who = request.POST.get("person", "")
        text, on = read_text(request, "text", 2000, _("请写明异议的内容。")), _day(request)
        one = _person(row, who) if who else None
        objections.object_to(listing=row, text=text, made_on=on, person=one, files=take_files(request), by=user, at=at)

    return _act(request, row, act, _("异议已登记，请在五个工作日内核实答复。"))


@needs("approve")
@require_POST
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer an objection."""
    user, row = signed_in(request), find_listing(request, pk, "approve")
    one = get_object_or_404(
        row.objections.select_related("listing__case"), pk=key_of(request.POST.get("objection", ""))
    )

    def act() -> None:
        text = read_text(request, "answer", 1000, _("请写明答复的理由。"))
        upheld = request.POST.get("upheld") == "1"
        objections.answer(objection=one, upheld=upheld, text=text, by=user, at=timezone.now())

    return _act(request, row, act, _("异议已答复。"))


@needs("approve")
@require_POST
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Put the firm on the list, decide against it, or spare it."""
    user, row, at = signed_in(request), find_listing(request, pk, "approve"), timezone.now()
    what = request.POST.get("what", "")

    def act() -> None:
        note = read_text(request, "note", 400, _("请写明不予列入的理由。") if what == "refuse" else "")
        if what == "list":
            deciding.put_on_list(listing=row, by=user, at=at, note=note)
        elif what == "refuse":
            deciding.refuse(listing=row, reason=note, by=user, at=at)
        elif what == "spare":
            deciding.spare(listing=row, pledge=take_files(request), by=user, at=at, note=note)
        else:
            raise Wrong(_("请选择决定。"))

    done = {"list": _("已决定列入，请制作并送达决定书。"), "spare": _("已改正并书面承诺，不予列入。")}
    return _act(request, row, act, done.get(what, _("已决定不予列入。")))


@needs("approve")
@require_POST
def extend(request: HttpRequest, pk: int) -> HttpResponse:
    """Lengthen the period for the decision."""
    user, row = signed_in(request), find_listing(request, pk, "approve")

    def act() -> None:
        reason = read_text(request, "reason", 300, _("请写明延长的理由。"))
        deciding.extend(listing=row, reason=reason, by=user, at=timezone.now())

    return _act(request, row, act, _("决定期限已延长。"))


@needs("case")
@require_POST
def ask_removal(request: HttpRequest, pk: int) -> HttpResponse:
    """Take in a request for early removal."""
    user, row, at = signed_in(request), find_listing(request, pk, "case"), timezone.now()

    def act() -> None:
        note = read_text(request, "note", 400)
        leaving.ask_removal(listing=row, pledge=take_files(request), by=user, at=at, note=note)

    return _act(request, row, act, _("移出申请已受理，由负责人决定。"))


@needs("approve")
@require_POST
def decide_removal(request: HttpRequest, pk: int) -> HttpResponse:
    """Decide on early removal."""
    user, row = signed_in(request), find_listing(request, pk, "approve")
    yes = request.POST.get("approved") == "1"

    def act() -> None:
        reason = read_text(request, "reason", 400, _("请写明理由。"))
        leaving.decide_removal(listing=row, approved=yes, reason=reason, by=user, at=timezone.now())

    return _act(request, row, act, _("已准予提前移出。") if yes else _("未准予移出，继续在列。"))


@needs("approve")
@require_POST
def restore(request: HttpRequest, pk: int) -> HttpResponse:
    """Put back a firm whose removal was won by deceit."""
    user, row = signed_in(request), find_listing(request, pk, "approve")

    def act() -> None:
        reason = read_text(request, "reason", 400, _("请写明弄虚作假的事实。"))
        leaving.restore(listing=row, reason=reason, by=user, at=timezone.now())

    return _act(request, row, act, _("已恢复列入，列入期限重新计算。"))


@needs("case")
@require_POST
def carry_out(request: HttpRequest, pk: int) -> HttpResponse:
    """Note that the removal was carried out."""
    user, row = signed_in(request), find_listing(request, pk, "case")

    def act() -> None:
        leaving.carry_out(listing=row, on=_day(request), by=user, at=timezone.now(),
                          note=read_text(request, "note", 400))  # fmt: skip

    return _act(request, row, act, _("已登记移出办理完毕。"))
