"""Places as pages offer and draw them."""

from functools import lru_cache

from anxin.people.access import region_prefix
from anxin.registry import regions

# Provinces whose second level is only a bracket (市辖区, 省直辖县级行政区划): people speak of the counties.
_MUNICIPALITIES = ("11", "12", "31", "50")


def _bracket(code: str) -> bool:
    return code[2:4] == "90" or code[:2] in _MUNICIPALITIES


@lru_cache(maxsize=512)
def children_of(region: str) -> tuple[str, ...]:
    """The places a region is made of, as people count them: a province its cities (and counties that belong to none),
    a municipality its districts, a city its counties, a county nothing."""
    found: list[str] = []
    for row in regions.table().values():
        if row["parent"] != region:
            continue
        if row["level"] == "2" and _bracket(row["code"]):
            found.extend(children_of(row["code"]))
        else:
            found.append(row["code"])
    return tuple(sorted(found))


@lru_cache(maxsize=512)
def places_below(region: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """What a filter offers inside a jurisdiction: each child with its own children."""
    return tuple((code, children_of(code)) for code in children_of(region)) if region else ()


def parent_of(region: str) -> str:
    """The place above, skipping brackets: 140105 → 140100, 110105 → 110000, 140000 → nothing."""
    row = regions.table().get(region)
    if row is None:
        return ""
    parent = row["parent"]
    return parent_of(parent) if parent and parent[2:4] != "00" and _bracket(parent) else parent


def levels_of(code: str) -> list[str]:
    """A code and the places above it that figures are kept for: 140105 → 140000, 140100, 140105."""
    return list(reversed(regions.nearest_first(code)))


def covers(region: str, code: str) -> bool:
    """Whether ``code`` lies in ``region``."""
    return bool(region) and code.startswith(region_prefix(region))
