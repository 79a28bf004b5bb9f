"""Files of the national clue platform 全国欠薪线索平台, as offices download them: read, judged row by
row, and taken only when somebody says so. The platform's own number is the key: the same clue twice is one claim.

Rows under one number are one claim of several people. Amounts in yuan unless the heading says 万元.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from anxin.cases.duplicates import find_worker
from anxin.cases.filing import Person, Told, file_claim, find_by_key
from anxin.cases.models import ClaimDoor, ClueFile, Matter
from anxin.intake.sheets.headings import column
from anxin.intake.sheets.reading import OK, REFUSED, ReadRow, Record, RowRefused, masked, records
from anxin.intake.sheets.workbook import open_workbook
from anxin.law.civil import civil_date, month_of, shift_month
from anxin.people import trail
from anxin.people.access import region_prefix
from anxin.people.models import User
from anxin.people.phone_codes import normal_phone
from anxin.registry import regions
from anxin.registry.models import Project
from anxin.vault import evidence
from anxin.vault.fields import mask_text
from anxin.vault.identity import identity_problem, normal_identity

COLUMNS = (
    column(
        "sourceNumber", "线索编号 线索号 工单编号 工单号 编号 诉求编号 受理编号 流水号", required=True,
        example="XS2026040001",
    ),
    column("workerName", "姓名 反映人 反映人姓名 投诉人 投诉人姓名 申请人 联系人", example="测试甲"),
    column("idCardNumber", "身份证号 身份证号码 证件号码 公民身份号码", note="单元格格式请设为文本"),
    column("cellPhone", "联系电话 手机号 手机号码 电话 联系方式", example="13900000000"),
    column("employer", "被反映单位 欠薪单位 用人单位 被投诉单位 单位名称 欠薪主体", example="测试劳务公司"),
    column("name", "项目名称 工程名称 欠薪项目 工程项目名称 所属项目", example="测试一号楼工程"),
    column("projectCode", "项目编码 项目编号 工程编码"),
    column("areaCode", "行政区划代码 区划代码 所属地区 所在地区 地区 属地 区县", example="140105"),
    column("place", "详细地址 项目地址 地址 欠薪地点 工作地点"),
    column("payMonth", "欠薪月份 拖欠月份 欠薪时段 欠薪时间 拖欠时间 欠薪期间", example="2026年1月至2026年3月"),
    column("amount", "欠薪金额 拖欠金额 金额 涉及金额 欠薪金额(元)", example=6440),
    column("heads", "涉及人数 欠薪人数 人数", example=1),
    column("matter", "行业类型 欠薪类型 线索类型 是否工程建设领域", note="含“工程”“建筑”的按工程建设领域"),
    column("text", "线索内容 反映内容 诉求内容 主要内容 情况描述 内容", example="3月工资一直没发"),
)  # fmt: skip
ESSENTIALS = ("sourceNumber", "workerName", "employer", "name", "amount")
_MONTH = re.compile(r"(20\d{2})\s*[年./-]\s*(1[0-2]|0?[1-9])")
_RANGE = re.compile(
    r"(20\d{2})\s*[年./-]\s*(1[0-2]|0?[1-9])月?\s*(?:至|到|~|～|—|-{1,2}|–)\s*"
    r"(?:(20\d{2})\s*[年./-]\s*)?(1[0-2]|0?[1-9])(?!\d)"
)
_MOST_MONTHS = 60
_MOST_FEN = 100_000_000_00


@dataclass(slots=True)
class Clue:
    """One row as it will be filed."""

    source: str
    region: str
    project: Project | None
    employer: str
    place: str
    matter: str
    text: str = field(repr=False)
    person: Person = field(repr=False)
    heads: int | None = None


@transaction.atomic
def bring(*, content: bytes, name: str, region: str, by: User, at: datetime) -> ClueFile:
    """Keep a file and judge its rows; nothing is taken. ``region``: whose clues the person may speak for.

    Raises SheetError when it cannot be read at all.
    """
    rows = read(content, region=region, at=at)
    file = ClueFile.objects.create(
        name=name[:200], content=evidence.store(content), region_code=region, by=by, uploaded_at=at,
        report=[row.report() for row in rows],
    )  # fmt: skip
    trail.record(by=by, at=at, action="clues-bring", subject="clue-file", subject_id=file.pk,
                 changes={"file": mask_text(name[:80]), "rows": len(rows)})  # fmt: skip
    return file


@transaction.atomic
def decide(*, file: ClueFile, accepted: bool, by: User, at: datetime) -> ClueFile:
    """Take what is good in a file, or lay it aside. A second decision changes nothing."""
    now = ClueFile.objects.select_for_update(no_key=True).get(pk=file.pk)
    if now.decided_at is not None:
        return now
    if accepted:
        good = [row.item for row in read(evidence.read(now.content), region=now.region_code, at=at) if row.item]
        for clues in _by_number(good):
            filed = file_claim(_told(clues), at=at)
            now.taken += filed.new
            now.known += not filed.new
    now.accepted, now.decided_by, now.decided_at = accepted, by, at
    now.save()
    trail.record(by=by, at=at, action="clues-accept" if accepted else "clues-discard", subject="clue-file",
                 subject_id=now.pk, changes={"taken": now.taken, "known": now.known})  # fmt: skip
    return now


def read(content: bytes, *, region: str, at: datetime) -> list[ReadRow]:
    """Every row with its verdict; ``item`` is the ``Clue`` of a good one. Raises SheetError.

    Of a clue of several people none is taken while one of them is wrong: what is taken later under its number would be
    taken for the same, and he would be lost.
    """
    found: list[ReadRow] = []
    wrong: set[str] = set()
    told: dict[tuple[object, ...], int] = {}
    for record in records(open_workbook(content), COLUMNS, ESSENTIALS):
        if isinstance(record, ReadRow):
            found.append(record)
            continue
        row = ReadRow(record.sheet, record.row)
        row.shown = masked(record)
        try:
            clue = _clue(record, region, at)
        except RowRefused as refused:
            row.verdict, row.reason, row.reason_en = REFUSED, refused.reason, refused.reason_en
            wrong.add(record.text("sourceNumber")[:64])
        else:
            first = told.setdefault(_said(clue), record.row)
            if first != record.row:
                row.verdict = REFUSED
                row.reason, row.reason_en = f"与第{first}行重复，只算一次", f"says the same as row {first}"
                found.append(row)
                continue
            row.item = clue
            if find_by_key(ClaimDoor.CLUE_PLATFORM, clue.source) is not None:
                row.reason, row.reason_en = "此前已导入，不会重复立案", "imported before; it is not taken twice"
            elif clue.project is None and record.text("name"):
                row.reason = "平台上没有同名项目，按所在地派单"
                row.reason_en = "no project of that name here; sent to the place"
        found.append(row)
    for row in found:
        if isinstance(row.item, Clue) and row.item.source in wrong:
            row.item, row.verdict = None, REFUSED
            row.reason, row.reason_en = "同一编号另有一行有误，改好后一起导入", "another row of this number is wrong"
    return found


def _said(clue: Clue) -> tuple[object, ...]:
    one = clue.person
    return clue.source, one.identity or (one.name, one.phone), tuple(one.months), one.claimed_fen


def good(rows: Iterable[ReadRow]) -> int:
    """How many rows would be taken."""
    return sum(1 for row in rows if row.verdict == OK)


def _clue(record: Record, region: str, at: datetime) -> Clue:
    source = record.need("sourceNumber", record.text("sourceNumber"))[:64]
    identity = normal_identity(record.text("idCardNumber"))
    if identity and (problem := identity_problem(identity)) is not None:
        words = {"length": "位数不对", "check": "校验位不对"}.get(problem, "格式不对")
        raise RowRefused(record.title("idCardNumber"), words, f"is wrong: {problem}")
    phone = record.text("cellPhone")
    name, employer = record.text("workerName"), record.text("employer")[:200]
    project = _project(record, region)
    if not (employer or project or record.text("name")):
        raise RowRefused(record.title("employer"), "单位和项目至少填一项", "name the employer or the project")
    place = project.region_code if project else _region(record, region)
    amount = record.money("amount") or 0
    if amount > _MOST_FEN:
        raise RowRefused(record.title("amount"), "金额过大，请核对位数和单位", "is too large; look at its noughts")
    person = Person(
        name=name[:64], identity=identity, phone=normal_phone(phone), worker=find_worker(identity),
        months=_months(record.text("payMonth"), at), claimed_fen=amount,
    )  # fmt: skip
    building = project is not None or any(word in record.text("matter") for word in ("工程", "建筑", "建设", "是"))
    heads = record.text("heads").removesuffix("人")
    return Clue(
        source=source, region=place, project=project, employer=employer or record.text("name")[:200],
        place=record.text("place")[:200], text=record.text("text")[:4000], person=person,
        matter=Matter.BUILDING_WAGES if building else Matter.OTHER_WAGES,
        heads=int(heads) if heads.isdecimal() and len(heads) < 5 else None,
    )  # fmt: skip


def _project(record: Record, region: str) -> Project | None:
    code, name = record.text("projectCode"), record.text("name")
    found = None
    if code:
        found = Project.objects.filter(code=code).first()
    if found is None and name:
        same = list(Project.objects.filter(name=name, region_code__startswith=region_prefix(region))[:2])
        found = same[0] if len(same) == 1 else None
    if found is not None and not found.region_code.startswith(region_prefix(region)):
        raise RowRefused(record.title("projectCode" if code else "name"), "项目不在您的辖区",
                         "the project lies outside your jurisdiction")  # fmt: skip
    return found


def _region(record: Record, region: str) -> str:
    told = record.text("areaCode").replace(" ", "")
    if not told:
        return region
    prefix = region_prefix(region)
    if told.isdecimal():
        code = told[:6].ljust(6, "0")
        found = [code] if regions.exists(code) else []
    else:
        found = [
            row["code"]
            for row in regions.table().values()
            if row["code"].startswith(prefix) and told.endswith(row["name"])
        ]
        found = sorted(found, key=lambda code: -len(regions.table()[code]["name"]))
    if not found:
        raise RowRefused(record.title("areaCode"), "认不出的地区，请填区划代码或全称", "is no place that is known")
    if not found[0].startswith(prefix):
        raise RowRefused(record.title("areaCode"), "不在您的辖区", "lies outside your jurisdiction")
    return found[0]


def _months(told: str, at: datetime) -> list[str]:
    """The months a cell speaks of; a span counts every month in it. What is no month stays in the text alone."""
    plain = unicodedata.normalize("NFKC", told)
    months: set[str] = set()
    for first_year, first, last_year, last in _RANGE.findall(plain):
        month, until = f"{first_year}-{int(first):02d}", f"{last_year or first_year}-{int(last):02d}"
        while month <= until and len(months) < _MOST_MONTHS:
            months.add(month)
            month = shift_month(month, 1)
    months |= {f"{year}-{int(number):02d}" for year, number in _MONTH.findall(plain)}
    return sorted(month for month in months if month <= month_of(civil_date(at)))


def _by_number(clues: list[Clue]) -> list[list[Clue]]:
    found: dict[str, list[Clue]] = {}
    for clue in clues:
        found.setdefault(clue.source, []).append(clue)
    return list(found.values())


def _told(clues: list[Clue]) -> Told:
    first = clues[0]
    text = "\n".join(dict.fromkeys(clue.text for clue in clues if clue.text))
    heads = max((clue.heads or 0 for clue in clues), default=0)
    if heads > len(clues):
        text += f"\n（线索平台登记涉及 {heads} 人）"
    return Told(
        # Each of them was entered on the national platform in his own name.
        door=ClaimDoor.CLUE_PLATFORM, key=first.source, source_number=first.source,
        people=[clue.person for clue in clues],
        region_code=first.region, matter=first.matter, project=first.project, employer=first.employer,
        place=first.place, text=text, phone=first.person.phone,
    )  # fmt: skip
