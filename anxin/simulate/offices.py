"""The invented public numbers of a demo's offices."""

from anxin.people.models import Organisation
from anxin.simulate.numbers import office_phone


def give_public_phones() -> int:
    """Give every office without a public number an invented one that can be nobody's. Answers how many."""
    rows = list(Organisation.objects.filter(phone="").only("pk"))
    for row in rows:
        row.phone = office_phone(row.pk)
    Organisation.objects.bulk_update(rows, ["phone"], batch_size=500)
    return len(rows)
