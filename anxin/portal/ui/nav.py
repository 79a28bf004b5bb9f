"""The entries of the top bar."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from anxin.insight.handling import helping_counts, own_counts
from anxin.insight.scope import visible_cases, visible_pauses
from anxin.notices.models import Notice
from anxin.people.access import may
from anxin.people.models import User
from anxin.remedies.models import Document, DocumentState

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
BELOW = {"cases": ("/credit", "/reception", "/contested")}


def page(request: HttpRequest) -> dict[str, object]:
    """Context of every page: the entries this person may open, and the language."""
    language = {"language": get_language() or "zh-hans", "english": (get_language() or "").startswith("en")}
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"nav": [], **language}
    menu = _entries(MENU, request, user)
    waits = any(entry["count"] for entry in menu)
    return {"nav": _entries(ENTRIES, request, user), "menu": menu, "menu_waits": waits, **language}


def _papers(user: User) -> QuerySet[Any, Any]:
    asked = Document.objects.filter(state=DocumentState.ASKED, case__in=visible_cases(user, "approve"))
    # Who drew a paper up cannot sign it: it waits for somebody else.
    return asked.exclude(drafted_by=user).exclude(edited_by=user).order_by().values_list("pk")


def _pauses(user: User) -> QuerySet[Any, Any]:
    return visible_pauses(user).filter(decided_at=None).order_by().values_list("pk")


def _unread(user: User) -> QuerySet[Any, Any]:
    return Notice.objects.filter(to=user, read_at=None).order_by().values_list("pk")


_COUNTS = {"papers": _papers, "pause-requests": _pauses, "inbox": _unread}


def _entries(named: tuple[tuple[str, str, object], ...], request: HttpRequest, user: User) -> list[dict[str, object]]:
    entries = []
    for name, permission, title in named:
        if not may(user, permission):
            continue
        url = reverse(name)
        places = (url, *BELOW.get(name, ()))
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
    elif name in _COUNTS:
        count, late = len(_COUNTS[name](user)[:100]), 0
    else:
        return "", False
    return ("99+" if count > 99 else str(count) if count else ""), late > 0
