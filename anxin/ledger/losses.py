"""What the database says was sealed and the tables no longer hold: a folder lost, not mounted, or put back too old."""

from collections.abc import Iterator

from django.conf import settings

from anxin.ledger import tables
from anxin.ledger.models import Batch, Seal
from anxin.ledger.schema import FACT_TABLES
from anxin.registry.models import Engagement

_ROLLUPS = {"work_months": ("swipes",), "pay_months": ("payroll", "payments")}
_NEVER = 2**62


class LedgerLost(RuntimeError):
    """Not one table is there although rows were sealed into them."""


def refuse_when_all_is_gone() -> None:
    """Raise ``LedgerLost`` before new tables are begun in place of lost ones, or the inbox's last copies dropped."""
    if any(tables.has_commits(name) for name in tables.SCHEMAS):
        return
    if Seal.objects.filter(done_at__isnull=False, rows__gt=0).exists():
        raise LedgerLost(f"{settings.LEDGER} holds no tables although rows were sealed into it: mount or restore it.")


def lost() -> Iterator[tuple[str, str]]:
    """Tables that hold less than is on record, each with what is missing, in words."""
    for name, number in _on_record().items():
        if not tables.has_commits(name):
            yield name, "the table is gone"
        elif tables.sealed_up_to(name) < number:
            yield name, f"it ends with seal {tables.sealed_up_to(name)}, but seal {number} was done"
    for rollup, facts in _ROLLUPS.items():
        if not tables.has_commits(rollup) and any(tables.has_commits(name) for name in facts):
            yield rollup, "the table is gone"


def _on_record() -> dict[str, int]:
    """The last finished seal that wrote each table, as far as the database still knows: batches leave after a week."""
    unfinished = Seal.objects.filter(done_at=None).order_by("number").values_list("number", flat=True).first()
    before = unfinished if unfinished is not None else _NEVER
    sealed = Batch.objects.filter(seal__lt=before, rows__gt=0).order_by("-seal").values_list("seal", flat=True)
    found = {name: sealed.filter(table=name).first() for name in FACT_TABLES}
    mirrored = Engagement.objects.filter(mirrored__lt=before).order_by("-mirrored").values_list("mirrored", flat=True)
    found["engagements"] = mirrored.first()
    return {name: number for name, number in found.items() if number is not None}
