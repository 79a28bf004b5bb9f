"""Senders, receipts, uploads, and the rows that were refused or wait."""

from django.db import models

from anxin.people.models import User
from anxin.registry.models import Project


class Sender(models.Model):
    """Somebody who may send: ``protocol`` is national, cwr or bulk; bound to one project, a region, or neither.

    ``settings`` (all optional): ``clock_window_s`` (86400), ``min_interval_ms`` (0), ``data_as_string`` (false),
    ``swapped_clock`` (false), ``entry_exit_out`` ("0"; "2" in the Zhejiang dictionary), ``allow_ips`` ([]).
    ``old_secret_sealed`` still opens doors until ``old_secret_until`` after a rotation.
    """

    protocol = models.CharField(max_length=16)
    appid = models.CharField(max_length=64)
    secret_sealed = models.BinaryField()
    old_secret_sealed = models.BinaryField(default=b"")
    old_secret_until = models.DateTimeField(null=True)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, null=True)
    region_code = models.CharField(max_length=6, blank=True)
    active = models.BooleanField(default=True)
    settings = models.JSONField(default=dict)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["protocol", "appid"], name="one_sender_an_appid")]


class Receipt(models.Model):
    """One call that was taken in. ``status``: 0 waiting, 10 failed, 20 succeeded. ``replay_key`` is unique."""

    serial = models.CharField(max_length=64, unique=True)
    sender = models.ForeignKey(Sender, on_delete=models.PROTECT, null=True, db_index=False)
    replay_key = models.CharField(max_length=100, unique=True)
    method = models.CharField(max_length=64)
    received_at = models.DateTimeField(db_index=True)
    status = models.PositiveSmallIntegerField()
    result = models.TextField(blank=True)
    accepted = models.IntegerField(default=0)
    refused = models.IntegerField(default=0)
    waiting = models.IntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["sender", "received_at"], name="receipts_by_sender")]


class Upload(models.Model):
    """A file somebody brought: read, shown row by row, and taken in only when accepted.

    ``status``: read, accepted, discarded. ``report``: list of {sheet, row, verdict, reason, reason_en, shown}.
    ``content`` is the SHA-256 under which the vault keeps the file, ``month`` (YYYY-MM) what was chosen for it, if any,
    ``word`` what was said when it was handed in in spite of what the lint found.
    """

    kind = models.CharField(max_length=16)
    name = models.CharField(max_length=200)
    content = models.CharField(max_length=64)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, null=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True)
    uploaded_at = models.DateTimeField()
    month = models.CharField(max_length=7, blank=True)
    status = models.CharField(max_length=10, default="read")
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="decided_uploads")
    good = models.IntegerField(default=0)
    bad = models.IntegerField(default=0)
    report = models.JSONField(default=list)
    word = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes = [models.Index(fields=["status", "uploaded_at"], name="uploads_by_age")]


class HeldRow(models.Model):
    """A row that was refused, or waits for its person, project or account. The row itself is sealed.

    ``status``: refused, waiting, released, discarded; repeated: the same row came again from the same sender, and that
    later row stands in the queue with ``times`` it came and ``first_at`` it came first; mended: a row about the same
    fact was taken since. ``row_blind`` is equal for equal content of one sender, ``subject_blind`` for rows of one
    sender about the same fact (``intake.repeats``). ``place`` names row and field in the sender's own terms,
    ``reason``/``reason_en`` say in words what is wrong and what to do.
    ``blind`` is the look-up value of the person (or account) a waiting row waits for, ``tried_at`` when it was last
    tried in vain though that had arrived. ``settled_by`` and ``settled_why``: who discarded or matched it by hand, and
    the reason he gave.
    """

    sender = models.ForeignKey(Sender, on_delete=models.PROTECT, null=True, db_index=False)
    receipt = models.ForeignKey(Receipt, on_delete=models.PROTECT, null=True)
    upload = models.ForeignKey(Upload, on_delete=models.PROTECT, null=True)
    kind = models.CharField(max_length=24)
    project_code = models.CharField(max_length=64, blank=True, db_index=True)
    region_code = models.CharField(max_length=6, blank=True)
    place = models.CharField(max_length=100, blank=True)
    reason = models.CharField(max_length=300)
    reason_en = models.CharField(max_length=300)
    row_sealed = models.BinaryField()
    blind = models.BinaryField(max_length=16, default=b"", db_index=True)
    status = models.CharField(max_length=10, default="refused", db_index=True)
    received_at = models.DateTimeField()
    tried_at = models.DateTimeField(null=True)
    row_blind = models.BinaryField(max_length=16, default=b"")
    subject_blind = models.BinaryField(max_length=16, default=b"")
    times = models.PositiveIntegerField(default=1)
    first_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True)
    settled_why = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["status", "region_code", "-received_at", "sender", "kind"], name="held_by_region"),
            models.Index(fields=["sender", "status"], name="held_by_sender"),
            models.Index(fields=["status", "kind", "project_code", "blind"], name="held_waiting_for"),
            models.Index(fields=["row_blind", "status"], name="held_again"),
            models.Index(fields=["subject_blind", "status"], name="held_about"),
        ]
