"""Saying once who one is: the phone stands for a worker only when identity number and name both are his.

Somebody on no roster stays signed in with his phone alone: he can file and follow a claim, there is nothing else here
about him.
"""

import unicodedata

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from anxin.notices.channels import has_sms
from anxin.notices.send import tell_phone
from anxin.people.attempts import Locked
from anxin.people.models import PhoneOwner, PhoneSession
from anxin.people.phones import (
    begin_identity_try,
    bind,
    forgive_identity_tries,
    phones_to_tell,
    worker_id_of,
)
from anxin.portal.worker.access import open_page, own_next, phone_session_of
from anxin.portal.worker.sign_in import WHY
from anxin.registry.actions import identity_blind
from anxin.registry.models import Worker
from anxin.registry.shared_phones import is_shared
from anxin.vault.fields import mask_phone, open_text
from anxin.vault.identity import identity_problem, normal_identity


@open_page(WHY)
@sensitive_post_parameters("identity", "name")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def who(request: HttpRequest) -> HttpResponse:
    """Name and identity number, asked of a phone that signed in and stands for nobody yet."""
    at, to = timezone.now(), own_next(request)
    session = phone_session_of(request)
    if session is None:
        return redirect("me-sign-in")
    if worker_id_of(session, at=at) is not None:
        return redirect(to)
    pending = session.owner if session.owner and session.owner.ended_at is None else None
    if pending is not None:
        return render(request, "worker/who_waiting.html", {"owner": pending})
    context: dict[str, object] = {"next": to, "phone": mask_phone(open_text(session.phone_sealed))}
    if request.method != "POST":
        return render(request, "worker/who.html", context)
    name, identity = _typed(request)
    context["name"] = name
    problem = identity_problem(identity)
    if not name or problem is not None:
        context["wrong_name"] = not name
        context["wrong_identity"] = problem is not None
        return render(request, "worker/who.html", context)
    phone = open_text(session.phone_sealed)
    try:
        begin_identity_try(phone=phone, identity=identity, at=at)
    except Locked as locked:
        return render(request, "worker/who.html", {**context, "until": locked.until}, status=429)
    worker = Worker.objects.filter(id_blind=identity_blind(identity)).first()
    if worker is None or _plain(worker.name) != _plain(name):
        # One answer for both: whether a number is on a roster is nobody else's business.
        return render(request, "worker/who.html", {**context, "unknown": True})
    owner = _bind(session, worker, phone, identity)
    return redirect(to if owner.holds_from <= at else reverse("me-who"))


def _typed(request: HttpRequest) -> tuple[str, str]:
    name = unicodedata.normalize("NFKC", request.POST.get("name", "")).strip()[:64].replace("\0", "")
    identity = normal_identity(unicodedata.normalize("NFKC", request.POST.get("identity", "")))[:30]
    return name, identity


def _plain(name: str) -> str:
    """A name without what people write differently: blanks, the dot of minority names, letter case."""
    return "".join(sign for sign in unicodedata.normalize("NFKC", name) if sign.isalnum()).casefold()


@transaction.atomic
def _bind(session: PhoneSession, worker: Worker, phone: str, identity: str) -> PhoneOwner:
    at = timezone.now()
    known = open_text(worker.phone_sealed)
    shared = is_shared(phone, worker_id=worker.pk)
    owner = bind(session=session, worker_id=worker.pk, known_phone=known, at=at, shared=shared)
    forgive_identity_tries(phone=phone, identity=identity)
    said = _(
        "【安薪】有人用尾号 %(tail)s 的手机登记为您本人。不是您？请在一天内打开 %(address)s 用本机登录并点“不是我的”。"
    )
    text = said % {"tail": phone[-4:], "address": f"{settings.ADDRESS}{reverse('me')}"}
    if has_sms():
        for place, other in enumerate(phones_to_tell(owner, known_phone=known)):
            tell_phone(phone=other, text=text, key=f"phone-owner:{owner.pk}:{place}", at=at)
    return owner
