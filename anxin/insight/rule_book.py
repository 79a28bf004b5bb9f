"""The rules as pages name them."""

from anxin.rules.packs import all_rules
from anxin.rules.rule import Rule


def rules_by_id() -> dict[str, Rule]:
    """Id → rule. A warning may outlive its rule: look-ups answer None then."""
    return {rule.id: rule for rule in all_rules()}


def rule_titles(*, english: bool) -> dict[str, str]:
    """Id → title in one language, in the order of the packs."""
    return {rule.id: rule.title["en" if english else "zh"] for rule in all_rules()}
