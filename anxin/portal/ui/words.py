"""Words for stored codes, in Chinese and marked for translation."""

from django.utils.translation import gettext_lazy as _

from anxin.registry.models.projects import Industry, Investment, ProjectStatus

LEVELS = {"blue": _("蓝色"), "yellow": _("黄色"), "orange": _("橙色"), "red": _("红色")}
WORDS = {
    **{f"industry.{code}": _(label) for code, label in Industry.choices},
    **{f"project.{code}": _(label) for code, label in ProjectStatus.choices},
    **{f"investment.{code}": _(label) for code, label in Investment.choices},
    "warning.open": _("未解除"),
    "warning.cleared": _("已解除"),
    "event.opened": _("发出"),
    "event.raised": _("升级"),
    "event.lowered": _("降级"),
    "event.cleared": _("解除"),
    "event.reopened": _("再次发出"),
    "movement.labour_fee": _("人工费拨入"),
    "movement.payout": _("代发工资"),
    "movement.return": _("退回"),
    "movement.other": _("其他"),
    "movement.balance": _("余额"),
    "deposit.cash": _("现金"),
    "deposit.guarantee": _("银行保函"),
    "deposit.insurance": _("保证保险"),
    "deposit.exempt": _("免缴"),
    "date.started": _("开工"),
    "date.registered": _("项目登记"),
    "date.first_entry": _("首名工人进场"),
    "date.status": _("项目状态变更"),
    "date.clerk": _("配备劳资专管员"),
    "date.board": _("设置维权信息告示牌"),
    "date.inspection": _("联合检查"),
    "date.report": _("收到欠薪反映"),
    "date.pause": _("报备停工开始"),
    "date.pause_end": _("报备停工结束"),
    "date.completed": _("完工"),
}
# Labels that live in other rooms; named here so that the extraction finds them.
_LABELS = (
    *(_("住建"), _("交通"), _("水利"), _("铁路"), _("能源电力"), _("工业与矿山"), _("通信"), _("其他")),
    *(_("筹备"), _("立项"), _("在建"), _("完工"), _("停工")),
    *(_("政府投资"), _("国有企业投资"), _("其他投资")),
    *(_("系统运维"), _("劳动监察员"), _("领导"), _("劳资专管员")),
)
