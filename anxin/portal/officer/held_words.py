"""Words of rows that were refused or wait: kinds, states, fields."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from anxin.intake.sheets.kinds import KINDS as SHEETS
from anxin.portal.officer.project_words import DIRECTIONS, PAY_STATUSES, ROUTES, WAYS
from anxin.portal.ui.tags import money, word

STATUSES = {
    "refused": _("已拒收"),
    "waiting": _("待匹配"),
    "released": _("已自动入账"),
    "mended": _("改正后已入账"),
    "repeated": _("同一行已再次报送"),
    "discarded": _("已作废"),
}
# Every kind a door holds rows under; doors call some things differently, the words are the same.
KINDS = {
    "swipes": _("考勤"),
    "payroll": _("工资表"),
    "payments": _("银行发放"),
    "movements": _("专户流水"),
    "roster": _("花名册"),
    "attendance": _("考勤表"),
    "deposits": _("保证金"),
    "accounts": _("专户"),
    "projects": _("项目"),
    "balances": _("专户余额"),
    "boards": _("告示牌"),
    "clerks": _("劳资专管员"),
    "entry-exit": _("进退场"),
    "contracts": _("劳动合同"),
    "leavers": _("退场结算"),
    "trainings": _("培训"),
    # the national door
    "corp": _("企业"),
    "project": _("项目"),
    "participation": _("参建单位"),
    "team": _("班组"),
    "worker": _("花名册"),
    "entry_exit": _("进退场"),
    "temp_exit": _("临时离场"),
    "contract": _("劳动合同"),
    "training": _("培训"),
    # CWRService
    "AddCompany": _("参建单位"),
    "ProjectRemoveCompany": _("参建单位"),
    "AddTeam": _("班组"),
    "RegisterEmployee": _("花名册"),
    "userLeaveProject": _("进退场"),
    "UploadPassedLog": _("考勤"),
    "UploadSafetyEducation": _("培训"),
}
OTHER = "other"
MATCHED_BY = {
    "identity": _("证件号码相同"),
    "card": _("银行卡相同"),
    "name": _("姓名相同"),
    "account": _("同一专户"),
}
FIELDS = {
    "project_code": _("项目编码"),
    "id_number": _("证件号码"),
    "id_type": _("证件类型"),
    "passed_at": _("通行时间"),
    "direction": _("方向"),
    "device": _("设备"),
    "way": _("识别方式"),
    "team_no": _("班组编号"),
    "month": _("工资月份"),
    "sheet": _("工资单号"),
    "due_fen": _("应发"),
    "paid_fen": _("实发"),
    "days": _("天数"),
    "hours": _("工时"),
    "back_pay": _("补发"),
    "paid_on": _("发放日期"),
    "card_number": _("银行卡号"),
    "bank_code": _("银行"),
    "reference": _("银行流水号"),
    "amount_fen": _("金额"),
    "status": _("结果"),
    "account_number": _("专户账号"),
    "payee": _("收款人"),
    "reason": _("银行原因"),
    "route": _("渠道"),
    "booked_on": _("记账日期"),
    "kind": _("类别"),
    "balance_fen": _("余额"),
    "counterparty": _("对方户名"),
    "name": _("姓名"),
}
# Personal fields of CWRService (protocol §2.8); the national ones have the titles of the templates.
_CWR_TITLES = {
    "id_code": "证件号码", "person_id": "证件号码", "emp_name": "姓名", "person_name": "姓名", "emp_phone": "手机号码",
    "emp_cardnum": "银行卡号", "passed_time": "通行时间", "exit_time": "退场时间", "entry_time": "进场时间",
    "suid": "企业统一社会信用代码", "company_name": "企业名称", "emp_company": "企业名称", "team_name": "班组名称",
    "project_id": "项目编码", "device_id": "设备",
}  # fmt: skip
_IN_A_SHEET = re.compile(r"(?P<sheet>[^!]*)!(?P<row>\d+)(?:\[(?P<field>[^\]]*)\])?")
_UNTOLD = {"place", "id_type"}
_CODES = {"direction": DIRECTIONS, "status": PAY_STATUSES, "route": ROUTES, "way": WAYS}


def tell_row(row: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(title, value) of each field of a row. Fields of the protocols have their Chinese titles, those of a sender's
    own the sender's name."""
    told = []
    for key, value in row.items():
        if key in _UNTOLD or (isinstance(value, bool) and not value):
            continue
        if key.endswith("_fen") and isinstance(value, int):
            value = money(value)
        elif key == "kind":
            value = word(str(value), "movement")
        elif key in _CODES:
            value = _CODES[key].get(str(value), value)
        elif key == "passed_at":
            value = str(value).replace("T", " ")
        elif isinstance(value, bool):
            value = _("是")
        told.append((_title(key), str(value)))
    return told


def tell_place(place: str) -> str:
    """Where a row stood, in words: a spreadsheet's sheet and line; a sender's own path as it is."""
    found = _IN_A_SHEET.fullmatch(place)
    if found is None:
        return place
    line = _("第 %(n)s 行") % {"n": found["row"]}
    return " ".join(part for part in (found["sheet"], line, found["field"]) if part)


@lru_cache(maxsize=1)
def _template_titles() -> dict[str, str]:
    """Protocol name in small letters → what the templates call it."""
    titles = dict(_CWR_TITLES)
    for kind in SHEETS.values():
        for column in kind.columns:
            titles.setdefault(column.key.lower(), column.titles[0])
    return titles


def _title(key: str) -> str:
    if key in FIELDS:
        return str(FIELDS[key])
    chinese = (get_language() or "").startswith("zh")
    return _template_titles().get(key.lower(), key) if chinese else key
