"""Words of the trail: what was done, to what, and what changed.

A new act gets its word here (``tests/access/test_audit_words.py`` names those without); acts on a warning in hand have
theirs with its story (``handling_words.ACTS``), states of a case in the procedure itself.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _

from anxin.cases.procedure import states
from anxin.portal.officer import handling_words
from anxin.portal.ui.tags import in_english
from anxin.rules.rule import RUNGS


def _state(key: str) -> str:
    return states()[key].title["en" if in_english() else "zh"]


_state_title = lazy(_state, str)
_rung_title = lazy(handling_words.rung, str)

ACTIONS: dict[str, Any] = {
    **handling_words.ACTS,
    **{f"escalate-{kind}": _rung_title(kind) for kind in RUNGS},
    "look": _("查看个人信息"),
    # coming and going
    "sign-in": _("登录"),
    "sign-in-failed": _("登录失败"),
    "sign-in-locked": _("登录被锁定"),
    "sign-out": _("退出"),
    "sessions-end": _("强制下线"),
    "second-step": _("开启两步验证"),
    "second-step-remove": _("关闭两步验证"),
    "backup-code": _("使用备用验证码"),
    "backup-codes": _("更换备用验证码"),
    "password-give": _("设置初始密码"),
    "password-change": _("修改密码"),
    "phone-bind": _("绑定手机号"),
    "phone-not-me": _("停用非本人手机号"),
    "phone-confirm": _("当面核对后确认手机号"),
    "pay-answer": _("工人回答是否到手"),
    "leaver-answer": _("离场工人回答是否结清"),
    # people and units
    "user-add": _("新增账号"),
    "user-change": _("变更账号"),
    "user-details": _("修改联系方式"),
    "user-suspend": _("停用账号"),
    "user-resume": _("恢复账号"),
    "user-unlock": _("解锁账号"),
    "user-leave": _("人员离任"),
    "unit-add": _("新增机构"),
    "unit-change": _("变更机构"),
    "unit-close": _("撤销机构"),
    "unit-reopen": _("恢复机构"),
    "deputy-appoint": _("指定代理人"),
    "deputy-dismiss": _("终止代理"),
    "duty-add": _("安排值班"),
    "duty-drop": _("取消值班"),
    "duty-plan": _("编排值班表"),
    # what comes in
    "sender-add": _("新增接入方"),
    "sender-rotate": _("更换接入密钥"),
    "sender-disable": _("停用接入方"),
    "upload": _("上传文件"),
    "upload-accept": _("接收文件"),
    "upload-discard": _("放弃文件"),
    "discard": _("作废数据"),
    "match": _("人工匹配"),
    # the system
    "keys-rotate": _("更换加密密钥"),
    "keys-reseal": _("重新加密"),
    "backup": _("备份"),
    "restore": _("恢复"),
    "retention-erase": _("到期清除"),
    "send-again": _("重新发送"),
    # warnings beside their own story
    "answer-objection": _("答复异议"),
    "decide-clock": _("审批时限"),
    "inspect": _("联合检查"),
    "recheck": _("联合检查复查"),
    # the site
    "see-demands": _("查阅整改要求"),
    "ask-pause-works": _("申请停工报备"),
    "decide-pause-works": _("审批停工报备"),
    "bring-account": _("上传专户"),
    "bring-agreement": _("上传三方协议"),
    "bring-deposit": _("上传工资保证金"),
    "bring-board": _("上传告示牌照片"),
    "write-board": _("填写告示牌"),
    "name-clerk": _("指定劳资专管员"),
    "bring-signed-sheet": _("上传签字工资表"),
    "hand-in-payroll": _("提交工资表"),
    "payout-file": _("下载代发文件"),
    # claims and cases
    **{f"case-{state}": _state_title(state) for state in states()},
    "claim-filed": _("提交线索"),
    "case-take": _("首问负责"),
    "case-assign": _("变更首问负责人"),
    "case-dispatch": _("派单"),
    "case-pass-on": _("移送"),
    "case-contact": _("联系申请人"),
    "case-message": _("案件留言"),
    "case-exhibit": _("补充材料"),
    "case-verified-fen": _("核定金额"),
    "case-agreed-fen": _("商定金额"),
    "case-received": _("到账确认"),
    "case-consent-given": _("工友确认参加"),
    "case-consent-refused": _("工友表示不参加"),
    "case-consent-code": _("更换确认码"),
    "case-member-added": _("工友加入"),
    "case-sum-corrected": _("工友更正金额"),
    "case-withdrawn": _("撤回反映"),
    "case-withdrawal-undone": _("恢复反映"),
    "case-retaliation": _("反映打击报复"),
    "case-cost-told": _("填写维权成本"),
    "case-satisfied": _("评价满意度"),
    "case-verify": _("核实"),
    "case-lane-plain": _("进入三日快处"),
    "case-lane-ordinary": _("退出三日快处"),
    "case-ask-pause": _("申请暂停计时"),
    "case-ask-extension": _("申请延长时限"),
    "case-clock-decided": _("审批时限"),
    "case-clock-resumed": _("恢复计时"),
    **{f"case-escalate-{kind}": _rung_title(kind) for kind in RUNGS},
    "case-minutes": _("登记纪要"),
    "case-receipt-corrected": _("银行更正到账"),
    "case-liable-proposed": _("提出责任链条"),
    "case-liable-confirmed": _("确认责任链条"),
    "case-liable-added": _("增加责任主体"),
    "case-liable-removed": _("去掉责任主体"),
    "case-add-task": _("请协办单位办理"),
    "case-finish-task": _("协办完成"),
    "case-conclude": _("结案结论"),
    "case-reopen": _("恢复办理"),
}
SUBJECTS = {
    "case": _("案件"),
    "worker": _("工人"),
    "user": _("账号"),
    "organisation": _("机构"),
    "sender": _("接入方"),
    "upload": _("上传文件"),
    "held-row": _("待处理数据"),
    "project": _("工程项目"),
    "warning": _("预警"),
    "warnings": _("预警"),
    "handling": _("预警处置"),
    "helper-task": _("协办任务"),
    "inspection": _("联合检查"),
    "pause-request": _("停工报备申请"),
    "keys": _("密钥"),
    "backup": _("备份"),
    "delivery": _("通知"),
    "snooze": _("静默"),
}
CHANGES = {
    "accepted": _("是否成立"),
    "amount_fen": _("金额（分）"),
    "answer": _("答复"),
    "appid": _("接入编号"),
    "approved": _("是否同意"),
    "as": _("结果"),
    "at_once": _("即时生效"),
    "attended": _("参加人员"),
    "cipher": _("加密算法"),
    "conclusion": _("结案结论"),
    "confirmed": _("确认数量"),
    "plain": _("事实清楚"),
    "reference": _("银行流水号"),
    "roles": _("角色"),
    "step": _("环节"),
    "struck": _("去掉的角色"),
    "claim": _("线索编号"),
    "claimant": _("申请人编号"),
    "days": _("天数"),
    "demands": _("整改要求"),
    "deputy": _("代理人"),
    "done_on": _("检查日期"),
    "door": _("来源渠道"),
    "due_at": _("到期"),
    "due_on": _("期限"),
    "erased": _("清除数量"),
    "evidence": _("佐证材料"),
    "fen": _("金额（分）"),
    "field": _("内容"),
    "fields": _("项目内容"),
    "file": _("文件"),
    "files": _("文件"),
    "findings": _("发现的问题"),
    "form": _("格式"),
    "found": _("预检结果"),
    "from": _("原"),
    "from_on": _("起始日期"),
    "head": _("末环"),
    "kind": _("类别"),
    "left": _("剩余"),
    "made_at": _("备份时间"),
    "minutes": _("纪要"),
    "month": _("月份"),
    "months": _("月份"),
    "more": _("延长"),
    "name": _("名称"),
    "note": _("说明"),
    "number": _("编号"),
    "objection": _("异议"),
    "organisation": _("机构"),
    "owner": _("承办人"),
    "page": _("页面"),
    "paid_on": _("发放日期"),
    "papers": _("佐证文件"),
    "participants": _("参加单位"),
    "password": _("密码"),
    "payments": _("发放笔数"),
    "people": _("人数"),
    "person": _("人员"),
    "photos": _("照片"),
    "paid": _("到手"),
    "project": _("项目"),
    "proof": _("到账凭据"),
    "protocol": _("接口协议"),
    "reason": _("原因"),
    "recheck_on": _("复查日期"),
    "refused": _("拒收"),
    "region": _("辖区"),
    "request": _("申请"),
    "resealed": _("重新加密数量"),
    "result": _("结果"),
    "role": _("角色"),
    "rules": _("保存期规定"),
    "sessions": _("会话"),
    "spare_until": _("静默至"),
    "stars": _("满意度"),
    "taken": _("接收"),
    "task": _("协办事项"),
    "text": _("说明"),
    "to": _("现"),
    "total_fen": _("合计（分）"),
    "trips": _("往返次数"),
    "turns": _("班次"),
    "turns_dropped": _("取消的班次"),
    "unopened": _("无法打开"),
    "until": _("截止"),
    "until_on": _("截止"),
    "username": _("账号"),
    "waiting": _("暂存"),
    "warnings": _("预警"),
    "way": _("方式"),
    "why": _("原因"),
    "with_keys": _("是否含密钥"),
    "within": _("办理时限"),
    "word": _("说明"),
    "worker": _("工人"),
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
