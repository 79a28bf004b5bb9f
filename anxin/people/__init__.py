"""People: users with a region and a role, and the record of every look at personal data.

Public functions: ``access.may_see_region``, ``access.scope_regions``, ``looks.record_look``.
"""
