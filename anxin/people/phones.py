"""Phones that signed in, and for whom they stand. A worker is no user: his sessions are not officers' sessions.

Who knows another's identity number and name (his foreman, the site's clerk) must not become him by that. So the phone
the roster knows stands for him at once; another phone only after a day in which whoever holds the known phone is told
and may object. A phone the roster names for many is known for none of them (``registry.shared_phones``): only an
officer who has seen the worker and his card lets it stand. A claim waits for none of this.
"""

import secrets
from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from anxin.people import trail
from anxin.people.attempts import Locked
from anxin.people.models import Attempt, PhoneOwner, PhoneSession, User
from anxin.people.phone_codes import phone_blind, was_guessed_at
from anxin.people.turns import take_turn
from anxin.vault.fields import blind, open_text, seal_text

IDLE = timedelta(days=30)
# A number given up is sold again: who was away longer types his identity number once more.
PROOF_LASTS = timedelta(days=90)
OBJECTION = timedelta(days=1)
NEVER = datetime(9999, 1, 1, tzinfo=UTC)
IDENTITY_TRIES = 5  # a phone a day
NUMBER_TRIES = 10  # an identity number a day, from whatever phone
_SEEN_EVERY = timedelta(hours=1)
_DAY = timedelta(days=1)


@transaction.atomic
def begin_session(*, phone: str, at: datetime) -> str:
    """A phone has proved itself by its code. Answers the token for the browser; only its blind value is kept.

    Where the phone stands for exactly one worker, was used of late and nobody guessed at its codes, the session is his
    at once; else it asks who he is.
    """
    PhoneSession.objects.filter(seen_at__lt=at - IDLE).delete()
    key = phone_blind(phone)
    owners = list(_standing(at).filter(phone_blind=key, proved_at__gt=at - PROOF_LASTS)[:2])
    owner = owners[0] if len(owners) == 1 and not was_guessed_at(phone, at=at) else None
    if owner is not None:
        PhoneOwner.objects.filter(pk=owner.pk).update(proved_at=at)
    token = secrets.token_urlsafe(32)
    PhoneSession.objects.create(
        token_blind=_token(token), phone_sealed=seal_text(phone), phone_blind=key, owner=owner, began_at=at, seen_at=at
    )
    return token


def session_of(token: str, *, at: datetime) -> PhoneSession | None:
    """The living session behind a browser's token."""
    if not token:
        return None
    found = PhoneSession.objects.select_related("owner").filter(token_blind=_token(token)).first()
    if found is None or found.seen_at <= at - IDLE:
        return None
    if at - found.seen_at > _SEEN_EVERY:
        PhoneSession.objects.filter(pk=found.pk).update(seen_at=at)
    return found


def worker_id_of(session: PhoneSession, *, at: datetime) -> int | None:
    """For whom a session stands now; None while nobody is known, or while an objection is still possible."""
    owner = session.owner
    if owner is None or owner.ended_at is not None or owner.holds_from > at:
        return None
    return owner.worker_id


def ask_again(session: PhoneSession) -> None:
    """A session's phone does not say any more who holds it: he says who he is once more."""
    PhoneSession.objects.filter(pk=session.pk).update(owner=None)


def end_session(session: PhoneSession) -> None:
    """Sign out of this browser."""
    PhoneSession.objects.filter(pk=session.pk).delete()


@transaction.atomic
def begin_identity_try(*, phone: str, identity: str, at: datetime) -> None:
    """Write down that a phone tries an identity number, before it is judged. Raises Locked when the phone, or the
    number from whatever phone, was tried too often today; a try not heard does not lengthen the wait."""
    counted = (
        (blind("identity-tries", phone), IDENTITY_TRIES),
        (blind("identity-tried", identity), NUMBER_TRIES),
    )
    for key, most in counted:
        # Tries at once would each see none before them.
        take_turn(key)
        recent = Attempt.objects.filter(name_blind=key, at__gt=at - _DAY).order_by("-at")
        moments = list(recent.values_list("at", flat=True)[:most])
        if len(moments) >= most:
            raise Locked(moments[-1] + _DAY)
    Attempt.objects.bulk_create([Attempt(name_blind=key, address="phone", at=at) for key, _most in counted])


def forgive_identity_tries(*, phone: str, identity: str) -> None:
    """The tries of somebody who was found after all count no more."""
    Attempt.objects.filter(name_blind=blind("identity-tries", phone)).delete()
    Attempt.objects.filter(name_blind=blind("identity-tried", identity)).delete()


@transaction.atomic
def bind(*, session: PhoneSession, worker_id: int, known_phone: str, at: datetime, shared: bool = False) -> PhoneOwner:
    """Let a session's phone stand for a worker whose identity number and name were typed.

    ``known_phone``: what the roster has for him, empty when nothing. Answers the row; ``holds_from`` lies ahead when
    another phone is known, and ``phones_to_tell`` names whom to tell. ``shared``: the roster names this phone for many
    workers; whoever holds it knows all their numbers, so that it never stands for one until an officer confirms it.
    """
    phone = open_text(session.phone_sealed)
    others = _others(worker_id, phone)
    at_once = not shared and (known_phone == phone or (not known_phone and not others))
    holds_from = at if at_once else NEVER if shared else at + OBJECTION
    owner, new = PhoneOwner.objects.get_or_create(
        phone_blind=bytes(session.phone_blind), worker_id=worker_id, ended_at=None,
        defaults={
            "phone_sealed": seal_text(phone), "asked_at": at, "proved_at": at, "holds_from": holds_from,
            "shared": shared,
        },
    )  # fmt: skip
    if shared and not owner.shared:
        # It stood for him before the roster named it for others too.
        owner.shared, owner.holds_from = True, NEVER
        owner.save(update_fields=["shared", "holds_from"])
    PhoneOwner.objects.filter(pk=owner.pk).update(proved_at=at)
    PhoneSession.objects.filter(pk=session.pk).update(owner=owner)
    session.owner = owner
    if new:
        trail.record(by=None, who="worker", at=at, action="phone-bind", subject="worker", subject_id=worker_id,
                     changes={"at_once": at_once, "shared": shared})  # fmt: skip
    return owner


def phones_to_tell(owner: PhoneOwner, *, known_phone: str) -> list[str]:
    """The phones known for a worker before a new one asked to stand for him."""
    phone = open_text(owner.phone_sealed)
    known = [open_text(other.phone_sealed) for other in _others(owner.worker_id, phone)]
    return list(dict.fromkeys(number for number in [known_phone, *known] if number and number != phone))


def waiting_for(worker_id: int, *, session: PhoneSession) -> QuerySet[PhoneOwner]:
    """Other phones that stand, or ask to stand, for the worker: what the holder of a known phone sees and may end."""
    return PhoneOwner.objects.filter(worker_id=worker_id, ended_at=None).exclude(phone_blind=bytes(session.phone_blind))


@transaction.atomic
def not_me(*, owner: PhoneOwner, at: datetime, by: User | None = None) -> None:
    """The worker, or an officer who has seen him and his card, says that a phone is not his: it stands for him no
    longer and its sessions end."""
    ended = PhoneOwner.objects.filter(pk=owner.pk, ended_at=None).update(ended_at=at)
    PhoneSession.objects.filter(owner=owner).delete()
    if ended:
        trail.record(by=by, who="worker", at=at, action="phone-not-me", subject="worker", subject_id=owner.worker_id)


@transaction.atomic
def confirm_phone(*, owner: PhoneOwner, by: User, at: datetime) -> None:
    """An officer has seen the worker and his identity card: the phone holds at once. One that was ended stays so."""
    rows = PhoneOwner.objects.filter(pk=owner.pk, ended_at=None, holds_from__gt=at)
    if rows.update(holds_from=at, proved_at=at):
        trail.record(by=by, at=at, action="phone-confirm", subject="worker", subject_id=owner.worker_id)


def phones_of(worker_id: int) -> QuerySet[PhoneOwner]:
    """The phones that stand, or ask to stand, for a worker, oldest first."""
    return PhoneOwner.objects.filter(worker_id=worker_id, ended_at=None).order_by("asked_at", "pk")


def forget_worker(worker_id: int) -> None:
    """A worker has become nameless: no phone and no session of his stays."""
    PhoneSession.objects.filter(owner__worker_id=worker_id).delete()
    PhoneOwner.objects.filter(worker_id=worker_id).delete()


def phone_for(worker_id: int, *, at: datetime) -> str:
    """The phone a worker last proved to be his; empty when there is none."""
    owner = _standing(at).filter(worker_id=worker_id).order_by("-proved_at").first()
    return open_text(owner.phone_sealed) if owner else ""


def _standing(at: datetime) -> QuerySet[PhoneOwner]:
    return PhoneOwner.objects.filter(ended_at=None, holds_from__lte=at)


def _others(worker_id: int, phone: str) -> list[PhoneOwner]:
    return list(PhoneOwner.objects.filter(Q(worker_id=worker_id, ended_at=None) & ~Q(phone_blind=phone_blind(phone))))


def _token(token: str) -> bytes:
    return blind("phone-session", token)
