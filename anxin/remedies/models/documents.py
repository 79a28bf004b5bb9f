"""Papers 文书 of a case: drafted, numbered on sign-off, frozen, served with proof."""

from django.db import models

from anxin.cases.models import Case, Claim, Claimant
from anxin.people.models import Organisation, User


class DocumentState(models.TextChoices):
    """Where a paper stands. After ``signed`` nothing in it changes any more."""

    DRAFT = "draft", "草稿"
    ASKED = "asked", "待签批"
    SIGNED = "signed", "已签批"
    SERVED = "served", "已送达"
    VOID = "void", "已作废"


class Document(models.Model):
    """One paper. ``kind``: key of ``papers/kinds.yaml``. ``fields_sealed``: what was typed, as a sealed JSON object.

    ``serial`` has no gaps in its unit, kind and year; ``number`` is that as printed, both empty until sign-off.
    ``digest``: the frozen .docx in the vault; ``template``: the hash of the template it was made from. ``annex``: for a
    paper that must not name the claimants, the sealed list for the authority. ``claim``/``claimant``: whom a paper
    for claimants is made for. ``due_on``: until when something is to be done. ``overdue_at``: when it was found undone.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="documents")
    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, null=True, related_name="documents")
    claimant = models.ForeignKey(Claimant, on_delete=models.PROTECT, null=True, related_name="documents")
    kind = models.CharField(max_length=24)
    state = models.CharField(max_length=8, choices=DocumentState, default=DocumentState.DRAFT)
    version = models.PositiveSmallIntegerField(default=1)
    fields_sealed = models.BinaryField(default=b"")
    addressee = models.CharField(max_length=200, blank=True)
    unit = models.ForeignKey(Organisation, on_delete=models.PROTECT, null=True, related_name="+")
    year = models.PositiveSmallIntegerField(null=True)
    serial = models.PositiveIntegerField(null=True)
    number = models.CharField(max_length=60, blank=True)
    inspectors = models.ManyToManyField(User, related_name="+")
    drafted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    drafted_at = models.DateTimeField()
    edited_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    edited_at = models.DateTimeField()
    asked_at = models.DateTimeField(null=True)
    returned = models.CharField(max_length=400, blank=True)
    signed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    signed_at = models.DateTimeField(null=True)
    digest = models.CharField(max_length=64, blank=True)
    template = models.CharField(max_length=64, blank=True)
    annex = models.CharField(max_length=64, blank=True)
    due_on = models.DateField(null=True)
    served_on = models.DateField(null=True)
    overdue_at = models.DateTimeField(null=True)
    void_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    void_at = models.DateTimeField(null=True)
    void_reason = models.CharField(max_length=400, blank=True)
    replaces = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="replaced_by")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["unit", "kind", "year", "serial"], name="one_number_a_paper")]
        indexes = [
            models.Index(fields=["case", "drafted_at"], name="papers_of_a_case"),
            models.Index(fields=["state", "asked_at"], name="papers_to_sign"),
            models.Index(fields=["kind", "state", "due_on"], name="papers_by_due_date"),
            models.Index(fields=["claim"], name="papers_of_a_claim"),
        ]


class DocumentVersion(models.Model):
    """What a draft said before it was changed."""

    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="versions")
    version = models.PositiveSmallIntegerField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    fields_sealed = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["document", "version"], name="one_row_a_version")]


class DocumentSeries(models.Model):
    """The last serial given in a unit for a kind of paper in a year; locked while the next one is taken."""

    unit = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=24)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["unit", "kind", "year"], name="one_series_a_year")]


class ServingWay(models.TextChoices):
    """How a paper was brought to its addressee."""

    IN_PERSON = "in_person", "直接送达"
    POST = "post", "邮寄送达"
    LEFT = "left", "留置送达"
    POSTED = "posted", "张贴送达"
    ELECTRONIC = "electronic", "电子送达"


class Serving(models.Model):
    """A paper was served 送达, with its proof: digests in the vault. ``recipient_sealed``: who took it, or the address
    it went to; ``reference``: the parcel's number."""

    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="servings")
    way = models.CharField(max_length=12, choices=ServingWay)
    served_on = models.DateField()
    recipient_sealed = models.BinaryField(default=b"")
    reference = models.CharField(max_length=64, blank=True)
    witness = models.CharField(max_length=64, blank=True)
    consent = models.BooleanField(default=False)
    note = models.CharField(max_length=400, blank=True)
    proofs = models.JSONField(default=list)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()


class Particulars(models.Model):
    """What papers of a case say again and again, typed once: a sealed JSON object of shared fields."""

    case = models.OneToOneField(Case, on_delete=models.CASCADE, related_name="particulars")
    fields_sealed = models.BinaryField(default=b"")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
