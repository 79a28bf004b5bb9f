"""The durable inbox and the seals that move it into Delta."""

from django.db import models


class Batch(models.Model):
    """One batch of facts, committed before it is acknowledged. ``payload``: Arrow IPC stream in the table's schema.

    ``seal`` is the number of the seal that took it, null while it waits.
    """

    table = models.CharField(max_length=16)
    source = models.CharField(max_length=64)
    arrived_at = models.DateTimeField()
    rows = models.IntegerField()
    payload = models.BinaryField()
    seal = models.BigIntegerField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["id"], name="waiting_batches", condition=models.Q(seal=None)),
            models.Index(fields=["seal"], name="batches_by_seal"),
        ]


class Seal(models.Model):
    """One run of sealing: number, moments, and how far it came (``done_at`` null: to be finished on the next run).

    ``newest_arrival``: when the newest batch of this and all earlier seals arrived, null before the first batch.
    """

    number = models.BigIntegerField(primary_key=True)
    begun_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    newest_arrival = models.DateTimeField(null=True)
    batches = models.IntegerField(default=0)
    rows = models.BigIntegerField(default=0)


class PastMonth(models.Model):
    """What stays of a project's month when its personal rows were erased: people, days worked, due and paid in fen."""

    project_id = models.BigIntegerField()
    month = models.CharField(max_length=7)
    workers = models.IntegerField()
    days = models.BigIntegerField()
    due_fen = models.BigIntegerField()
    paid_fen = models.BigIntegerField()
    kept_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project_id", "month"], name="one_past_month")]
