"""Words of papers' pages."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from anxin.remedies.kinds import kinds
from anxin.remedies.models import DocumentState, ServingWay

STATES: dict[str, Any] = {
    DocumentState.DRAFT: _("草稿"),
    DocumentState.ASKED: _("待签批"),
    DocumentState.SIGNED: _("已签批"),
    DocumentState.SERVED: _("已送达"),
    DocumentState.VOID: _("已作废"),
}
TONES: dict[str, str] = {
    DocumentState.ASKED: "warn",
    DocumentState.SIGNED: "accent",
    DocumentState.SERVED: "good",
    DocumentState.VOID: "bad",
}
WAYS: dict[str, Any] = {
    ServingWay.IN_PERSON: _("直接送达"),
    ServingWay.POST: _("邮寄送达"),
    ServingWay.LEFT: _("留置送达"),
    ServingWay.POSTED: _("张贴送达"),
    ServingWay.ELECTRONIC: _("电子送达"),
}
AUDIENCES = {
    "employer": _("送用人单位：匿名申请人只用代称"),
    "claimant": _("给申请人本人"),
    "authority": _("送机关，不得交用人单位"),
}
_GROUPS = {"employer": _("送用人单位"), "claimant": _("给申请人或由其使用"), "authority": _("送其他机关、存卷")}


def groups() -> list[dict[str, Any]]:
    """The kinds of paper by who reads them, for the list to choose from."""
    return [
        {"name": name, "kinds": [kind for kind in kinds().values() if kind.audience == audience and not kind.begun_by]}
        for audience, name in _GROUPS.items()
    ]
