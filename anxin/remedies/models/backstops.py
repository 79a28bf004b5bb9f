"""Money that pays first: deposit, emergency fund, treasury, parent group; draws from it and getting it back."""

from django.db import models

from anxin.cases.models import Case, Claimant
from anxin.people.models import Organisation, User
from anxin.registry.models import Deposit, Enterprise


class Backstop(models.TextChoices):
    """The four backstops 四个兜底, in the order they are asked."""

    DEPOSIT = "deposit", "工资保证金"
    FUND = "fund", "应急周转金"
    TREASURY = "treasury", "财政垫付"
    PARENT = "parent", "上级集团垫付"


class Fund(models.Model):
    """An emergency revolving fund 应急周转金 of a place. Its balance is the sum of its entries, nothing else.

    ``per_person_fen``: what one person may get at most (the monthly minimum wage where the rule says so); null: not
    entered yet. ``account_sealed``: the account it pays from.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="funds")
    region_code = models.CharField(max_length=6, db_index=True)
    name = models.CharField(max_length=200)
    per_person_fen = models.BigIntegerField(null=True)
    account_sealed = models.BinaryField(default=b"")
    holder = models.CharField(max_length=200, blank=True)
    bank_name = models.CharField(max_length=200, blank=True)
    bank_code = models.CharField(max_length=12, blank=True)
    active = models.BooleanField(default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "name"], name="one_fund_a_name")]


class Pledge(models.Model):
    """What a treasury or a parent group says it will advance for a case. ``answered_at`` null: still asked;
    ``amount_fen`` nought: it will not, and why stands in ``note``."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="pledges")
    kind = models.CharField(max_length=10, choices=Backstop)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, null=True, related_name="pledges")
    payer = models.CharField(max_length=200)
    asked_fen = models.BigIntegerField()
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField()
    answered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)
    amount_fen = models.BigIntegerField(default=0)
    note = models.CharField(max_length=400, blank=True)

    class Meta:
        indexes = [models.Index(fields=["organisation", "answered_at", "due_at"], name="pledges_of_a_unit")]


class DrawState(models.TextChoices):
    """Where a draw stands."""

    ASKED = "asked", "待审批"
    APPROVED = "approved", "已批准"
    REFUSED = "refused", "未批准"
    PAYING = "paying", "发放中"
    PAID = "paid", "已发放"
    CANCELLED = "cancelled", "已取消"


class Draw(models.Model):
    """Money taken from one backstop for the people of one case 动用垫付. Just one of ``deposit``, ``fund``, ``pledge``.

    From ``approved`` on its sum is kept from the source until each line is paid or given back. ``beyond`` is the reason
    for going over a fund's usual share.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="draws")
    kind = models.CharField(max_length=10, choices=Backstop)
    deposit = models.ForeignKey(Deposit, on_delete=models.PROTECT, null=True, related_name="draws")
    fund = models.ForeignKey(Fund, on_delete=models.PROTECT, null=True, related_name="draws")
    pledge = models.ForeignKey(Pledge, on_delete=models.PROTECT, null=True, related_name="draws")
    state = models.CharField(max_length=10, choices=DrawState, default=DrawState.ASKED)
    amount_fen = models.BigIntegerField()
    reason = models.CharField(max_length=400)
    beyond = models.CharField(max_length=400, blank=True)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decision = models.CharField(max_length=400, blank=True)
    due_at = models.DateTimeField(null=True)
    file_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(amount_fen__gt=0), name="a_draw_is_above_nought"),
        ]
        indexes = [
            models.Index(fields=["state", "asked_at"], name="draws_by_state"),
            models.Index(fields=["case"], name="draws_of_a_case"),
        ]


class DrawLine(models.Model):
    """One person's part of a draw, paid to his own account. ``reference`` is the bank's, or our own mark it gave back.

    ``failed``: why the bank could not pay, or took its word back; it may be sent again. ``given_back_at``: it will not
    be, and the money is no longer kept from the source. ``approved_fen``: what had been approved where the bank paid
    another sum, which ``amount_fen`` then is.
    """

    draw = models.ForeignKey(Draw, on_delete=models.CASCADE, related_name="lines")
    claimant = models.ForeignKey(Claimant, on_delete=models.PROTECT, related_name="draw_lines")
    amount_fen = models.BigIntegerField()
    approved_fen = models.BigIntegerField(null=True)
    attempt = models.PositiveSmallIntegerField(default=0)
    paid_on = models.DateField(null=True)
    reference = models.CharField(max_length=128, blank=True)
    failed = models.CharField(max_length=200, blank=True)
    given_back_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["draw", "claimant"], name="one_line_a_person"),
            models.CheckConstraint(condition=models.Q(amount_fen__gt=0), name="a_line_is_above_nought"),
        ]


class PayoutNote(models.Model):
    """What an officer read on the bank's paper about a line that counts as paid: it came back (``amount_fen`` 0), or it
    was another sum. ``proofs``: hashes in the vault. ``heard_at`` null: it is entered, and the line follows when the
    ledger has it."""

    line = models.ForeignKey(DrawLine, on_delete=models.CASCADE, related_name="notes")
    before_fen = models.BigIntegerField()
    amount_fen = models.BigIntegerField()
    reason = models.CharField(max_length=200)
    proofs = models.JSONField(default=list)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    heard_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["line"], condition=models.Q(heard_at=None), name="one_note_of_a_line_at_once"
            ),
            models.CheckConstraint(condition=models.Q(amount_fen__gte=0), name="a_note_is_not_below_nought"),
        ]


class FundEntry(models.Model):
    """A booking of a fund: ``amount_fen`` above nought comes in, below goes out. ``kind``: paid_in, draw, back,
    recovered, out."""

    fund = models.ForeignKey(Fund, on_delete=models.PROTECT, related_name="entries")
    kind = models.CharField(max_length=10)
    amount_fen = models.BigIntegerField()
    draw = models.ForeignKey(Draw, on_delete=models.PROTECT, null=True, related_name="entries")
    on = models.DateField()
    note = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["fund", "at"], name="entries_of_a_fund")]


class Recovery(models.Model):
    """What was paid first and is to come back from the debtor 追偿. Open is ``claimed_fen`` less what was received and
    written off; the loop and the acts keep ``received_fen`` and ``written_off_fen`` equal to their moves."""

    draw = models.OneToOneField(Draw, on_delete=models.PROTECT, related_name="recovery")
    debtor = models.ForeignKey(Enterprise, on_delete=models.PROTECT, null=True, related_name="recoveries")
    debtor_name = models.CharField(max_length=200)
    claimed_fen = models.BigIntegerField()
    received_fen = models.BigIntegerField(default=0)
    written_off_fen = models.BigIntegerField(default=0)
    opened_at = models.DateTimeField()
    due_on = models.DateField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(claimed_fen__gte=models.F("received_fen") + models.F("written_off_fen")),
                name="no_more_comes_back_than_was_paid",
            )
        ]
        indexes = [models.Index(fields=["ended_at", "due_on"], name="recoveries_by_day")]


class RecoveryMove(models.Model):
    """Something about a recovery: ``received`` money with its ``reference``; a ``write_off`` asked by one and decided
    by another; a ``promise`` of an instalment on a day."""

    recovery = models.ForeignKey(Recovery, on_delete=models.CASCADE, related_name="moves")
    kind = models.CharField(max_length=10)
    amount_fen = models.BigIntegerField()
    on = models.DateField()
    reference = models.CharField(max_length=128, blank=True)
    reason = models.CharField(max_length=400, blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    approved = models.BooleanField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["recovery", "reference"],
                condition=models.Q(kind="received"),
                name="one_repayment_counts_once",
            )
        ]


class TopUp(models.Model):
    """A deposit is to be filled up again after a draw 保证金补足. ``amount_fen``: what was paid out of it.

    ``replaced_by``: a new guarantee was brought instead of filling up the old deposit.
    """

    deposit = models.ForeignKey(Deposit, on_delete=models.PROTECT, related_name="top_ups")
    draw = models.OneToOneField(Draw, on_delete=models.PROTECT, related_name="top_up")
    amount_fen = models.BigIntegerField()
    started_at = models.DateTimeField()
    due_at = models.DateTimeField()
    done_on = models.DateField(null=True)
    done_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    replaced_by = models.ForeignKey(Deposit, on_delete=models.PROTECT, null=True, related_name="+")
    note = models.CharField(max_length=200, blank=True)
    told_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["done_on", "due_at"], name="top_ups_by_deadline")]
