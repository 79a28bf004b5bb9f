"""Rules: checks (functions from facts to findings), packs (one YAML a region), scenario tests beside them.

A check never names a province and a pack never computes: the check compares, the pack gives thresholds, level
ladder, basis, dates, who acts, what clears it and what it hides.

Public functions: ``evaluate.evaluate``, ``packs.all_rules``, ``rules_for`` and ``find_rule``, ``words.explain`` and
``reason``, ``scenarios.run``.
"""
