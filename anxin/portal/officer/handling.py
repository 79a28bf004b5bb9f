"""Acts on one warning in hand: take, assign, ask, pause, raise, answer. Each form works without scripts."""

from collections.abc import Callable
from functools import partial

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from anxin.insight.scope import visible_handlings
from anxin.people.access import may
from anxin.people.models import Organisation, User
from anxin.portal.officer.acting import do_or_tell
from anxin.portal.officer.chosen import candidates
from anxin.portal.officer.files import show_file, take_files
from anxin.portal.officer.forms import Wrong, key_of, read_day, read_period, read_text
from anxin.portal.officer.offline_pay import pay_offline
from anxin.portal.officer.warnings import show_warning
from anxin.portal.ui.access import needs, signed_in
from anxin.watch.handling import actions, clock, objections
from anxin.watch.handling.ladder import region_units, target_of
from anxin.watch.models import ClockChange, Demand, Escalation, Handling, Objection, Snooze


def _matter(request: HttpRequest, pk: int, permission: str) -> Handling:
    rows = visible_handlings(signed_in(request), permission).select_related("warning__project")
    return get_object_or_404(rows, pk=pk)


def _act(request: HttpRequest, handling: Handling, act: Callable[[], object], done: str) -> HttpResponse:
    """Do it and go back to the warning. What somebody did first is told calmly; a wrong form comes back as filled."""
    back = reverse("warning", args=[handling.warning_id]) + "#handling"
    given = request.POST.dict()
    return do_or_tell(
        request, act, done, back=back, again=lambda: show_warning(request, handling.warning_id, given=given, status=422)
    )


@needs("handle")
@require_POST
def take(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a warning on one's own desk."""
    handling = _matter(request, pk, "handle")
    act = partial(actions.take, handling=handling, by=signed_in(request), at=timezone.now())
    return _act(request, handling, act, _("已签收，由您承办。"))


@needs("assign")
@require_POST
def assign(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a warning to a person in whose jurisdiction it lies."""
    user, at = signed_in(request), timezone.now()
    handling = _matter(request, pk, "assign")

    def act() -> None:
        key = request.POST.get("to", "")
        to = next((one for one in candidates(user, "handle") if str(one.pk) == key), None)
        if to is None:
            raise Wrong(_("没有指派：请选择承办人。"))
        if not visible_handlings(to, "handle").filter(pk=handling.pk).exists():
            raise Wrong(_("没有指派：该预警不在此人的辖区内，请另选承办人。"))
        reason = read_text(request, "reason", 200)
        actions.assign(handling=handling, to=to, by=user, at=at, reason=reason)

    return _act(request, handling, act, _("已指派，双方都会收到通知。"))


@needs("handle")
@require_POST
def ask(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask the site to mend it by a day."""
    user, at = signed_in(request), timezone.now()
    handling = _matter(request, pk, "handle")

    def act() -> None:
        text = read_text(request, "text", 1000, _("请写明要求项目整改什么。"))
        due = read_day(request, "due_on", at, _("整改限期须是今天或以后的日期。"))
        actions.ask_site(handling=handling, text=text, due_on=due, by=user, at=at)

    return _act(request, handling, act, _("已责令整改，项目劳资专管员会立即看到。"))


@needs("handle")
@require_POST
def add_help(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask another organisation to help."""
    user, at = signed_in(request), timezone.now()
    handling = _matter(request, pk, "handle")

    def act() -> None:
        unit = Organisation.objects.filter(pk=key_of(request.POST.get("organisation", "")), active=True).first()
        if unit is None:
            raise Wrong(_("请选择协办单位。"))
        task = read_text(request, "task", 400, _("请写明需要协办单位做什么。"))
        within = read_period(request, "within")
        actions.add_helper(handling=handling, organisation=unit, task=task, within=within, by=user, at=at)

    return _act(request, handling, act, _("已请求协办，对方从现在起计时。"))


@needs("handle")
@require_POST
def pause(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask that the clock stand."""
    user, at = signed_in(request), timezone.now()
    handling = _matter(request, pk, "handle")

    def act() -> None:
        reason = read_text(request, "reason", 300, _("请写明暂停计时的理由。"))
        clock.ask_for_pause(handling=handling, reason=reason, by=user, at=at)

    return _act(request, handling, act, _("已申请暂停计时，批准前期限照常。"))


@needs("handle")
@require_POST
def extend(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for more time."""
    user, at = signed_in(request), timezone.now()
    handling = _matter(request, pk, "handle")

    def act() -> None:
        reason = read_text(request, "reason", 300, _("请写明延期的理由。"))
        clock.ask_for_extension(handling=handling, more=read_period(request, "more"), reason=reason, by=user, at=at)

    return _act(request, handling, act, _("已申请延期，批准前期限照常。"))


@needs("handle")
@require_POST
def resume(request: HttpRequest, pk: int) -> HttpResponse:
    """Let the clock run on."""
    handling = _matter(request, pk, "handle")
    act = partial(clock.resume, handling=handling, by=signed_in(request), at=timezone.now())
    return _act(request, handling, act, _("已恢复计时。"))


@needs("approve")
@require_POST
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Approve or refuse a pause or an extension that somebody else asked for."""
    user, at = signed_in(request), timezone.now()
    change = get_object_or_404(ClockChange.objects.filter(handling__in=visible_handlings(user, "approve")), pk=pk)
    approved = request.POST.get("approved") == "1"

    def act() -> None:
        if change.asked_by_id == user.pk:
            raise Wrong(_("自己的申请须由他人审批。"))
        clock.decide(change=change, approved=approved, by=user, at=at)

    done = _("已批准，期限已重新计算。") if approved else _("已退回申请，期限不变。")
    return _act(request, _matter(request, change.handling_id, "approve"), act, done)


@needs("escalate")
@require_POST
def urge(request: HttpRequest, pk: int) -> HttpResponse:
    """Press for it."""
    user, at = signed_in(request), timezone.now()
    handling = _matter(request, pk, "escalate")

    def act() -> None:
        actions.urge(handling=handling, text=read_text(request, "text", 300), by=user, at=at)

    return _act(request, handling, act, _("已催办，承办人已收到通知。"))


@needs("escalate")
@require_POST
def escalate(request: HttpRequest, pk: int) -> HttpResponse:
    """Raise the matter by hand: a talk, the list, a leader's own case."""
    user, at = signed_in(request), timezone.now()
    handling = _matter(request, pk, "escalate")

    def act() -> None:
        kind = request.POST.get("kind", "")
        if kind not in {"talk", "listed", "leader"}:
            raise Wrong(_("请选择督办措施。"))
        reason = read_text(request, "reason", 400, _("请写明督办的理由。"))
        to = target_of(kind, handling.region_code, region_units())
        actions.raise_matter(handling=handling, kind=kind, to=to, reason=reason, by=user, at=at)

    return _act(request, handling, act, _("已提级，相关负责人会立即收到通知。"))


@needs("handle")
@require_POST
def minutes(request: HttpRequest, pk: int) -> HttpResponse:
    """Put the minutes of a talk, or what a supervision came to, on record."""
    user, at = signed_in(request), timezone.now()
    rung = get_object_or_404(Escalation.objects.filter(handling__in=visible_handlings(user, "handle")), pk=pk)

    def act() -> None:
        attended = read_text(request, "attended", 400, _("请写明参加人员。"))
        text = read_text(request, "minutes", 10_000, _("请写明纪要内容。"))
        kept = take_files(request)
        actions.record_minutes(escalation=rung, attended=attended, minutes=text, evidence=kept, by=user, at=at)

    return _act(request, _matter(request, rung.handling_id, "handle"), act, _("纪要已登记。"))


@needs("approve")
@require_POST
def answer_objection(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer an objection. Accepted wages paid off the platform enter the ledger in the same transaction."""
    user, at = signed_in(request), timezone.now()
    objection = get_object_or_404(
        Objection.objects.select_related("handling__warning__project").filter(
            handling__in=visible_handlings(user, "approve")
        ),
        pk=pk,
    )
    accepted = request.POST.get("accepted") == "1"

    def act() -> None:
        text = read_text(request, "text", 1000, _("请写明答复意见。"))
        pays = accepted and objection.kind == "offline_payment"
        until = None
        if accepted and not pays:
            until = read_day(request, "spare_until", at, _("异议成立时，请选择静默到哪一天（今天或以后）。"))
        with transaction.atomic():
            objections.answer(objection=objection, accepted=accepted, text=text, spare_until=until, by=user, at=at)
            if pays:
                pay_offline(objection=objection, asked=request.POST, by=user, at=at)

    done = _("已答复：异议成立。") if accepted else _("已答复：异议不成立。")
    return _act(request, _matter(request, objection.handling_id, "approve"), act, done)


@needs("approve")
@require_POST
def snooze(request: HttpRequest, pk: int) -> HttpResponse:
    """Put the warning to sleep until a day, with a reason."""
    user, at = signed_in(request), timezone.now()
    handling = _matter(request, pk, "approve")

    def act() -> None:
        reason = read_text(request, "reason", 300, _("请写明静默的理由。"))
        until = read_day(request, "until", at, _("请选择静默到哪一天（今天或以后）。"))
        with transaction.atomic():
            now = actions.locked(handling)
            objections.snooze(warning=now.warning, until_on=until, reason=reason, by=user, at=at)

    return _act(request, handling, act, _("已静默。到期后如仍未解除，会重新移交。"))


@needs("approve")
@require_POST
def wake(request: HttpRequest, pk: int) -> HttpResponse:
    """End a sleep before its day."""
    user, at = signed_in(request), timezone.now()
    row = get_object_or_404(Snooze, pk=pk)
    handling = (
        visible_handlings(user, "approve")
        .filter(warning__rule=row.rule, warning__subject=row.subject)
        .select_related("warning")
        .order_by("-id")
        .first()
    )
    if handling is None:
        raise Http404

    def act() -> None:
        objections.wake(row=row, by=user, at=at)

    return _act(request, handling, act, _("已恢复预警，将在下一次核查后重新移交。"))


@needs("warnings")
@require_safe
def file(request: HttpRequest, pk: int, digest: str) -> HttpResponse:
    """A file that belongs to a warning's hand-over. Minutes are the office's own."""
    user = signed_in(request)
    handling = _matter(request, pk, "warnings")
    if digest not in _files_of(handling, user):
        raise Http404
    return show_file(request, digest, subject="handling", subject_id=handling.pk)


def _files_of(handling: Handling, user: User) -> set[str]:
    kinds: list[type[Demand] | type[Objection] | type[Escalation]] = [Demand, Objection]
    if may(user, "minutes"):
        kinds.append(Escalation)
    found: set[str] = set()
    for kind in kinds:
        for files in kind.objects.filter(handling__warning=handling.warning_id).values_list("evidence", flat=True):
            found |= set(files)
    return found
