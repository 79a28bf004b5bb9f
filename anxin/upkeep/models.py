"""What upkeep has still to do."""

from django.db import models


class LetGo(models.Model):
    """A file of the vault that some row has let go of: looked at from ``look_at`` on, and erased when no row names it.

    The same file may stand here more than once.
    """

    digest = models.CharField(max_length=64)
    look_at = models.DateTimeField(db_index=True)
