"""Where a warning about a firm belongs: the place that holds the projects it speaks of, not the firm's seat."""

from collections import defaultdict
from collections.abc import Collection

from anxin.registry.models import Project

_CHUNK = 800


def places_of_firms(firms: Collection[int], regions: tuple[str, ...]) -> dict[int, str]:
    """Firm → the smallest county, city or province that holds all its projects inside ``regions`` (code prefixes).

    Projects of several provinces have no place in common: "".
    """
    codes: dict[int, set[str]] = defaultdict(set)
    ids = sorted(firms)
    for start in range(0, len(ids), _CHUNK):
        rows = Project.objects.filter(contractor_id__in=ids[start : start + _CHUNK])
        for firm, code in rows.values_list("contractor_id", "region_code"):
            if firm is not None and code.startswith(regions):
                codes[firm].add(code)
    return {firm: _common(found) for firm, found in codes.items()}


def _common(codes: set[str]) -> str:
    for width in (6, 4, 2):
        shared = {code[:width] for code in codes}
        if len(shared) == 1:
            return shared.pop().ljust(6, "0")
    return ""
