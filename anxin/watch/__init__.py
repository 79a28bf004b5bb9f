"""Watch: the sweep. Evaluate every rule, reconcile with open warnings, group and hide, clear; each step an event.

Public function: ``sweep.sweep(as_of=..., at=..., projects=None)``.
"""
