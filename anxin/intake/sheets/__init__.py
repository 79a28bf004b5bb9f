"""Spreadsheets: rosters, attendance, wage sheets and the rest, as sites and agencies keep them.

Public functions: ``imports.read`` (verdict a row, nothing taken), ``imports.apply`` (one transaction),
``uploads.receive``/``accept``/``discard`` for people, ``templates.template`` and ``reports``.
"""
