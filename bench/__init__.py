"""Measurements: how fast the sweep, the doors, the warnings and the pages are. ``python -m bench`` runs them.

Nothing here is a test: nothing passes or fails. Data come from the simulator, in a folder that is removed afterwards
(``--keep`` keeps it). Figures and the command that made them stand in ``bench/README.md``.
"""
