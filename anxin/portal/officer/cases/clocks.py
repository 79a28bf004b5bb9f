"""The clocks of a case, side by side: the place's own promise, the statute, the date of an order."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from anxin.cases.flow import kind_of, reckoning
from anxin.cases.models import Case, CaseClock, ClockStop
from anxin.law.civil import civil_date
from anxin.people.models import User
from anxin.portal.officer.forms import key_of
from anxin.portal.ui.tags import in_english

BASES = {
    "local": gettext_lazy("本地承诺时限"),
    "statute": gettext_lazy("法定时限"),
    "order": gettext_lazy("责令支付期限"),
    "agreed": gettext_lazy("约定付款期限"),
}


@dataclass(frozen=True)
class Shown:
    """A clock as the page shows it. ``left``: time left in words; ``tone``: bad, warn, good, idle or nothing."""

    row: CaseClock
    title: str
    article: str
    left: str
    tone: str
    lines: tuple[str, ...]
    provisional: bool
    extends: bool
    requests: list[Any]

    @property
    def running(self) -> bool:
        return self.row.done_at is None


def clocks_part(case: Case, user: User, at: datetime) -> dict[str, Any]:
    """The kinds of clock; local and statutory are always there, with what was kept when none runs."""
    rows = list(case.clocks.prefetch_related("changes__asked_by").order_by("due_at", "id"))
    found = [_shown(clock, case, user, at) for clock in rows if not clock.dropped]
    columns = []
    for basis, title in BASES.items():
        own = [one for one in found if one.row.basis == basis]
        running, done = [one for one in own if one.running], [one for one in own if not one.running]
        if running or done or basis in ("local", "statute"):
            columns.append({"basis": basis, "title": title, "running": running, "done": done})
    return {"columns": columns}


def _shown(clock: CaseClock, case: Case, user: User, at: datetime) -> Shown:
    kind, told = kind_of(clock, case.region_code), reckoning(clock)
    words = "en" if in_english() else "zh"
    lines = told.en if in_english() else told.zh
    if kind and clock.basis == "agreed" and clock.within != kind.period(clock.started_at) and clock.due_at:
        # A day that was named is itself the deadline; nothing is counted to it.
        lines = (_("协议写明的付款日 %(day)s，遇休息日不顺延") % {"day": civil_date(clock.due_at).isoformat()},)
    left, tone = _kept(clock) if clock.done_at is not None else left_of(clock.due_at, at)
    asked = [change for change in clock.changes.all() if change.decided_at is None]
    return Shown(
        row=clock,
        title=kind.title[words] if kind else clock.step,
        article=(kind.source or kind.article)[words] if kind else "",
        left=left,
        tone=tone,
        lines=lines,
        provisional=told.provisional,
        extends=bool(kind and kind.extension and not any(c.kind == "extension" for c in clock.changes.all())),
        requests=[{"row": change, "own": change.asked_by_id == user.pk} for change in asked],
    )


def _kept(clock: CaseClock) -> tuple[str, str]:
    if clock.due_at is None or clock.done_at is None or clock.done_at <= clock.due_at:
        return _("按时完成"), "good"
    return _("逾期完成"), "bad"


def left_of(due: datetime | None, at: datetime) -> tuple[str, str]:
    """How much time is left (or gone by) to the minute, hour or day, and its tone."""
    if due is None:
        return _("暂停计时"), "idle"
    late, span = due < at, abs(due - at)
    told = span_words(span)
    if late:
        return _("已超 %(time)s") % {"time": told}, "bad"
    return _("还剩 %(time)s") % {"time": told}, "warn" if span < timedelta(days=1) else ""


def span_words(span: timedelta) -> str:
    """A span of time as one says it: 40 分钟, 5 小时 20 分, 3 天."""
    minutes = int(span.total_seconds() // 60)
    if minutes < 60:
        return ngettext("%(n)s 分钟", "%(n)s 分钟", minutes) % {"n": minutes}
    if minutes < 24 * 60:
        return _("%(h)s 小时 %(m)s 分") % {"h": minutes // 60, "m": minutes % 60}
    days = minutes // (24 * 60)
    return ngettext("%(n)s 天", "%(n)s 天", days) % {"n": days}


def open_request(case: Case, key: str) -> ClockStop | None:
    """A request about one of the case's clocks that nobody has decided."""
    rows = ClockStop.objects.filter(clock__case=case, decided_at=None).select_related("clock__case", "asked_by")
    return rows.filter(pk=key_of(key)).first()
