"""The roster, and what happens to people on it: entry and exit, contracts, leaving settled and confirmed."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from anxin.intake.rows import Arrival
from anxin.intake.sheets import cells
from anxin.intake.sheets.codes import code_of
from anxin.intake.sheets.headings import column
from anxin.intake.sheets.reading import OK, REFUSED, Context, ReadRow, Record, RowRefused, not_future, project_of, sane
from anxin.intake.sheets.titles import CARD, CORP_CODE, CORP_NAME, ID_NUMBER, ID_TYPE, PROJECT, REMARK, TEAM, WORKER
from anxin.intake.sheets.who import engagements_of, find_person, identity
from anxin.registry import actions
from anxin.registry.actions import identity_blind
from anxin.registry.bulk import EngagementLine, WorkerLine, engage_many, register_workers
from anxin.registry.models import Engagement, Enterprise, Participation, Project, Worker

ESSENTIALS = ("workerName", "idCardNumber")
ROSTER = (
    PROJECT,
    CORP_CODE,
    CORP_NAME,
    TEAM,
    WORKER,
    column("isTeamLeader", "是否班组长 班组长", note="是或否"),
    ID_TYPE,
    ID_NUMBER,
    column("gender", "性别"),
    column("workType", "当前工种 工种 岗位", example="钢筋工"),
    column("workRole", "工人类型 人员类型", note="建筑工人或管理人员"),
    CARD,
    column("payRollTopBankCode", "发放工资卡银行 工资卡类别 银行类别 银行代码"),
    column("payRollBankName", "发放工资银行名称 开户行 开户银行 建行开户行 银行名称 工资卡开户行"),
    column("bankLinkNumber", "发放工资卡银行联号 银行联号 联行号 行号"),
    column("hasBuyInsurance", "是否购买工伤或意外伤害保险 工伤保险 是否参保"),
    column("nation", "民族"),
    column("address", "住址 家庭住址 地址 户籍地址 家庭地址"),
    column("politicsType", "政治面貌"),
    column("joinedTime", "加入工会时间"),
    column("cellPhone", "手机号码 手机 手机号 电话 联系电话 联系方式 电话号码", example="13800000001"),
    column("cultureLevelType", "文化程度 学历"),
    column("specialty", "特长"),
    column("hasBadMedicalHistory", "是否有重大病史"),
    column("urgentLinkMan", "紧急联系人姓名 紧急联系人"),
    column("urgentLinkManPhone", "紧急联系方式 紧急联系人电话 紧急联系电话"),
    column("entryTime", "进场时间 进场日期 入场时间 入场日期 开始工作日期 上岗日期 workDate", example="2026-03-01"),
    column("exitTime", "离场时间 退场时间 退场日期 离场日期 离岗日期"),
    column("startDate", "合同签订时间 合同签订日期 签订日期 合同开始日期 生效日期 劳动合同签订时间"),
    column("endDate", "合同结束日期 合同到期日期 失效日期 合同截止日期"),
    column("unitPrice", "单价 单价/天 日薪 日工资 日工资标准", note="单位：元"),
    column("maritalStatus", "婚姻状况"),
    column("grantOrg", "发证机关"),
    column("idStartDate", "证件有效期开始日期"),
    column("idExpiryDate", "证件有效期结束日期"),
    REMARK,
)
_KEPT = ("nation", "politicsType", "joinedTime", "cultureLevelType", "specialty", "maritalStatus", "grantOrg",
         "idStartDate", "idExpiryDate", "bankLinkNumber")  # fmt: skip
_PRIVATE = ("address", "urgentLinkMan", "urgentLinkManPhone", "hasBadMedicalHistory")


@dataclass(slots=True)
class Member:
    """A roster row, read: the person, the project, company and team by name, and the engagement's own values."""

    project: Project
    worker: WorkerLine
    corp_code: str
    corp_name: str
    team: str
    engagement: dict[str, Any]


def parse_member(record: Record, row: ReadRow, context: Context) -> Member:
    """A roster row. Only the document number is required, and the name of somebody who is not on file yet."""
    project = project_of(record, context)
    row.project_code = project.code
    id_type, number = identity(record)
    record.need("idCardNumber", number)
    name = record.text("workerName")
    seen: dict[str, tuple[int, str]] = context.memo.setdefault("roster", {})
    earlier = seen.setdefault(f"{project.code}:{id_type}:{number}", (row.row, name))
    if earlier[1] != name and earlier[1] and name:
        raise RowRefused(
            record.title("idCardNumber"),
            f"与第{earlier[0]}行相同，姓名却不同，请核对",
            f"is the same as in row {earlier[0]} under another name",
        )
    if not (name or earlier[1]) and not Worker.objects.filter(id_blind=identity_blind(number, id_type)).exists():
        record.need("workerName", name)
    entered = not_future(record, "entryTime", record.read("entryTime", cells.day), context)
    left = sane(record, "exitTime", record.read("exitTime", cells.day))
    if entered and left and left < entered:
        raise RowRefused(record.title("exitTime"), "早于进场日期", "is before the entry")
    trade = record.text("workType")
    details = {"workTypeName": trade[:50]} if trade and code_of("work_type", trade) is None else None
    gender = {"男": "0", "女": "1", "0": "0", "1": "1"}.get(record.text("gender").removesuffix("性"), "")
    return Member(
        project=project,
        worker=WorkerLine(
            id_number=number,
            id_type=id_type,
            name=name[:64],
            phone="".join(record.read("cellPhone", cells.long_number).split())[:20],
            gender=gender,
            details={key: record.text(key)[:200] for key in _KEPT if record.text(key)} or None,
            private={key: record.text(key)[:200] for key in _PRIVATE if record.text(key)} or None,
        ),
        corp_code=record.text("corpCode").upper()[:32],
        corp_name=record.text("corpName")[:200],
        team=(record.text("teamName") or record.team)[:100],
        engagement={
            "trade": code_of("work_type", trade) or "",
            "role": code_of("work_role", record.raw("workRole")) or "",
            "is_leader": record.read("isTeamLeader", cells.flag),
            "entered_on": entered,
            "left_on": left,
            "contract_from": sane(record, "startDate", record.read("startDate", cells.day)),
            "contract_until": sane(record, "endDate", record.read("endDate", cells.day)),
            "unit_price_fen": record.money("unitPrice"),
            "card_number": record.read("payRollBankCardNumber", cells.account_number),
            "bank_code": code_of("bank", record.raw("payRollTopBankCode"))
            or code_of("bank", record.raw("payRollBankName"))
            or "",
            "bank_name": record.text("payRollBankName")[:100],
            "insured": record.read("hasBuyInsurance", cells.flag),
            "details": details,
        },
    )


@dataclass(slots=True)
class _Companies:
    """Companies and teams of one project by the names rows use, registered when first met."""

    project: Project
    arrival: Arrival
    by_key: dict[tuple[str, str], int | None] = field(default_factory=dict)
    teams: dict[tuple[int, str], int] = field(default_factory=dict)

    def company(self, code: str, name: str) -> int | None:
        key = (code, name)
        if key not in self.by_key:
            self.by_key[key] = self._find_company(code, name)
        return self.by_key[key]

    def _find_company(self, code: str, name: str) -> int | None:
        if code:
            company = actions.upsert_enterprise(code=code, name=name, at=self.arrival.at)
            if not Participation.objects.filter(project=self.project, enterprise=company).exists():
                actions.upsert_participation(project=self.project, enterprise=company, at=self.arrival.at)
            return company.pk
        if name:
            part = Participation.objects.filter(project=self.project, enterprise__name=name).first()
            if part is not None:
                return part.enterprise_id
        return self.project.contractor_id

    def team(self, company: int | None, name: str) -> int | None:
        if not name or company is None:
            return None
        if (company, name) not in self.teams:
            team, _ = actions.add_team(
                project=self.project, enterprise=Enterprise.objects.get(pk=company), name=name, at=self.arrival.at
            )
            self.teams[(company, name)] = team.pk
        return self.teams[(company, name)]


def take_members(rows: list[ReadRow], arrival: Arrival) -> int:
    """Register and engage the good rows of a roster. Call inside a transaction."""
    members: list[Member] = [row.item for row in rows if row.verdict == OK]
    ids = register_workers(lines=[member.worker for member in members], at=arrival.at)
    companies: dict[int, _Companies] = {}
    lines: list[EngagementLine] = []
    for member, worker_id in zip(members, ids, strict=True):
        known = companies.setdefault(member.project.pk, _Companies(member.project, arrival))
        company = known.company(member.corp_code, member.corp_name)
        lines.append(
            EngagementLine(
                project_id=member.project.pk,
                worker_id=worker_id,
                enterprise_id=company,
                team_id=known.team(company, member.team),
                **member.engagement,
            )
        )
    engage_many(lines=lines, at=arrival.at)
    return len(members)


MOVES = (
    PROJECT,
    CORP_CODE,
    CORP_NAME,
    TEAM,
    WORKER,
    ID_TYPE,
    ID_NUMBER,
    column("date", "进退场日期 日期 时间", required=True, example="2026-03-01"),
    column("type", "类型 进退场类型 进退场", required=True, example="进场", note="进场或退场"),
)
CONTRACTS = (
    PROJECT,
    CORP_CODE,
    CORP_NAME,
    WORKER,
    ID_TYPE,
    ID_NUMBER,
    column("contractPeriodType", "合同期限类型 合同类型", note="固定期限合同 或 以完成一定工作为期限的合同"),
    column("startDate", "生效日期 合同签订日期 签订日期 合同开始日期 开始日期", example="2026-03-01", required=True),
    column("endDate", "失效日期 合同结束日期 合同到期日期 截止日期 结束日期"),
    column("unit", "计量单位 单位"),
    column("unitPrice", "计量单价 单价 单价/天 日工资", note="单位：元"),
)
LEAVERS = (
    PROJECT,
    CORP_CODE,
    CORP_NAME,
    TEAM,
    WORKER,
    ID_TYPE,
    ID_NUMBER,
    column("leftOn", "退场日期 离场日期 离场时间 退场时间 exitTime", example="2026-04-10"),
    column("settledOn", "结算日期 结算单日期 工资结清日期 结清日期", example="2026-04-12"),
    column("confirmedOn", "本人确认日期 确认日期 工人确认日期 签字确认日期", example="2026-04-12"),
)


@dataclass(slots=True)
class Change:
    """What a row changes of one engagement, found in ``judge_changes``."""

    project: Project
    id_type: str
    number: str
    values: dict[str, Any]
    engagement_id: int = 0
    worker_id: int = 0


def _change(record: Record, row: ReadRow, context: Context, values: dict[str, Any]) -> Change:
    project = project_of(record, context)
    row.project_code = project.code
    id_type, number = identity(record)
    if not number:
        id_type, number = find_person(record, project, context)
    return Change(project, id_type, number, values)


def parse_move(record: Record, row: ReadRow, context: Context) -> Change:
    """An entry or exit (template 04); in the Zhejiang dictionary 2 is out."""
    kind = {"1": "in", "01": "in", "0": "out", "2": "out", "02": "out", "00": "out"}.get(record.text("type"), "")
    word = record.text("type").lower()
    kind = kind or ("in" if word.startswith(("进", "入", "in")) else "out" if word[:1] in "退出离o" else "")
    if not word or not kind:
        raise RowRefused(record.title("type"), "请填“进场”或“退场”", "must be entry (进场) or exit (退场)")
    on = record.need("date", not_future(record, "date", record.read("date", cells.day), context))
    return _change(record, row, context, {"on": on, "kind": kind})


def parse_contract(record: Record, row: ReadRow, context: Context) -> Change:
    """A contract (template 05)."""
    start = record.need("startDate", sane(record, "startDate", record.read("startDate", cells.day)))
    until = sane(record, "endDate", record.read("endDate", cells.day))
    if until and until < start:
        raise RowRefused(record.title("endDate"), "早于生效日期", "is before the contract begins")
    return _change(
        record,
        row,
        context,
        {
            "contract_kind": code_of("contract_period", record.raw("contractPeriodType")) or "",
            "contract_from": start,
            "contract_until": until,
            "contract_unit": code_of("unit", record.raw("unit")) or "",
            "unit_price_fen": record.money("unitPrice"),
        },
    )


def parse_leaver(record: Record, row: ReadRow, context: Context) -> Change:
    """A leaver: left, settled, confirmed by himself; at least one of the three days."""
    days: dict[str, date | None] = {
        column_name: not_future(record, key, record.read(key, cells.day), context)
        for key, column_name in (("leftOn", "left_on"), ("settledOn", "settled_on"), ("confirmedOn", "confirmed_on"))
    }
    if not any(days.values()):
        raise RowRefused("退场、结算、确认日期", "至少填一项", "give at least one of leaving, settling and confirming")
    return _change(record, row, context, dict(days))


def judge_changes(rows: list[ReadRow], context: Context) -> None:
    """Find the engagement each row speaks of; a person who is not on the roster is refused."""
    changes = [row.item for row in rows if row.verdict == OK]
    known = engagements_of((c.project, c.id_type, c.number) for c in changes)
    for row in rows:
        if row.verdict != OK:
            continue
        change: Change = row.item
        found = known.get((change.project.pk, identity_blind(change.number, change.id_type)))
        if found is None:
            row.verdict = REFUSED
            row.reason, row.reason_en = (
                "花名册中没有此人，请先导入花名册",
                "is not on the roster; import the roster first",
            )
        else:
            change.engagement_id, change.worker_id = found


def take_changes(rows: list[ReadRow], arrival: Arrival) -> int:
    """Write contracts and leavers' days."""
    changes: list[Change] = [row.item for row in rows if row.verdict == OK]
    lines = [
        EngagementLine(project_id=change.project.pk, worker_id=change.worker_id, **change.values) for change in changes
    ]
    engage_many(lines=lines, at=arrival.at)
    return len(lines)


def take_moves(rows: list[ReadRow], arrival: Arrival) -> int:
    """Write entries and exits, oldest first, so that the last one stands."""
    changes: dict[int, list[Change]] = defaultdict(list)
    for row in rows:
        if row.verdict == OK:
            changes[row.item.engagement_id].append(row.item)
    engagements: dict[int, Engagement] = {}
    ids = list(changes)
    for start in range(0, len(ids), 900):
        engagements.update(Engagement.objects.in_bulk(ids[start : start + 900]))
    for pk, moves in changes.items():
        for change in sorted(moves, key=lambda c: (c.values["on"], c.values["kind"] == "out")):
            actions.move(engagement=engagements[pk], at=arrival.at, **change.values)
    return sum(len(moves) for moves in changes.values())
