"""Organisations, the people in them, who stands in for whom and who is on duty, the trail of acts and looks."""

from datetime import date

from django.contrib.auth.models import AbstractUser
from django.db import models


class Role(models.TextChoices):
    """What a person does; what each role may do stands in ``people.access``."""

    OPERATOR = "operator", "系统运维"
    OFFICER = "officer", "劳动监察员"
    CHIEF = "chief", "监察机构负责人"
    LEADER = "leader", "领导"
    AGENCY = "agency", "协同部门经办人"
    BANK = "bank", "银行经办人"
    CLERK = "clerk", "劳资专管员"
    AUDITOR = "auditor", "审计员"


class OrganisationKind(models.TextChoices):
    """The kinds of organisation that take part."""

    GOVERNMENT = "government", "人民政府"
    HR = "hr", "人力资源社会保障"
    HOUSING = "housing", "住房城乡建设"
    TRANSPORT = "transport", "交通运输"
    WATER = "water", "水利"
    FINANCE = "finance", "财政"
    SASAC = "sasac", "国资监管"
    POLICE = "police", "公安"
    COURT = "court", "法院"
    PROCURATORATE = "procuratorate", "检察院"
    LEGAL_AID = "legal_aid", "法律援助"
    BANK = "bank", "银行"
    ENTERPRISE = "enterprise", "企业"


class Organisation(models.Model):
    """A unit in the tree: province, city, county, and their agencies, banks and enterprises.

    ``region_code`` is its jurisdiction; ``industry`` (blank: all) narrows a regulator's; ``enterprise_code`` is the
    credit code of a bank or enterprise. ``phone``: the office's public number, told to claimants; blank: 12333.
    """

    name = models.CharField(max_length=100)
    name_en = models.CharField(max_length=150, blank=True)
    kind = models.CharField(max_length=16, choices=OrganisationKind)
    region_code = models.CharField(max_length=6, blank=True)
    industry = models.CharField(max_length=16, blank=True)
    enterprise_code = models.CharField(max_length=32, blank=True)
    phone = models.CharField(max_length=20, blank=True)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="children")
    active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "region_code", "name"], name="one_unit_a_name"),
        ]


class User(AbstractUser):
    """A person who signs in. His seat: ``role`` in ``organisation``; ``region`` (six digits) and ``industry`` (blank:
    all) bound what he sees, ``project`` is a clerk's project code. Without a region or a project he sees nothing.

    ``single_sign_on`` is the name under which the government's single sign-on knows him; null: it lets him not in.
    """

    role = models.CharField(max_length=16, choices=Role, default=Role.OFFICER)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, null=True, related_name="people")
    region = models.CharField(max_length=6, blank=True)
    industry = models.CharField(max_length=16, blank=True)
    project = models.CharField(max_length=64, blank=True)
    display_name = models.CharField(max_length=64, blank=True)
    phone_sealed = models.BinaryField(default=b"")
    language = models.CharField(max_length=8, default="zh-hans")
    password_changed_at = models.DateTimeField(null=True)
    password_given = models.BooleanField(default=False)  # by an administrator: to be changed when signing in
    single_sign_on = models.CharField(max_length=128, unique=True, null=True)
    left_at = models.DateTimeField(null=True)

    # Where and on which day the person is acting, set by the guard of the page; not columns.
    address: str = ""
    today: date | None = None


class Deputy(models.Model):
    """Somebody stands in for an absent person from one day to another, both included, and has his seat meanwhile."""

    absent = models.ForeignKey(User, on_delete=models.PROTECT, related_name="deputies")
    deputy = models.ForeignKey(User, on_delete=models.PROTECT, related_name="stands_in_for")
    from_on = models.DateField()
    until_on = models.DateField()
    reason = models.CharField(max_length=200, blank=True)
    appointed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")


class Duty(models.Model):
    """A turn of duty in a unit; on holidays it runs round the clock."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="duties")
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="duties")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [models.Index(fields=["organisation", "starts_at"], name="duties_of_a_unit")]


class SecondStep(models.Model):
    """A person's time-based one-time codes (RFC 6238: SHA-1, six digits, 30 seconds).

    ``last_step`` is the number of the period whose code was used last: none is taken twice. Until ``confirmed_at`` it
    is only an offer.
    """

    person = models.OneToOneField(User, on_delete=models.CASCADE, related_name="second_step")
    secret_sealed = models.BinaryField()
    offered_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    last_step = models.BigIntegerField(default=0)


class BackupCode(models.Model):
    """A code for the day the telephone is lost; good once. ``code_blind`` is a keyed hash."""

    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="backup_codes")
    code_blind = models.BinaryField(max_length=16)
    used_at = models.DateTimeField(null=True)


class Arrival(models.Model):
    """A session somebody signed in to: from where, with what, and when last used. It ends with its session."""

    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="arrivals")
    session_key = models.CharField(max_length=40, unique=True)
    at = models.DateTimeField()
    seen_at = models.DateTimeField()
    address = models.CharField(max_length=64, blank=True)
    device = models.CharField(max_length=200, blank=True)
    way = models.CharField(max_length=16)  # password | single-sign-on


class Attempt(models.Model):
    """A try to sign in that has not succeeded. ``name_blind``: of the name typed, which may be anything."""

    name_blind = models.BinaryField(max_length=16)
    address = models.CharField(max_length=64)
    at = models.DateTimeField(db_index=True)

    class Meta:
        indexes = [models.Index(fields=["name_blind", "at"], name="attempts_on_a_name")]


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


class PhoneCode(models.Model):
    """A code sent to a phone so that its owner can sign in; kept blind, good once until ``ends_at``.

    ``tries`` are counted before a code is judged. Nothing here tells who was asked from where: a site's workers share
    one address.
    """

    phone_sealed = models.BinaryField()
    phone_blind = models.BinaryField(max_length=16)
    code_blind = models.BinaryField(max_length=16)
    sent_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["phone_blind", "sent_at"], name="codes_of_a_phone"),
            models.Index(fields=["sent_at"], name="codes_by_age"),
        ]


class PhoneOwner(models.Model):
    """A phone that stands for a worker, once he has shown who he is. ``worker_id``: ``registry.Worker``.

    ``shared``: the roster names it for many workers; it holds for one of them only once an officer has seen him.

    It holds from ``holds_from`` on: at once for the phone the roster knows, a day later for another, so that whoever
    holds the known phone can object. ``proved_at``: when the identity number was last typed or the phone last used.
    """

    phone_sealed = models.BinaryField()
    phone_blind = models.BinaryField(max_length=16)
    worker_id = models.BigIntegerField()
    asked_at = models.DateTimeField()
    holds_from = models.DateTimeField()
    shared = models.BooleanField(default=False)
    proved_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["phone_blind", "worker_id"], condition=models.Q(ended_at=None), name="one_phone_a_worker_once"
            )
        ]
        indexes = [
            models.Index(fields=["worker_id", "ended_at"], name="phones_of_a_worker"),
            models.Index(fields=["ended_at"], name="phones_ended", condition=models.Q(ended_at__isnull=False)),
        ]


class PhoneSession(models.Model):
    """A phone that signed in. The browser holds the token, we its blind value. It ends after thirty idle days."""

    token_blind = models.BinaryField(max_length=16, unique=True)
    phone_sealed = models.BinaryField()
    phone_blind = models.BinaryField(max_length=16)
    owner = models.ForeignKey(PhoneOwner, on_delete=models.SET_NULL, null=True, related_name="sessions")
    began_at = models.DateTimeField()
    seen_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["phone_blind"], name="sessions_of_a_phone"),
            models.Index(fields=["seen_at"], name="sessions_by_use"),
        ]
