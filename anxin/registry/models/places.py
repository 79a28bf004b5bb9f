"""Regions and enterprises."""

from django.db import models


class Region(models.Model):
    """An administrative division 行政区划 (GB/T 2260). ``level``: 1 province, 2 city, 3 county."""

    code = models.CharField(max_length=6, primary_key=True)
    name = models.CharField(max_length=64)
    name_en = models.CharField(max_length=128, blank=True)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="children")
    level = models.PositiveSmallIntegerField()


class Enterprise(models.Model):
    """A company 企业 under its unified social credit code (or organisation code)."""

    code = models.CharField(max_length=32, unique=True)
    name = models.CharField(max_length=200)
    region_code = models.CharField(max_length=6, blank=True)
    legal_person = models.CharField(max_length=64, blank=True)
    # What senders told us beyond our own columns, under the sender's field names; no personal numbers in it.
    details = models.JSONField(default=dict)
    # The same for personal numbers: a JSON object, sealed by the vault.
    sealed_details = models.BinaryField(default=b"")
    recorded_at = models.DateTimeField()
