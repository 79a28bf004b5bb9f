"""Workers and their engagements."""

from django.db import models

from anxin.registry.models.places import Enterprise
from anxin.registry.models.projects import Project, Team


class Worker(models.Model):
    """A person, once, under the blind index of document type and number."""

    name = models.CharField(max_length=64)
    id_type = models.CharField(max_length=4, default="01")
    id_blind = models.BinaryField(max_length=16)
    id_sealed = models.BinaryField()
    phone_sealed = models.BinaryField(default=b"")
    born_on = models.DateField(null=True)
    gender = models.CharField(max_length=1, blank=True)
    details = models.JSONField(default=dict)
    sealed_details = models.BinaryField(default=b"")
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["id_blind"], name="one_person_once")]


# The national workerRole 管理人员: who manages a site is not paid through the wage account; everybody else works there.
MANAGER = "10"


class Engagement(models.Model):
    """A worker's place on a project 用工: company, team, trade, contract, wage card, entry and exit.

    ``mirrored`` is the seal that last copied the row into the ledger's mirror, null when it changed since.
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="engagements")
    worker = models.ForeignKey(Worker, on_delete=models.PROTECT, related_name="engagements")
    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, null=True)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, null=True, related_name="engagements")
    trade = models.CharField(max_length=8, blank=True)
    role = models.CharField(max_length=4, default="20")
    is_leader = models.BooleanField(default=False)
    entered_on = models.DateField(null=True)
    left_on = models.DateField(null=True)
    contract_kind = models.CharField(max_length=4, blank=True)
    contract_from = models.DateField(null=True)
    contract_until = models.DateField(null=True)
    contract_unit = models.CharField(max_length=4, blank=True)
    unit_price_fen = models.BigIntegerField(null=True)
    card_sealed = models.BinaryField(default=b"")
    card_token = models.CharField(max_length=32, blank=True)
    bank_code = models.CharField(max_length=12, blank=True)
    bank_name = models.CharField(max_length=100, blank=True)
    insured = models.BooleanField(null=True)
    settled_on = models.DateField(null=True)
    confirmed_on = models.DateField(null=True)
    details = models.JSONField(default=dict)
    recorded_at = models.DateTimeField()
    mirrored = models.BigIntegerField(null=True, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "worker"], name="one_engagement_a_project")]
        # Who left and has not said that all was paid, by the day he left.
        indexes = [
            models.Index(
                fields=["left_on"], name="leavers_by_day",
                condition=models.Q(confirmed_on__isnull=True, left_on__isnull=False),
            )
        ]  # fmt: skip


class EntryExit(models.Model):
    """One coming or going 进退场. ``kind``: ``in`` or ``out``."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="entry_exits")
    worker = models.ForeignKey(Worker, on_delete=models.PROTECT)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, null=True)
    on = models.DateField()
    kind = models.CharField(max_length=3)
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "worker", "on", "kind"], name="one_move_a_day")]
