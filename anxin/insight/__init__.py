"""Insight: read-only figures for pages and reports.

``scope`` says what a person may see and is where every page begins; ``overview.refresh`` counts the figures of all
places after a sweep; ``warning_list`` and ``evidence`` serve the warnings, ``project*`` and ``worker_month`` the
projects.
"""
