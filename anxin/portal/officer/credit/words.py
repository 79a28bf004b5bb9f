"""Words of the joint-punishment list; 挂牌督办 is something else: a rung on which a case is supervised by name."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anxin.credit.grounds import CONTRADICTED, SUPPORTED, UNKNOWN
from anxin.credit.joint_list import clock_kind, grounds, roles, states
from anxin.credit.models import Listing, ListingClock
from anxin.law.civil import civil_date
from anxin.portal.officer.handling_words import till
from anxin.portal.ui.tags import day, in_english

SAYS = {
    SUPPORTED: (gettext_lazy("支持"), "good"),
    CONTRADICTED: (gettext_lazy("矛盾"), "bad"),
    UNKNOWN: (gettext_lazy("不明"), "idle"),
}
GROUPS = {
    "open": gettext_lazy("在办和在列"),
    "pending": gettext_lazy("拟列入"),
    "on_list": gettext_lazy("在名单上"),
    "ended": gettext_lazy("已了结"),
    "all": gettext_lazy("全部"),
}
TONES = {
    "proposed": "warn", "told": "warn", "objected": "warn", "listed": "bad", "asked": "bad", "dropped": "",
    "spared": "good", "removed": "good", "expired": "good",
}  # fmt: skip
STEPS = {
    "propose": gettext_lazy("提议列入"),
    "strike": gettext_lazy("去掉人员"),
    "drop": gettext_lazy("撤回提议"),
    "draft-notice": gettext_lazy("起草告知书"),
    "tell": gettext_lazy("已告知"),
    "object": gettext_lazy("提出异议"),
    "answer": gettext_lazy("答复异议"),
    "upheld": gettext_lazy("异议成立，不予列入"),
    "extend": gettext_lazy("延长决定期限"),
    "spare": gettext_lazy("已改正并承诺，不予列入"),
    "refuse": gettext_lazy("决定不予列入"),
    "list": gettext_lazy("决定列入"),
    "draft-decision": gettext_lazy("起草决定书"),
    "ask-removal": gettext_lazy("申请提前移出"),
    "remove": gettext_lazy("准予提前移出"),
    "keep": gettext_lazy("不准予提前移出"),
    "expire": gettext_lazy("期满移出"),
    "restore": gettext_lazy("弄虚作假，恢复列入"),
    "carry-out": gettext_lazy("移出办理完毕"),
}


def said(pair: Any) -> str:
    """A title of the data in the page's language."""
    return str(pair["en" if in_english() else "zh"])


def state(key: str) -> str:
    """A state's name."""
    return said(states()[key].title)


def ground(key: str) -> str:
    """A ground's name."""
    return said(grounds()[key].title)


def role(key: str) -> str:
    """What a person is to the firm."""
    return said(roles()[key])


def left_of(clock: ListingClock, at: datetime) -> tuple[str, str]:
    """How a running clock stands, in words, and its tone. The firm's own days run out without being late."""
    if clock_kind(clock.step).whose == "firm" and civil_date(clock.due_at) < civil_date(at):
        return _("已届满"), "idle"
    return till(clock.due_at, at)


def deadline(listing: Listing, at: datetime) -> tuple[str, str]:
    """The office's nearest deadline in words, else until when it is on the list, and its tone."""
    if listing.due_at is not None:
        return till(listing.due_at, at)
    if listing.ended_at is None and listing.until_on is not None:
        return _("至 %(day)s") % {"day": day(listing.until_on)}, ""
    return "—", "idle"
