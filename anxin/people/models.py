"""Users and the looks they took at personal data."""

from django.contrib.auth.models import AbstractUser
from django.db import models


class Role(models.TextChoices):
    """What a person does; what each role may do stands in ``people.access``."""

    OPERATOR = "operator", "系统运维"
    OFFICER = "officer", "劳动监察员"
    LEADER = "leader", "领导"
    CLERK = "clerk", "劳资专管员"


class User(AbstractUser):
    """A person who signs in. ``region`` is the six-digit code of the jurisdiction, ``project`` a clerk's project."""

    role = models.CharField(max_length=16, choices=Role, default=Role.OFFICER)
    region = models.CharField(max_length=6, blank=True)
    project = models.CharField(max_length=64, blank=True)
    display_name = models.CharField(max_length=64, blank=True)
    language = models.CharField(max_length=8, default="zh-hans")

    # Where the person is acting from, set by the guard of the page; not a column.
    address: str = ""


class Look(models.Model):
    """One look at a personal field that is shown masked: who, when, whose, which field, from which page."""

    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="looks")
    looked_at = models.DateTimeField()
    subject = models.CharField(max_length=32)
    subject_id = models.BigIntegerField()
    field = models.CharField(max_length=32)
    page = models.CharField(max_length=200)

    class Meta:
        indexes = [models.Index(fields=["subject", "subject_id", "looked_at"])]


class Event(models.Model):
    """One link of the trail: an act of a person (or of the worker, ``by`` null), chained to the one before.

    ``digest`` is SHA-256 over all other columns and ``previous``, the digest of the link before. ``number`` has no
    gaps. ``changes`` says what changed, never a personal number.
    """

    number = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField(db_index=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="events")
    who = models.CharField(max_length=150)
    address = models.CharField(max_length=64, blank=True)
    action = models.CharField(max_length=48)
    subject = models.CharField(max_length=32)
    subject_id = models.CharField(max_length=64)
    changes = models.JSONField(default=dict)
    previous = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)

    class Meta:
        indexes = [
            models.Index(fields=["subject", "subject_id", "number"], name="events_of_a_subject"),
            models.Index(fields=["action", "number"], name="events_of_an_action"),
        ]
