"""A person's own account: sessions, password, second step, language."""

from datetime import datetime

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from anxin.law.civil import civil_date
from anxin.people import second_step
from anxin.people.access import may
from anxin.people.accounts import choose_password
from anxin.people.arrivals import arrivals_of, end_arrivals, moved
from anxin.people.attempts import Locked, begin_attempt, forgive, locks
from anxin.people.deputies import deputies_around
from anxin.people.models import User
from anxin.portal.officer import arriving
from anxin.portal.ui.access import needs, signed_in
from anxin.portal.ui.devices import device_name

_PROVEN = "second-step-proven"
PROVEN_FOR_S = 600


@needs("account")
@never_cache
@require_safe
def account(request: HttpRequest) -> HttpResponse:
    """Who I am here, where I am signed in, how I sign in."""
    person = signed_in(request)
    at = timezone.now()
    arrivals = [{"row": row, "device": device_name(row.device)} for row in arrivals_of(person, at=at)]
    context = {
        "person": person,
        "arrivals": arrivals,
        "this": request.session.session_key,
        "second_step": second_step.has_second_step(person),
        "must_second_step": second_step.must_have_second_step(person),
        "codes_left": second_step.codes_left(person),
        "deputies": deputies_around(person, on=civil_date(at)),
        "may_looks": may(person, "looks"),
    }
    return render(request, "officer/account/account.html", context)


@sensitive_post_parameters("now", "password", "again")
@needs("account")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def password(request: HttpRequest) -> HttpResponse:
    """Another password; the other sessions end."""
    person = signed_in(request)
    if request.method != "POST":
        return render(request, "officer/account/password.html")
    at = timezone.now()
    new = request.POST.get("password", "")
    wrong: list[str] = []
    if new != request.POST.get("again", ""):
        wrong = [_("两次输入的新密码不一致。")]
    elif (refused := _not_proven(request, person)) is not None:
        wrong = [refused]
    else:
        try:
            with transaction.atomic():
                choose_password(person=person, password=new, at=at)
                old_key = request.session.session_key or ""
                update_session_auth_hash(request, person)
                moved(old_key=old_key, new_key=request.session.session_key or "")
                end_arrivals(person=person, by=person, at=at, but=request.session.session_key or "")
        except ValidationError as weak:
            wrong = list(weak.messages)
    if wrong:
        return render(request, "officer/account/password.html", {"wrong": wrong}, status=422)
    messages.success(request, _("密码已修改，其他登录已退出。"))
    return redirect("account")


@sensitive_post_parameters("now", "code")
@needs("account")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def step(request: HttpRequest) -> HttpResponse:
    """Put one-time codes into use: the password first, or whoever finds the page open would put in his own telephone
    and lock its owner out; then the secret is shown to be put into the telephone, and a first code proves it."""
    person = signed_in(request)
    at = timezone.now()
    if second_step.has_second_step(person):
        return redirect("account")
    context: dict[str, object] = {}
    if not _proven_of_late(request, person, at):
        if request.method == "POST" and "now" in request.POST:
            if (refused := _not_proven(request, person)) is None:
                request.session[_PROVEN] = at.timestamp()
                return redirect("account-second-step")
            context["wrong"] = refused
        status = 422 if request.method == "POST" else 200
        return render(request, "officer/account/second_step.html", context, status=status)
    if request.method == "POST":
        codes = second_step.confirm(person=person, code=request.POST.get("code", ""), at=at)
        if codes is not None:
            request.session.pop(_PROVEN, None)
            return render(request, "officer/account/codes.html", {"codes": codes})
        context["failed"] = True
    offered = second_step.offer(person=person, at=at)
    context |= {"qr": arriving.qr_code(second_step.address_of(offered)), "secret": second_step.secret_of(offered)}
    return render(request, "officer/account/second_step.html", context, status=422 if "failed" in context else 200)


def _proven_of_late(request: HttpRequest, person: User, at: datetime) -> bool:
    """Whether the password was shown for this a few minutes ago. Who has none comes by the single sign-on alone."""
    if not person.has_usable_password():
        return True
    return at.timestamp() - float(request.session.get(_PROVEN, 0)) < PROVEN_FOR_S


@sensitive_post_parameters("now")
@needs("account")
@never_cache
@require_POST
def step_remove(request: HttpRequest) -> HttpResponse:
    """Do without one-time codes, where the role allows it."""
    person = signed_in(request)
    if second_step.must_have_second_step(person):
        messages.error(request, _("您的角色必须使用动态验证码。更换手机请联系系统管理员。"))
    elif (refused := _not_proven(request, person)) is not None:
        messages.error(request, refused)
    else:
        second_step.remove(person=person, by=person, at=timezone.now())
        messages.success(request, _("动态验证码已停用。"))
    return redirect("account")


@sensitive_post_parameters("now")
@needs("account")
@never_cache
@require_POST
def step_codes(request: HttpRequest) -> HttpResponse:
    """Other backup codes, shown once."""
    person = signed_in(request)
    if not second_step.has_second_step(person):
        return redirect("account")
    if (refused := _not_proven(request, person)) is not None:
        messages.error(request, refused)
        return redirect("account")
    codes = second_step.new_backup_codes(person=person, at=timezone.now())
    return render(request, "officer/account/codes.html", {"codes": codes})


@needs("account")
@require_POST
def session_end(request: HttpRequest, pk: int) -> HttpResponse:
    """End one of my sessions."""
    person = signed_in(request)
    if not end_arrivals(person=person, by=person, at=timezone.now(), only=pk):
        raise Http404
    messages.success(request, _("该登录已退出。"))
    return redirect("account")


@needs("account")
@require_POST
def sessions_end(request: HttpRequest) -> HttpResponse:
    """End all my sessions but this one."""
    person = signed_in(request)
    end_arrivals(person=person, by=person, at=timezone.now(), but=request.session.session_key or "")
    messages.success(request, _("其他登录已全部退出。"))
    return redirect("account")


def _not_proven(request: HttpRequest, person: User) -> str | None:
    """Why the password of now does not prove the person; None when it does. Tries count as when signing in. Somebody
    who only ever comes by the single sign-on has none: a code of his second step proves him, where he has one."""
    by_code = not person.has_usable_password()
    if by_code and not second_step.has_second_step(person):
        return None
    at = timezone.now()
    try:
        attempt = begin_attempt(name=person.username, address=person.address, at=at)
    except Locked as locked:
        minutes = arriving.minutes_until(locked.until, at)
        return _("尝试次数过多，请 %(minutes)s 分钟后再试。") % {"minutes": minutes}
    if by_code:
        proven = second_step.check(person=person, code=request.POST.get("now", ""), at=at)
    else:
        proven = person.check_password(request.POST.get("now", ""))
    if not proven:
        arriving.failed(person=person, address=person.address, at=at, locked=locks(attempt))
        return _("动态验证码不正确。") if by_code else _("当前密码不正确。")
    forgive(name=person.username, address=person.address)
    return None
