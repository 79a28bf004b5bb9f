"""What a demo's offices have beside the seeded ones: a treasury, and invented public numbers."""

from anxin.people.models import Organisation, OrganisationKind
from anxin.registry.models import Region
from anxin.simulate.numbers import office_phone


def give_public_phones() -> int:
    """Give every office without a public number an invented one that can be nobody's. Answers how many."""
    rows = list(Organisation.objects.filter(phone="").only("pk"))
    for row in rows:
        row.phone = office_phone(row.pk)
    Organisation.objects.bulk_update(rows, ["phone"], batch_size=500)
    return len(rows)


def give_treasury(*, region: str) -> Organisation:
    """The finance bureau of a place, which keeps its emergency fund and answers for the treasury (Order 724, Art. 63).
    Safe to repeat: a place that has one, under whatever name, keeps it.
    """
    had = Organisation.objects.filter(kind=OrganisationKind.FINANCE, region_code=region).order_by("pk").first()
    if had is not None:
        return had
    place = Region.objects.get(code=region)
    above = Organisation.objects.filter(kind=OrganisationKind.GOVERNMENT, region_code=region).order_by("pk").first()
    return Organisation.objects.create(
        kind=OrganisationKind.FINANCE, name=f"{place.name}财政局", name_en=f"Finance Bureau of {place.name_en}",
        region_code=region, parent=above,
    )  # fmt: skip
