"""The process that goes on writing while keys are rotated: phones change, cards are set, rows are held."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "anxin.settings")
import django

django.setup()

from django.db import transaction

from anxin.intake.held import hold
from anxin.intake.rows import Arrival, Fault
from anxin.registry import actions
from anxin.registry.models import Engagement, Project, Worker
from anxin.vault import evidence
from anxin.vault.fields import seal_text
from tests.people import identity
from tests.stories.power_cut_child import AT, PEOPLE


def phone(number: int) -> str:
    return f"138{number:08d}"


def write() -> None:
    """Each turn changes one person's phone and card, holds a row and keeps a file; each is told when it stands."""
    project = Project.objects.get(code="P1")
    number = 0
    while True:
        number += 1
        with transaction.atomic():
            worker = Worker.objects.get(id_blind=actions.identity_blind(identity(number % PEOPLE)))
            worker.phone_sealed = seal_text(phone(number))
            worker.save()
            actions.engage(project=project, worker=worker, at=AT, card_number=f"622202{number:013d}")
            hold(
                kind="swipes",
                faults=[Fault("r", "坏", "bad", {"n": number})],
                arrival=Arrival("t", AT),
                project=project,
            )
            evidence.store(b"%PDF- " + str(number).encode())
        os.write(1, f"{number}\n".encode())


def check(last: int) -> None:
    """Everything opens, and is what was written last."""
    from anxin.intake.held import row_of
    from anxin.intake.models import HeldRow
    from anxin.vault.fields import open_text

    newest: dict[int, int] = {}
    for number in range(1, last + 1):
        newest[number % PEOPLE] = number
    held = sorted(row_of(row)["n"] for row in HeldRow.objects.all())
    # One more turn may have been committed in the instant before it could be told.
    assert held in (list(range(1, last + 1)), list(range(1, last + 2))), held[-3:]
    for person, number in newest.items():
        worker = Worker.objects.get(id_blind=actions.identity_blind(identity(person)))
        assert open_text(worker.id_sealed) == identity(person)
        possible = {number, last + 1} if (last + 1) % PEOPLE == person else {number}
        assert open_text(worker.phone_sealed) in {phone(n) for n in possible}
        card = open_text(Engagement.objects.get(worker=worker).card_sealed)
        assert card in {f"622202{n:013d}" for n in possible}
    digests = [digest for digest, _ in evidence.stored()]
    assert len(digests) >= last
    for digest in digests:
        evidence.read(digest)


if __name__ == "__main__":
    write()
