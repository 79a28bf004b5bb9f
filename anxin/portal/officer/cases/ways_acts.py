"""What an officer does on the ways to money: particulars, tracks begun and brought on, advances asked for."""

from datetime import date, datetime, time
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from anxin.cases.flow import CannotMove
from anxin.cases.models import Case
from anxin.cases.money import due_fen
from anxin.cases.names import shown_names
from anxin.cases.numbers import shown
from anxin.law.civil import SHANGHAI, civil_date
from anxin.people.models import Organisation
from anxin.portal.officer.cases.acting import act_on
from anxin.portal.officer.cases.finding import find_case
from anxin.portal.officer.cases.ways import in_words, track_view
from anxin.portal.officer.forms import Wrong, day_of, key_of, read_text, read_yuan
from anxin.portal.ui.access import needs, signed_in
from anxin.portal.ui.tags import in_english
from anxin.registry.models import Deposit
from anxin.remedies import draws, particulars, pledges, tracks
from anxin.remedies.backstops import funds_for
from anxin.remedies.models import Fund, Pledge, Track, TrackClock
from anxin.remedies.particulars import owed_fen, standing
from anxin.remedies.ways import kinds

PARTS = 6


def _track(case: Case, pk: int) -> Track:
    return get_object_or_404(Track.objects.select_related("case"), pk=pk, case=case)


def _office(request: HttpRequest) -> Organisation | None:
    return Organisation.objects.filter(pk=key_of(request.POST.get("organisation", "")), active=True).first()


def read_happened(request: HttpRequest, at: datetime) -> date:
    """The day something happened, today where none is given. Raises ``Wrong`` on a day ahead."""
    text = request.POST.get("on", "")
    day = day_of(text) if text else civil_date(at)
    if day is None or day > civil_date(at):
        raise Wrong(_("请填写不晚于今天的日期。"))
    return day


def read_hearing(request: HttpRequest) -> datetime | None:
    """The moment of a hearing, in civil time."""
    day, hour = day_of(request.POST.get("hearing_on", "")), request.POST.get("hearing_hour", "")
    try:
        return datetime.combine(day, time.fromisoformat(hour or "09:00"), tzinfo=SHANGHAI) if day else None
    except ValueError:
        raise Wrong(_("开庭时间格式不对，例如 09:30。")) from None


@needs("case")
@require_POST
def save_particulars(request: HttpRequest, number: str) -> HttpResponse:
    """Write the particulars down, once for every paper."""
    user, case = signed_in(request), find_case(request, number, "case")

    def act() -> None:
        fields = {
            key: read_text(request, key, limit) for key, limit in particulars.FIELDS.items() if key in request.POST
        }
        particulars.save_particulars(case=case, fields=fields, by=user, at=timezone.now())

    return act_on(request, case, act, _("已保存，之后制作的申请书都用这些内容。"), anchor="ways")


@needs("case")
@require_POST
def begin(request: HttpRequest, number: str) -> HttpResponse:
    """Begin a track."""
    user, case = signed_in(request), find_case(request, number, "case")

    def act() -> None:
        kind, _sep, form = request.POST.get("kind", "").partition("/")
        if kind not in kinds():
            raise Wrong(_("请选择途径。"))
        speakers = [key for key in map(key_of, request.POST.getlist("representative")) if key]
        tracks.begin(
            case=case, kind=kind, form=form, by=user, at=timezone.now(), organisation=_office(request),
            body=read_text(request, "body", 200), representatives=speakers, note=read_text(request, "note", 300),
        )  # fmt: skip

    return act_on(request, case, act, _("已启动，申请人会看到。"), anchor="ways")


@needs("case")
@require_POST
def step(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """Bring a track on. A step that sets sums has its own page."""
    user, case, at = signed_in(request), find_case(request, number, "case"), timezone.now()
    track = _track(case, pk)
    to = request.POST.get("to", "")
    state = kinds()[track.kind].states.get(to)
    if state is not None and state.sums:
        return redirect(reverse("track-agree", args=[case.number, track.pk]) + f"?to={to}")

    def act() -> None:
        if state is None:
            raise Wrong(_("请选择下一步。"))
        tracks.step(
            track=track, to=to, by=user, at=at, on=read_happened(request, at), note=read_text(request, "note", 300),
            number=read_text(request, "number", 64), hearing_at=read_hearing(request),
        )  # fmt: skip

    return act_on(request, case, act, _("已登记，申请人会看到。"), anchor="ways")


@needs("case")
@require_POST
def extend(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """Write down that a body lengthened its period."""
    user, case = signed_in(request), find_case(request, number, "case")
    clock = get_object_or_404(TrackClock.objects.select_related("track__case"), pk=pk, track__case=case)

    def act() -> None:
        reason = read_text(request, "reason", 200, _("请写明延长的理由。"))
        tracks.extend_clock(clock=clock, reason=reason, by=user, at=timezone.now())

    return act_on(request, case, act, _("已登记延长。"), anchor="ways")


@needs("case")
@require_http_methods(["GET", "POST"])
def agree(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """Write down what was agreed or awarded: each person's sum, and the days and parts of the payment."""
    user, case, at = signed_in(request), find_case(request, number, "case"), timezone.now()
    track = _track(case, pk)
    kind = kinds()[track.kind]
    to = request.POST.get("to") or request.GET.get("to", "")
    if to not in kind.states or not kind.states[to].sums:
        raise Http404
    people = standing(case)
    problem = ""
    if request.method == "POST":
        try:
            sums = {
                one.pk: read_yuan(request, f"sum-{one.pk}", _("请逐人填写金额，例如 6440 或 6440.50。"))
                for one in people
            }
            tracks.step(
                track=track, to=to, by=user, at=at, on=read_happened(request, at), note=read_text(request, "note", 300),
                number=read_text(request, "number", 64), sums=sums, instalments=_parts(request),
            )  # fmt: skip
        except CannotMove as first:
            problem = first.en if in_english() else first.zh
        except Wrong as wrong:
            problem = str(wrong)
        else:
            messages.success(request, _("已登记，申请人会看到。"))
            return redirect(reverse("case", args=[case.number]) + "#ways")
    names = shown_names(people)
    rows = [
        {"row": one, "name": names[one.pk], "due": due_fen(one), "open": owed_fen(one),
         "value": request.POST.get(f"sum-{one.pk}", f"{due_fen(one) / 100:.2f}")}
        for one in people
    ]  # fmt: skip
    context: dict[str, Any] = {
        "case": case, "number": shown(case.number), "track": track_view(track, at, inside=True), "to": to,
        "to_word": in_words(kind.states[to].title), "rows": rows, "problem": problem, "today": civil_date(at),
        "parts": [
            (n, request.POST.get(f"due-{n}", ""), request.POST.get(f"part-{n}", "")) for n in range(1, PARTS + 1)
        ],
        "must": track.kind == "mediation", "open_fen": sum(row["open"] for row in rows),
        "given": request.POST,
    }  # fmt: skip
    return render(request, "officer/cases/agree.html", context, status=422 if problem else 200)


def _parts(request: HttpRequest) -> list[tuple[date, int]]:
    found = []
    for n in range(1, PARTS + 1):
        day, text = request.POST.get(f"due-{n}", ""), request.POST.get(f"part-{n}", "").strip()
        if not day and not text:
            continue
        due = day_of(day)
        if due is None:
            raise Wrong(_("第 %(n)s 期请填写日期。") % {"n": n})
        found.append((due, read_yuan(request, f"part-{n}", _("第 %(n)s 期金额看不懂，请只写数字。") % {"n": n})))
    return found


@needs("case")
@require_POST
def ask_draw(request: HttpRequest, number: str) -> HttpResponse:
    """Ask for a draw from one source of the plan."""
    user, case = signed_in(request), find_case(request, number, "case")
    kind, _sep, key = request.POST.get("source", "").partition("-")
    source = _source(case, kind, key_of(key))

    def act() -> None:
        if source is None:
            raise Wrong(_("请选择动用哪一项。"))
        draws.ask(
            case=case, source=source, by=user, at=timezone.now(),
            reason=read_text(request, "reason", 400, _("请写明动用理由。")),
            amount_fen=read_yuan(request, "amount", _("请填写金额，例如 50000。")),
            beyond=read_text(request, "beyond", 400),
        )  # fmt: skip

    return act_on(request, case, act, _("已提交，由本单位负责人审批。"), anchor="backstops")


def _source(case: Case, kind: str, key: int) -> Deposit | Fund | Pledge | None:
    """Only what the plan of this very case may name."""
    if kind == "deposit" and case.project is not None:
        return Deposit.objects.filter(pk=key, project=case.project).first()
    if kind == "fund":
        return next((fund for fund in funds_for(case.region_code) if fund.pk == key), None)
    return Pledge.objects.filter(pk=key, case=case).first() if kind == "pledge" else None


@needs("case")
@require_POST
def ask_pledge(request: HttpRequest, number: str) -> HttpResponse:
    """Ask a treasury or a parent group for an advance."""
    user, case = signed_in(request), find_case(request, number, "case")

    def act() -> None:
        kind = request.POST.get("kind", "")
        if kind not in ("treasury", "parent"):
            raise Wrong(_("请选择向谁请求。"))
        office = _office(request)
        payer = read_text(request, "payer", 200) or (office.name if office else "")
        if not payer:
            raise Wrong(_("请填写垫付单位。"))
        pledges.ask_pledge(
            case=case, kind=kind, payer=payer, organisation=office, by=user, at=timezone.now(),
            asked_fen=read_yuan(request, "amount", _("请填写金额，例如 50000。")),
        )  # fmt: skip

    return act_on(request, case, act, _("已请求，对方答复后可申请动用。"), anchor="backstops")
