"""The desk as a file."""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import QuerySet
from django.http import HttpResponseBase
from django.utils.translation import gettext as _

from anxin.insight.handling import with_matter
from anxin.insight.rule_book import rule_titles
from anxin.law.civil import civil_date
from anxin.portal.officer import handling_words as words
from anxin.portal.ui import tags
from anxin.portal.ui.export import READ, Cell, export
from anxin.watch.models import Handling


def export_desk(rows: QuerySet[Handling], *, form: str, at: datetime) -> HttpResponseBase:
    """The rows of a list, up to the limit of an export, in the page's language and order."""
    headings = [
        _("编号"),
        _("级别"),
        _("处置状态"),
        _("规则编号"),
        _("规则"),
        _("预警原因"),
        _("项目编码"),
        _("项目名称"),
        _("企业"),
        _("地区"),
        _("行业"),
        _("承办单位"),
        _("承办人"),
        _("移交时间"),
        _("到期时间"),
        _("期限"),
    ]
    name = _("处置清单-%(day)s") % {"day": civil_date(at).isoformat()}
    return export(form=form, name=name, headings=headings, rows=_lines(rows, at))


def _lines(rows: QuerySet[Handling], at: datetime) -> Iterator[list[Cell]]:
    titles = rule_titles(english=tags.in_english())
    for row in with_matter(rows)[:READ].iterator(chunk_size=2000):
        warning = row.warning
        yield [
            warning.pk,
            tags.level_word(warning.level),
            str(words.STATES[row.state]),
            warning.rule,
            titles.get(warning.rule, warning.rule),
            tags.said(warning, "reason"),
            warning.project.code if warning.project else "",
            warning.project.name if warning.project else "",
            warning.enterprise.name if warning.enterprise else "",
            tags.region_path(row.region_code),
            tags.word(row.industry, "industry") if row.industry else "",
            row.unit.name if row.unit else "",
            words.person(row.owner),
            row.started_at,
            row.due_at,
            words.deadline(row, at)[0],
        ]
