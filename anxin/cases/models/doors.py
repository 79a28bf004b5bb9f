"""What the doors keep: files of the clue platform, the names under which employers were told."""

from django.db import models

from anxin.people.models import User


class EmployerName(models.Model):
    """A name an employer was called by in some claim. Far fewer than cases: searching by part of a name reads these."""

    name = models.CharField(max_length=200, unique=True)


class ClueFile(models.Model):
    """A file of the national clue platform 全国欠薪线索平台. Nothing is taken from it until ``decided_at``.

    ``content``: the file in the vault. ``report``: each row with its verdict, masked. ``taken``, ``known``: claims that
    were new and those that had been taken before.
    """

    name = models.CharField(max_length=200)
    content = models.CharField(max_length=64)
    region_code = models.CharField(max_length=6)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField()
    report = models.JSONField(default=list)
    accepted = models.BooleanField(null=True)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    taken = models.PositiveIntegerField(default=0)
    known = models.PositiveIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["region_code", "-uploaded_at"], name="clue_files_of_a_region")]
