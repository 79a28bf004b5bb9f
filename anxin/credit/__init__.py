"""Credit: the joint-punishment list for unpaid wages (Order 45) — proposed, told first, decided, repaired, expired.

Public functions: ``grounds.sheet`` (what the file says), ``proposing.propose``, ``strike`` and ``take_back``,
``telling`` (notice and decision), ``objections``, ``deciding``, ``leaving`` (early removal), ``keeping.tend_listings``
(loop).
"""
