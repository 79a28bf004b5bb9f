"""Ledger: facts that only accrue. A durable inbox, Delta tables, rollups kept by sealing, one engine for reading.

Public functions: ``inbox.append`` (inside the door's transaction), ``sealing.seal``, ``compaction.compact``,
``read.swipes``/``payroll``/``payments``/``movements`` (current rows of one project or worker),
``facts.load_facts`` (everything the rules read, as Ibis tables).
"""
