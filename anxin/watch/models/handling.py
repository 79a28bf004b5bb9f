"""A warning in somebody's hands: owner, clock, helpers, demands, objections, and how the matter rose."""

from django.db import models

from anxin.people.models import Organisation, User
from anxin.watch.models.warnings import Warning

_LISTED = [
    *("ended_at", "due_at", "id"),
    *("region_code", "industry", "rank", "rule", "state", "unit", "owner", "warning"),
]


class HandlingState(models.TextChoices):
    """Where a handling stands. ``waiting``: nobody has taken it. ``asked``: the site was asked to mend it."""

    WAITING = "waiting", "待签收"
    TAKEN = "taken", "处置中"
    ASKED = "asked", "已责令整改"
    OBJECTED = "objected", "异议审核中"
    ENDED = "ended", "已办结"


class Handling(models.Model):
    """A warning handed over to a unit until it clears. One open at a time a warning; a reopened warning begins anew.

    The clock: ``within`` (the pack's words) from ``started_at``, changed by ``ClockChange`` rows; ``due_at`` is what
    they come to, null while paused. ``step`` counts the rungs of the pack's escalation already climbed; ``rung_at`` is
    when the next may come, null when that is to be reckoned. ``rule`` and ``rank`` are the warning's, kept while it
    is open so that one index answers the lists.
    """

    warning = models.ForeignKey(Warning, on_delete=models.CASCADE, related_name="handlings")
    unit = models.ForeignKey(Organisation, on_delete=models.PROTECT, null=True, related_name="handlings")
    owner = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="handlings")
    state = models.CharField(max_length=10, choices=HandlingState, default=HandlingState.WAITING)
    region_code = models.CharField(max_length=6, blank=True)
    industry = models.CharField(max_length=16, blank=True)
    rule = models.CharField(max_length=32, blank=True)
    rank = models.PositiveSmallIntegerField(default=0)
    within = models.CharField(max_length=32)
    started_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    taken_at = models.DateTimeField(null=True)
    step = models.PositiveSmallIntegerField(default=0)
    rung_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=24, blank=True)  # cleared | accepted | snoozed | covered

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["warning"], condition=models.Q(ended_at=None), name="one_open_handling_a_warning"
            )
        ]
        indexes = [
            # Holds every column that the desk filters by, in the order it shows: a page reads it and no table row.
            models.Index(fields=_LISTED, name="handlings_listed"),
            models.Index(fields=["owner", "ended_at", "due_at"], name="handlings_of_a_person"),
            models.Index(fields=["unit", "ended_at", "due_at"], name="handlings_of_a_unit"),
            models.Index(fields=["region_code", "ended_at", "due_at"], name="handlings_of_a_region"),
            models.Index(fields=["ended_at", "rung_at", "due_at"], name="handlings_by_rung"),
            models.Index(fields=["ended_at", "started_at", "region_code", "industry"], name="handlings_by_start"),
        ]


class HelperTask(models.Model):
    """A part of a joint handling (1+N): another organisation's task with a clock of its own."""

    handling = models.ForeignKey(Handling, on_delete=models.CASCADE, related_name="helpers")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="helper_tasks")
    owner = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="helper_tasks")
    task = models.CharField(max_length=400)
    within = models.CharField(max_length=32)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=1000, blank=True)


class ClockChange(models.Model):
    """A pause or an extension of a handling's clock: asked for with a reason, approved (or refused) by another.

    ``kind`` pause: the clock stands from ``from_at`` until ``until_at`` (null: still standing). ``kind`` extension:
    ``more`` is added. Only approved changes count.
    """

    handling = models.ForeignKey(Handling, on_delete=models.CASCADE, related_name="clock_changes")
    kind = models.CharField(max_length=10)  # pause | extension
    reason = models.CharField(max_length=300)
    more = models.CharField(max_length=32, blank=True)
    from_at = models.DateTimeField()
    until_at = models.DateTimeField(null=True)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    approved = models.BooleanField(null=True)


class Escalation(models.Model):
    """One rung a matter has climbed: reminder, supervision_city, supervision_province, talk, listed or leader.

    ``minutes`` and ``attended`` are the record of a talk; ``evidence`` hashes of files in the vault. ``by`` null: the
    clock did it.
    """

    handling = models.ForeignKey(Handling, on_delete=models.CASCADE, related_name="escalations")
    kind = models.CharField(max_length=24)
    to = models.ForeignKey(Organisation, on_delete=models.PROTECT, null=True, related_name="escalations")
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    reason = models.CharField(max_length=400, blank=True)
    done_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    done_at = models.DateTimeField(null=True)
    attended = models.CharField(max_length=400, blank=True)
    minutes = models.TextField(blank=True)
    evidence = models.JSONField(default=list)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["handling", "kind"], name="one_rung_once")]
        indexes = [models.Index(fields=["at"], name="rungs_by_time")]


class Demand(models.Model):
    """The site is asked to mend something by a day."""

    handling = models.ForeignKey(Handling, on_delete=models.CASCADE, related_name="demands")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    text = models.CharField(max_length=1000)
    due_on = models.DateField()
    seen_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=1000, blank=True)
    evidence = models.JSONField(default=list)


class Objection(models.Model):
    """The site objects to a warning, with evidence; an officer answers within a set time.

    An accepted objection puts the subject to sleep for a while (``Snooze``); an off-platform
    payment that is accepted becomes a payment in the ledger, and then the warning clears by itself.
    """

    handling = models.ForeignKey(Handling, on_delete=models.CASCADE, related_name="objections")
    kind = models.CharField(max_length=16)  # fact | offline_payment | not_ours | other
    text = models.CharField(max_length=1000)
    evidence = models.JSONField(default=list)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    due_at = models.DateTimeField()
    answered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)
    accepted = models.BooleanField(null=True)
    answer = models.CharField(max_length=1000, blank=True)


class Snooze(models.Model):
    """A rule keeps quiet about a subject until a day, with a reason. ``subject`` as in ``Warning.subject``."""

    rule = models.CharField(max_length=32)
    subject = models.CharField(max_length=64)
    reason = models.CharField(max_length=300)
    until_on = models.DateField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["rule", "subject"], name="snoozes_of_a_subject")]
