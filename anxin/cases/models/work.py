"""What is done around a case: the rungs it climbed, the tries to reach a claimant."""

from django.db import models

from anxin.cases.models.cases import Case
from anxin.cases.models.claims import Claimant
from anxin.people.models import Organisation, User


class CaseRung(models.Model):
    """A rung a case climbed: ``kind`` as in ``rules.rule.RUNGS``. ``by`` null: its clock did it.

    ``key`` lets each happen once: a reminder once a clock, the others once until the case is opened again.
    ``minutes`` and ``attended``: what a talk or a supervision came to.
    """

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="rungs")
    key = models.CharField(max_length=64, unique=True)
    kind = models.CharField(max_length=24)
    step = models.CharField(max_length=20, blank=True)  # the clock that was near or late
    to = models.ForeignKey(Organisation, on_delete=models.PROTECT, null=True, related_name="case_rungs")
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    reason = models.CharField(max_length=400, blank=True)
    done_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    done_at = models.DateTimeField(null=True)
    attended = models.CharField(max_length=400, blank=True)
    minutes = models.TextField(blank=True)

    class Meta:
        indexes = [models.Index(fields=["case", "at"], name="rungs_of_a_case")]


class Contact(models.Model):
    """A try to reach a claimant. ``way``: phone, message, letter, visit, other; ``result``: reached, no_answer,
    refused, wrong_number, off."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="contacts")
    claimant = models.ForeignKey(Claimant, on_delete=models.CASCADE, null=True, related_name="contacts")
    at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    way = models.CharField(max_length=12)
    result = models.CharField(max_length=16)
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes = [models.Index(fields=["case", "at"], name="contacts_of_a_case")]
