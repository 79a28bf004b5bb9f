"""What came in through a door: a claim, the people in it, what they brought, what was said to and fro."""

from django.db import models

from anxin.cases.models.cases import Case
from anxin.people.models import Organisation, User
from anxin.registry.models import Worker


class ClaimDoor(models.TextChoices):
    """The door a claim came through."""

    QR = "qr", "告示牌扫码"
    WEB = "web", "网上反映"
    WALK_IN = "walk_in", "来访"
    PHONE_12333 = "phone_12333", "12333 来电"
    PHONE_12345 = "phone_12345", "12345 来电"
    LETTER = "letter", "来信"
    RECEPTION = "reception", "联合接访"
    CLUE_PLATFORM = "clue_platform", "全国欠薪线索平台"
    WARNING = "warning", "预警转入"
    AGENCY = "agency", "部门移送"
    CALL_BACK = "call_back", "电话回访"


class Claim(models.Model):
    """A claim 线索 as it was told. ``number`` is the number the claimants hold; it always leads to ``case``.

    ``key`` makes sending the same form again harmless. ``anonymous``: the employer must not learn who claims.
    ``split_from``: the claim whose people these were first; its number and codes still lead to them.
    ``return_code_blind`` lets somebody without a sign-in come back. Free text and phones are sealed. ``safe_from`` to
    ``safe_until``: civil hours in which he may be rung.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="claims", db_index=False)
    number = models.CharField(max_length=20, unique=True)
    key = models.CharField(max_length=64, unique=True)
    door = models.CharField(max_length=16, choices=ClaimDoor)
    source_number = models.CharField(max_length=64, blank=True)  # the other platform's own number
    split_from = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="split_off", db_index=False
    )
    at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    filer = models.ForeignKey(Worker, on_delete=models.PROTECT, null=True, related_name="filed_claims")
    anonymous = models.BooleanField(default=True)
    text_sealed = models.BinaryField(default=b"")
    place = models.CharField(max_length=200, blank=True)
    phone_sealed = models.BinaryField(default=b"")
    phone_blind = models.BinaryField(max_length=16, default=b"")
    safe_from = models.PositiveSmallIntegerField(default=8)
    safe_until = models.PositiveSmallIntegerField(default=21)
    retaliation = models.BooleanField(default=False)
    language = models.CharField(max_length=8, default="zh-hans")
    return_code_blind = models.BinaryField(max_length=16, default=b"")

    class Meta:
        indexes = [
            models.Index(fields=["split_from"], name="claims_split_off", condition=models.Q(split_from__isnull=False)),
            models.Index(fields=["case"], name="claims_of_a_case"),
            models.Index(fields=["return_code_blind"], name="claims_by_return_code"),
            models.Index(fields=["phone_blind"], name="claims_by_phone"),
            models.Index(fields=["door", "source_number"], name="claims_by_source"),
            models.Index(fields=["at"], name="claims_by_time"),
        ]


class ClaimStay(models.Model):
    """A case a claim was in before it was merged into another or split off: its people keep that part of the story."""

    claim = models.ForeignKey(Claim, on_delete=models.CASCADE, related_name="stays")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    since = models.DateTimeField()
    until = models.DateTimeField()


class Consent(models.TextChoices):
    """Whether a member of a group has agreed to be spoken for."""

    OWN = "own", "本人反映"
    ASKED = "asked", "待本人确认"
    GIVEN = "given", "本人已确认"
    REFUSED = "refused", "本人不参加"


class Claimant(models.Model):
    """One person in a claim with his own four sums (fen): claimed, verified, agreed, received.

    ``worker`` is set when he is on the roster. ``received_fen`` is the sum of his ``WageReceived`` rows, written by
    ``money.add_up`` alone. ``months``: wage months owed, "2026-03". ``agreed_fen`` null: nothing agreed yet.
    ``days_spent``, ``trips``, ``cost_fen``: what the claim cost him, as he says. ``identified_at``: when it was made
    sure that it is ``worker`` himself who claims (he had signed in, or an officer saw his papers); null: somebody typed
    that worker's identity number, and what the file holds of him is shown to none but himself, signed in. ``language``:
    the one a member agreed in; empty while he chose none.
    """

    claim = models.ForeignKey(Claim, on_delete=models.CASCADE, related_name="claimants")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="claimants", db_index=False)
    worker = models.ForeignKey(Worker, on_delete=models.PROTECT, null=True, related_name="claims", db_index=False)
    identified_at = models.DateTimeField(null=True)
    name_sealed = models.BinaryField(default=b"")
    identity_sealed = models.BinaryField(default=b"")
    identity_blind = models.BinaryField(max_length=16, default=b"")
    phone_sealed = models.BinaryField(default=b"")
    phone_blind = models.BinaryField(max_length=16, default=b"")
    representative = models.BooleanField(default=False)
    consent = models.CharField(max_length=8, choices=Consent, default=Consent.OWN)
    consent_at = models.DateTimeField(null=True)
    consent_code_blind = models.BinaryField(max_length=16, default=b"")
    language = models.CharField(max_length=8, blank=True)
    months = models.JSONField(default=list)
    days = models.FloatField(null=True)
    rate_fen = models.BigIntegerField(null=True)
    claimed_fen = models.BigIntegerField(default=0)
    verified_fen = models.BigIntegerField(null=True)
    agreed_fen = models.BigIntegerField(null=True)
    received_fen = models.BigIntegerField(default=0)
    withdrawn_at = models.DateTimeField(null=True)
    satisfied = models.PositiveSmallIntegerField(null=True)  # 1 to 5
    days_spent = models.FloatField(null=True)
    trips = models.PositiveSmallIntegerField(null=True)
    cost_fen = models.BigIntegerField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["case"], name="claimants_of_a_case"),
            models.Index(fields=["worker"], name="claims_of_a_worker"),
            models.Index(fields=["identity_blind"], name="claimants_by_identity"),
            models.Index(fields=["phone_blind"], name="claimants_by_phone"),
            models.Index(fields=["consent_code_blind"], name="claimants_by_consent_code"),
        ]


class WageReceived(models.Model):
    """Money a claimant received 到账记录. ``proof``: ``bank`` (the ledger's ``reference``) or ``word``, his own.

    Nobody else's word counts. ``void_at``: the bank took its word back; the row stays and counts no more.
    """

    claimant = models.ForeignKey(Claimant, on_delete=models.PROTECT, related_name="received", db_index=False)
    proof = models.CharField(max_length=8)
    amount_fen = models.BigIntegerField()
    received_on = models.DateField()
    reference = models.CharField(max_length=128, blank=True)
    recorded_at = models.DateTimeField()
    void_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["claimant", "proof", "reference"], name="one_receipt_counts_once")
        ]
        indexes = [models.Index(fields=["received_on"], name="wages_by_day")]


class Exhibit(models.Model):
    """Something brought as evidence 证据材料, in the vault under ``digest``. ``kind``: photo, voice, iou, contract,
    chat, sheet, other. ``claimant``: the member of a group who brought it; null: who filed, or an officer."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="exhibits")
    claim = models.ForeignKey(Claim, on_delete=models.CASCADE, null=True, related_name="exhibits")
    kind = models.CharField(max_length=12)
    digest = models.CharField(max_length=64)
    name = models.CharField(max_length=200)
    content_type = models.CharField(max_length=100)
    claimant = models.ForeignKey(Claimant, on_delete=models.SET_NULL, null=True, related_name="exhibits")
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["claim", "digest"], name="one_exhibit_a_claim")]


class Message(models.Model):
    """A message between the claimants of a claim and the officer. ``by`` null: the claimant wrote it.

    ``claimant``: the member of a group it is from or to, and nobody else of the group reads it; null: whoever filed.
    """

    claim = models.ForeignKey(Claim, on_delete=models.CASCADE, related_name="messages")
    claimant = models.ForeignKey(Claimant, on_delete=models.SET_NULL, null=True, related_name="messages")
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    text_sealed = models.BinaryField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["claim", "at"], name="messages_of_a_claim")]


class Answer(models.Model):
    """A worker's word on a wage month (是否到账): ``paid`` True or False. The latest counts."""

    worker = models.ForeignKey(Worker, on_delete=models.CASCADE, related_name="pay_answers")
    project_id = models.BigIntegerField()
    month = models.CharField(max_length=7)
    paid = models.BooleanField()
    note_sealed = models.BinaryField(default=b"")
    at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["worker", "project_id", "month", "-at"], name="answers_of_a_worker"),
            models.Index(fields=["project_id", "month"], name="answers_of_a_project"),
        ]


class Ticket(models.Model):
    """A numbered ticket of a joint reception 联合接访叫号. ``counter``: the window 窗口 it was called to."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="tickets")
    day = models.DateField()
    turn = models.PositiveIntegerField()
    people = models.PositiveSmallIntegerField(default=1)
    issued_at = models.DateTimeField()
    called_at = models.DateTimeField(null=True)
    called_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    counter = models.CharField(max_length=8, blank=True)
    ended_at = models.DateTimeField(null=True)
    claim = models.ForeignKey(Claim, on_delete=models.SET_NULL, null=True, related_name="tickets")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "day", "turn"], name="one_ticket_a_turn")]
