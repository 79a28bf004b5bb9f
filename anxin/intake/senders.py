"""Senders: adding them, rotating their secrets, asking for the secrets a signature may have been made with."""

import ipaddress
from datetime import datetime, timedelta
from functools import lru_cache

from django.db import transaction

from anxin.intake.models import Sender
from anxin.people import trail
from anxin.people.models import User
from anxin.registry.models import Project
from anxin.vault.fields import open_text, seal_text

GRACE = timedelta(days=7)
# What an operator may set for one sender: the protocols that know it, its type, its meaning.
SETTINGS: dict[str, tuple[str, type, str]] = {
    "clock_window_s": ("national cwr bulk", int, "seconds a sender's clock may be off"),
    "allow_ips": ("national", list, "addresses or networks it may call from, commas between"),
    "min_interval_ms": ("national", int, "least time between two calls of one method"),
    "corp_key": ("national", str, "company key that corpsign must hold"),
    "swapped_clock": ("national", bool, "true where it writes seconds before minutes (Jinhua)"),
    "entry_exit_out": ("national", str, "its code for leaving: 0 nationally, 2 in Zhejiang"),
    "data_as_string": ("national", bool, "true where data of an answer is to be JSON text (Fujian)"),
}


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
    """Let somebody send. Raises ValueError when the appid is taken for this protocol or a setting is not known.

    ``by``, or ``who`` and ``address`` at the command, go into the trail, here and below.
    """
    settings = checked(protocol, settings or {})
    with transaction.atomic():
        if Sender.objects.filter(protocol=protocol, appid=appid).exists():
            raise ValueError(f"A {protocol} sender {appid} exists already; use rotate to change its secret.")
        sender = Sender.objects.create(
            protocol=protocol,
            appid=appid,
            secret_sealed=seal_text(secret),
            project=project,
            region_code=region_code,
            settings=settings,
            created_at=at,
        )
        bound = {"project": project.code if project else "", "region": region_code, "settings": sender.settings}
        _record("sender-add", sender, at, bound, by, who, address)
    return sender


def checked(protocol: str, settings: dict[str, object]) -> dict[str, object]:
    """Settings as the doors read them. Raises ValueError for one this protocol does not know, or of another type:
    taken as it came, it would do nothing, or close the door."""
    found: dict[str, object] = {}
    for name, value in settings.items():
        protocols, kind, meaning = SETTINGS.get(name, ("", str, ""))
        if protocol not in protocols.split():
            known = ", ".join(sorted(one for one, (of, _, _) in SETTINGS.items() if protocol in of.split()))
            raise ValueError(f"{protocol} senders have no setting {name}; there are: {known}.")
        if kind is list and isinstance(value, str):
            value = [part.strip() for part in value.split(",") if part.strip()]
        elif kind is str and isinstance(value, int):
            value = str(int(value))
        if type(value) is not kind or (isinstance(value, int) and value < 0):
            raise ValueError(f"The setting {name} wants {_WANTED[kind]}: {meaning}.")
        if name == "allow_ips" and not all(_is_network(one) for one in value):  # type: ignore[attr-defined]
            raise ValueError(f"The setting {name} wants {_WANTED[kind]}: {meaning}.")
        found[name] = value
    return found


_WANTED = {int: "a whole number", bool: "true or false", list: "a list", str: "a text"}


def _is_network(entry: object) -> bool:
    try:
        ipaddress.ip_network(str(entry), strict=False)
    except ValueError:
        return False
    return True


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


def enable(*, sender: Sender, at: datetime, by: User | None = None, who: str = "", address: str = "") -> None:
    """Open the door to a sender again."""
    with transaction.atomic():
        sender.active = True
        sender.save()
        _record("sender-enable", sender, at, {"active": True}, by, who, address)


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
