"""The queues of the money as files: cases by their numbers, debtors by their names, nobody who claimed."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.http import HttpResponseBase
from django.utils.translation import gettext as _

from anxin.cases.numbers import shown
from anxin.portal.officer.cases import ways_words as words
from anxin.portal.ui import tags
from anxin.portal.ui.export import Cell, export, yuan

Line = dict[str, Any]


def _approve(one: Line) -> list[Cell]:
    row = one["row"]
    return [
        shown(one["case"].number), _project(one), str(one["title"]), one["name"], yuan(row.amount_fen),
        str(one["state"]), row.asked_at, row.due_at,
    ]  # fmt: skip


def _recoveries(one: Line) -> list[Cell]:
    row = one["row"]
    return [
        shown(one["case"].number), _project(one), str(one["title"]), row.debtor_name, yuan(row.claimed_fen),
        yuan(row.received_fen), yuan(one["open_fen"]), row.due_on,
    ]  # fmt: skip


def _top_ups(one: Line) -> list[Cell]:
    row, project = one["row"], one["project"]
    contractor = project.contractor.name if project.contractor else ""
    return [project.code, project.name, contractor, shown(one["case"].number), yuan(row.amount_fen), row.due_at]


def _instalments(one: Line) -> list[Cell]:
    row = one["row"]
    return [
        shown(one["case"].number), _project(one), row.turn, row.due_on, yuan(row.amount_fen), yuan(one["rest_fen"]),
    ]  # fmt: skip


def _funds(one: Line) -> list[Cell]:
    row = one["row"]
    return [
        row.name, tags.region_path(row.region_code), tags.said(row.organisation, "name"), yuan(one["balance_fen"]),
        yuan(one["over_fen"]) if one["over_fen"] else None, yuan(row.per_person_fen),
    ]  # fmt: skip


def _project(one: Line) -> str:
    return one["case"].project.name if one["case"].project else ""


def _headings(tab: str) -> list[object]:
    case = [_("案件编号"), _("项目")]
    if tab == "approve":
        return [*case, _("来源"), _("出资方"), _("金额（元）"), _("状态"), _("申请时间"), _("期限")]
    if tab == "recoveries":
        return [*case, _("来源"), _("向谁追偿"), _("垫付（元）"), _("已追回（元）"), _("未追回（元）"), _("期限")]
    if tab == "top-ups":
        return [_("项目编码"), _("项目名称"), _("总承包单位"), _("案件编号"), _("金额（元）"), _("期限")]
    if tab == "instalments":
        return [*case, _("期次"), _("到期"), _("本期（元）"), _("还差（元）")]
    return [_("周转金"), _("地区"), _("管理单位"), _("余额（元）"), _("透支（元）"), _("每人限额（元）")]


CELLS: dict[str, Callable[[Line], list[Cell]]] = {
    "approve": _approve,
    "recoveries": _recoveries,
    "top-ups": _top_ups,
    "instalments": _instalments,
    "funds": _funds,
}


def export_money(tab: str, lines: list[Line], *, form: str, day: date) -> HttpResponseBase:
    """One queue whole. ``lines`` as the page shows them; amounts become yuan."""
    name = f"{words.MONEY_TABS[tab]}-{day.isoformat()}"
    return export(form=form, name=name, headings=_headings(tab), rows=map(CELLS[tab], lines))
