"""Senders: adding them, rotating their secrets, asking for the secrets a signature may have been made with."""

from datetime import datetime, timedelta
from functools import lru_cache

from django.db import transaction

from anxin.intake.models import Sender
from anxin.people import trail
from anxin.people.models import User
from anxin.registry.models import Project
from anxin.vault.fields import open_text, seal_text

GRACE = timedelta(days=7)


def add_sender(
    *,
    protocol: str,
    appid: str,
    secret: str,
    at: datetime,
    project: Project | None = None,
    region_code: str = "",
    settings: dict[str, object] | None = None,
    by: User | None = None,
    who: str = "",
    address: str = "",
) -> Sender:
    """Let somebody send. Raises ValueError when the appid is taken for this protocol.

    ``by``, or ``who`` and ``address`` at the command, go into the trail, here and below.
    """
    with transaction.atomic():
        if Sender.objects.filter(protocol=protocol, appid=appid).exists():
            raise ValueError(f"A {protocol} sender {appid} exists already; use rotate to change its secret.")
        sender = Sender.objects.create(
            protocol=protocol,
            appid=appid,
            secret_sealed=seal_text(secret),
            project=project,
            region_code=region_code,
            settings=settings or {},
            created_at=at,
        )
        bound = {"project": project.code if project else "", "region": region_code, "settings": sender.settings}
        _record("sender-add", sender, at, bound, by, who, address)
    return sender


def find_sender(protocol: str, appid: str) -> Sender | None:
    """The sender under this appid, active or not."""
    return Sender.objects.select_related("project").filter(protocol=protocol, appid=appid).first()


def secrets_of(sender: Sender, *, at: datetime) -> list[str]:
    """Secrets that open the door at a moment: today's, and the one before while its grace lasts."""
    secrets = [_opened(bytes(sender.secret_sealed))]
    if sender.old_secret_sealed and sender.old_secret_until and at < sender.old_secret_until:
        secrets.append(_opened(bytes(sender.old_secret_sealed)))
    return secrets


@lru_cache(maxsize=20_000)
def _opened(sealed: bytes) -> str:
    """A seal is opened once a process, not once a call."""
    return open_text(sealed)


def rotate(
    *, sender: Sender, secret: str, at: datetime, by: User | None = None, who: str = "", address: str = ""
) -> None:
    """Give a sender a new secret; the old one works for another seven days."""
    with transaction.atomic():
        sender.old_secret_sealed = sender.secret_sealed
        sender.old_secret_until = at + GRACE
        sender.secret_sealed = seal_text(secret)
        sender.save()
        _record("sender-rotate", sender, at, {"old_secret_until": sender.old_secret_until}, by, who, address)


def disable(*, sender: Sender, at: datetime, by: User | None = None, who: str = "", address: str = "") -> None:
    """Close the door to a sender; what it sent stays."""
    with transaction.atomic():
        sender.active = False
        sender.save()
        _record("sender-disable", sender, at, {"active": False}, by, who, address)


def _record(
    action: str, sender: Sender, at: datetime, changes: dict[str, object], by: User | None, who: str, address: str
) -> None:
    trail.record(
        by=by,
        at=at,
        action=action,
        subject="sender",
        subject_id=sender.pk,
        changes={"protocol": sender.protocol, "appid": sender.appid, **changes},
        who=who,
        address=address,
    )
