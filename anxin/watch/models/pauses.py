"""A site asks that its works count as paused."""

from django.db import models

from anxin.people.models import User
from anxin.registry.models import Project


class PauseRequest(models.Model):
    """A request to record a suspension 停工报备, both days included; an officer decides, never the one who asked.

    ``evidence``: hashes in the vault. Approved, it has become a ``registry.Pause``.
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="pause_requests")
    from_on = models.DateField()
    until_on = models.DateField()
    reason = models.CharField(max_length=200)
    evidence = models.JSONField(default=list)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    approved = models.BooleanField(null=True)
    answer = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["project"], condition=models.Q(decided_at=None), name="one_open_pause_request"
            )
        ]
