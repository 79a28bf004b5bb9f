"""Administrative divisions, from ``data/regions.csv`` (GB/T 2260; built by ``tools/build_regions.py``)."""

import csv
from functools import lru_cache
from pathlib import Path

from anxin.registry.models import Region

_FILE = Path(__file__).parent / "data" / "regions.csv"


@lru_cache(maxsize=1)
def table() -> dict[str, dict[str, str]]:
    """Code → {code, name, name_en, parent, level}; level 1 province, 2 city, 3 county."""
    with _FILE.open(encoding="utf-8") as handle:
        return {row["code"]: row for row in csv.DictReader(handle)}


def load_regions() -> int:
    """Bring the database's regions in step with the file. Answers how many there are."""
    rows = sorted(table().values(), key=lambda r: int(r["level"]))
    Region.objects.bulk_create(
        [
            Region(
                code=r["code"],
                name=r["name"],
                name_en=r["name_en"],
                parent_id=r["parent"] or None,
                level=int(r["level"]),
            )
            for r in rows
        ],
        update_conflicts=True,
        update_fields=["name", "name_en", "parent", "level"],
        unique_fields=["code"],
        batch_size=500,
    )
    return len(rows)


def exists(code: str) -> bool:
    """Whether a code is a division of today; retired codes are not."""
    return code in table()


def nearest_first(code: str) -> tuple[str, ...]:
    """A place and those above it by its code: 140105 → (140105, 140100, 140000); none for no code.

    Retired codes are in use, so the code alone is asked, not the table.
    """
    return tuple(dict.fromkeys((code, code[:4] + "00", code[:2] + "0000"))) if code else ()


def path_names(code: str, english: bool = False) -> list[str]:
    """Names from province down: 140105 → [山西省, 太原市, 小店区]."""
    names: list[str] = []
    row = table().get(code)
    while row:
        names.insert(0, row["name_en"] if english else row["name"])
        row = table().get(row["parent"])
    return names
