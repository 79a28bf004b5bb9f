"""Words of the ways to money."""

from django.utils.translation import gettext_lazy as _

PARTICULARS = {
    "facts": _("事实和经过"),
    "requests": _("请求事项"),
    "evidence": _("证据"),
    "legal_person": _("对方法定代表人"),
    "employer_address": _("对方住所"),
    "contact": _("联系人及电话"),
}
WHOSE = {"body": _("办理机构"), "respondent": _("单位"), "worker": _("申请人"), "inspection": _("监察机构")}
BACKSTOPS = {
    "deposit": _("工资保证金"),
    "fund": _("应急周转金"),
    "treasury": _("财政垫付"),
    "parent": _("上级集团垫付"),
}
DRAWS = {
    "asked": (_("待审批"), "warn"),
    "approved": (_("已批准，待发放"), "warn"),
    "refused": (_("未批准"), "bad"),
    "paying": (_("发放中"), "warn"),
    "paid": (_("已发放"), "good"),
    "cancelled": (_("已取消"), ""),
}
MONEY_TABS = {
    "approve": _("垫付待办"),
    "recoveries": _("追偿"),
    "top-ups": _("保证金补足"),
    "instalments": _("分期付款"),
    "funds": _("周转金"),
}
ENTRIES = {
    "paid_in": _("拨入"),
    "out": _("转出"),
    "draw": _("垫付"),
    "back": _("退回"),
    "recovered": _("追回"),
}
