"""The process that is killed: ``write`` admits batches and tells each one that was acknowledged, ``seal`` seals."""

import os
import random
import sys
from datetime import datetime, timedelta

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "anxin.settings")
import django

django.setup()

from django.db import transaction

from anxin.intake.admit import admit
from anxin.intake.rows import Arrival, PayrollRow, SwipeRow
from anxin.law.civil import SHANGHAI
from anxin.ledger.compaction import compact
from anxin.ledger.sealing import seal
from tests.people import identity

AT = datetime(2026, 4, 20, 12, tzinfo=SHANGHAI)
PEOPLE = 20


def write(first: int) -> None:
    """Batches of swipes (each row new) and of payroll lines (each batch corrects the one before)."""
    number = first
    while True:
        number += 1
        base = datetime(2026, 3, 1, 6) + timedelta(seconds=number * PEOPLE)
        swipes = [
            SwipeRow(place=str(i), project_code="P1", id_number=identity(i), passed_at=base + timedelta(seconds=i))
            for i in range(PEOPLE)
        ]
        lines = [
            PayrollRow(
                place="0", project_code="P1", id_number=identity(number % PEOPLE), month="2026-03", sheet="S1",
                due_fen=number, paid_fen=number,
            )
        ]  # fmt: skip
        with transaction.atomic():
            admit(swipes, arrival=Arrival("test", AT))
            admit(lines, arrival=Arrival("test", AT))
        # One write call below the pipe's atomic size: a killed writer leaves no half line.
        os.write(1, f"{number}\n".encode())


def seal_for_ever() -> None:
    while True:
        seal(at=AT)
        if random.random() < 0.2:
            compact(at=AT, everything=True)


if __name__ == "__main__":
    if sys.argv[1] == "write":
        write(int(sys.argv[2]))
    else:
        seal_for_ever()
