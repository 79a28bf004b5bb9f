"""What was told once and is not told again."""

from django.db import models


class Reminded(models.Model):
    """A reminder that was given. ``key``: which and of what, such as ``objection-late:17``."""

    key = models.CharField(max_length=64, unique=True)
    at = models.DateTimeField()
