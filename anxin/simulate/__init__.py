"""Simulate: a synthetic province. Seeded sites of contractors who behave well or badly, sent through the doors, with
the truth about every planted fault beside them.

Public functions: ``province.simulate`` (make one), ``replay.replay`` (sweep past days), ``score.score`` (hold the
warnings against the truth). Everybody in it is invented, see ``numbers``.
"""
