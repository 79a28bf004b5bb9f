"""Reading the desk's form: who claims what against whom, as it is filled in and as a claim."""

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from anxin.cases.duplicates import find_worker
from anxin.cases.filing import Person, Told
from anxin.cases.models import ClaimDoor, Consent, Matter
from anxin.cases.prefill import known_months
from anxin.insight.scope import visible_projects
from anxin.law.civil import civil_date
from anxin.people.access import region_prefix
from anxin.people.models import User
from anxin.portal.officer.forms import Wrong
from anxin.portal.worker.claim_forms import read_days, read_identity, read_months, read_phone, read_yuan
from anxin.registry import regions
from anxin.registry.models import Project, Worker

DOORS = ("walk_in", "phone_12333", "phone_12345", "letter", "agency", "call_back", "reception")
FIELDS = ("name", "identity", "phone", "months", "days", "rate", "sum")
MOST_ROWS = 100
_NUMBER = re.compile(r"(?<!\d)\d{17}[\dXx](?!\d)")
_PHONE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")
_MONTH = re.compile(r"(?<!\d)(20\d\d)[-年/](1[0-2]|0?[1-9])月?(?![\d-])")


@dataclass
class Row:
    """One line of people as it was filled in; ``problem`` says what is wrong with it."""

    name: str = field(default="", repr=False)
    identity: str = field(default="", repr=False)
    phone: str = field(default="", repr=False)
    months: str = ""
    days: str = ""
    rate: str = ""
    sum: str = ""
    absent: bool = False
    problem: str = ""
    known: str = ""

    @property
    def blank(self) -> bool:
        return not any(getattr(self, name).strip() for name in FIELDS)


@dataclass
class TakeIn:
    """The form as it was filled in."""

    key: str
    door: str = "walk_in"
    project: str = ""
    employer: str = ""
    region: str = ""
    place: str = ""
    matter: str = Matter.BUILDING_WAGES
    text: str = field(default="", repr=False)
    phone: str = field(default="", repr=False)
    source: str = ""
    anonymous: bool = True
    retaliation: bool = False
    safe_from: str = "8"
    safe_until: str = "21"
    ticket: str = ""
    rows: list[Row] = field(default_factory=list)
    found: Project | None = None


def read_form(form: QueryDict, user: User) -> TakeIn:
    """The form as it stands, nothing judged."""
    told = TakeIn(
        key=form.get("key", "")[:64],
        door=form.get("door", "") if form.get("door") in DOORS else "walk_in",
        **{name: " ".join(form.get(name, "").split())[:200] for name in ("project", "employer", "place", "source")},  # type: ignore[arg-type]
        region=form.get("region", "")[:6],
        matter=form.get("matter", "") if form.get("matter") in Matter.values else Matter.BUILDING_WAGES,
        text=form.get("text", "")[:4000],
        phone=form.get("phone", "")[:30],
        anonymous=form.get("anonymous") == "1",
        retaliation=form.get("retaliation") == "1",
        safe_from=form.get("safe_from", "8")[:2],
        safe_until=form.get("safe_until", "21")[:2],
        ticket=form.get("ticket", "")[:12],
    )
    columns = [form.getlist(f"p-{name}") for name in FIELDS]
    for place in range(min(len(columns[0]), MOST_ROWS)):
        values = {
            name: column[place][:40] if place < len(column) else ""
            for name, column in zip(FIELDS, columns, strict=True)
        }
        told.rows.append(Row(**values, absent=f"{place}" in form.getlist("p-absent")))
    told.found = find_project(told.project, user)
    return told


def find_project(text: str, user: User) -> Project | None:
    """The one project in the person's bounds with this code, or this name. None when there is none, or several."""
    if not text:
        return None
    rows = visible_projects(user)
    code = text.split(" ", 1)[0]
    found = rows.filter(code__iexact=code).select_related("contractor").first()
    if found is None:
        same = list(rows.filter(name=text).select_related("contractor")[:2])
        found = same[0] if len(same) == 1 else None
    return found


def projects_like(text: str, user: User) -> list[Project]:
    """Projects a typed part of a name may mean."""
    return list(visible_projects(user).filter(name__icontains=text).order_by("name")[:8]) if len(text) > 1 else []


def paste(text: str) -> list[Row]:
    """Rows from a list pasted in: a line a person, in any order name, identity number, phone, months and sum."""
    rows = []
    for line in unicodedata.normalize("NFKC", text).splitlines()[:MOST_ROWS]:
        identity, phone = _NUMBER.search(line), _PHONE.search(line)
        rest = line
        for found in (identity, phone):
            rest = rest.replace(found.group(), " ") if found else rest
        months = [f"{year}-{int(month):02}" for year, month in _MONTH.findall(rest)]
        rest = _MONTH.sub(" ", rest)
        words = [word for word in re.split(r"[\s,;、|]+", rest) if word]
        names = [word for word in words if not any(sign.isdigit() for sign in word)]
        sums = [word for word in words if any(sign.isdigit() for sign in word)]
        if identity or phone or names:
            rows.append(
                Row(
                    name=names[0][:40] if names else "",
                    identity=identity.group().upper() if identity else "",
                    phone=phone.group() if phone else "",
                    months=" ".join(months),
                    sum=sums[-1][:20] if sums else "",
                )
            )
    return rows


def fill_from_roster(told: TakeIn, row: Row, *, at: datetime) -> Worker | None:
    """Complete a row from the roster by its identity number; the caller writes the look down. None when unknown."""
    identity = read_identity(row.identity)
    worker = find_worker(identity)
    if worker is None:
        row.known = _("花名册上没有此人，可照样登记。")
        return None
    row.name = row.name or worker.name
    if told.found is None:
        row.known = _("在花名册上。选定项目后可带出欠薪月份。")
        return worker
    known = known_months(worker=worker, project=told.found, as_of=civil_date(at))
    owed = [month for month in known.months if month.open]
    row.months = row.months or " ".join(sorted(month.month for month in owed))
    if not row.days and owed:
        days = sum(month.days for month in owed)
        row.days = f"{days:g}" if days else ""
    if not row.rate and known.rate_fen:
        row.rate = f"{known.rate_fen / 100:g}"
    if not row.sum and any(month.owed_fen for month in owed):
        row.sum = f"{sum(month.owed_fen or 0 for month in owed) / 100:.2f}"
    row.known = (
        _("档案显示 %(n)s 个月未足额发放，已带出，请与本人核对。") % {"n": len(owed)}
        if owed
        else _("在花名册上，档案没有未发月份，请听本人说。")
    )
    return worker


def claim_of(told: TakeIn, user: User, *, at: datetime) -> Told:
    """The claim of a form. Raises ``Wrong``; a row's own fault stands in its ``problem`` too."""
    rows = [row for row in told.rows if not row.blank]
    if not rows:
        raise Wrong(_("请至少填写一位申请人：姓名、身份证号或手机号，任填一项即可。"))
    people = [_person(row, place, told, civil_date(at)) for place, row in enumerate(rows)]
    wrong = next((row for row in rows if row.problem), None)
    if wrong is not None:
        raise Wrong(wrong.problem)
    if told.project and told.found is None:
        raise Wrong(_("没有找到这个项目：请填项目编码或完整名称，或清空后只填用人单位。"))
    if told.found is None and not told.employer:
        raise Wrong(_("请填写项目或用人单位，任填一项即可。"))
    region = told.found.region_code if told.found else told.region or user.region
    if not regions.exists(region) or not region.startswith(region_prefix(user.region)):
        raise Wrong(_("请选择您辖区内的地区。"))
    return Told(
        door=told.door,
        key=told.key,
        people=[person for person in people if person is not None],
        region_code=region,
        matter=told.matter,
        project=told.found,
        employer=told.employer,
        place=told.place,
        text=told.text,
        phone=read_phone(told.phone),
        by=user,
        source_number=told.source,
        anonymous=told.anonymous,
        retaliation=told.retaliation,
        safe_from=_hour(told.safe_from, 8),
        safe_until=_hour(told.safe_until, 21),
    )


def _person(row: Row, place: int, told: TakeIn, today: date) -> Person | None:
    try:
        identity = read_identity(row.identity)
        days, rate = read_days(row.days), read_yuan(row.rate)
        fen = read_yuan(row.sum)
        if fen is None and days and rate:
            fen = round(days * rate)
            row.sum = f"{fen / 100:.2f}"
        return Person(
            name=row.name.strip(),
            identity=identity,
            phone=read_phone(row.phone),
            worker=find_worker(identity),
            months=read_months(row.months, today),
            days=days,
            rate_fen=rate,
            claimed_fen=fen or 0,
            representative=place == 0 and any(not other.blank for other in told.rows[1:]),
            consent=Consent.ASKED if row.absent else Consent.OWN,
            own_code=place > 0 and not row.absent,
        )
    except Wrong as wrong:
        row.problem = _("第 %(n)s 位：%(why)s") % {"n": place + 1, "why": wrong}
        return None


def _hour(text: str, otherwise: int) -> int:
    return int(text) if text.isascii() and text.isdigit() and int(text) <= 24 else otherwise


def doors() -> list[tuple[str, Any]]:
    """The doors of the desk, in the order they are offered."""
    labels = dict(ClaimDoor.choices)
    return [(door, labels[ClaimDoor(door)]) for door in DOORS]
