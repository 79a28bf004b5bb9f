"""An agency's own part on the ways to money: its tracks, what it is asked to advance, its emergency funds."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db.models import F
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from anxin.cases.flow import CannotMove
from anxin.cases.numbers import shown
from anxin.insight.paging import page_of, wanted_page
from anxin.law.civil import civil_date
from anxin.people.models import OrganisationKind, User
from anxin.portal.officer.cases import ways_words as words
from anxin.portal.officer.cases.ways import track_view
from anxin.portal.officer.cases.ways_acts import read_happened, read_hearing
from anxin.portal.officer.downloads import form_asked
from anxin.portal.officer.forms import Wrong, read_account, read_text, read_yuan
from anxin.portal.officer.handling_words import person, till
from anxin.portal.ui.access import needs, signed_in
from anxin.portal.ui.export import READ, Cell, export
from anxin.portal.ui.tags import in_english
from anxin.remedies import pledges, recovery, tracks
from anxin.remedies.backstop_data import fund_rule
from anxin.remedies.funds import open_fund, set_fund
from anxin.remedies.models import Fund, Pledge, Track
from anxin.remedies.sources import available_fen, overdrawn_fen
from anxin.remedies.ways import kinds


def _tracks(user: User) -> Any:
    return Track.objects.filter(organisation=user.organisation) if user.organisation_id else Track.objects.none()


def _pledges(user: User) -> Any:
    return Pledge.objects.filter(organisation=user.organisation) if user.organisation_id else Pledge.objects.none()


def own_funds(user: User) -> Any:
    """The emergency funds of a person's office."""
    return Fund.objects.filter(organisation=user.organisation) if user.organisation_id else Fund.objects.none()


@needs("help")
@require_safe
def page(request: HttpRequest) -> HttpResponseBase:
    """What waits for this office, by deadline; or its running tracks as a file."""
    if form := form_asked(request):
        return _download(_running(signed_in(request)), form)
    return _show(request)


def _running(user: User) -> Any:
    running = _tracks(user).filter(ended_at=None).select_related("case__project")
    return running.prefetch_related("clocks", "instalments", "steps__by").order_by("due_at", "pk")


def _download(running: Any, form: str) -> HttpResponseBase:
    at = timezone.now()
    headings = [_("途径"), _("方式"), _("状态"), _("案件"), _("项目"), _("人数"), _("本单位案号"), _("时限"), _("最晚")]

    def lines() -> Iterator[list[Cell]]:
        for row in running[:READ].iterator(chunk_size=1000):
            told = track_view(row, at, inside=False)
            first = told["clocks"][0] if told["clocks"] else None
            yield [
                told["title"], told["form"], told["state"], shown(row.case.number),
                row.case.project.name if row.case.project else "", row.case.people, row.number,
                first["title"] if first else "", first["row"].due_at if first else None,
            ]  # fmt: skip

    name = _("本单位途径-%(day)s") % {"day": civil_date(at)}
    return export(form=form, name=name, headings=headings, rows=lines())


def _show(request: HttpRequest, status: int = 200) -> HttpResponse:
    user, at = signed_in(request), timezone.now()
    unit = user.organisation
    paging = page_of(_running(user), number=wanted_page(request.GET.get("page", "")))
    told = [
        track_view(track, at, inside=True) | {"case": track.case, "number": shown(track.case.number)}
        for track in paging.rows
    ]
    # What has no answer yet comes first, on every database.
    rows = _pledges(user).order_by(F("answered_at").asc(nulls_first=True), "due_at", "pk")
    asking = page_of(
        rows.select_related("case__project", "asked_by"), number=wanted_page(request.GET.get("asked", "")), size=20
    )
    asked = [
        {"row": row, "number": shown(row.case.number), "due": till(row.due_at, at), "who": person(row.asked_by)}
        for row in asking.rows
    ]
    funds = [
        {"row": fund, "balance_fen": available_fen(fund, civil_date(at)),
         "over_fen": overdrawn_fen(fund, civil_date(at)), "rule": fund_rule(fund.region_code),
         "entries": [{"row": one, "word": words.ENTRIES[one.kind], "who": person(one.by)}
                     for one in fund.entries.select_related("by", "draw__case").order_by("-at", "-pk")[:20]]}
        for fund in own_funds(user).order_by("pk")
    ]  # fmt: skip
    context: dict[str, Any] = {
        "unit": unit, "tracks": told, "paging": paging, "asking": asking, "pledges": asked, "funds": funds,
        "today": civil_date(at),
        "keeps_funds": unit is not None and unit.kind in (OrganisationKind.FINANCE, OrganisationKind.HR),
        "given": request.POST if status != 200 else {},
    }  # fmt: skip
    return render(request, "officer/helping/ways.html", context, status=status)


def _act(request: HttpRequest, act: Callable[[datetime], object], done: str) -> HttpResponse:
    try:
        act(timezone.now())
    except CannotMove as first:
        messages.info(request, first.en if in_english() else first.zh)
    except Wrong as wrong:
        messages.error(request, str(wrong))
        return _show(request, status=422)
    else:
        messages.success(request, done)
    return redirect("helping-ways")


@needs("help")
@require_POST
def track(request: HttpRequest, pk: int) -> HttpResponse:
    """The office brings its track on. Sums of people are set by the inspection, which knows them."""
    user = signed_in(request)
    row = get_object_or_404(_tracks(user).select_related("case"), pk=pk)
    state = kinds()[row.kind].states.get(request.POST.get("to", ""))

    def act(at: datetime) -> None:
        if state is None:
            raise Wrong(_("请选择下一步。"))
        if state.sums:
            raise Wrong(_("这一步要逐人填写金额：请把结果告诉案件承办人，由其登记。"))
        tracks.step(
            track=row, to=state.key, by=user, at=at, on=read_happened(request, at),
            note=read_text(request, "note", 300), number=read_text(request, "number", 64),
            hearing_at=read_hearing(request),
        )  # fmt: skip

    return _act(request, act, _("已登记，案件承办人和申请人会看到。"))


@needs("help")
@require_POST
def pledge(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer how much will be advanced."""
    user = signed_in(request)
    row = get_object_or_404(_pledges(user).select_related("case"), pk=pk)

    def act(at: datetime) -> None:
        refused = request.POST.get("refused") == "1"
        note = read_text(request, "note", 400, _("不能垫付的，请说明理由。") if refused else "")
        amount = 0 if refused else read_yuan(request, "amount", _("请填写可垫付的金额。"))
        pledges.answer_pledge(pledge=row, amount_fen=amount, by=user, at=at, note=note)

    return _act(request, act, _("已答复，案件承办人会收到通知。"))


@needs("help")
@require_POST
def fund_new(request: HttpRequest) -> HttpResponse:
    """Open an emergency fund of one's own office."""
    user = signed_in(request)

    def act(at: datetime) -> None:
        unit = user.organisation
        if unit is None or unit.kind not in (OrganisationKind.FINANCE, OrganisationKind.HR):
            raise Wrong(_("周转金由财政或人社部门登记。"))
        name = read_text(request, "name", 100, _("请填写周转金名称。"))
        open_fund(organisation=unit, name=name, by=user, at=at)

    return _act(request, act, _("已登记周转金，请记入第一笔拨款。"))


@needs("help")
@require_POST
def fund_set(request: HttpRequest, pk: int) -> HttpResponse:
    """The bound for one person and the account it pays from."""
    user = signed_in(request)
    row = get_object_or_404(own_funds(user), pk=pk)

    def act(at: datetime) -> None:
        most = (
            read_yuan(request, "per_person", _("请填写月最低工资标准，例如 1980。"))
            if request.POST.get("per_person")
            else None
        )
        account = read_account(request, "account") if request.POST.get("account") else ""
        set_fund(
            fund=row, per_person_fen=most, account=account, holder=read_text(request, "holder", 100),
            bank_name=read_text(request, "bank_name", 100), by=user, at=at,
        )  # fmt: skip

    return _act(request, act, _("已保存。"))


@needs("help")
@require_POST
def fund_book(request: HttpRequest, pk: int) -> HttpResponse:
    """Pay money into a fund, or take it out for another purpose."""
    user = signed_in(request)
    row = get_object_or_404(own_funds(user), pk=pk)

    def act(at: datetime) -> None:
        amount = read_yuan(request, "amount", _("请填写金额，例如 5000000。"))
        note = read_text(request, "note", 200, _("请写明来源或用途。"))
        sign = -1 if request.POST.get("way") == "out" else 1
        recovery.book(fund=row, amount_fen=sign * amount, on=read_happened(request, at), note=note, by=user, at=at)

    return _act(request, act, _("已记账。"))
