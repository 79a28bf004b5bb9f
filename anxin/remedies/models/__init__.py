"""The room's tables, one file a subject."""
