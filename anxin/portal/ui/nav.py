"""The entries of the top bar."""

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from anxin.insight.handling import helping_counts, own_counts
from anxin.people.access import may
from anxin.people.models import User

# (URL name, permission, title)
ENTRIES = (
    ("overview", "overview", _("总览")),
    ("site", "site", _("我的项目")),
    ("desk", "desk", _("处置台")),
    ("cases", "cases", _("案件")),
    ("warnings", "warnings", _("预警")),
    ("helping", "help", _("协办")),
    ("projects", "projects", _("工程项目")),
    ("inspections", "inspect", _("联合检查")),
    ("uploads", "uploads", _("表格上传")),
    ("held", "held", _("待处理数据")),
    ("senders", "senders", _("接入方")),
    ("rules", "rules", _("规则库")),
)
# The same, in the person's own menu.
MENU = (
    ("board", "duty", _("值班看板")),
    ("account", "account", _("我的账号")),
    ("papers", "approve", _("待签批文书")),
    ("pause-requests", "approve", _("停工报备审批")),
    ("people", "people", _("人员")),
    ("organisations", "people", _("组织机构")),
    ("paper-templates", "people", _("文书模板")),
    ("duty", "duty", _("值班表")),
    ("inbox", "notices", _("消息")),
    ("looks", "looks", _("查看记录")),
    ("outbox", "outbox", _("发件箱")),
    ("audit", "audit", _("操作留痕")),
)


# Pages that belong to an entry and have an address of their own.
BELOW = {"cases": "/credit"}


def page(request: HttpRequest) -> dict[str, object]:
    """Context of every page: the entries this person may open, and the language."""
    language = {"language": get_language() or "zh-hans", "english": (get_language() or "").startswith("en")}
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"nav": [], **language}
    return {"nav": _entries(ENTRIES, request, user), "menu": _entries(MENU, request, user), **language}


def _entries(named: tuple[tuple[str, str, object], ...], request: HttpRequest, user: User) -> list[dict[str, object]]:
    entries = []
    for name, permission, title in named:
        if not may(user, permission):
            continue
        url = reverse(name)
        places = (url, *([BELOW[name]] if name in BELOW else []))
        here = request.path == url if url == "/" else request.path.startswith(places)
        count, late = _waiting(name, user)
        entries.append({"url": url, "title": title, "here": here, "count": count, "late": late})
    return entries


def _waiting(name: str, user: User) -> tuple[str, bool]:
    """What waits behind an entry for this person, as a figure of at most two digits, and whether some of it is late."""
    if name == "desk":
        count, late = own_counts(user, at=timezone.now(), limit=99)
    elif name == "helping":
        count, late = helping_counts(user, at=timezone.now(), limit=99)
    else:
        return "", False
    return ("99+" if count > 99 else str(count) if count else ""), late > 0
