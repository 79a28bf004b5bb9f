"""The offices of a province, its cities and counties: the units warnings are handed over to."""

from dataclasses import dataclass

from django.db import transaction

from anxin.people.models import Organisation, OrganisationKind
from anxin.registry.models.projects import Industry
from anxin.registry.regions import table


@dataclass(frozen=True)
class _Office:
    """What an office is called: in a province a 厅, elsewhere a 局."""

    kind: str
    zh: str
    at_province: str
    below: str
    en: str
    industry: str = ""


_GOVERNMENT = _Office(OrganisationKind.GOVERNMENT, "人民政府", "", "", "People's Government")
_BUREAUX = (
    _Office(OrganisationKind.HR, "人力资源和社会保障", "厅", "局", "Human Resources and Social Security"),
    _Office(
        OrganisationKind.HOUSING, "住房和城乡建设", "厅", "局", "Housing and Urban-Rural Development", Industry.HOUSING
    ),
    _Office(OrganisationKind.TRANSPORT, "交通运输", "厅", "局", "Transport", Industry.TRANSPORT),
    _Office(OrganisationKind.WATER, "水利", "厅", "局", "Water Resources", Industry.WATER),
)


@transaction.atomic
def seed_offices(*, region: str) -> int:
    """Make the government and the bureaux (human resources, housing, transport, water) of a province or city and of
    every place below it. Answers how many were added.

    Safe to repeat: a place that has an office of a kind, under whatever name, gets no second one. Raises ValueError for
    a code that is no division, or one that is only a bracket (市辖区).
    """
    places = _places(region)
    had = {
        (unit.kind, unit.region_code): unit
        for unit in Organisation.objects.filter(region_code__in=[row["code"] for row in places]).order_by("-id")
    }
    added = 0
    for row in places:
        code, above = row["code"], had.get((_GOVERNMENT.kind, _above(row["code"])))
        for office in (_GOVERNMENT, *_BUREAUX):
            if (office.kind, code) in had:
                continue
            had[office.kind, code] = Organisation.objects.create(
                kind=office.kind,
                name=_name(row, office),
                name_en=_name_en(row, office),
                region_code=code,
                industry=office.industry,
                parent=above if office is _GOVERNMENT else had[_GOVERNMENT.kind, code],
            )
            added += 1
    return added


def _places(region: str) -> list[dict[str, str]]:
    """The place and all below it, from the top down, without brackets."""
    rows = table()
    if region not in rows or _is_bracket(rows[region]):
        raise ValueError(f"'{region}' is not a province, city or county.")
    below = {row["code"]: row for row in rows.values()}

    def inside(code: str) -> bool:
        while code and code != region:
            code = below[code]["parent"]
        return bool(code)

    found = [row for row in rows.values() if inside(row["code"]) and not _is_bracket(row)]
    return sorted(found, key=lambda row: (row["level"], row["code"]))


def _is_bracket(row: dict[str, str]) -> bool:
    """省直辖县级行政区划 and the like: a heading of the code list, nobody governs there."""
    return row["level"] == "2" and (row["code"][2:4] == "90" or row["name"] in {"市辖区", "县"})


def _above(code: str) -> str:
    """The place that governs this one."""
    row = table().get(table()[code]["parent"])
    while row is not None and _is_bracket(row):
        row = table().get(row["parent"])
    return row["code"] if row else ""


def _name(row: dict[str, str], office: _Office) -> str:
    city = table().get(_above(row["code"]))
    where = city["name"] + row["name"] if row["level"] == "3" and city and city["level"] == "2" else row["name"]
    ending = office.at_province if row["level"] == "1" and row["name"][-1] != "市" else office.below
    return where + office.zh + ending


def _name_en(row: dict[str, str], office: _Office) -> str:
    city = table().get(_above(row["code"]))
    where = f"{row['name_en']}, {city['name_en']}" if row["level"] == "3" and city else row["name_en"]
    if office is _GOVERNMENT:
        return f"{office.en} of {where}"
    level = "Department" if row["level"] == "1" else "Bureau"
    return f"{office.en} {level} of {where}"
