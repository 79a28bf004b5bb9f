"""Words of rows that were refused or wait: kinds, states, fields."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from anxin.portal.officer.project_words import DIRECTIONS, PAY_STATUSES, ROUTES, WAYS
from anxin.portal.ui.tags import money, word

STATUSES = {"refused": _("已拒收"), "waiting": _("待匹配"), "released": _("已自动入账"), "discarded": _("已作废")}
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
_UNTOLD = {"place", "id_type"}
_CODES = {"direction": DIRECTIONS, "status": PAY_STATUSES, "route": ROUTES, "way": WAYS}


def tell_row(row: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(title, value) of each field of a row; fields of a sender's own keep the sender's name."""
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
        told.append((str(FIELDS.get(key, key)), str(value)))
    return told
