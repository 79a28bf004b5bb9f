"""What an officer does with a case: take it, accept or refuse it, close it. Each form works without
scripts, comes back as it was filled in when something is missing, and ends where the case is."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from anxin.cases import concluding, identifying, lane, messages, money, steps, taking, tasks
from anxin.cases.concluding import NotYet
from anxin.cases.models import Case, Claim, Claimant, WageReceived
from anxin.cases.procedure import conclusions, states
from anxin.insight.handling import units_of
from anxin.insight.scope import visible_cases
from anxin.people.models import Organisation
from anxin.portal.officer.cases.acting import act_on
from anxin.portal.officer.cases.finding import find_case
from anxin.portal.officer.cases.offers import near
from anxin.portal.officer.chosen import candidates
from anxin.portal.officer.forms import Wrong, key_of, read_period, read_text, read_yuan
from anxin.portal.ui.access import needs, signed_in
from anxin.portal.ui.tags import in_english

Act = Callable[[], object]


@needs("case")
@require_POST
def take(request: HttpRequest, number: str) -> HttpResponse:
    """Become the named person of a case."""
    user, case = signed_in(request), find_case(request, number, "case")
    return act_on(request, case, lambda: taking.take(case=case, by=user, at=timezone.now()),
                  _("已接办，您是首问负责人。"))  # fmt: skip


@needs("assign")
@require_POST
def assign(request: HttpRequest, number: str) -> HttpResponse:
    """Give a case to an officer in whose jurisdiction it lies; where it has a named person, with the reason."""
    user, case = signed_in(request), find_case(request, number, "assign")

    def act() -> None:
        to = next((one for one in candidates(user, "case") if str(one.pk) == request.POST.get("to", "")), None)
        if to is None:
            raise Wrong(_("没有指派：请选择承办人。"))
        if not visible_cases(to, "case").filter(pk=case.pk).exists():
            raise Wrong(_("没有指派：该案件不在此人的辖区内，请另选承办人。"))
        wanting = _("首问负责人不得随意更换：请写明理由。") if case.owner_id else ""
        reason = read_text(request, "reason", 200, wanting)
        taking.assign(case=case, to=to, by=user, at=timezone.now(), reason=reason)

    return act_on(request, case, act, _("已交办，双方和申请人都会收到通知。"))


@needs("case")
@require_POST
def dispatch(request: HttpRequest, number: str) -> HttpResponse:
    """Send a case to the unit that is to handle it."""
    user, case = signed_in(request), find_case(request, number, "case")

    def act() -> None:
        key = key_of(request.POST.get("unit", ""))
        unit = units_of(user).filter(pk=key).first()
        if unit is None:
            raise Wrong(_("请选择派到哪个单位。"))
        note = read_text(request, "note", 200)
        taking.dispatch(case=case, unit=unit, by=user, at=timezone.now(), note=note)

    return act_on(request, case, act, _("已派单，对方负责人会收到通知。"))


@needs("case")
@require_POST
def accept(request: HttpRequest, number: str) -> HttpResponse:
    """Accept a case."""
    user, case = signed_in(request), find_case(request, number, "case")
    return act_on(
        request, case, lambda: steps.accept(case=case, by=user, at=timezone.now()), _("已受理，申请人已收到告知。")
    )


@needs("case")
@require_POST
def refuse(request: HttpRequest, number: str) -> HttpResponse:
    """Refuse a case, with the reason the claimants read."""
    user, case = signed_in(request), find_case(request, number, "case")

    def act() -> None:
        reason = read_text(request, "reason", 300, _("请写明不予受理的理由，申请人会看到。"))
        steps.refuse(case=case, reason=reason, by=user, at=timezone.now())

    return act_on(request, case, act, _("已不予受理，理由已告知申请人。"))


@needs("case")
@require_POST
def ask(request: HttpRequest, number: str) -> HttpResponse:
    """Ask the claimants for something more."""
    user, case = signed_in(request), find_case(request, number, "case")

    def act() -> None:
        what = read_text(request, "what", 300, _("请写明需要补充什么，用工友看得懂的话。"))
        steps.ask_for_more(case=case, what=what, by=user, at=timezone.now())

    return act_on(request, case, act, _("已请申请人补充。"))


@needs("case")
@require_POST
def pass_on(request: HttpRequest, number: str) -> HttpResponse:
    """Pass a case to the authority in charge."""
    user, case = signed_in(request), find_case(request, number, "case")

    def act() -> None:
        key, name = key_of(request.POST.get("organisation", "")), read_text(request, "name", 200)
        to = Organisation.objects.filter(pk=key, active=True).first()
        if to is None and not name:
            raise Wrong(_("请选择或填写移送到哪个部门。"))
        reason = read_text(request, "reason", 300, _("请写明移送的理由，申请人会看到。"))
        steps.pass_on(case=case, to=to, name=name, reason=reason, by=user, at=timezone.now())

    return act_on(request, case, act, _("已移送，并已告知申请人。"))


@needs("case")
@require_POST
def go_on(request: HttpRequest, number: str) -> HttpResponse:
    """Bring a case to another state the procedure allows from here."""
    user, case = signed_in(request), find_case(request, number, "case")

    def act() -> None:
        to = request.POST.get("to", "")
        if to not in states() or to in ("ended", "received"):
            raise Wrong(_("请选择下一步。"))
        note = read_text(request, "note", 300)
        steps.go_on(case=case, to=to, note=note, by=user, at=timezone.now())

    return act_on(request, case, act, _("已转入下一步。"))


@needs("case")
@require_POST
def set_lane(request: HttpRequest, number: str) -> HttpResponse:
    """Put a case into the three-day lane or take it out, with the reason."""
    user, case = signed_in(request), find_case(request, number, "case")
    into = request.POST.get("lane") == "plain"

    def act() -> None:
        wanting = _("请写明事实清楚的依据。") if into else _("请写明退出三日快处的理由。")
        reason = read_text(request, "reason", 300, wanting)
        (lane.enter if into else lane.leave)(case=case, reason=reason, by=user, at=timezone.now())

    return act_on(request, case, act, _("已转入三日快处。") if into else _("已转入普通程序，理由已记录。"))


@needs("case")
@require_POST
def contact(request: HttpRequest, number: str) -> HttpResponse:
    """Write down a try to reach a claimant."""
    user, case = signed_in(request), find_case(request, number, "case")

    def act() -> None:
        way, result = request.POST.get("way", ""), request.POST.get("result", "")
        if way not in steps.WAYS or result not in steps.RESULTS:
            raise Wrong(_("请选择联系方式和结果。"))
        key = key_of(request.POST.get("claimant", ""))
        who = Claimant.objects.filter(case=case, pk=key).first()
        note = read_text(request, "note", 300)
        steps.note_contact(case=case, way=way, result=result, note=note, by=user, at=timezone.now(), claimant=who)

    return act_on(request, case, act, _("已登记联系情况。"), anchor="people")


@needs("case")
@require_POST
def identify(request: HttpRequest, number: str) -> HttpResponse:
    """Write down that a claimant showed his papers and is the worker his claim is bound to."""
    user, case = signed_in(request), find_case(request, number, "case")

    def act() -> None:
        key = key_of(request.POST.get("claimant", ""))
        who = Claimant.objects.filter(case=case, pk=key, worker__isnull=False).first()
        if who is None:
            raise Wrong(_("请选择花名册上的申请人。"))
        identifying.identify(claimant=who, by=user, at=timezone.now())

    return act_on(request, case, act, _("已登记：证件与花名册相符。"), anchor="people")


@needs("case")
@require_POST
def word(request: HttpRequest, number: str) -> HttpResponse:
    """Put right what a claimant said of money that came, with the reason; he is told."""
    user, case = signed_in(request), find_case(request, number, "case")

    def act() -> None:
        key = key_of(request.POST.get("receipt", ""))
        rows = WageReceived.objects.filter(claimant__case=case, proof="word", void_at=None)
        row = rows.filter(pk=key).first()
        if row is None:
            raise Wrong(_("这一笔已经更正过了。"))
        typed = request.POST.get("sum", "").strip()
        fen = 0 if typed == "0" else read_yuan(request, "sum", _("请写实际收到多少元；没有收到写 0。"))
        reason = read_text(request, "reason", 300, _("请写明更正的理由。"))
        money.correct_word(receipt=row, fen=fen, by=user, reason=reason, at=timezone.now())

    return act_on(request, case, act, _("已更正，并已告知申请人。"), anchor="people")


@needs("case")
@require_POST
def task(request: HttpRequest, number: str) -> HttpResponse:
    """Ask another organisation to do its part."""
    user, case = signed_in(request), find_case(request, number, "case")

    def act() -> None:
        key = request.POST.get("organisation", "")
        unit = next((one for one in near(case) if str(one.pk) == key), None)
        if unit is None:
            raise Wrong(_("请选择协办单位。"))
        text = read_text(request, "task", 400, _("请写明需要协办单位做什么。"))
        within = read_period(request, "within")
        tasks.add_task(case=case, organisation=unit, task=text, within=within, by=user, at=timezone.now())

    return act_on(request, case, act, _("已请求协办，对方从现在起计时。"), anchor="tasks")


@needs("case")
@require_POST
def conclude(request: HttpRequest, number: str) -> HttpResponse:
    """Close a case with one of the fixed conclusions; what is missing is told."""
    user, case = signed_in(request), find_case(request, number, "case")

    def act() -> None:
        chosen = request.POST.get("conclusion", "")
        if chosen not in conclusions():
            raise Wrong(_("请选择结案结论。"))
        note = read_text(request, "note", 1000)
        try:
            concluding.conclude(case=case, conclusion=chosen, note=note, by=user, at=timezone.now())
        except NotYet as lacking:
            raise Wrong(lacking.en if in_english() else lacking.zh) from None

    return act_on(request, case, act, _("已办结，已请申请人评价。"))


@needs("case")
@require_POST
def reopen(request: HttpRequest, number: str) -> HttpResponse:
    """Open an ended case again."""
    user, case = signed_in(request), find_case(request, number, "case")

    def act() -> None:
        reason = read_text(request, "reason", 300, _("请写明恢复办理的理由。"))
        concluding.reopen(case=case, reason=reason, at=timezone.now(), by=user)

    return act_on(request, case, act, _("已恢复办理，时限重新计算。"))


@needs("case")
@require_POST
def message(request: HttpRequest, number: str) -> HttpResponse:
    """Write to whoever filed one of the case's claims, or to one member of a group."""
    user, case = signed_in(request), find_case(request, number, "case")

    def act() -> None:
        claim, who = _side(case, request.POST.get("to", ""))
        text = read_text(request, "text", messages.LONGEST, _("请写下要告诉工友的话。"))
        messages.write_to_claimant(claim=claim, text=text, by=user, at=timezone.now(), claimant=who)

    return act_on(request, case, act, _("已发出，工友打开进度页就能看到。"), anchor="messages")


def _side(case: Case, told: str) -> tuple[Claim, Claimant | None]:
    """Whom a message is for: "claim-KEY" whoever filed it, "claimant-KEY" one member."""
    kind, _dash, end = told.partition("-")
    key = key_of(end)
    if key:
        if kind == "claim" and (claim := Claim.objects.filter(case=case, pk=key).first()):
            return claim, None
        rows = Claimant.objects.select_related("claim")
        if kind == "claimant" and (who := rows.filter(case=case, pk=key).first()):
            return who.claim, who
    raise Wrong(_("请选择写给谁。"))
