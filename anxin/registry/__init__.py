"""Registry: who and where. Regions, enterprises, projects, participations, teams, workers, engagements, accounts.

Rows with a life cycle. Every change goes through a function of this room (``upsert_project``, ``add_team``,
``engage`` …), which marks the project for the next sweep (``touch``).
"""
