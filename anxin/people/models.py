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
