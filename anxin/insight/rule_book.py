"""The rules as pages name them."""

from anxin.people.access import region_prefix, seats_with
from anxin.people.models import User
from anxin.rules.packs import all_rules
from anxin.rules.rule import Rule


def rules_by_id() -> dict[str, Rule]:
    """Id → rule. A warning may outlive its rule: look-ups answer None then."""
    return {rule.id: rule for rule in all_rules()}


def rule_titles(*, english: bool) -> dict[str, str]:
    """Id → title in one language, in the order of the packs."""
    return {rule.id: rule.title["en" if english else "zh"] for rule in all_rules()}


def rules_offered(user: User, permission: str, *, english: bool, asked: str = "") -> dict[str, str]:
    """The same for a list's filter: the rules that hold somewhere in the bounds of the seats with a permission, and the
    one ``asked`` for, which a saved filter may name."""
    places = [region_prefix(seat.region) for seat in seats_with(user, permission) if seat.region]
    here = {
        rule.id
        for rule in all_rules()
        if any(place.startswith(rule.regions) or any(one.startswith(place) for one in rule.regions) for place in places)
    }
    return {key: title for key, title in rule_titles(english=english).items() if key in here or key == asked}
