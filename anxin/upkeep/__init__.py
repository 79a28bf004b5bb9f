"""Upkeep: backup and restore, and erasing what the law no longer asks to be kept, or nobody comes back to.

Public functions: ``backup.backup``, ``restore.restore``, ``retention.plan``, ``erasing.erase`` and ``erase_case``,
``tidying.tidy_drafts`` and ``clearing.clear`` (loops). A room whose rows name files of the vault adds a line to
``kept_files.HOLDERS``.
"""
