"""Who left a site is asked whether all his wages were paid, until he answers."""

from django.db import models

from anxin.registry.models import Engagement


class LeaverAsk(models.Model):
    """The question put to one who left 离场回访. ``answer``: blank, ``paid`` or ``owed``; ``next_at`` null: no more."""

    engagement = models.OneToOneField(Engagement, on_delete=models.CASCADE, related_name="leaver_ask")
    times = models.PositiveSmallIntegerField(default=0)
    asked_at = models.DateTimeField(null=True)
    next_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=4, blank=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["next_at"], name="leavers_by_turn")]
