"""The rules, pack by pack, as a person would tell them."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.db.models import Count
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from anxin.insight.scope import visible_warnings
from anxin.law.civil import civil_date
from anxin.law.clocks import read_within
from anxin.portal.officer.downloads import form_asked
from anxin.portal.officer.handling_words import period
from anxin.portal.officer.handling_words import rung as rung_word
from anxin.portal.ui.access import needs, signed_in
from anxin.portal.ui.export import Cell, export
from anxin.portal.ui.tags import in_english, in_language, level_word, number
from anxin.rules.check import CHECKS
from anxin.rules.packs import all_packs, escalation_of
from anxin.rules.rule import Pack, Rule
from anxin.rules.words import explain


@needs("rules")
@require_safe
def rules(request: HttpRequest) -> HttpResponseBase:
    """Every pack with its rules: what each looks at, colours, basis, since when, how its numbers have changed."""
    user = signed_in(request)
    as_of = civil_date(timezone.now())
    standing = visible_warnings(user).filter(status="open", hidden_by=None)
    counts: dict[str, int] = dict(standing.values_list("rule").annotate(count=Count("id")).order_by())
    text = " ".join(request.GET.get("q", "").split())[:64].lower()
    packs = []
    for pack in sorted(all_packs().values(), key=lambda p: (p.regions, p.id)):
        told = [_told(rule, as_of, counts.get(rule.id, 0)) for rule in pack.rules]
        shown = [r for r in told if text in r["search"]]
        if shown:
            packs.append({"pack": pack, "rules": shown, "rungs": _rungs(pack)})
    if form := form_asked(request):
        return _download(packs, form, as_of)
    return render(request, "officer/rules/list.html", {"packs": packs, "text": text, "as_of": as_of})


def _download(packs: list[dict[str, Any]], form: str, as_of: date) -> HttpResponseBase:
    headings = [_("规则库"), _("规则编号"), _("规则"), _("级别"), _("施行"), _("内容"), _("沿革"), _("未解除预警")]

    def lines() -> Iterator[list[Cell]]:
        for pack in packs:
            for told in pack["rules"]:
                yield [
                    in_language(pack["pack"].title), told["rule"].id, told["title"],
                    "、".join(level_word(level) for level in told["levels"]),
                    _("施行") if told["in_force"] else _("未施行"),
                    "；".join(f"{head}：{line}" for head, line in told["lines"]),
                    "；".join(f"{day.isoformat()} {said}" for day, said in told["history"]), told["open"],
                ]  # fmt: skip

    name = _("规则库-%(day)s") % {"day": as_of.isoformat()}
    return export(form=form, name=name, headings=headings, rows=lines())


def _told(rule: Rule, as_of: date, open_warnings: int) -> dict[str, Any]:
    language = "en" if in_english() else "zh"
    lines = explain(rule, language, as_of=as_of).split("\n")[1:]
    parts = [line.partition("：" if language == "zh" else ": ")[::2] for line in lines]
    return {
        "rule": rule,
        "title": rule.title[language],
        "levels": [level for level, _start in rule.ladder_on(as_of)],
        "lines": parts,
        "history": _history(rule),
        "in_force": rule.in_force(as_of),
        "open": open_warnings,
        "search": " ".join([rule.id, *rule.title.values(), *(text for _head, text in parts)]).lower(),
    }


def _rungs(pack: Pack) -> list[tuple[str, str]]:
    """How a late matter rises where the pack is in force: when, and which step."""
    code = (pack.regions[0] if pack.regions else "").ljust(6, "0")
    told = []
    for rung in escalation_of(code):
        if rung.late and not read_within(rung.late).count:
            when = _("到期未办结")
        elif rung.late:
            when = _("超期 %(period)s") % {"period": period(rung.late)}
        else:
            when = _("到期前 %(period)s") % {"period": period(rung.near)}
        told.append((when, rung_word(rung.kind)))
    return told


def _history(rule: Rule) -> list[tuple[date, str]]:
    """When the rule began, ended, or one of its numbers moved; nothing when it has only begun."""
    found: list[tuple[date, str]] = [(rule.since, _("开始施行"))]
    if rule.until:
        found.append((rule.until, _("废止")))
    for level, start in rule.steps:
        for day, value in start.steps[1:]:
            found.append((day, _("%(level)s自 %(value)s 起") % {"level": level_word(level), "value": number(value)}))
    asks = CHECKS[rule.check].asks
    for name, values in rule.params.items():
        title = asks[name].en if in_english() else asks[name].zh
        for day, value in values.steps[1:]:
            shown = value if isinstance(value, str) else number(value)
            found.append((day, _("%(title)s改为 %(value)s") % {"title": title, "value": shown}))
    return sorted(found) if len(found) > 1 else []
