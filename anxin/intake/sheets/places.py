"""Projects, wage accounts and deposits, under the national names of ``Project.Add`` or their Chinese titles."""

from typing import Any

from anxin.intake.rows import Arrival
from anxin.intake.sheets import cells
from anxin.intake.sheets.codes import code_of
from anxin.intake.sheets.headings import column
from anxin.intake.sheets.reading import OK, Context, ReadRow, Record, RowRefused, not_future, project_of, sane
from anxin.intake.sheets.titles import PROJECT, REMARK
from anxin.law.civil import civil_date
from anxin.people.access import region_prefix
from anxin.registry import actions, regions
from anxin.registry.models import Project
from anxin.registry.models.projects import Industry, ProjectStatus
from anxin.vault.fields import seal_text

WAN = 1_000_000
PROJECTS = (
    PROJECT,
    column("name", "项目名称 工程名称 工程项目名称", example="测试一号楼工程"),
    column(
        "contractorCorpCode",
        "总承包单位统一社会信用代码 施工总承包单位统一社会信用代码 总包单位代码 总承包单位代码 "
        "总包单位统一社会信用代码 总承包企业统一社会信用代码 施工单位统一社会信用代码",
        example="91140000MOCK000001",
    ),
    column(
        "contractorCorpName",
        "总承包单位 总承包单位名称 施工总承包单位 施工总承包单位名称 施工单位 施工单位名称 总包单位 总包单位名称 "
        "总承包企业名称 施工总承包企业",
        example="测试建设有限公司",
    ),
    column(
        "category", "项目分类 工程类别 项目类型 工程类型", example="房屋建筑工程", note="国家分类代码01至12、99，或名称"
    ),
    column(
        "areaCode",
        "行政区划代码 所在地区划代码 行政区划 区划代码 项目所在地 项目所在地区划代码 项目所在地行政区划代码 "
        "所在地行政区划代码 所属区划 所在地 地区代码",
        example="140105",
    ),
    column("prjStatus", "项目状态 工程状态", example="在建", note="筹备、立项、在建、完工、停工，或001至005"),
    column("startDate", "开工日期 开工时间 实际开工日期 开工", example="2026-03-01"),
    column("completeDate", "竣工日期 完工日期 竣工时间 计划竣工日期 竣工 完工时间", example="2027-06-30"),
    column("invest", "总投资(万元) 总投资 投资额 总投资额", note="单位：万元", example=8000),
    column("buildCorpCode", "建设单位统一社会信用代码 建设单位代码 建设单位信用代码"),
    column("buildCorpName", "建设单位 建设单位名称 业主单位"),
    column("linkMan", "联系人 联系人姓名 项目联系人 项目联系人姓名"),
    column("linkPhone", "联系电话 联系人电话 联系方式 联系人联系电话 联系人办公电话 联系人手机号码 项目联系人电话"),
    column("lat", "纬度 WGS84纬度 项目纬度"),
    column("lng", "经度 WGS84经度 项目经度"),
    column("address", "项目地址 工程地址 地址 建设地点 项目地点 工程地点 项目详细地址 详细地址"),
    column("payDay", "发薪日 工资发放日 每月发薪日", note="每月几日，1至31", example=15),
    column("labourFeeRatio", "人工费比例 人工费用比例 人工费拨付比例", note="如20%", example="20%"),
    column(
        "investment",
        "投资性质 投资类型",
        note="政府投资、国有企业投资或其他（government、state-owned、other）",
        example="政府投资",
    ),
    column(
        "contractPrice",
        "合同价(万元) 合同价 合同金额 合同造价 工程合同价",
        note="单位：万元；标题写“(元)”时按元",
        example=6000,
    ),
    column("industry", "行业 行业主管 所属行业"),
    column("statusSince", "状态变更日期 停工日期"),
)
ACCOUNTS = (
    PROJECT,
    column(
        "accountName",
        "专户名称 工资专户名称 账户名称 户名 专用账户名称 开户单位",
        example="测试建设有限公司农民工工资专户",
    ),
    column(
        "accountNo",
        "专户账号 账号 账户号码 专用账户账号 专户帐号 银行账号 帐号 工资专户账号 农民工工资专户账号 "
        "农民工工资专用账户账号",
        required=True,
        example="1401050000000000001",
        note="单元格格式请设为文本",
    ),
    column("bankName", "开户银行 开户行 银行名称 开户网点", example="中国农业银行太原某支行"),
    column("openedOn", "开户日期 开户时间 开立日期", example="2026-03-05"),
    column("agreementOn", "三方协议签订日期 协议签订日期 三方协议日期 协议日期", example="2026-03-06"),
    column("bankCode", "银行代码"),
    column("closedOn", "销户日期 撤销日期"),
    column("verified", "核验状态 验证状态 核验结果", note="已核验、未通过"),
    column("verifyReason", "核验说明 失败原因"),
    column("balance", "余额 账户余额", note="单位：元"),
    column("balanceOn", "余额日期"),
)
DEPOSITS = (
    PROJECT,
    column(
        "form",
        "保证金形式 缴存形式 形式 保证形式 缴存方式",
        required=True,
        example="保函",
        note="现金、保函、保险或免缴（cash、guarantee、insurance、exempt）",
    ),
    column(
        "amount", "金额(元) 金额 保证金金额 缴存金额 担保金额", example=500000, note="单位：元；标题写“(万元)”时按万元"
    ),
    column("validFrom", "生效日期 有效期起 起始日期 有效期开始 缴存日期", example="2026-03-10"),
    column("validTo", "到期日期 有效期止 截止日期 有效期结束 失效日期", example="2027-12-31"),
    column("issuer", "出具机构 开立银行 担保机构 保险公司 出具单位", example="某银行太原分行"),
    column("number", "保函编号 保单编号 编号 凭证号"),
    REMARK,
)
_STATUS = {"001": "preparing", "002": "approved", "003": "active", "004": "completed", "005": "suspended"}
_FORMS = {
    "cash": "cash", "现金": "cash", "guarantee": "guarantee", "保函": "guarantee", "担保": "guarantee",
    "surety": "guarantee", "insurance": "insurance", "保险": "insurance", "保单": "insurance", "exempt": "exempt",
    "免": "exempt",
}  # fmt: skip


_INVESTMENTS = {
    "state_owned": "state_owned", "国有": "state_owned", "国企": "state_owned", "government": "government",
    "政府": "government", "财政": "government", "other": "other", "其他": "other", "其它": "other", "社会": "other",
    "民": "other", "私": "other", "企业": "other", "外": "other",
}  # fmt: skip
_INDUSTRIES = {value: value for value in Industry.values} | {label[:2]: value for value, label in Industry.choices}
_VERIFIED = {
    "unknown": "unknown", "待": "unknown", "未通过": "no", "失败": "no", "不": "no", "否": "no", "未": "unknown",
    "已": "yes", "通过": "yes", "成功": "yes", "是": "yes", "yes": "yes", "no": "no", "1": "yes", "0": "no",
}  # fmt: skip


def _choice(record: Record, key: str, choices: dict[str, str], expected: str) -> str | None:
    """The first choice whose word stands in the cell; None for a blank."""
    word = record.text(key).lower().replace("-", "_").replace(" ", "_")
    if not word:
        return None
    for name, choice in choices.items():
        if name in word:
            return choice
    raise RowRefused(record.title(key), f"应为{expected}", f"must be one of {expected}")


def _status(record: Record) -> str | None:
    word = record.text("prjStatus")
    if not word:
        return None
    if word.lower() in ProjectStatus.values:
        return word.lower()
    code = code_of("prj_status", word)
    if code is None:
        raise RowRefused(
            record.title("prjStatus"), "应为筹备、立项、在建、完工或停工", "must be 001 to 005 or its name"
        )
    return _STATUS[code]


def _region(record: Record, row: ReadRow) -> str:
    code = record.text("areaCode")
    if not code:
        return ""
    if not (len(code) == 6 and code.isdigit()):
        raise RowRefused(record.title("areaCode"), "应为6位行政区划代码", "must be a six-digit division code")
    if not regions.exists(code):
        row.reason, row.reason_en = (
            "区划代码不在现行表中，已照收",
            "division code is not in today's table; taken as it is",
        )
    return code


def parse_project(record: Record, row: ReadRow, context: Context) -> dict[str, Any]:
    """A project row as columns of Project, with companies apart. Only the code is required."""
    code = record.need("projectCode", record.text("projectCode"))
    row.project_code = code[:64]
    if len(code) > 64 or any(mark.isspace() for mark in code):
        raise RowRefused(
            record.title("projectCode"), "不能有空格，且不超过64字", "must be up to 64 characters, no blanks"
        )
    if context.project is not None and code != context.project.code:
        raise RowRefused(record.title("projectCode"), "与所选项目不符", "differs from the chosen project")
    region = _region(record, row)
    known = Project.objects.filter(code=code).values_list("region_code", flat=True).first()
    for place in (region, known):
        if context.region and place is not None and not place.startswith(region_prefix(context.region)):
            raise RowRefused(record.title("areaCode"), "不在您的管辖范围内", "is outside your jurisdiction")
    pay_day = record.read("payDay", lambda cell: cells.number(cells.text(cell).removeprefix("每月").rstrip("日号")))
    if pay_day is not None and (pay_day != int(pay_day) or not 1 <= pay_day <= 31):
        raise RowRefused(record.title("payDay"), "应为1至31", "must be a day from 1 to 31")
    category = code_of("category", record.raw("category"))
    if category is None and record.text("category"):
        raise RowRefused(
            record.title("category"), "应为国家项目分类代码01至12、99，或其名称", "must be 01 to 12, 99 or its name"
        )
    started = sane(record, "startDate", record.read("startDate", cells.day))
    return {
        "code": code,
        "name": record.text("name")[:200],
        "region_code": region,
        "address": record.text("address")[:300],
        "category": category,
        "industry": _choice(record, "industry", _INDUSTRIES, "住建、交通、水利等行业"),
        "investment": _choice(record, "investment", _INVESTMENTS, "政府投资、国有企业投资或其他"),
        "status": _status(record),
        "status_since": not_future(record, "statusSince", record.read("statusSince", cells.day), context),
        "started_on": started,
        "completed_on": sane(record, "completeDate", record.read("completeDate", cells.day)),
        "invest_fen": record.money("invest", WAN),
        "contract_price_fen": record.money("contractPrice", WAN),
        "pay_day": int(pay_day) if pay_day is not None else None,
        "labour_fee_ratio": _ratio(record),
        "contact_name": record.text("linkMan")[:64],
        "contact_phone": "".join(record.read("linkPhone", cells.long_number).split())[:20],
        "lat": _degrees(record, "lat", 90),
        "lng": _degrees(record, "lng", 180),
        "contractor": (record.text("contractorCorpCode").upper()[:32], record.text("contractorCorpName")[:200]),
        "developer": (record.text("buildCorpCode").upper()[:32], record.text("buildCorpName")[:200]),
    }


def _ratio(record: Record) -> float | None:
    """A share as a fraction: 20%, 20 and 0.2 are the same."""
    word = record.text("labourFeeRatio")
    percent = word.endswith("%")
    try:
        share = cells.number(word.removesuffix("%"))
    except cells.CellError as error:
        raise RowRefused(record.title("labourFeeRatio"), error.reason, error.reason_en) from None
    if share is None:
        return None
    share = share / 100 if percent or share > 1 else share
    if not 0 <= share <= 1:
        raise RowRefused(record.title("labourFeeRatio"), "应在0至100%之间", "must lie between 0 and 100 %")
    return share


def _degrees(record: Record, key: str, most: int) -> float | None:
    degrees: float | None = record.read(key, cells.number)
    if degrees is not None and abs(degrees) > most:
        raise RowRefused(record.title(key), "坐标超出范围", "is out of range")
    return degrees


def take_projects(rows: list[ReadRow], arrival: Arrival) -> int:
    """Register or correct the projects of the good rows, and their contractor and developer."""
    count = 0
    for row in rows:
        if row.verdict != OK:
            continue
        fields = dict(row.item)
        phone = fields.pop("contact_phone")
        for part in ("contractor", "developer"):
            code, name = fields.pop(part)
            if code:
                fields[part] = actions.upsert_enterprise(code=code, name=name, at=arrival.at)
        if phone:
            fields["contact_phone_sealed"] = seal_text(phone)
        project, _ = actions.upsert_project(at=arrival.at, on=civil_date(arrival.at), source=arrival.source, **fields)
        for part, role in (("contractor", "009"), ("developer", "008")):
            if part in fields:
                actions.upsert_participation(project=project, enterprise=fields[part], at=arrival.at, role=role)
        count += 1
    return count


def parse_account(record: Record, row: ReadRow, context: Context) -> dict[str, Any]:
    """A wage account a project uses. Project and number are required."""
    project = project_of(record, context)
    row.project_code = project.code
    number = record.need("accountNo", record.read("accountNo", cells.account_number))
    opened = not_future(record, "openedOn", record.read("openedOn", cells.day), context)
    closed = not_future(record, "closedOn", record.read("closedOn", cells.day), context)
    if opened and closed and closed < opened:
        raise RowRefused(record.title("closedOn"), "早于开户日期", "is before the account was opened")
    return {
        "project": project,
        "number": number,
        "holder": record.text("accountName")[:200],
        "bank_name": record.text("bankName")[:200],
        "bank_code": code_of("bank", record.raw("bankCode")) or code_of("bank", record.raw("bankName")) or "",
        "opened_on": opened,
        "agreement_on": sane(record, "agreementOn", record.read("agreementOn", cells.day)),
        "closed_on": closed,
        "verified": _choice(record, "verified", _VERIFIED, "已核验、未通过或未核验"),
        "verify_reason": record.text("verifyReason")[:200],
        "balance_fen": record.money("balance"),
        "balance_on": not_future(record, "balanceOn", record.read("balanceOn", cells.day), context),
    }


def take_accounts(rows: list[ReadRow], arrival: Arrival) -> int:
    """Record the accounts of the good rows as uploaded on the day of arrival.

    What an operator brings in stood in another register before: it counts from the account's opening.
    """
    today = civil_date(arrival.at)
    brought = arrival.source.startswith("import:")
    count = 0
    for row in rows:
        if row.verdict == OK:
            fields = dict(row.item)
            if fields["balance_fen"] is not None and fields["balance_on"] is None:
                fields["balance_on"] = today
            project = fields["project"]
            on = fields["opened_on"] or today if brought else today
            actions.record_account(on=on, at=arrival.at, enterprise=project.contractor, **fields)
            count += 1
    return count


def parse_deposit(record: Record, row: ReadRow, context: Context) -> dict[str, Any]:
    """A deposit, guarantee, insurance or exemption. Project and form are required."""
    project = project_of(record, context)
    row.project_code = project.code
    form = record.need("form", _choice(record, "form", _FORMS, "现金、保函、保险或免缴"))
    valid_from = sane(record, "validFrom", record.read("validFrom", cells.day))
    valid_to = sane(record, "validTo", record.read("validTo", cells.day))
    if valid_from and valid_to and valid_to < valid_from:
        raise RowRefused(record.title("validTo"), "早于生效日期", "is before it begins")
    return {
        "project": project,
        "form": form,
        "amount_fen": record.money("amount"),
        "valid_from": valid_from,
        "valid_to": valid_to,
        "issuer": record.text("issuer")[:200],
        "number": record.text("number")[:100],
    }


def take_deposits(rows: list[ReadRow], arrival: Arrival) -> int:
    """Record the deposits of the good rows."""
    items = [row.item for row in rows if row.verdict == OK]
    for item in items:
        actions.record_deposit(on=civil_date(arrival.at), at=arrival.at, **item)
    return len(items)
