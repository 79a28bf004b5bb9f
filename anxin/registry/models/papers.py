"""Papers a site brings as proof, and what it writes on its notice board."""

from django.db import models

from anxin.people.models import User
from anxin.registry.models.projects import Project


class PaperKind(models.TextChoices):
    """What a paper proves."""

    ACCOUNT = "account", "专户开立证明"
    AGREEMENT = "agreement", "三方协议"
    DEPOSIT = "deposit", "保证金凭证或保函"
    BOARD = "board", "告示牌照片"
    CLERK = "clerk", "劳资专管员任命书"
    PAYROLL = "payroll", "工人签字工资表"
    PAUSE = "pause", "停工证明"


class Paper(models.Model):
    """A paper 佐证材料 under its hash in the vault. ``about`` narrows it: the wage month of a signed sheet."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="papers")
    kind = models.CharField(max_length=16, choices=PaperKind)
    about = models.CharField(max_length=64, blank=True)
    digest = models.CharField(max_length=64)
    name = models.CharField(max_length=200)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["project", "kind", "-at"], name="papers_of_a_project")]


class BoardText(models.Model):
    """What the clerk wrote for the notice board where the registry and the law's tables do not know it.

    ``entries``: key of ``law.notice_board`` → text. Offices and their phones only; no person's number.
    """

    project = models.OneToOneField(Project, on_delete=models.CASCADE, related_name="board_text")
    entries = models.JSONField(default=dict)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
