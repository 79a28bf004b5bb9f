"""Words of a claim, as a worker reads them: what the file knows of a month, what happens next and by when."""

import re
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anxin.cases.models import CaseClock
from anxin.cases.prefill import KnownMonth
from anxin.law.civil import SHANGHAI, civil_date, month_of
from anxin.portal.ui.tags import in_english, month_name, plain_day

# What an office does by a clock, in a worker's words; the procedure's own title where none is here.
STEPS = {
    "dispatch": gettext_lazy("交给负责的机构"),
    "verify": gettext_lazy("第一次核实情况"),
    "accept": gettext_lazy("答复您受不受理"),
    "clear": gettext_lazy("三日快处，把事办完"),
    "investigate": gettext_lazy("把事情查清楚"),
    "decide": gettext_lazy("作出处理决定"),
    "money": gettext_lazy("钱应该到账"),
}
EXHIBITS = {
    "photo": gettext_lazy("照片"),
    "voice": gettext_lazy("语音"),
    "iou": gettext_lazy("欠条"),
    "contract": gettext_lazy("合同"),
    "chat": gettext_lazy("聊天记录"),
    "sheet": gettext_lazy("工资表"),
    "other": gettext_lazy("其他"),
}
CONSENTS = {
    "own": gettext_lazy("本人反映"),
    "asked": gettext_lazy("等他本人确认"),
    "given": gettext_lazy("本人已确认"),
    "refused": gettext_lazy("本人不参加"),
}
_MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")


def is_month(text: str, at: datetime) -> bool:
    """Whether an address or a form names a wage month that has begun."""
    return bool(_MONTH.fullmatch(text)) and text <= month_of(civil_date(at))


def yuan(fen: int) -> str:
    """Yuan to speak of: whole where it is whole."""
    return f"{fen / 100:,.2f}".removesuffix(".00")


def month_sentence(known: KnownMonth) -> str:
    """What the file knows of a month, in one or two sentences."""
    words = {
        "month": month_name(known.month), "days": known.days, "due": yuan(known.due_fen or 0),
        "paid": yuan(known.paid_fen), "rate": yuan(known.mates_rate_fen or 0),
    }  # fmt: skip
    if known.due_fen is None:
        if known.paid_fen:
            said = _("我们看到%(month)s出勤 %(days)s 天，发过 %(paid)s 元，没有见到工资表。") % words
        else:
            said = _("我们看到%(month)s出勤 %(days)s 天，没有发放记录。") % words
    elif known.paid_fen:
        said = _("我们看到%(month)s出勤 %(days)s 天，工资表写应发 %(due)s 元，已发 %(paid)s 元。") % words
    else:
        said = _("我们看到%(month)s出勤 %(days)s 天，工资表写应发 %(due)s 元，没有发放记录。") % words
    if known.denied:
        said += _("您说没到手。")
    if not known.open and known.owed_fen:
        said += _("还没到发薪日（%(day)s）。") % {"day": plain_day(known.due_on)}
    if known.mates_rate_fen:
        said += _("同班组一般每天 %(rate)s 元。") % words
    return said


def until(moment: datetime) -> str:
    """A deadline to the minute: 11月23日 14:30, with the year where it is another."""
    local = moment.astimezone(SHANGHAI)
    if in_english():
        return f"{local:%Y-%m-%d %H:%M}"
    return f"{local.year}年{local.month}月{local.day}日 {local:%H:%M}"


def promise(clock: CaseClock, title: dict[str, str]) -> str:
    """最晚 11月23日 14:30 前，交给负责的机构."""
    what = str(STEPS.get(clock.step) or title["en" if in_english() else "zh"])
    return _("最晚 %(when)s 前，%(what)s") % {"when": until(clock.due_at), "what": what} if clock.due_at else what
