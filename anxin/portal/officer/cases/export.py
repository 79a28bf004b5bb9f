"""The list of cases as a file. It names cases, employers and sums, never a claimant."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import islice

from django.db.models import QuerySet
from django.http import HttpResponseBase
from django.utils.translation import gettext as _

from anxin.cases.models import Case
from anxin.cases.numbers import shown
from anxin.insight.case_list import with_matter
from anxin.law.civil import civil_date
from anxin.portal.officer.cases import words
from anxin.portal.officer.handling_words import person
from anxin.portal.ui import tags
from anxin.portal.ui.export import READ, Cell, export, yuan


def export_cases(parts: Sequence[QuerySet[Case]], *, form: str, at: datetime) -> HttpResponseBase:
    """The rows of a list, up to the limit of an export, in the page's language and order."""
    headings = [
        _("案件编号"),
        _("状态"),
        _("程序"),
        _("事项"),
        _("渠道"),
        _("项目编码"),
        _("项目名称"),
        _("企业"),
        _("反映的用人单位"),
        _("地区"),
        _("行业"),
        _("人数"),
        _("反映金额（元）"),
        _("核实金额（元）"),
        _("协议金额（元）"),
        _("到账金额（元）"),
        _("集体"),
        _("有打击报复"),
        _("承办单位"),
        _("首问负责人"),
        _("接收时间"),
        _("到期时间"),
        _("期限"),
        _("办结时间"),
    ]
    name = _("案件清单-%(day)s") % {"day": civil_date(at).isoformat()}
    return export(form=form, name=name, headings=headings, rows=islice(_lines(parts, at), READ))


def _lines(parts: Sequence[QuerySet[Case]], at: datetime) -> Iterator[list[Cell]]:
    yes = _("是")
    for part in parts:
        for row in with_matter(part)[:READ].iterator(chunk_size=2000):
            yield [
                shown(row.number),
                words.state(row.state),
                str(words.LANES.get(row.lane, row.lane)),
                str(words.MATTERS.get(row.matter, row.matter)),
                str(words.DOORS.get(row.door, row.door)),
                row.project.code if row.project else "",
                row.project.name if row.project else "",
                row.enterprise.name if row.enterprise else "",
                row.employer,
                tags.region_path(row.region_code),
                tags.word(row.industry, "industry") if row.industry else "",
                row.people,
                yuan(row.claimed_fen),
                yuan(row.verified_fen),
                yuan(row.agreed_fen),
                yuan(row.received_fen),
                yes if row.collective else "",
                yes if row.retaliation else "",
                row.unit.name if row.unit else "",
                person(row.owner),
                row.opened_at,
                row.due_at,
                words.deadline(row, at)[0],
                row.ended_at,
            ]
