"""How a paper is numbered: 晋小店人社监令〔2026〕第3号, without gaps in its unit, kind and year."""

from collections import Counter
from functools import lru_cache
from pathlib import Path

import yaml
from django.conf import settings

from anxin.people.models import Organisation
from anxin.registry import regions
from anxin.remedies.kinds import Kind
from anxin.remedies.models import DocumentSeries

_PROVINCES = {
    "11": "京", "12": "津", "13": "冀", "14": "晋", "15": "内蒙古", "21": "辽", "22": "吉", "23": "黑", "31": "沪",
    "32": "苏", "33": "浙", "34": "皖", "35": "闽", "36": "赣", "37": "鲁", "41": "豫", "42": "鄂", "43": "湘",
    "44": "粤", "45": "桂", "46": "琼", "50": "渝", "51": "川", "52": "黔", "53": "滇", "54": "藏", "61": "陕",
    "62": "甘", "63": "青", "64": "宁", "65": "新", "71": "台", "81": "港", "82": "澳",
}  # fmt: skip
_ENDINGS = ("特别行政区", "自治州", "自治县", "自治旗", "地区", "林区", "新区", "盟", "市", "县", "区", "旗")


@lru_cache(maxsize=1)
def _marks() -> dict[str, str]:
    """A mark of its own for every place: the province's letter and the place's short name, with its city's where two
    places of a province would be called the same."""
    table = regions.table()
    short = {code: _short(row["name"]) for code, row in table.items()}
    often: dict[tuple[str, str], int] = {}
    for code, name in short.items():
        often[code[:2], name] = often.get((code[:2], name), 0) + 1
    marks = {}
    for code in table:
        head = _PROVINCES.get(code[:2], "")
        if code.endswith("0000"):
            marks[code] = head
            continue
        city = short.get(code[:4] + "00", "")
        own = short[code]
        marks[code] = head + (city if often[code[:2], own] > 1 and not code.endswith("00") else "") + own
    taken = Counter(marks.values())
    # 临夏市 and 临夏县 lie in one prefecture: only their whole names tell them apart.
    return {
        code: mark if taken[mark] == 1 else mark.removesuffix(short[code]) + table[code]["name"]
        for code, mark in marks.items()
    }


def _short(name: str) -> str:
    for ending in _ENDINGS:
        if name.endswith(ending) and len(name) - len(ending) >= 2:
            return name.removesuffix(ending)
    return name


def mark_of(unit: Organisation | None) -> str:
    """The unit's part of the number. ``ANXIN_DATA/papers/marks.yaml`` (region code: mark) goes before ours."""
    if unit is None:
        return "人社监"
    file = Path(settings.DATA) / "papers" / "marks.yaml"
    own = (yaml.safe_load(file.read_text(encoding="utf-8")) or {}) if file.exists() else {}
    chosen = {str(code): str(mark) for code, mark in own.items()}.get(unit.region_code)
    return chosen or _marks().get(unit.region_code, "") + "人社监"


def take_number(*, unit: Organisation, kind: Kind, year: int) -> tuple[int, str]:
    """The next serial of a unit, kind and year, and the number as printed. Call it in the transaction of the sign-off:
    a sign-off that fails gives its number back."""
    series, _ = DocumentSeries.objects.get_or_create(unit=unit, kind=kind.key, year=year)
    series = DocumentSeries.objects.select_for_update(no_key=True).get(pk=series.pk)
    series.last += 1
    series.save(update_fields=["last"])
    return series.last, f"{mark_of(unit)}{kind.mark}〔{year}〕第{series.last}号"
