"""Ways to the money beside the case itself: mediation, arbitration, court, legal aid, police; who speaks for many."""

from django.db import models

from anxin.cases.models import Case, Claimant
from anxin.people.models import Organisation, User


class Track(models.Model):
    """One way a case goes beside the inspection's own. ``kind``, ``form``, ``state``: keys of ``tracks.yaml``.

    ``before``: the track it grew out of. ``body`` is the office that deals with it; ``organisation`` the same when its
    people sign in here. ``number``: that office's own number. ``agreed_fen``: what was agreed or awarded in all;
    ``people``: ids of the claimants it names; ``received_before_fen``: what they had received when it was, so that
    instalments count from there, also when cases are merged or split later.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="tracks")
    kind = models.CharField(max_length=20)
    form = models.CharField(max_length=20, blank=True)
    state = models.CharField(max_length=20)
    before = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="after")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, null=True, related_name="tracks")
    body = models.CharField(max_length=200, blank=True)
    number = models.CharField(max_length=64, blank=True)
    priority = models.BooleanField(default=False)
    representatives = models.ManyToManyField(Claimant, related_name="represents_in")
    hearing_at = models.DateTimeField(null=True)
    hearing_told_at = models.DateTimeField(null=True)
    agreed_fen = models.BigIntegerField(null=True)
    agreed_on = models.DateField(null=True)
    people = models.JSONField(default=list)
    received_before_fen = models.BigIntegerField(default=0)
    started_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["case", "started_at"], name="tracks_of_a_case"),
            models.Index(fields=["organisation", "ended_at", "due_at"], name="tracks_of_a_unit"),
            models.Index(fields=["ended_at", "hearing_at"], name="tracks_by_hearing"),
        ]


class TrackClock(models.Model):
    """A clock of a track. ``whose``: the office it binds (body, respondent, worker, inspection). ``told_at``: when a
    near end was told last."""

    track = models.ForeignKey(Track, on_delete=models.CASCADE, related_name="clocks")
    step = models.CharField(max_length=24)
    whose = models.CharField(max_length=12)
    within = models.CharField(max_length=32)
    started_at = models.DateTimeField()
    due_at = models.DateTimeField()
    extended = models.CharField(max_length=32, blank=True)
    done_at = models.DateTimeField(null=True)
    told_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["track", "step"], condition=models.Q(done_at=None), name="one_running_clock_a_track_step"
            )
        ]
        indexes = [models.Index(fields=["done_at", "due_at"], name="track_clocks_by_deadline")]


class TrackStep(models.Model):
    """A step a track took: from which state to which, who wrote it down, and what was said."""

    track = models.ForeignKey(Track, on_delete=models.CASCADE, related_name="steps")
    at = models.DateTimeField()
    on = models.DateField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    before = models.CharField(max_length=20, blank=True)
    state = models.CharField(max_length=20)
    note = models.CharField(max_length=600, blank=True)


class Instalment(models.Model):
    """A part of an agreed sum and its day. It is paid when what the people received since the agreement covers it and
    those before it (``covered_fen``); ``broken_at``: its day passed and it was not."""

    track = models.ForeignKey(Track, on_delete=models.CASCADE, related_name="instalments")
    turn = models.PositiveSmallIntegerField()
    due_on = models.DateField()
    amount_fen = models.BigIntegerField()
    covered_fen = models.BigIntegerField(default=0)
    paid_at = models.DateTimeField(null=True)
    broken_at = models.DateTimeField(null=True)
    told_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["track", "turn"], name="one_instalment_a_turn")]
        indexes = [models.Index(fields=["paid_at", "due_on"], name="instalments_by_day")]


class LimitTold(models.Model):
    """A time limit of a case that was told to its officer when it came near, so that it is told once."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="limits_told")
    key = models.CharField(max_length=32)
    on = models.DateField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "key", "on"], name="one_limit_told_once")]
