"""What a worker has begun to write, and tries of codes."""

from django.db import models

from anxin.cases.models.claims import Claim
from anxin.registry.models import Worker


class Draft(models.Model):
    """A claim somebody is still writing. ``key_blind``: of the random token his browser session holds.

    ``data_sealed`` is the form so far as JSON. Once sent, ``claim`` is set, the form is emptied, and for a short time
    ``codes_sealed`` keeps the codes that are told once, for a thumb that presses twice or a network that swallowed the
    answer.

    ``files``: digests of every file that was ever put into it, also of those taken out again: they are let go with it.
    """

    key_blind = models.BinaryField(max_length=16, unique=True)
    worker = models.ForeignKey(Worker, on_delete=models.CASCADE, null=True, related_name="+")
    data_sealed = models.BinaryField(default=b"")
    made_at = models.DateTimeField()
    changed_at = models.DateTimeField(db_index=True)
    claim = models.ForeignKey(Claim, on_delete=models.CASCADE, null=True, related_name="+")
    codes_sealed = models.BinaryField(default=b"")
    files = models.JSONField(default=list)


class CodeTry(models.Model):
    """A try of a code that was wrong. ``kind``: return-code or consent-code; ``target_blind``: of the case number it
    was tried on, empty where none was named."""

    kind = models.CharField(max_length=16)
    target_blind = models.BinaryField(max_length=16, default=b"")
    address = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["kind", "at"], name="code_tries_by_time"),
            models.Index(fields=["kind", "address", "at"], name="code_tries_from"),
            models.Index(fields=["kind", "target_blind", "at"], name="code_tries_on"),
        ]
