"""Senders: adding them, rotating their secrets, asking for the secrets a signature may have been made with."""

from datetime import datetime, timedelta

from anxin.intake.models import Sender
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
) -> Sender:
    """Let somebody send. Raises ValueError when the appid is taken for this protocol."""
    if Sender.objects.filter(protocol=protocol, appid=appid).exists():
        raise ValueError(f"A {protocol} sender {appid} exists already; use rotate to change its secret.")
    return Sender.objects.create(
        protocol=protocol,
        appid=appid,
        secret_sealed=seal_text(secret),
        project=project,
        region_code=region_code,
        settings=settings or {},
        created_at=at,
    )


def find_sender(protocol: str, appid: str) -> Sender | None:
    """The sender under this appid, active or not."""
    return Sender.objects.select_related("project").filter(protocol=protocol, appid=appid).first()


def secrets_of(sender: Sender, *, at: datetime) -> list[str]:
    """Secrets that open the door at a moment: today's, and the one before while its grace lasts."""
    secrets = [open_text(sender.secret_sealed)]
    if sender.old_secret_sealed and sender.old_secret_until and at < sender.old_secret_until:
        secrets.append(open_text(sender.old_secret_sealed))
    return secrets


def rotate(*, sender: Sender, secret: str, at: datetime) -> None:
    """Give a sender a new secret; the old one works for another seven days."""
    sender.old_secret_sealed = sender.secret_sealed
    sender.old_secret_until = at + GRACE
    sender.secret_sealed = seal_text(secret)
    sender.save()


def disable(*, sender: Sender) -> None:
    """Close the door to a sender; what it sent stays."""
    sender.active = False
    sender.save()
