"""Words of the clerk's pages: items of completeness, what mends a fault, what the lint found."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anxin.insight.completeness import MISSING, PARTIAL, Completeness, Item
from anxin.portal.ui.tags import day, in_english

# item → (title, what to do)
ITEMS = {
    "account": (gettext_lazy("工资专用账户"), gettext_lazy("开立农民工工资专用账户后登记账号，附开户证明。")),
    "agreement": (
        gettext_lazy("资金管理三方协议"),
        gettext_lazy("上传建设单位、总包单位与开户银行签订的三方协议。"),
    ),
    "deposit": (gettext_lazy("工资保证金"), gettext_lazy("登记存储凭证、保函或保险，附扫描件。")),
    "clerk": (gettext_lazy("劳资专管员"), gettext_lazy("登记劳资专管员姓名、电话，附任命书。")),
    "roster": (gettext_lazy("实名制花名册"), gettext_lazy("上传进场工人花名册。")),
    "contracts": (gettext_lazy("劳动合同"), gettext_lazy("上传合同台账，先订合同、后进场。")),
    "cards": (gettext_lazy("工人工资卡"), gettext_lazy("在花名册中补填工人本人的银行卡号。")),
    "phones": (
        gettext_lazy("工人本人手机号"),
        gettext_lazy("在花名册中补填工人本人的手机号；登记给多人的号码不能用来查看任何人的资料。"),
    ),
    "attendance": (gettext_lazy("考勤"), gettext_lazy("恢复考勤设备上传，或上传考勤表；已停工的办理停工报备。")),
    "payroll": (gettext_lazy("工资表"), gettext_lazy("核对并报送当月工资表，附工人签字件。")),
    "payment": (gettext_lazy("工资发放"), gettext_lazy("下载代发文件交开户银行，银行返回结果后自动核销。")),
    "pay_day": (
        gettext_lazy("约定的发薪日"),
        gettext_lazy("把发薪日报主管部门登记；未登记的按次月最后一日计算。"),
    ),
    "board": (gettext_lazy("维权信息告示牌照片"), gettext_lazy("把告示牌张贴在醒目处，上传现场照片。")),
    "board_text": (gettext_lazy("告示牌内容"), gettext_lazy("补齐《条例》第三十四条要求的各项内容。")),
}
STATES = {
    "there": gettext_lazy("齐全"),
    "partial": gettext_lazy("不齐"),
    "missing": gettext_lazy("缺"),
    "not_due": gettext_lazy("暂不涉及"),
    "spared": gettext_lazy("小额工程不列入"),
}
LINT = {
    "attended_unlisted": (gettext_lazy("有考勤、不在表上"), gettext_lazy("漏了人：补进工资表，或说明原因。")),
    "doubled": (gettext_lazy("重复列示"), gettext_lazy("同一工人同月出现多行：合并或删除多余行。")),
    "card_shared": (gettext_lazy("多人共用一张卡"), gettext_lazy("工资须发到工人本人账户：登记各自的卡。")),
    "card_missing": (gettext_lazy("没有银行卡"), gettext_lazy("在工资表或花名册中补填本人卡号。")),
    "never_attended": (gettext_lazy("在表上、没有考勤"), gettext_lazy("核对是否漏传考勤，不得虚列人员。")),
    "not_on_roster": (gettext_lazy("不在花名册"), gettext_lazy("先做实名登记，再列入工资表。")),
    "below_floor": (gettext_lazy("低于地区下限"), gettext_lazy("出勤不足整月的可以说明，其余请核对应发金额。")),
    "above_limit": (gettext_lazy("超过异常金额上限"), gettext_lazy("核对金额；属实的请说明。")),
    "due_not_paid": (gettext_lazy("应发与实发不一致"), gettext_lazy("实发应等于应发；扣款须有依据。")),
}
LEFT_OUT = {
    "no_card": gettext_lazy("没有银行卡"),
    "card_differs": gettext_lazy("工资表的卡与花名册不一致"),
    "card_shared": gettext_lazy("与他人共用一张卡"),
    "gone": gettext_lazy("花名册中没有此人"),
}
PAPERS = {
    "account": gettext_lazy("专户开立证明"),
    "agreement": gettext_lazy("三方协议"),
    "deposit": gettext_lazy("保证金凭证或保函"),
    "board": gettext_lazy("告示牌照片"),
    "clerk": gettext_lazy("劳资专管员任命书"),
    "payroll": gettext_lazy("工人签字工资表"),
    "pause": gettext_lazy("停工证明"),
}
_FORMS = {
    "account": gettext_lazy("登记专户和三方协议"),
    "agreement": gettext_lazy("上传三方协议"),
    "deposit": gettext_lazy("登记保证金或保函"),
    "clerk": gettext_lazy("登记劳资专管员"),
    "board": gettext_lazy("上传告示牌照片"),
}
_FILES = {
    "roster": gettext_lazy("上传花名册"),
    "contracts": gettext_lazy("上传劳动合同"),
    "attendance": gettext_lazy("上传考勤"),
    "leavers": gettext_lazy("上传退场结算"),
}
_BY_CHECK = {
    "account_missing": "account",
    "account_unverified": "account",
    "agreement_missing": "agreement",
    "deposit_missing": "deposit",
    "deposit_invalid": "deposit",
    "deposit_expired": "deposit",
    "deposit_expiring": "deposit",
    "clerk_missing": "clerk",
    "board_missing": "board",
    "roster_missing": "roster",
    "contract_missing": "contracts",
    "attendance_stopped": "attendance",
    "attendance_absent": "attendance",
    "paid_unattended": "attendance",
    "card_shared": "roster",
    "leaver_unpaid": "leavers",
    "leaver_reported": "leavers",
    "leaver_unsettled": "leavers",
    "exits_unsettled": "leavers",
    **dict.fromkeys(("payroll_missing", "paid_below_floor", "pay_above_limit"), "payroll"),
    **dict.fromkeys(("wages_unpaid", "unpaid_share", "wages_never_paid", "paid_short", "payment_failed"), "payout"),
    **dict.fromkeys(("bank_payroll", "account_abnormal", "enterprise_unpaid"), "wages"),
    "data_incomplete": "gaps",
}
_BY_ITEM = {"cards": "roster", "phones": "roster", "payment": "payout", "board_text": "board_text"}


@dataclass(frozen=True)
class Mend:
    """The button that mends a fault: where it leads and what it says."""

    url: str
    title: str


def mend(key: str, *, month: str = "") -> Mend | None:
    """The page on which a thing is mended; None where nobody on site can."""
    if key in _FORMS:
        return Mend(reverse("site-mend", args=[key]), str(_FORMS[key]))
    if key in _FILES:
        return Mend(f"{reverse('uploads')}?kind={key}", str(_FILES[key]))
    if key == "payroll":
        return Mend(reverse("site-payroll") + (f"?month={month}" if month else ""), _("核对并报送工资表"))
    if key == "wages":
        return Mend(reverse("site-payroll"), _("核对工资表与发放"))
    if key == "payout":
        url = reverse("site-payout", args=[month]) if month else reverse("site-payroll")
        return Mend(url, _("生成代发文件"))
    if key == "board_text":
        return Mend(reverse("site-board"), _("补齐告示牌内容"))
    if key == "gaps":
        return Mend(reverse("site") + "#gaps", _("查看资料缺口"))
    return None


def mend_check(check: str, *, month: str = "") -> Mend | None:
    """The same for what a rule's check found."""
    return mend(_BY_CHECK.get(check, ""), month=month)


def tell_item(item: Item) -> dict[str, Any]:
    """An item of completeness in words."""
    title, todo = ITEMS[item.key]
    return {
        "item": item,
        "title": title,
        "state": STATES[item.state],
        "lack": _lack(item.key, item.numbers) if item.counts and item.state != "there" else "",
        "todo": todo,
        "mend": mend(_BY_ITEM.get(item.key, item.key), month=str(item.numbers.get("month", ""))),
    }


def tell_completeness(list_: Completeness) -> dict[str, Any]:
    """The context of ``site/_completeness.html``, for clerk and officer alike."""
    told = [tell_item(item) for item in list_.items]
    lacking = [one for one in told if one["item"].state in (MISSING, PARTIAL)]
    return {
        "completeness": list_,
        "lacking": sorted(lacking, key=lambda one: one["item"].state != MISSING),
        "in_order": [one for one in told if one["item"].state not in (MISSING, PARTIAL)],
    }


def _lack(key: str, numbers: Mapping[str, Any]) -> str:
    if key == "deposit" and "day" in numbers:
        return _("已于 %(day)s 到期") % {"day": day(numbers["day"])}
    if key == "contracts" and numbers:
        return _("%(base)s 人在场，%(count)s 人没有合同") % numbers
    if key == "cards" and numbers:
        return _("%(base)s 人在场，%(count)s 人没有登记卡号") % numbers
    if key == "phones" and numbers:
        return _("%(base)s 人在场，%(count)s 人登记的手机号与多人相同（%(phones)s 个号码）") % numbers
    if key == "attendance" and "days" in numbers:
        return _("已 %(days)s 天没有考勤") % numbers
    if key == "payroll" and "count" in numbers:
        return _("%(month)s 出勤 %(base)s 人，%(count)s 人不在工资表上") % numbers
    if key == "payment" and "count" in numbers:
        return _("%(month)s 出勤 %(base)s 人，%(count)s 人未发") % numbers
    if key == "board_text" and numbers:
        listed = [entry.title["en" if in_english() else "zh"] for entry in numbers["entries"]]
        return (", " if in_english() else "、").join(listed)
    return ""
