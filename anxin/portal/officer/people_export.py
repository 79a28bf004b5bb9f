"""The list of people as a file: seats and when somebody was last there, no phone and no identity number."""

from collections.abc import Iterator

from django.db.models import QuerySet
from django.http import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _

from anxin.law.civil import civil_date
from anxin.people.models import User
from anxin.portal.officer.people_words import INDUSTRIES, ROLES, STATES
from anxin.portal.ui import tags
from anxin.portal.ui.export import READ, Cell, export


def state_of(person: User) -> str:
    """active, suspended or left."""
    return "left" if person.left_at else "active" if person.is_active else "suspended"


def export_people(rows: QuerySet[User], *, form: str) -> HttpResponseBase:
    """The people of a list, who come with their organisation."""
    headings = [
        *(_("姓名"), _("用户名"), _("角色"), _("单位"), _("辖区"), _("行业"), _("项目编码"), _("状态"), _("最近登录")),
    ]

    def lines() -> Iterator[list[Cell]]:
        for person in rows[:READ].iterator(chunk_size=1000):
            yield [
                person.display_name, person.username, str(ROLES.get(person.role, person.role)),
                tags.said(person.organisation, "name") if person.organisation else "",
                tags.region_path(person.region) if person.region else "",
                str(INDUSTRIES.get(person.industry, person.industry)), person.project, str(STATES[state_of(person)]),
                person.last_login,
            ]  # fmt: skip

    name = _("人员-%(day)s") % {"day": civil_date(timezone.now()).isoformat()}
    return export(form=form, name=name, headings=headings, rows=lines())
