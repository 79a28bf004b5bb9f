"""Who may do what, in one table; and where: a jurisdiction is a region code and all that lies below it."""

from anxin.people.models import Role, User

PERMISSIONS: dict[str, frozenset[str]] = {
    Role.OPERATOR: frozenset(
        {"overview", "warnings", "projects", "senders", "held", "settle", "uploads", "rules", "looks", "all-looks"}
    ),
    Role.OFFICER: frozenset(
        {"overview", "warnings", "projects", "personal", "held", "settle", "uploads", "rules", "looks"}
    ),
    Role.LEADER: frozenset({"overview", "warnings", "projects", "rules"}),
    Role.CLERK: frozenset({"projects", "warnings", "uploads", "held"}),
}


def may(user: User, permission: str) -> bool:
    """Whether a signed-in, active user holds a permission."""
    return bool(user.is_active and permission in PERMISSIONS.get(user.role, frozenset()))


def region_prefix(region: str) -> str:
    """The part of a region code that all regions below it share: 140000 → 14, 140100 → 1401, 140105 → 140105."""
    for width in (2, 4):
        if region[width:] == "0" * (6 - width):
            return region[:width]
    return region


def may_see_region(user: User, region: str) -> bool:
    """Whether a region lies in the user's jurisdiction. A user without a jurisdiction sees nothing."""
    return bool(user.region) and region.startswith(region_prefix(user.region))
