"""Law: civil time, working days, clocks that explain their deadline, periods as data. Imports nothing of ours.

Public functions: ``civil.civil_date`` and the arithmetic of wage months, ``calendar.kind_of``, ``clocks.deadline`` and
``moment_due``, ``running.reckon`` (with pauses and extensions), ``capitals.capitals``, ``notice_board.parts`` and
``known_for``, ``retention.periods``.
"""
