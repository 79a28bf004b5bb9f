"""Upkeep: backup and restore, and erasing what the law no longer asks to be kept.

Public functions: ``backup.backup``, ``restore.restore``, ``retention.plan``, ``retention.erase``.
"""
