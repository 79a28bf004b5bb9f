"""Joint on-site inspections as tasks."""

from django.db import models

from anxin.people.models import Organisation, User
from anxin.registry.models import Project


class InspectionTask(models.Model):
    """The joint check of a new project in the month after its workers came (SX-02).

    ``checklist``: list of {item, ok (true, false, null), note}; ``photos``: hashes in the vault. With findings that
    want mending, ``recheck_on`` is set and the task stays open until ``rechecked_at``.
    """

    project = models.OneToOneField(Project, on_delete=models.CASCADE, related_name="inspection_task")
    unit = models.ForeignKey(Organisation, on_delete=models.PROTECT, null=True, related_name="inspection_tasks")
    owner = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="inspection_tasks")
    entered_on = models.DateField()
    due_on = models.DateField()
    checklist = models.JSONField(default=list)
    participants = models.CharField(max_length=400, blank=True)
    findings = models.TextField(blank=True)
    photos = models.JSONField(default=list)
    done_on = models.DateField(null=True)
    done_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    recheck_on = models.DateField(null=True)
    rechecked_at = models.DateTimeField(null=True)
    recheck_findings = models.TextField(blank=True)
