"""The words of the worker's pages: short, without a law's or a bank's terms."""

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from anxin.law.civil import first_day
from anxin.vault.fields import mask_text

STATES = {
    "unpaid": (gettext_lazy("没发"), "bad"),
    "failed": (gettext_lazy("银行没打成"), "bad"),
    "short": (gettext_lazy("少发了"), "bad"),
    "waiting": (gettext_lazy("还没到发的日子"), ""),
    "paid": (gettext_lazy("显示已发"), "good"),
    "unattended": (gettext_lazy("显示已发"), "good"),
    "none": (gettext_lazy("没有记录"), ""),
}
DAYS = {
    "worked": gettext_lazy("出勤"),
    "absent": gettext_lazy("没有考勤"),
    "pause": gettext_lazy("停工"),
    "before": gettext_lazy("还没进场"),
    "after": gettext_lazy("已经离场"),
    "future": gettext_lazy("还没到"),
}
WEEKDAYS = (
    gettext_lazy("一"),
    gettext_lazy("二"),
    gettext_lazy("三"),
    gettext_lazy("四"),
    gettext_lazy("五"),
    gettext_lazy("六"),
    gettext_lazy("日"),
)
# Who holds the card (Order 724, Art. 31: nobody but the worker may).
HOLDERS = {
    "me": gettext_lazy("我自己拿着，卡里没有这笔钱"),
    "foreman": gettext_lazy("班组长（工头）拿着"),
    "boss": gettext_lazy("老板或公司拿着"),
    "other": gettext_lazy("别人拿着"),
    "never": gettext_lazy("我从来没有拿到过这张卡"),
    "handed": gettext_lazy("钱到了卡里，又被要回去了"),
}
# What banks say of a payment that failed, by words that occur in it; with what helps.
_FAILURES = (
    ("户名 姓名 名称", gettext_lazy("卡的户名和您登记的姓名不一样。"), "card"),
    (
        "销户 注销 不存在 无此账户 账号错 卡号错 有误",
        gettext_lazy("卡号不对，或者这张卡已经注销。"),
        "card",
    ),
    ("冻结 挂失 止付 异常 睡眠 不动户 限额 二类 Ⅱ类", gettext_lazy("这张卡被银行限制了，收不了钱。"), "bank"),
    ("余额不足 资金不足", gettext_lazy("工地的工资专户里钱不够。"), "site"),
)
_HELP = {
    "card": gettext_lazy("请把您本人的银行卡号告诉劳资专管员，改好后重新发。"),
    "bank": gettext_lazy("请带身份证去银行恢复这张卡，或者换一张本人的卡。"),
    "site": gettext_lazy("这不是您的错。可以直接反映。"),
}


def month_name(month: str) -> str:
    """2026-03 → 2026年3月."""
    first = first_day(month)
    return f"{first:%B %Y}" if (get_language() or "").startswith("en") else f"{first.year}年{first.month}月"


def failure(reason: str) -> tuple[str, str]:
    """Why the bank did not pay, in plain words, and what helps; the bank's own words where none fits."""
    for words, plain, help_ in _FAILURES:
        if any(word in reason for word in words.split()):
            return str(plain), str(_HELP[help_])
    return (mask_text(reason) if reason else _("银行没有说明原因。")), ""
