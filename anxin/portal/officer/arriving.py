"""The steps between knowing who somebody is and letting him in: a one-time code, a password of his own.

Until the last step the session is nobody's; what is known so far lies in it for a few minutes.
"""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

import segno
from django.conf import settings
from django.contrib.auth import login
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from anxin.people import second_step, trail
from anxin.people.accounts import choose_password, must_change_password
from anxin.people.arrivals import arrive
from anxin.people.attempts import Locked, begin_attempt, forgive, locks
from anxin.people.models import User
from anxin.portal.ui.address import address_of
from anxin.portal.ui.language import remember

BACKEND = "django.contrib.auth.backends.ModelBackend"
_KEY = "arriving"
_WITHIN = timedelta(minutes=10)


@dataclass(frozen=True)
class Arriving:
    """Who is on the way in, since when and how far. ``proof`` changes with his password."""

    person: int
    at: float
    way: str
    proof: str
    next: str
    coded: bool = False


def begin(request: HttpRequest, *, person: User, way: str, to: str, at: datetime) -> HttpResponse:
    """Somebody has shown who he is: ask for what is still missing, or let him in."""
    arriving = Arriving(person.pk, at.timestamp(), way, person.get_session_auth_hash(), to)
    request.session.cycle_key()
    request.session[_KEY] = asdict(arriving)
    return go_on(request, person, arriving, at)


def go_on(request: HttpRequest, person: User, arriving: Arriving, at: datetime) -> HttpResponse:
    """To the next step, or in."""
    if not arriving.coded:
        if second_step.has_second_step(person):
            return redirect("sign-in-code")
        if second_step.must_have_second_step(person):
            return redirect("sign-in-enrol")
    if arriving.way == "password" and must_change_password(person, at=at):
        return redirect("sign-in-password")
    return _let_in(request, person, arriving, at)


def _let_in(request: HttpRequest, person: User, arriving: Arriving, at: datetime) -> HttpResponse:
    request.session.pop(_KEY, None)
    person.address = address_of(request)
    with transaction.atomic():
        login(request, person, backend=BACKEND)
        if request.session.session_key is None:
            request.session.create()
        request.session["seen"] = at.timestamp()
        arrive(
            person=person, session_key=str(request.session.session_key), at=at, address=person.address,
            device=request.headers.get("User-Agent", ""), way=arriving.way,
        )  # fmt: skip
        forgive(name=person.username, address=person.address)
    response = redirect(arriving.next or settings.LOGIN_REDIRECT_URL)
    remember(response, person.language)
    return response


def on_the_way(request: HttpRequest, at: datetime) -> tuple[User, Arriving] | None:
    """Who is on the way in with this session; None when nobody is, or it took too long."""
    try:
        arriving = Arriving(**request.session.get(_KEY, {}))
    except TypeError:
        return None
    person = User.objects.filter(pk=arriving.person, is_active=True, left_at=None).first()
    late = at.timestamp() - arriving.at > _WITHIN.total_seconds()
    if late or person is None or person.get_session_auth_hash() != arriving.proof:
        request.session.pop(_KEY, None)
        return None
    person.address = address_of(request)
    return person, arriving


def failed(*, person: User | None, address: str, at: datetime, locked: bool) -> None:
    """Write a failed try down, and that it locked the name. A name that is nobody's is not kept: people type other
    things there by mistake; and who fails has not shown that he is this person."""
    subject_id = person.pk if person is not None else ""
    with transaction.atomic():
        for action in ("sign-in-failed", "sign-in-locked") if locked else ("sign-in-failed",):
            trail.record(by=None, at=at, action=action, subject="user", subject_id=subject_id, who="—", address=address)


def minutes_until(moment: datetime, at: datetime) -> int:
    """Whole minutes to wait, at least one."""
    return max(1, -int((at - moment).total_seconds() // 60))


def qr_code(text: str) -> SafeString:
    """A QR code as a picture inside the page: nothing of it is fetched or kept."""
    # The markup is made of squares alone; the text does not stand in it.
    return mark_safe(segno.make(text, error="m").svg_inline(scale=5, border=2))  # noqa: S308


@sensitive_post_parameters("code")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    """The one-time code."""
    at = timezone.now()
    found = on_the_way(request, at)
    if found is None:
        return redirect("sign-in")
    person, arriving = found
    context: dict[str, object] = {"next": arriving.next}
    if request.method == "POST":
        try:
            attempt = begin_attempt(name=person.username, address=person.address, at=at)
        except Locked as locked:
            return render(request, "officer/sign_in_code.html",
                          {**context, "locked": minutes_until(locked.until, at)}, status=429)  # fmt: skip
        if second_step.check(person=person, code=request.POST.get("code", ""), at=at):
            arriving = Arriving(**{**asdict(arriving), "coded": True})
            request.session[_KEY] = asdict(arriving)
            return go_on(request, person, arriving, at)
        failed(person=person, address=person.address, at=at, locked=locks(attempt))
        context["failed"] = True
    return render(request, "officer/sign_in_code.html", context)


@sensitive_post_parameters("code")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def enrol(request: HttpRequest) -> HttpResponse:
    """A role that needs one-time codes has none yet: put the secret into the telephone."""
    at = timezone.now()
    found = on_the_way(request, at)
    if found is None or second_step.has_second_step(found[0]):
        return redirect("sign-in")
    person, arriving = found
    context: dict[str, object] = {}
    if request.method == "POST" and request.POST.get("code"):
        codes = second_step.confirm(person=person, code=request.POST["code"], at=at)
        if codes is not None:
            arriving = Arriving(**{**asdict(arriving), "coded": True})
            request.session[_KEY] = asdict(arriving)
            return render(request, "officer/sign_in_codes.html", {"codes": codes})
        context["failed"] = True
    step = second_step.offer(person=person, at=at)
    context |= {"qr": qr_code(second_step.address_of(step)), "secret": second_step.secret_of(step)}
    return render(request, "officer/sign_in_enrol.html", context)


@sensitive_post_parameters("password", "again")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def password(request: HttpRequest) -> HttpResponse:
    """A password of one's own, instead of the one that was given or has grown old."""
    at = timezone.now()
    found = on_the_way(request, at)
    if found is None:
        return redirect("sign-in")
    person, arriving = found
    if not must_change_password(person, at=at) or _step_missing(person, arriving):
        return go_on(request, person, arriving, at)
    wrong: list[str] = []
    if request.method == "POST":
        new = request.POST.get("password", "")
        if new != request.POST.get("again", ""):
            wrong = [_("两次输入的密码不一致。")]
        else:
            try:
                choose_password(person=person, password=new, at=at)
                return _let_in(request, person, arriving, at)
            except ValidationError as weak:
                wrong = list(weak.messages)
    context = {"wrong": wrong, "days": settings.PASSWORD_DAYS, "given": person.password_given}
    return render(request, "officer/sign_in_password.html", context, status=422 if wrong else 200)


@never_cache
@require_http_methods(["POST"])
def enter(request: HttpRequest) -> HttpResponse:
    """On from the backup codes, which were shown once."""
    at = timezone.now()
    found = on_the_way(request, at)
    return go_on(request, *found, at) if found else redirect("sign-in")


def _step_missing(person: User, arriving: Arriving) -> bool:
    wanted = second_step.has_second_step(person) or second_step.must_have_second_step(person)
    return wanted and not arriving.coded
