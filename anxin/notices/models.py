"""The in-app inbox and the outbox."""

from django.db import models

from anxin.people.models import Organisation, User


class Notice(models.Model):
    """A message in somebody's inbox. ``kind`` says what happened (assigned, overdue, demand …), the subject where."""

    to = models.ForeignKey(User, on_delete=models.CASCADE, related_name="notices", db_index=False)
    kind = models.CharField(max_length=32)
    subject = models.CharField(max_length=32)
    subject_id = models.CharField(max_length=64)
    zh = models.CharField(max_length=400)
    en = models.CharField(max_length=400)
    urgent = models.BooleanField(default=False)
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["to", "read_at", "-at"], name="inbox_of_a_person"),
            models.Index(fields=["at"], name="notices_by_age"),
        ]


class Channel(models.TextChoices):
    """Ways to reach a person outside the platform."""

    EMAIL = "email", "电子邮件"
    SMS = "sms", "短信"
    WECOM = "wecom", "企业微信"
    DINGTALK = "dingtalk", "钉钉"


class Preference(models.Model):
    """How a person wants to be told on a channel. ``digest``: collected once a day at ``digest_hour``; quiet hours
    (civil hours, ``quiet_from`` 22 to ``quiet_until`` 7) hold back what is not urgent."""

    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="preferences")
    channel = models.CharField(max_length=10, choices=Channel)
    address_sealed = models.BinaryField(default=b"")
    on = models.BooleanField(default=True)
    digest = models.BooleanField(default=True)
    digest_hour = models.PositiveSmallIntegerField(default=8)
    quiet_from = models.PositiveSmallIntegerField(default=22)
    quiet_until = models.PositiveSmallIntegerField(default=7)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "channel"], name="one_way_a_channel")]


class Delivery(models.Model):
    """One message in the outbox. ``key`` is unique: the same notice is never queued twice on a channel.

    ``state``: waiting, sending, sent, failed (given up), unknown (it may have arrived; never sent again by itself).

    It goes to a person's own address, or, for somebody without an account, to ``address_sealed`` with ``text_sealed``.
    There it rings only in the civil hours ``rings_from`` to ``rings_until``, also when it was held up till then.
    ``secret``: a code; its text is wiped as soon as the message has left or is given up. After ``ends_at`` it is not
    worth sending any more. ``forgotten_at``: when number and text were taken out, their time being over; a message that
    was forgotten is not sent again.
    """

    key = models.CharField(max_length=100, unique=True)
    channel = models.CharField(max_length=10, choices=Channel)
    person = models.ForeignKey(User, on_delete=models.CASCADE, null=True, related_name="deliveries")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, null=True)
    notices = models.ManyToManyField(Notice, related_name="deliveries")
    address_sealed = models.BinaryField(default=b"")
    text_sealed = models.BinaryField(default=b"")
    secret = models.BooleanField(default=False)
    rings_from = models.PositiveSmallIntegerField(default=8)
    rings_until = models.PositiveSmallIntegerField(default=21)
    ends_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=10, default="waiting")
    not_before = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    queued_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    forgotten_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["state", "not_before"], name="outbox_by_turn"),
            models.Index(
                fields=["state", "not_before"], name="outbox_to_forget", condition=models.Q(forgotten_at__isnull=True)
            ),
            models.Index(fields=["-queued_at", "-id"], name="outbox_by_age"),
        ]
