"""Hand-over: a warning gets a unit, an owner, a clock and a next step; late matters rise by the pack's ladder.

Public functions: ``routing.hand_over`` and ``routing.close_cleared`` (loops), ``actions`` (take, assign, ask the site,
joint handling, talks), ``clock`` (pauses, extensions), ``ladder.escalate`` and ``reminding.remind_desk`` (loops),
``objections``, ``inspections``, ``site`` (what the site does beyond answering), ``leaving`` (a person's desk, or a
unit's matters, handed on).
"""
