"""Words of the trail: what was done, to what, and what changed."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

ACTIONS = {
    "look": _("查看个人信息"),
    "sign-in": _("登录"),
    "sign-in-failed": _("登录失败"),
    "sign-out": _("退出"),
    "user-add": _("新增账号"),
    "user-change": _("变更账号"),
    "sender-add": _("新增接入方"),
    "sender-rotate": _("更换接入密钥"),
    "sender-disable": _("停用接入方"),
    "upload": _("上传文件"),
    "upload-accept": _("接收文件"),
    "upload-discard": _("放弃文件"),
    "discard": _("作废数据"),
    "match": _("人工匹配"),
    "keys-rotate": _("更换加密密钥"),
    "keys-reseal": _("重新加密"),
    "backup": _("备份"),
    "restore": _("恢复"),
    "retention-erase": _("到期清除"),
    "take": _("签收"),
    "assign": _("指派"),
    "close": _("办结"),
    "snooze": _("静默"),
    "wake": _("恢复"),
    "object": _("提出异议"),
    "answer-objection": _("答复异议"),
    "answer-demand": _("回复整改要求"),
    "add-helper": _("增加协办单位"),
    "finish-helper": _("协办完成"),
    "minutes": _("约谈记录"),
    "inspect": _("联合检查"),
    "decide-clock": _("审批时限"),
    "resume-clock": _("恢复计时"),
    "send-again": _("重新发送"),
}
SUBJECTS = {
    "worker": _("工人"),
    "user": _("账号"),
    "sender": _("接入方"),
    "upload": _("上传文件"),
    "held-row": _("待处理数据"),
    "project": _("工程项目"),
    "warning": _("预警"),
    "handling": _("预警处置"),
    "inspection": _("联合检查"),
    "keys": _("密钥"),
    "backup": _("备份"),
    "delivery": _("通知"),
    "snooze": _("静默"),
}
CHANGES = {
    "field": _("内容"),
    "page": _("页面"),
    "why": _("原因"),
    "reason": _("原因"),
    "kind": _("类别"),
    "project": _("项目"),
    "worker": _("工人"),
    "month": _("月份"),
    "role": _("角色"),
    "region": _("辖区"),
    "name": _("名称"),
    "file": _("文件"),
    "text": _("说明"),
    "owner": _("承办人"),
    "taken": _("接收"),
    "waiting": _("暂存"),
    "refused": _("拒收"),
}


def titles(words: Mapping[str, Any], known: Iterable[str]) -> list[tuple[str, Any]]:
    """(key, title) of what occurs; a key without a title is its own."""
    return [(key, words.get(key, key)) for key in known]


def tell(changes: Mapping[str, Any]) -> list[tuple[Any, str]]:
    """(title, value) of what changed; nothing for what is empty."""
    return [
        (CHANGES.get(name, name), _value(value)) for name, value in changes.items() if value not in (None, "", [], {})
    ]


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_value(one)}" for name, one in value.items())
    if isinstance(value, list):
        return ", ".join(_value(one) for one in value)
    return str(value)
