"""The second step of signing in: one-time codes by time (RFC 6238), and backup codes for the day the telephone is lost.

Secrets lie sealed in the database; the arithmetic is ``cryptography``'s.
"""

import secrets
from base64 import b32encode
from datetime import datetime

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor import InvalidToken
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from django.conf import settings
from django.db import transaction

from anxin.people import trail
from anxin.people.models import BackupCode, SecondStep, User
from anxin.vault.fields import blind, open_bytes, seal_bytes

ISSUER = "安薪"
PERIOD = 30
BACKUP_CODES = 10
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"


def has_second_step(person: User) -> bool:
    """Whether codes are asked of this person."""
    return SecondStep.objects.filter(person=person, confirmed_at__isnull=False).exists()


def must_have_second_step(person: User) -> bool:
    """Whether his role may not sign in without (``ANXIN_SECOND_STEP``)."""
    return person.role in settings.SECOND_STEP_ROLES


@transaction.atomic
def offer(*, person: User, at: datetime) -> SecondStep:
    """The secret to put into the person's telephone, made at the first asking; it counts once confirmed."""
    step, _ = SecondStep.objects.select_for_update(no_key=True).get_or_create(
        person=person, defaults={"secret_sealed": seal_bytes(secrets.token_bytes(20)), "offered_at": at}
    )
    return step


def address_of(step: SecondStep) -> str:
    """The ``otpauth:`` address that the QR code carries. Show it once, to the person alone."""
    return _totp(step).get_provisioning_uri(step.person.username, ISSUER)


def secret_of(step: SecondStep) -> str:
    """The secret in letters, for typing it in."""
    return b32encode(open_bytes(step.secret_sealed)).decode().rstrip("=")


@transaction.atomic
def confirm(*, person: User, code: str, at: datetime) -> list[str] | None:
    """Take the second step into use when the code is right. Answers the backup codes, which are shown only now; None
    for a wrong code."""
    step = SecondStep.objects.select_for_update(no_key=True).filter(person=person, confirmed_at=None).first()
    if step is None or not _take(step, code, at):
        return None
    step.confirmed_at = at
    step.save(update_fields=["confirmed_at"])
    trail.record(by=person, at=at, action="second-step", subject="user", subject_id=person.pk)
    return _backup_codes(person)


@transaction.atomic
def check(*, person: User, code: str, at: datetime) -> bool:
    """Whether a code (or a backup code, good once) is right. A code that was taken is not taken again."""
    step = SecondStep.objects.select_for_update(no_key=True).filter(person=person, confirmed_at__isnull=False).first()
    if step is None:
        return False
    if _take(step, code, at):
        return True
    typed = _blind(person, code)
    if not BackupCode.objects.filter(person=person, code_blind=typed, used_at=None).update(used_at=at):
        return False
    trail.record(by=person, at=at, action="backup-code", subject="user", subject_id=person.pk)
    return True


@transaction.atomic
def new_backup_codes(*, person: User, at: datetime) -> list[str]:
    """Other backup codes; the old ones count no more."""
    trail.record(by=person, at=at, action="backup-codes", subject="user", subject_id=person.pk)
    return _backup_codes(person)


def codes_left(person: User) -> int:
    """How many backup codes are still good."""
    return BackupCode.objects.filter(person=person, used_at=None).count()


@transaction.atomic
def remove(*, person: User, by: User, at: datetime) -> bool:
    """Forget a person's second step: his own wish, or the telephone is lost and an administrator helps."""
    gone, _ = SecondStep.objects.filter(person=person).delete()
    BackupCode.objects.filter(person=person).delete()
    if gone:
        trail.record(by=by, at=at, action="second-step-remove", subject="user", subject_id=person.pk)
    return bool(gone)


def _take(step: SecondStep, code: str, at: datetime) -> bool:
    """Whether the code is the one of now, of half a minute ago or of the next; its period is noted as used."""
    typed = "".join(code.split())
    if len(typed) != 6 or not typed.isascii() or not typed.isdigit():
        return False
    totp, now = _totp(step), int(at.timestamp()) // PERIOD
    for period in (now, now - 1, now + 1):
        try:
            totp.verify(typed.encode(), period * PERIOD)
        except InvalidToken:
            continue
        if period <= step.last_step:
            return False
        step.last_step = period
        step.save(update_fields=["last_step"])
        return True
    return False


def _totp(step: SecondStep) -> TOTP:
    # Telephones know nothing but SHA-1 reliably; HMAC does not suffer from its collisions.
    return TOTP(open_bytes(step.secret_sealed), 6, SHA1(), PERIOD)  # noqa: S303


def _backup_codes(person: User) -> list[str]:
    BackupCode.objects.filter(person=person).delete()
    codes = ["".join(secrets.choice(_LETTERS) for _ in range(10)) for _ in range(BACKUP_CODES)]
    BackupCode.objects.bulk_create(BackupCode(person=person, code_blind=_blind(person, code)) for code in codes)
    return [f"{code[:5]}-{code[5:]}" for code in codes]


def _blind(person: User, code: str) -> bytes:
    plain = "".join(letter for letter in code.upper() if letter.isalnum())
    return blind("backup-code", f"{person.pk}:{plain}")
