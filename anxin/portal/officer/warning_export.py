"""Warnings as a file."""

from collections.abc import Iterator
from datetime import date

from django.db.models import QuerySet
from django.http import HttpResponseBase
from django.utils.translation import gettext as _

from anxin.insight.rule_book import rule_titles
from anxin.portal.ui import tags
from anxin.portal.ui.export import READ, Cell, export
from anxin.watch.models import Warning


def export_warnings(rows: QuerySet[Warning], *, form: str, on: date) -> HttpResponseBase:
    """The rows of a list, up to the limit of an export, in the page's language and order."""
    headings = [
        _("编号"),
        _("级别"),
        _("状态"),
        _("规则编号"),
        _("规则"),
        _("预警原因"),
        _("项目编码"),
        _("项目名称"),
        _("企业"),
        _("地区"),
        _("行业"),
        _("月份"),
        _("起始日期"),
        _("预警日期"),
        _("处置期限"),
        _("解除日期"),
    ]
    name = _("预警清单-%(day)s") % {"day": on.isoformat()}
    return export(form=form, name=name, headings=headings, rows=_lines(rows))


def _lines(rows: QuerySet[Warning]) -> Iterator[list[Cell]]:
    titles = rule_titles(english=tags.in_english())
    for row in rows[:READ].iterator(chunk_size=2000):
        yield [
            row.pk,
            tags.level_word(row.level),
            tags.word(row.status, "warning"),
            row.rule,
            titles.get(row.rule, row.rule),
            tags.said(row, "reason"),
            row.project.code if row.project else "",
            row.project.name if row.project else "",
            row.enterprise.name if row.enterprise else "",
            tags.region_path(row.region_code),
            tags.word(row.industry, "industry") if row.industry else "",
            row.month,
            row.since,
            row.opened_on,
            row.due_on,
            row.cleared_on,
        ]
