"""Warnings and their history."""

from django.db import models

from anxin.registry.models import Enterprise, Project, Worker

_LISTED = [
    *("status", "hidden_by", "-rank", "-opened_on", "-id"),
    *("region_code", "industry", "rule", "project", "since", "due_on"),
]


class Warning(models.Model):
    """What a rule found about a subject, while it stands and after. One row a (rule, subject), reopened in place.

    ``subject`` is the natural key: ``project:ID``, ``project-month:ID:2026-03``, ``worker-month:P:W:2026-03``,
    ``leaver:P:W``, ``enterprise:ID``. ``numbers`` are the figures that caused it; ``since`` the day the fault began;
    ``due_on`` the day it is to be mended by: the pack's, and once it is handed over that of its clock, null while the
    clock stands. ``hidden_by`` is an open warning whose cause includes this.
    """

    rule = models.CharField(max_length=32)
    pack = models.CharField(max_length=32)
    rule_version = models.CharField(max_length=16)
    subject = models.CharField(max_length=64)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, null=True, related_name="warnings")
    enterprise = models.ForeignKey(Enterprise, on_delete=models.CASCADE, null=True)
    worker = models.ForeignKey(Worker, on_delete=models.CASCADE, null=True)
    month = models.CharField(max_length=7, blank=True)
    region_code = models.CharField(max_length=6, blank=True)
    industry = models.CharField(max_length=16, blank=True)
    level = models.CharField(max_length=8)  # blue | yellow | orange | red
    rank = models.PositiveSmallIntegerField()  # 1 blue … 4 red, for sorting
    status = models.CharField(max_length=8)  # open | cleared
    measure = models.FloatField()
    threshold = models.FloatField(null=True)
    numbers = models.JSONField(default=dict)
    reason = models.CharField(max_length=400)
    reason_en = models.CharField(max_length=400)
    since = models.DateField()
    opened_on = models.DateField()
    cleared_on = models.DateField(null=True)
    due_on = models.DateField(null=True)
    snoozed_until = models.DateField(null=True)
    hidden_by = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="hides")
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["rule", "subject"], name="one_warning_a_subject")]
        indexes = [
            # Holds every column that lists filter and sort by, in the order they show: pages read it and no table row.
            models.Index(fields=_LISTED, name="warnings_listed"),
            models.Index(fields=["project", "status"], name="warnings_by_project"),
        ]


class WarningEvent(models.Model):
    """One step in a warning's life: opened, raised, lowered, cleared or reopened, with numbers and rule version."""

    warning = models.ForeignKey(Warning, on_delete=models.CASCADE, related_name="events")
    kind = models.CharField(max_length=10)
    on = models.DateField()
    at = models.DateTimeField()
    old_level = models.CharField(max_length=8, blank=True)
    new_level = models.CharField(max_length=8, blank=True)
    rule_version = models.CharField(max_length=16)
    measure = models.FloatField(null=True)
    numbers = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["on", "kind"], name="events_by_day")]


class Sweep(models.Model):
    """One run of the sweep and what it did."""

    as_of = models.DateField()
    begun_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    projects = models.IntegerField(default=0)
    full = models.BooleanField(default=True)
    opened = models.IntegerField(default=0)
    raised = models.IntegerField(default=0)
    lowered = models.IntegerField(default=0)
    cleared = models.IntegerField(default=0)
    reopened = models.IntegerField(default=0)
    unchanged = models.IntegerField(default=0)
    seconds = models.FloatField(default=0)

    class Meta:
        # Full ones stay for good: whoever clears the others away does not read past them.
        indexes = [models.Index(fields=["id"], name="sweeps_of_some", condition=models.Q(full=False))]


class Judged(models.Model):
    """A project or an enterprise that a sweep of some has judged since the newest full sweep began.

    A full sweep under way knows older facts of it and leaves its warnings alone. The next one empties the table.
    """

    project = models.OneToOneField(Project, on_delete=models.CASCADE, null=True)
    enterprise = models.OneToOneField(Enterprise, on_delete=models.CASCADE, null=True)
    as_of = models.DateField()
