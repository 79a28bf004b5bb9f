"""A case: who answers for it, where it stands, its clocks, what was said and done."""

from django.db import models

from anxin.people.models import Organisation, User
from anxin.registry.models import Enterprise, Project
from anxin.watch.models import Warning

_LISTED = [
    *("ended_at", "due_at", "id", "region_code", "industry", "state", "door", "matter", "lane", "collective"),
    *("retaliation", "opened_at", "unit", "owner", "project"),
]


class Matter(models.TextChoices):
    """What a claim is about. Only wages go the way of wages; the others are told where they belong (Art. 52)."""

    BUILDING_WAGES = "building_wages", "工程建设领域欠薪"
    OTHER_WAGES = "other_wages", "其他行业欠薪"
    PROJECT_MONEY = "project_money", "工程款、材料款纠纷"
    OTHER = "other", "其他劳动权益"


class Lane(models.TextChoices):
    """Plain facts go through in three days; leaving that lane needs a reason."""

    PLAIN = "plain", "三日快处"
    ORDINARY = "ordinary", "普通程序"


class Case(models.Model):
    """A case 案件. One number for life; ``merged_into`` leads on when it was joined to another.

    ``state``, ``conclusion``: keys of ``procedure.yaml``. ``owner``: the officer who took it first and stays its named
    person (首问负责制). ``door``: the one it came through first. ``due_at``: the nearest running clock, null when none
    runs. The four sums (fen) and ``people`` are those of its claimants, written by ``money.add_up`` alone.
    ``rung_at``: when the ladder has to look next, null when its clocks changed since it looked.
    """

    number = models.CharField(max_length=20, unique=True)
    state = models.CharField(max_length=20, default="received")
    door = models.CharField(max_length=16, blank=True)
    matter = models.CharField(max_length=16, choices=Matter, default=Matter.BUILDING_WAGES)
    lane = models.CharField(max_length=10, choices=Lane, default=Lane.ORDINARY)
    lane_reason = models.CharField(max_length=300, blank=True)
    region_code = models.CharField(max_length=6)
    industry = models.CharField(max_length=16, blank=True)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, null=True, related_name="cases", db_index=False)
    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, null=True, related_name="cases")
    employer = models.CharField(max_length=200, blank=True)
    unit = models.ForeignKey(Organisation, on_delete=models.PROTECT, null=True, related_name="cases", db_index=False)
    owner = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="cases", db_index=False)
    warning = models.ForeignKey(Warning, on_delete=models.SET_NULL, null=True, related_name="cases")
    merged_into = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="merged", db_index=False)
    people = models.PositiveIntegerField(default=0)
    claimed_fen = models.BigIntegerField(default=0)
    verified_fen = models.BigIntegerField(default=0)
    agreed_fen = models.BigIntegerField(default=0)
    received_fen = models.BigIntegerField(default=0)
    collective = models.BooleanField(default=False)
    retaliation = models.BooleanField(default=False)
    opened_at = models.DateTimeField()
    taken_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    conclusion = models.CharField(max_length=24, blank=True)
    conclusion_note = models.CharField(max_length=1000, blank=True)
    reopened = models.PositiveSmallIntegerField(default=0)
    rung_at = models.DateTimeField(null=True)

    class Meta:
        # A column with which one of these begins has no index of its own: each is one page more to write at every act.
        indexes = [
            # Holds every column that the list filters by, in the order it shows: a page reads it and no table row.
            models.Index(fields=_LISTED, name="cases_listed"),
            models.Index(
                fields=["ended_at", "due_at", "id"], name="cases_with_retaliation", condition=models.Q(retaliation=True)
            ),
            models.Index(fields=["employer"], name="cases_of_an_employer"),
            # Few are merged: an index that held the others too would look useless to a planner that counts.
            models.Index(fields=["merged_into"], name="cases_merged", condition=models.Q(merged_into__isnull=False)),
            models.Index(fields=["region_code", "ended_at", "due_at"], name="cases_of_a_region"),
            models.Index(fields=["owner", "ended_at", "due_at"], name="cases_of_a_person"),
            models.Index(fields=["unit", "ended_at", "due_at"], name="cases_of_a_unit"),
            models.Index(fields=["project", "ended_at"], name="cases_of_a_project"),
            models.Index(fields=["region_code", "opened_at"], name="cases_by_opening"),
        ]


class CaseClock(models.Model):
    """One clock of a case. ``basis``: ``local`` (the place's own promise) or ``statute``. ``step`` as in
    ``procedure.yaml``; ``done_at`` stops it, on time or not. ``dropped``: it ended because the case left its lane, and
    counts neither as kept nor as missed."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="clocks")
    step = models.CharField(max_length=20)
    basis = models.CharField(max_length=8)
    within = models.CharField(max_length=32)
    started_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    dropped = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case", "step", "basis"],
                condition=models.Q(done_at=None),
                name="one_running_clock_a_step",
            )
        ]
        indexes = [
            models.Index(fields=["done_at", "due_at"], name="case_clocks_by_deadline"),
            models.Index(fields=["due_at"], name="case_clocks_by_due"),
        ]


class ClockStop(models.Model):
    """A pause or an extension of a case's statutory clock, asked for and approved by another, with its reason."""

    clock = models.ForeignKey(CaseClock, on_delete=models.CASCADE, related_name="changes")
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


class CaseEvent(models.Model):
    """A line of a case's story. ``public``: the claimants read it too, in the plain words of ``zh`` and ``en``."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="events", db_index=False)
    at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    kind = models.CharField(max_length=24)
    zh = models.CharField(max_length=600)
    en = models.CharField(max_length=600)
    public = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["case", "at"], name="story_of_a_case")]


class Liable(models.Model):
    """A party of the liability chain 责任链条. ``rank`` 1 pays first; ``role`` and its article as in
    ``procedure.yaml``. ``proposed``: from the registry, not yet confirmed by an officer. ``limit_fen``: up to how much
    he pays, null when not known or not limited; ``limit_source`` and ``limit_on``: who says so, as of which day."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="liable")
    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, null=True, related_name="+")
    name = models.CharField(max_length=200)
    role = models.CharField(max_length=24)
    rank = models.PositiveSmallIntegerField()
    limit_fen = models.BigIntegerField(null=True)
    limit_source = models.CharField(max_length=200, blank=True)
    limit_on = models.DateField(null=True)
    reason = models.CharField(max_length=400, blank=True)
    proposed = models.BooleanField(default=True)
    confirmed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "role", "name"], name="one_part_of_the_chain")]


class Verification(models.Model):
    """What an officer found when he verified a claim: the evidence sheet as it stood, and his word on it."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="verifications")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    sheet = models.JSONField(default=dict)
    finding = models.CharField(max_length=1000)
    plain = models.BooleanField(default=False)


class CaseTask(models.Model):
    """Another organisation's part in a case (1+N), with a clock of its own."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="tasks")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="case_tasks")
    task = models.CharField(max_length=400)
    within = models.CharField(max_length=32)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField()
    done_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    done_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=1000, blank=True)
