"""Who may do what, in one table; and where: a jurisdiction is a region code and all that lies below it.

A page, an action or an export asks for a permission, never for a role.
"""

from datetime import date

from anxin.people.models import Role, User
from anxin.people.seats import Seat, seats_of

_OWN = frozenset({"account", "notices"})
_READ = _OWN | frozenset({"overview", "minutes", "warnings", "projects", "rules", "notices"})
_HANDLE = frozenset(
    {"handle", "personal", "held", "settle", "uploads", "looks", "inspect", "duty", "cases", "take-in", "case"}
)

PERMISSIONS: dict[str, frozenset[str]] = {
    # account: one's own sessions, password, codes
    # minutes: read what authorities wrote down among themselves
    # overview warnings projects rules: see · notices: one's own inbox · personal: open masked values
    # held uploads: rows and files brought in · settle: match or discard held rows · looks: who looked at what
    # desk: what is in whose hands · handle: take, ask, talk, close
    # inspect: joint inspections · assign: give work to others · approve: pauses, extensions, objections
    # escalate: raise a matter · help: one's own part in a joint matter · site: mend, explain, object for a project
    # cases: the list of cases and each case · take-in: write down a claim at the desk · case: handle one
    # credit: the joint-punishment list (acting on it asks for case, deciding for approve)
    # people: organisations, users, deputies · senders all-looks audit: operation and audit
    Role.OFFICER: _READ | _HANDLE | {"desk", "credit"},
    Role.CHIEF: _READ | _HANDLE | {"desk", "credit", "assign", "approve", "escalate", "people"},
    Role.LEADER: _READ | {"desk", "credit", "escalate", "cases"},
    Role.AGENCY: _READ | {"help", "inspect"},
    Role.BANK: _OWN | {"uploads", "held"},
    Role.CLERK: _OWN | {"projects", "warnings", "uploads", "held", "site"},
    Role.OPERATOR: _READ | {"senders", "held", "settle", "uploads", "looks", "all-looks", "people", "audit", "outbox"},
    Role.AUDITOR: _READ | {"looks", "all-looks", "audit"},
}


def may(user: User, permission: str) -> bool:
    """Whether a person holds a permission in any of his seats today."""
    return bool(seats_with(user, permission))


def seats_with(user: User, permission: str, on: date | None = None) -> list[Seat]:
    """The seats in which a person holds a permission; what he sees is what lies in their bounds."""
    seats = [seat for seat in seats_of(user, on) if permission in PERMISSIONS.get(seat.role, frozenset())]
    # The overview's figures are counted by place: who is bounded to one industry would see the others' in them.
    return [seat for seat in seats if not seat.industry] if permission == "overview" else seats


def region_prefix(region: str) -> str:
    """The part of a region code that all regions below it share: 140000 → 14, 140100 → 1401, 140105 → 140105."""
    for width in (2, 4):
        if region[width:] == "0" * (6 - width):
            return region[:width]
    return region


def may_see_region(user: User, region: str) -> bool:
    """Whether a region lies in the user's jurisdiction. A user without a jurisdiction sees nothing."""
    return bool(user.region) and region.startswith(region_prefix(user.region))
