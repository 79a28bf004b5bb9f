"""Codes by which the owner of a phone signs in: six digits, ten minutes, good once, five tries.

Every limit is the phone's own. None hangs on an address: a whole site may stand behind one, and none of its workers
may be kept out by what another did. What is kept is blind; the code itself is told once, to be sent.
"""

import secrets
import unicodedata
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count, F, Min, Sum

from anxin.people.models import PhoneCode
from anxin.people.turns import take_turn
from anxin.vault.fields import blind, seal_text

DIGITS = 6
LIVES = timedelta(minutes=10)
TRIES = 5
# An impatient thumb gets one message, not three.
PAUSE = timedelta(seconds=60)
SENDS = ((5, timedelta(hours=1)), (10, timedelta(days=1)))
# So many wrong codes within so long, over all codes of the phone: then it rests.
WRONG, REST = 10, timedelta(hours=1)
_KEEP = timedelta(days=2)


@dataclass(frozen=True)
class Asked:
    """``state``: ``sent`` (a new code, to be posted now), ``waiting`` (the last one is under way), ``often`` (no
    more messages until ``until``), ``resting`` (too many wrong codes, until ``until``)."""

    state: str
    row: PhoneCode | None = None
    code: str = field(default="", repr=False)
    until: datetime | None = None


@dataclass(frozen=True)
class Tried:
    """``state``: ``right``, ``wrong`` (``left`` tries remain), ``over`` (used, old, tried too often), ``resting``."""

    state: str
    left: int = 0
    until: datetime | None = None


def normal_phone(text: str) -> str:
    """A mainland mobile number as eleven digits, however it was typed; empty when it is none."""
    digits = "".join(sign for sign in unicodedata.normalize("NFKC", text) if sign.isdecimal())
    digits = digits.removeprefix("0086") if len(digits) == 15 else digits
    digits = digits.removeprefix("86") if len(digits) == 13 else digits
    return digits if len(digits) == 11 and digits[0] == "1" and digits[1] in "3456789" and digits.isascii() else ""


def phone_blind(phone: str) -> bytes:
    """Look-up value of a phone number."""
    return blind("phone", phone)


@transaction.atomic
def ask_code(*, phone: str, at: datetime) -> Asked:
    """Make a code for a phone (``normal_phone``). The caller sends it in the same transaction."""
    key = phone_blind(phone)
    # Many askings at once would each see none before them, and each would ring.
    take_turn(key)
    PhoneCode.objects.filter(sent_at__lt=at - _KEEP).delete()
    until = _resting(key, at)
    if until is not None:
        return Asked("resting", until=until)
    mine = PhoneCode.objects.filter(phone_blind=key)
    last = mine.order_by("-sent_at", "-pk").first()
    if last is not None and last.used_at is None and at - last.sent_at < PAUSE and last.tries < TRIES:
        return Asked("waiting", last)
    for most, within in SENDS:
        recent = mine.filter(sent_at__gt=at - within)
        if recent.count() >= most:
            first = list(recent.order_by("-sent_at").values_list("sent_at", flat=True)[:most])[-1]
            return Asked("often", last, until=first + within)
    code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"
    row = PhoneCode.objects.create(
        phone_sealed=seal_text(phone), phone_blind=key, code_blind=_blind(phone_key=key, code=code), sent_at=at,
        ends_at=at + LIVES,
    )  # fmt: skip
    return Asked("sent", row, code)


def try_code(*, asked: PhoneCode, code: str, at: datetime) -> Tried:
    """Judge a typed code against the phone's newest one. The try is counted before it is judged, so that many at once
    cannot slip through."""
    key = bytes(asked.phone_blind)
    until = _resting(key, at)
    if until is not None:
        return Tried("resting", until=until)
    newest = PhoneCode.objects.filter(phone_blind=key).order_by("-sent_at", "-pk").first()
    if newest is None:
        return Tried("over")
    living = PhoneCode.objects.filter(pk=newest.pk, used_at=None, ends_at__gt=at, tries__lt=TRIES)
    if not living.update(tries=F("tries") + 1):
        return Tried("over")
    digits = "".join(sign for sign in unicodedata.normalize("NFKC", code) if sign.isdecimal())
    if _blind(phone_key=key, code=digits) == bytes(newest.code_blind):
        used = PhoneCode.objects.filter(pk=newest.pk, used_at=None).update(used_at=at)
        return Tried("right" if used else "over")
    until = _resting(key, at)
    if until is not None:
        return Tried("resting", until=until)
    left = TRIES - PhoneCode.objects.values_list("tries", flat=True).get(pk=newest.pk)
    return Tried("wrong", left) if left > 0 else Tried("over")


def was_guessed_at(phone: str, *, at: datetime) -> bool:
    """Whether so many wrong codes were typed for a phone within a day that a right one proves little by itself."""
    return _wrong(phone_blind(phone), since=at - timedelta(days=1))[0] >= TRIES


def _wrong(key: bytes, *, since: datetime) -> tuple[int, datetime | None]:
    """Wrong codes typed for a phone since a moment, and when the first of those codes was sent."""
    told = PhoneCode.objects.filter(phone_blind=key, sent_at__gt=since).aggregate(
        tries=Sum("tries"), right=Count("used_at"), first=Min("sent_at")
    )
    return (told["tries"] or 0) - told["right"], told["first"]


def _resting(key: bytes, at: datetime) -> datetime | None:
    """Until when a phone rests after too many wrong codes; None when it does not."""
    wrong, first = _wrong(key, since=at - REST)
    return first + REST if first is not None and wrong >= WRONG else None


def _blind(*, phone_key: bytes, code: str) -> bytes:
    return blind("phone-code", f"{phone_key.hex()}:{code}")
