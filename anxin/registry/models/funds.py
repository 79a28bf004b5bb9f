"""Wage accounts and deposits."""

from django.db import models

from anxin.registry.models.places import Enterprise
from anxin.registry.models.projects import Project


class WageAccount(models.Model):
    """A special wage account 农民工工资专用账户. ``verified``: yes, no (with reason) or unknown."""

    number_blind = models.BinaryField(max_length=16, unique=True)
    number_sealed = models.BinaryField()
    holder = models.CharField(max_length=200, blank=True)
    bank_code = models.CharField(max_length=12, blank=True)
    bank_name = models.CharField(max_length=200, blank=True)
    opened_on = models.DateField(null=True)
    verified = models.CharField(max_length=8, default="unknown")
    verify_reason = models.CharField(max_length=200, blank=True)
    balance_fen = models.BigIntegerField(null=True)
    balance_on = models.DateField(null=True)


class AccountUse(models.Model):
    """A project's use of an account: one account may serve several projects as sub-ledgers."""

    account = models.ForeignKey(WageAccount, on_delete=models.PROTECT, related_name="uses")
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="account_uses")
    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, null=True)
    uploaded_on = models.DateField()
    agreement_on = models.DateField(null=True)
    closed_on = models.DateField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "project"], name="one_use_a_project")]


class Deposit(models.Model):
    """A wage deposit 工资保证金: ``form`` is cash, guarantee, insurance or exempt."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="deposits")
    form = models.CharField(max_length=16)
    amount_fen = models.BigIntegerField(null=True)
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)
    issuer = models.CharField(max_length=200, blank=True)
    number = models.CharField(max_length=100, blank=True)
    recorded_on = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "form", "valid_from", "number"], name="one_deposit_once")
        ]
