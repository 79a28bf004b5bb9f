"""The joint-punishment list 失信联合惩戒对象名单: firms with those who answer for them; never a worker."""

from django.db import models

from anxin.cases.models import Case
from anxin.people.models import User
from anxin.registry.models import Enterprise
from anxin.remedies.models import Document


class Listing(models.Model):
    """A firm proposed for the list, or on it, for one case. ``state``: key of ``joint_list.yaml``.

    ``order``: the served order (or decision) to pay whose day, ``pay_by``, passed unpaid; ``people`` and ``unpaid_fen``
    are what was open on that day. ``ground``: amount or event; ``sheet``: what the file said of the grounds when it was
    proposed; ``reason``: the officer's own words. ``told_on``: the day the notice was served. ``listed_on`` to
    ``until_on``: its time on the list. ``due_at``: the nearest deadline of the office, null when none runs.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="listings")
    order = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="+")
    notice = models.ForeignKey(Document, on_delete=models.PROTECT, null=True, related_name="+")
    decision = models.ForeignKey(Document, on_delete=models.PROTECT, null=True, related_name="+")
    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, null=True, related_name="listings")
    firm = models.CharField(max_length=200)
    firm_code = models.CharField(max_length=32, blank=True)
    state = models.CharField(max_length=12, default="proposed")
    ground = models.CharField(max_length=8)
    sheet = models.JSONField(default=list)
    reason = models.CharField(max_length=1000, blank=True)
    people = models.PositiveIntegerField(default=0)
    unpaid_fen = models.BigIntegerField(default=0)
    pay_by = models.DateField()
    proposed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    told_on = models.DateField(null=True)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    listed_on = models.DateField(null=True)
    until_on = models.DateField(null=True)
    ended_at = models.DateTimeField(null=True)
    carried_out_on = models.DateField(null=True)
    due_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case", "firm"], condition=models.Q(ended_at=None), name="one_open_listing_a_case_and_firm"
            )
        ]
        indexes = [
            models.Index(fields=["state", "due_at"], name="listings_by_state"),
            models.Index(fields=["ended_at", "due_at", "id"], name="listings_by_deadline"),
            models.Index(fields=["firm"], name="listings_of_a_firm"),
        ]


class ListedPerson(models.Model):
    """Somebody who answers for a listed firm. ``struck_at``: left out again, and why.

    Name and number are sealed; opening them leaves a look.
    """

    listing = models.ForeignKey(Listing, on_delete=models.CASCADE, related_name="persons")
    role = models.CharField(max_length=8)
    name_sealed = models.BinaryField()
    identity_sealed = models.BinaryField()
    identity_blind = models.BinaryField(max_length=16)
    struck_at = models.DateTimeField(null=True)
    struck_why = models.CharField(max_length=400, blank=True)

    class Meta:
        indexes = [models.Index(fields=["identity_blind"], name="listed_by_identity")]


class ListingClock(models.Model):
    """One clock of a listing; ``step`` as in ``joint_list.yaml``. ``extended``: by how much it was lengthened."""

    listing = models.ForeignKey(Listing, on_delete=models.CASCADE, related_name="clocks")
    step = models.CharField(max_length=12)
    within = models.CharField(max_length=32)
    started_at = models.DateTimeField()
    due_at = models.DateTimeField()
    extended = models.CharField(max_length=32, blank=True)
    extended_why = models.CharField(max_length=300, blank=True)
    done_at = models.DateTimeField(null=True)
    told_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["listing", "step"], condition=models.Q(done_at=None), name="one_running_listing_clock"
            )
        ]
        indexes = [models.Index(fields=["done_at", "due_at"], name="listing_clocks_by_deadline")]


class ListObjection(models.Model):
    """What the firm, or one of its people (``person``), says against being listed, and the answer.

    ``upheld`` for the firm drops the proposal, for a person leaves him out.
    """

    listing = models.ForeignKey(Listing, on_delete=models.CASCADE, related_name="objections")
    person = models.ForeignKey(ListedPerson, on_delete=models.CASCADE, null=True, related_name="objections")
    text = models.CharField(max_length=2000)
    made_on = models.DateField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    answered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)
    upheld = models.BooleanField(null=True)
    answer = models.CharField(max_length=1000, blank=True)


class ListingStep(models.Model):
    """A line of a listing's story, with the files that were brought: digests in the vault. ``kind``: the act."""

    listing = models.ForeignKey(Listing, on_delete=models.CASCADE, related_name="steps")
    at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    kind = models.CharField(max_length=16)
    state = models.CharField(max_length=12)
    note = models.CharField(max_length=1000, blank=True)
    files = models.JSONField(default=list)

    class Meta:
        indexes = [models.Index(fields=["listing", "at"], name="story_of_a_listing")]
