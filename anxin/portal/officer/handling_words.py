"""Words of hand-over: states, deadlines, what people did."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from anxin.law.civil import SHANGHAI, civil_date
from anxin.law.clocks import read_within
from anxin.portal.ui.tags import day, in_english, moment, money
from anxin.rules.rule import RUNGS
from anxin.watch.models import Handling, Warning

STATES = {
    "waiting": gettext_lazy("待签收"),
    "taken": gettext_lazy("处置中"),
    "asked": gettext_lazy("已责令整改"),
    "objected": gettext_lazy("异议审核中"),
    "ended": gettext_lazy("已办结"),
}
VIEWS = {
    "mine": gettext_lazy("我的"),
    "unit": gettext_lazy("本单位"),
    "region": gettext_lazy("辖区"),
    "raised": gettext_lazy("提级督办"),
}
DUE = {
    "overdue": gettext_lazy("已超期"),
    "today": gettext_lazy("今天到期"),
    "week": gettext_lazy("本周到期"),
    "later": gettext_lazy("本周以后"),
    "paused": gettext_lazy("暂停计时"),
}
OUTCOMES = {
    "cleared": gettext_lazy("预警已解除"),
    "accepted": gettext_lazy("因异议成立结束"),
    "snoozed": gettext_lazy("因静默结束"),
    "covered": gettext_lazy("已并入其他预警"),
}
OBJECTIONS = {
    "fact": gettext_lazy("与事实不符"),
    "offline_payment": gettext_lazy("工资已线下发放"),
    "not_ours": gettext_lazy("不属于本项目"),
    "other": gettext_lazy("其他"),
}
PERIODS = ("2 hours", "24 hours", "1 working day", "3 working days", "5 working days", "10 working days")
ACTS = {
    "hand-over": gettext_lazy("移交承办"),
    "take": gettext_lazy("签收"),
    "assign": gettext_lazy("指派"),
    "ask-site": gettext_lazy("责令整改"),
    "answer-demand": gettext_lazy("项目答复"),
    "add-helper": gettext_lazy("请求协办"),
    "finish-helper": gettext_lazy("协办反馈"),
    "ask-pause": gettext_lazy("申请暂停计时"),
    "ask-extension": gettext_lazy("申请延期"),
    "resume-clock": gettext_lazy("恢复计时"),
    "urge": gettext_lazy("催办"),
    "minutes": gettext_lazy("登记纪要"),
    "object": gettext_lazy("项目提出异议"),
    "snooze": gettext_lazy("静默"),
    "wake": gettext_lazy("提前恢复预警"),
    "close": gettext_lazy("办结"),
    "offline-payment": gettext_lazy("线下发放入账"),
}


def person(user: Any) -> str:
    """A person's name as pages show it."""
    return (user.display_name or user.username) if user else ""


def rung(kind: str) -> str:
    """The word of a rung of the ladder."""
    return RUNGS[kind][in_english()] if kind in RUNGS else kind


def period(text: str) -> str:
    """A pack's period in the page's language: 3 working days → 3个工作日."""
    try:
        return read_within(text).words("en" if in_english() else "zh")
    except ValueError:
        return text


def deadline(handling: Handling, at: datetime) -> tuple[str, str]:
    """How a deadline stands, in words, and its tone: bad (over), warn (today), idle (stands still) or nothing."""
    if handling.ended_at is not None:
        return str(OUTCOMES.get(handling.outcome, STATES["ended"])), "good"
    if handling.due_at is None:
        return _("暂停计时"), "idle"
    return till(handling.due_at, at)


def state_of(handling: Handling, *, warning: Warning, today: date) -> str:
    """Where a handling stands, in a word. One that ended because its warning was put to sleep is not done: it says
    until when the warning sleeps."""
    until = warning.snoozed_until
    if handling.ended_at is not None and warning.status == "open" and until is not None and until >= today:
        return _("静默至 %(day)s") % {"day": day(until)}
    return str(STATES[handling.state])


def till(due: datetime, at: datetime) -> tuple[str, str]:
    """The same for a bare deadline that runs."""
    if due < at:
        days = (civil_date(at) - civil_date(due)).days
        if days:
            return ngettext("超期 %(n)s 天", "超期 %(n)s 天", days) % {"n": days}, "bad"
        return _("已超期"), "bad"
    days = (civil_date(due) - civil_date(at)).days
    if days == 0:
        return _("今天 %(hour)s 前") % {"hour": f"{due.astimezone(SHANGHAI):%H:%M}"}, "warn"
    return ngettext("还有 %(n)s 天", "还有 %(n)s 天", days) % {"n": days}, ""


def act(action: str, changes: Mapping[str, Any]) -> str:
    """What was done, in a word or two."""
    if action.startswith("escalate-"):
        return rung(action.removeprefix("escalate-"))
    if action == "decide-clock":
        pause = changes.get("kind") == "pause"
        if changes.get("approved"):
            return _("批准暂停计时") if pause else _("批准延期")
        return _("不批准暂停计时") if pause else _("不批准延期")
    if action == "answer-objection":
        return _("异议成立") if changes.get("accepted") else _("异议不成立")
    if action == "minutes" and changes.get("kind") == "talk":
        return _("登记约谈纪要")
    return str(ACTS.get(action, action))


def details(action: str, changes: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What changed, as names and values."""
    named = {
        "unit": _("承办单位"),
        "from": _("原承办人"),
        "to": _("转至") if action == "assign" else _("督办单位"),
        "organisation": _("协办单位"),
        "task": _("任务"),
        "within": _("期限"),
        "due_on": _("限期"),
        "attended": _("参加人员"),
        "more": _("延长"),
        "due_at": _("新的到期时间"),
        "spare_until": _("静默至"),
        "until_on": _("静默至"),
        "text": "",
        "minutes": "",
        "answer": "",
        "reason": "" if action.startswith("escalate-") else _("理由"),
        "people": _("人数"),
        "amount_fen": _("金额（元）"),
    }
    found = []
    for key, title in named.items():
        value = changes.get(key)
        if value in (None, "", []):
            continue
        if action.startswith("escalate-") and key == "reason" and value == RUNGS.get(action[9:], ("",))[0]:
            continue
        found.append((title, _said(key, value)))
    if action == "close" and changes.get("as"):
        found.append(("", str(OUTCOMES.get(changes["as"], changes["as"]))))
    if action == "object" and changes.get("kind"):
        found.insert(0, ("", str(OBJECTIONS.get(changes["kind"], changes["kind"]))))
    return found


def _said(key: str, value: Any) -> str:
    if key in {"within", "more"}:
        return period(str(value))
    if key == "due_at":
        return moment(datetime.fromisoformat(str(value)))
    if key == "amount_fen":
        return money(int(value))
    if key in {"due_on", "spare_until", "until_on"}:
        return day(date.fromisoformat(str(value)))
    return str(value)
