"""What a browser's session holds of claims: the token of the draft, and which claims a right code has opened.

Codes come by POST only and stand in no address; the session keeps database keys, no code.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Q
from django.http import Http404, HttpRequest
from django.urls import reverse

from anxin.cases import drafts
from anxin.cases.models import Claim, Claimant, Consent, Draft
from anxin.cases.names import true_name
from anxin.cases.numbers import shown
from anxin.people.arrivals import moved
from anxin.portal.ui.address import public_address
from anxin.portal.worker.access import worker_of
from anxin.registry.models import Worker
from anxin.vault.fields import mask_phone, open_text

MOST_FILES = 20
# A code opens a claim for so long; then it is typed again.
OPEN_FOR = timedelta(hours=2)
_DRAFT, _CLAIMS, _MEMBERS = "claim_draft", "claims_open", "members_open"


@dataclass(frozen=True)
class Side:
    """Who looks at a claim: whoever filed it (``member`` None), or one member of a group. ``me``: his own claimant.

    ``himself``: it is sure that he is the worker of the roster the claim is bound to. To anybody else, who may have
    typed another man's identity number, nothing is shown that comes from the file.
    """

    claim: Claim
    me: Claimant
    member: Claimant | None
    himself: bool

    @property
    def speaks_for_all(self) -> bool:
        return self.member is None


def draft_of(request: HttpRequest, *, at: datetime) -> Draft | None:
    """The draft this browser is writing or has just sent."""
    return drafts.find(request.session.get(_DRAFT, ""), at=at)


def keep_draft(request: HttpRequest, token: str) -> None:
    """Remember the draft in the session."""
    _fresh_key(request)
    request.session[_DRAFT] = token


def drop_draft(request: HttpRequest) -> None:
    """Forget the draft; the row itself ages away."""
    request.session.pop(_DRAFT, None)


def enter(request: HttpRequest, claim: Claim, *, at: datetime) -> None:
    """A right return code: this browser may follow the claim for two hours."""
    _fresh_key(request)
    enter_own(request, claim, at=at)


def enter_own(request: HttpRequest, claim: Claim, *, at: datetime) -> None:
    """The same for having just filed. The session stays: it had a key of its own since the form was begun, and a second
    tap of an impatient thumb must find it."""
    opened = request.session.get(_CLAIMS, {})
    request.session[_CLAIMS] = {**opened, str(claim.pk): at.timestamp()}


def enter_as_member(request: HttpRequest, claimant: Claimant, *, at: datetime) -> None:
    """The same for one member of a group, by his consent code."""
    _fresh_key(request)
    opened = request.session.get(_MEMBERS, {})
    request.session[_MEMBERS] = {**opened, str(claimant.claim_id): [claimant.pk, at.timestamp()]}


def _fresh_key(request: HttpRequest) -> None:
    """Whoever sat at a shared computer before may know the session's key: what is opened now is not for him."""
    old = request.session.session_key or ""
    request.session.cycle_key()
    moved(old_key=old, new_key=request.session.session_key or "")


def leave(request: HttpRequest) -> None:
    """Close every claim a code opened here, and the draft: the telephone goes on to the next person."""
    for name in (_CLAIMS, _MEMBERS, _DRAFT):
        request.session.pop(name, None)


def side_or_404(request: HttpRequest, number: str, *, at: datetime) -> Side:
    """Which side of the claim this browser stands on. 404 alike for a claim that is not there and one not his."""
    claim = Claim.objects.select_related("case__project", "case__owner", "case__unit").filter(number=number).first()
    if claim is None:
        raise Http404
    worker = worker_of(request)
    # Who was split off into a claim of his own keeps his code, which belongs to the claim he came from.
    opened = request.session.get(_CLAIMS, {})
    since = max((opened.get(str(key), 0.0) for key in (claim.pk, claim.split_from_id)), default=0.0)
    filer = worker is not None and claim.filer_id == worker.pk
    if filer or at.timestamp() - since < OPEN_FOR.total_seconds():
        # His code opens nobody else's claim.
        origin, me = _first(claim)
        if me is not None and (claim.pk == origin or me.claim_id == claim.pk):
            return Side(me.claim, me, None, _is_himself(me, worker))
    member = _member(request, claim, worker.pk if worker else None, at)
    if member is None:
        raise Http404
    # Several may come to the desk together: each speaks for himself, and only the first of them for all.
    filed = member.pk == getattr(_first(claim)[1], "pk", None)
    return Side(claim, member, None if filed else member, _is_himself(member, worker))


def _first(claim: Claim) -> tuple[int, Claimant | None]:
    """The claim it began with; and who filed: the first of its people who speak for themselves, wherever a split has
    brought him."""
    origin = claim.split_from_id or claim.pk
    rows = Claimant.objects.filter(Q(claim=origin) | Q(claim__split_from=origin)).exclude(consent__in=_MEMBER)
    joined = rows.select_related("claim__case__project", "claim__case__owner", "claim__case__unit")
    return origin, joined.order_by("pk").first()


def _is_himself(me: Claimant, worker: Worker | None) -> bool:
    if me.worker_id is None:
        return True  # the file holds nothing of him
    return me.identified_at is not None or (worker is not None and worker.pk == me.worker_id)


_MEMBER = (Consent.ASKED, Consent.GIVEN, Consent.REFUSED)


def _member(request: HttpRequest, claim: Claim, worker_id: int | None, at: datetime) -> Claimant | None:
    rows = Claimant.objects.filter(claim=claim)
    if worker_id is not None:
        mine = rows.filter(worker_id=worker_id).order_by("pk").first()
        if mine is not None:
            return mine
    key, since = request.session.get(_MEMBERS, {}).get(str(claim.pk), (None, 0.0))
    if key is None or at.timestamp() - since >= OPEN_FOR.total_seconds():
        return None
    return rows.filter(pk=key).first()


def opened_claims(request: HttpRequest, *, at: datetime) -> list[Claim]:
    """Claims a code has opened in this browser, newest first."""
    keys = {
        int(key) for key, since in request.session.get(_CLAIMS, {}).items()
        if at.timestamp() - since < OPEN_FOR.total_seconds()
    } | {
        int(key) for key, (_pk, since) in request.session.get(_MEMBERS, {}).items()
        if at.timestamp() - since < OPEN_FOR.total_seconds()
    }  # fmt: skip
    return list(Claim.objects.filter(pk__in=keys).select_related("case").order_by("-pk"))


@dataclass(frozen=True)
class Slip:
    """What a representative hands to a member: his name, his masked phone, his own code."""

    name: str = field(repr=False)
    phone: str = field(repr=False)
    code: str = field(repr=False)


def slip(claimant: Claimant, code: str) -> Slip:
    """A member's slip of paper."""
    return Slip(true_name(claimant), mask_phone(open_text(claimant.phone_sealed)), shown(code))


def join_address(request: HttpRequest) -> str:
    """Where members confirm."""
    return public_address(request, reverse("claim-join"))


def track_address(request: HttpRequest) -> str:
    """Where one comes back with a code."""
    return public_address(request, reverse("claim-track"))
