"""Words of claims and cases."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from anxin.cases.models import Case, ClaimDoor, Consent, Lane, Matter
from anxin.cases.procedure import conclusions, states
from anxin.portal.officer.handling_words import till
from anxin.portal.ui.tags import in_english

VIEWS = {"mine": _("我的"), "unit": _("本单位"), "region": _("辖区")}
DUE = {
    "overdue": _("已超期"),
    "today": _("今天到期"),
    "week": _("本周到期"),
    "later": _("本周以后"),
    "paused": _("无期限"),
}
DOORS = {code: _(label) for code, label in ClaimDoor.choices}
MATTERS = {code: _(label) for code, label in Matter.choices}
LANES = {code: _(label) for code, label in Lane.choices}
CONSENTS = {code: _(label) for code, label in Consent.choices}
MARKS = {"group": _("集体"), "retaliation": _("有打击报复"), "nobody": _("无人负责")}
WAYS = {"phone": _("电话"), "message": _("短信"), "letter": _("信函"), "visit": _("上门"), "other": _("其他")}
RESULTS = {
    "reached": _("已联系上"),
    "no_answer": _("无人接听"),
    "refused": _("拒接或拒谈"),
    "wrong_number": _("号码有误"),
    "off": _("关机或停机"),
}
EXHIBITS = {
    "photo": _("照片"),
    "voice": _("语音"),
    "iou": _("欠条"),
    "contract": _("合同"),
    "chat": _("聊天记录"),
    "sheet": _("表格"),
    "other": _("其他"),
}
# Labels that live in another room; named here so that the extraction finds them.
_LABELS = (
    *(_("告示牌扫码"), _("网上反映"), _("来访"), _("12333 来电"), _("12345 来电"), _("来信"), _("联合接访")),
    *(_("全国欠薪线索平台"), _("预警转入"), _("部门移送"), _("电话回访")),
    *(_("工程建设领域欠薪"), _("其他行业欠薪"), _("工程款、材料款纠纷"), _("其他劳动权益")),
    *(_("三日快处"), _("普通程序"), _("本人反映"), _("待本人确认"), _("本人已确认"), _("本人不参加")),
)


def state(key: str) -> str:
    """A state's name."""
    known = states().get(key)
    return known.title["en" if in_english() else "zh"] if known else key


def conclusion(key: str) -> str:
    """A conclusion's name."""
    known = conclusions().get(key)
    return known.title["en" if in_english() else "zh"] if known else key


def deadline(case: Case, at: datetime) -> tuple[str, str]:
    """How the nearest deadline stands, and its tone: bad (over), warn (today), idle (none), good (closed)."""
    if case.ended_at is not None:
        return (conclusion(case.conclusion) if case.conclusion else state(case.state)), "good"
    return till(case.due_at, at) if case.due_at is not None else (str(DUE["paused"]), "idle")
