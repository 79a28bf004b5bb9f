"""What of a person was looked at, in words: for the lists of looks, an officer's and the worker's own."""

from django.utils.translation import gettext_lazy as _

LOOKED = {
    "identity": _("身份证号"),
    "card": _("工资卡号"),
    "phone": _("手机号"),
    "name": _("姓名"),
    "row": _("整行资料"),
    "account": _("专户账号"),
    "file": _("附件"),
    "told": _("反映内容"),
    "paper": _("写有姓名的文书"),
    "evidence-pack": _("证据包"),
    "take-in": _("登记反映时按号码查询"),
    "cases-by-identity": _("按身份证号查案件"),
    "cases-by-phone": _("按手机号查案件"),
}


def looked(field: str) -> str:
    """The words for the ``field`` of a look (``people.looks.record_look``). ``claim-`` and ``listed-`` say where it
    was seen, a number at the end whose it is."""
    if field in LOOKED:
        return str(LOOKED[field])
    if field.startswith("exhibit-"):
        return str(_("证据材料"))
    parts = field.split("-")
    seen = parts[1] if parts[0] in ("claim", "listed") and len(parts) > 1 else field
    return str(LOOKED.get(seen, field))
