"""Reading what the steps of a claim bring. A worker's sum is taken as he says it; only what cannot be is sent back."""

import re
import unicodedata
from datetime import date
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from anxin.cases.consent import MOST_MEMBERS
from anxin.cases.models import Matter
from anxin.cases.reaching import Reach
from anxin.intake import values
from anxin.law.civil import month_of, shift_month
from anxin.people.phone_codes import normal_phone
from anxin.portal.officer.forms import Wrong
from anxin.registry import regions
from anxin.registry.models import Project
from anxin.vault.identity import identity_problem, normal_identity

MOST_FEN = 1_000_000_00
_SUM = re.compile(r"(\d{1,9})(?:\.(\d{1,4}))?(万)?")
_MONTH = re.compile(r"(20\d\d)\s*[-./年]\s*(\d{1,2})")
OPEN = ("preparing", "approved")


def read_yuan(text: str, *, most: int = MOST_FEN) -> int | None:
    """Yuan as people write them (6,440.50, 1.2万, ６４４０元) in fen; None for nothing. Raises Wrong."""
    plain = unicodedata.normalize("NFKC", text).replace(",", "").replace("，", "").replace(" ", "")
    plain = plain.removeprefix("¥").removeprefix("￥").removesuffix("元").removesuffix("块")
    if not plain:
        return None
    found = _SUM.fullmatch(plain)
    if found is None:
        raise Wrong(_("金额“%(text)s”看不懂，请只写数字，比如 6440。") % {"text": text[:20]})
    fen = values.fen(f"{found[1]}.{found[2] or 0}", 1_000_000 if found[3] else 100) or 0
    if fen > most:
        raise Wrong(_("金额“%(text)s”太大了，请检查是不是多写了零。") % {"text": text[:20]})
    return fen


def read_days(text: str, *, most: float = 3660) -> float | None:
    """Days, halves allowed; None for nothing. Raises Wrong."""
    plain = unicodedata.normalize("NFKC", text).strip().removesuffix("天").replace("半", ".5")
    if not plain:
        return None
    try:
        days = float(plain if plain[0].isdigit() else f"0{plain}")
    except ValueError:
        days = -1.0
    if not 0 <= days <= most:
        raise Wrong(_("天数“%(text)s”看不懂，请只写数字，比如 23 或 22.5。") % {"text": text[:20]})
    return days


def read_phone(text: str) -> str:
    """A mobile number in eleven digits; empty for nothing. Raises Wrong."""
    if not text.strip():
        return ""
    phone = normal_phone(text)
    if not phone:
        raise Wrong(_("手机号应为 11 位数字，请检查；不想留电话可以空着。"))
    return phone


def read_identity(text: str) -> str:
    """An identity number in its normal spelling; empty for nothing. Raises Wrong, without the number."""
    number = normal_identity(unicodedata.normalize("NFKC", text))
    if number and identity_problem(number) is not None:
        raise Wrong(_("身份证号不对，请对照身份证检查；不方便可以空着。"))
    return number


def read_months(text: str, today: date) -> list[str]:
    """Months written by hand: 2025-3、2025年11月. Raises Wrong for one ahead or for words that name none."""
    found = sorted({f"{year}-{int(number):02d}" for year, number in _MONTH.findall(text) if 1 <= int(number) <= 12})
    if text.strip() and not found:
        raise Wrong(_("月份请写成 2025年3月 这样，几个月用空格隔开。"))
    if any(month > month_of(today) for month in found):
        raise Wrong(_("月份不能晚于本月。"))
    return found


def recent_months(today: date, count: int = 12) -> list[str]:
    """The last months, newest first, this one among them."""
    return [shift_month(month_of(today), -back) for back in range(count)]


def site_of(code: str) -> Project | None:
    """The site of a board's code, if it is one that work goes on at."""
    code = unicodedata.normalize("NFKC", code).strip()
    # Spelled in three ways rather than without regard to case: that would look through every project.
    spelled = {code, code.upper(), code.lower()} - {""}
    return Project.objects.filter(code__in=spelled).exclude(status__in=OPEN).first() if spelled else None


def _line(form: QueryDict, name: str, limit: int) -> str:
    return " ".join(form.get(name, "").split())[:limit]


def read_where(form: QueryDict, data: dict[str, Any], *, signed_in: bool) -> None:
    """Step 1: who and where. Everything typed is kept first, so that a mistake costs nobody his words."""
    chosen = form.get("site", "")
    typed = _line(form, "code", 64)
    data["employer"] = _line(form, "employer", 100)
    data["place"] = _line(form, "place", 150)
    data["matter"] = form.get("matter") if form.get("matter") in Matter.values else Matter.BUILDING_WAGES
    data["group"] = form.get("group") == "yes"
    data["province"] = form.get("province", "")[:6]
    data["code"] = typed
    data["elsewhere"] = chosen == "other"
    if not signed_in:
        data["name"] = _line(form, "name", 40)
        data["identity_typed"] = form.get("identity", "")[:24]
    site = site_of(typed) if typed else site_of(chosen) if chosen not in ("", "other") else None
    data["site"] = site.code if site else ""
    region = form.get("region", "")
    if not regions.exists(region) or region[:2] != data["province"][:2]:
        region = ""
    data["region"] = site.region_code if site else region
    if not signed_in:
        data["identity"] = read_identity(data["identity_typed"])
    if typed and site is None:
        known = {"code": typed}
        raise Wrong(_("没有找到编号为“%(code)s”的工地。请核对告示牌，或把编号清空，写单位名称和地点。") % known)
    if site is None and not (data["employer"] or data["place"]):
        raise Wrong(_("请写明是哪个工地：扫码、填编号，或写单位（老板）名称和干活的地方。"))
    if not data["region"]:
        raise Wrong(_("请选择干活的地方在哪个省、哪个县区，这样才能交给当地处理。"))


def read_sums(form: QueryDict, data: dict[str, Any], *, known: list[str], today: date) -> None:
    """Step 2: months and sums. ``known``: months of the file, each with a line of its own on the form."""
    lines: dict[str, dict[str, Any]] = {}
    raw = {name: form.get(name, "")[:40] for name in form if name[:2] in ("d-", "o-")}
    data["raw"] = raw
    data["ticked"] = [month for month in known if form.get(f"m-{month}")]
    data["others"] = [month for month in form.getlist("other") if month in recent_months(today)]
    data["earlier_typed"] = form.get("earlier", "")[:100]
    data["days_typed"], data["rate_typed"] = form.get("days", "")[:20], form.get("rate", "")[:20]
    data["total_typed"] = form.get("total", "")[:20]
    data["unsure"] = bool(form.get("unsure"))
    members_typed = [
        {part: form.get(f"{part}-{place}", "")[:64] for part in ("n", "p", "i", "s")}
        for place in range(min(len([name for name in form if name.startswith("n-")]), MOST_MEMBERS))
    ]
    data["members_typed"] = [row for row in members_typed if any(row.values())]
    data["earlier"] = read_months(data["earlier_typed"], today)
    for month in data["ticked"]:
        lines[month] = {"days": read_days(raw.get(f"d-{month}", ""), most=31),
                        "fen": read_yuan(raw.get(f"o-{month}", "")) or 0}  # fmt: skip
    days, rate, total = read_days(data["days_typed"]), read_yuan(data["rate_typed"]), read_yuan(data["total_typed"])
    if total is None and days and rate:
        total = round(days * rate)
    data["lines"], data["days"], data["rate"], data["total"] = lines, days, rate, total
    data["members"] = [_member(row, place) for place, row in enumerate(data["members_typed"], 1)]
    if not lines and not data["others"] and not data["earlier"] and not data["unsure"]:
        raise Wrong(_("请勾选是哪几个月的工钱没给。"))
    if not data["unsure"] and not sum_of(data):
        raise Wrong(_("请写一共欠您多少钱；说不准可以先估一个数，或勾选“说不准”。"))


def _member(row: dict[str, str], place: int) -> dict[str, Any]:
    try:
        return {
            "name": " ".join(row["n"].split())[:40],
            "phone": read_phone(row["p"]),
            "identity": read_identity(row["i"]),
            "fen": read_yuan(row["s"]) or 0,
        }
    except Wrong as wrong:
        raise Wrong(_("第 %(place)s 位工友：%(why)s") % {"place": place, "why": wrong}) from None


def sum_of(data: dict[str, Any]) -> int:
    """What he says he is owed himself, fen."""
    return sum(line["fen"] for line in data.get("lines", {}).values()) + (data.get("total") or 0)


def months_of(data: dict[str, Any]) -> list[str]:
    """The months he named."""
    return sorted({*data.get("lines", {}), *data.get("others", []), *data.get("earlier", [])})


def days_of(data: dict[str, Any]) -> float | None:
    """The days he named, all months together; None when he named none."""
    named = [line["days"] for line in data.get("lines", {}).values() if line["days"] is not None]
    if data.get("days") is not None:
        named.append(data["days"])
    return sum(named) if named else None


def _hour(text: str, otherwise: int) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 3 and int(text) <= 24 else otherwise


def read_reach(form: QueryDict) -> Reach:
    """A new number (left empty: the old one stays; ticked away: none) and hours. Raises Wrong."""
    phone = "" if form.get("no_phone") else read_phone(form.get("phone", "")[:30]) or None
    return Reach(phone, _hour(form.get("safe_from", ""), 8), _hour(form.get("safe_until", ""), 21))


def read_last(form: QueryDict, data: dict[str, Any]) -> None:
    """Step 4: how to be reached and what not to tell."""
    data["anonymous"] = form.get("anonymous") != "no"
    data["safe_from"], data["safe_until"] = _hour(form.get("safe_from", ""), 8), _hour(form.get("safe_until", ""), 21)
    data["retaliation"] = bool(form.get("retaliation"))
    data["phone_typed"] = form.get("phone", "")[:30]
    for part in ("days_spent", "trips", "cost"):
        data[f"{part}_typed"] = form.get(part, "")[:20]
    data["phone"] = read_phone(data["phone_typed"])
    data.update(read_cost(form))


def read_cost(form: QueryDict) -> dict[str, Any]:
    """What the claim has cost so far: days, trips, fen; None where nothing was said. Raises Wrong."""
    told = form.get("trips", "").strip()
    try:
        trips = read_days(told.removesuffix("趟").removesuffix("次"), most=1000)
    except Wrong:
        raise Wrong(_("趟数“%(text)s”看不懂，请只写数字，比如 3。") % {"text": told[:20]}) from None
    return {
        "days_spent": read_days(form.get("days_spent", ""), most=3650),
        "trips": None if trips is None else round(trips),
        "cost_fen": read_yuan(form.get("cost", ""), most=100_000_00),
    }
