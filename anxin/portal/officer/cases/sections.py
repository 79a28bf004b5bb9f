"""What the page of a case is made of, from top to bottom.

A section is a template and a function that gives the template its figures: ``context(case, user, at)``. To add one,
write both and put a line into ``SECTIONS``. A function that answers None leaves its section out. Each template sees its
own figures as ``part``, and ``case``, ``user``, ``at``, ``may`` (permissions within whose bounds the case lies),
``given`` (a form that was not taken, as it was filled in) and ``number`` (groups of four) like all others.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from anxin.cases.models import Case
from anxin.people.models import User
from anxin.portal.officer.cases import evidence, papers, parts, ways
from anxin.portal.officer.credit import section as credit

Context = Callable[[Case, User, datetime], dict[str, Any] | None]


@dataclass(frozen=True)
class Section:
    """``key``: anchor on the page. ``side``: in the narrow column, else in the wide one."""

    key: str
    template: str
    context: Context
    side: bool = False


# One line a section, in the order they are shown.
SECTIONS: list[Section] = [
    Section("people", "officer/cases/people.html", parts.people_part),
    Section("evidence", "officer/cases/evidence.html", evidence.evidence_part),
    Section("ways", "officer/cases/ways.html", ways.ways_part),
    Section("backstops", "officer/cases/backstops.html", ways.backstops_part),
    Section("listing", "officer/credit/section.html", credit.listing_part),
    Section("messages", "officer/cases/messages.html", parts.messages_part),
    Section("exhibits", "officer/cases/exhibits.html", parts.exhibits_part),
    Section("tasks", "officer/cases/tasks.html", parts.tasks_part),
    Section("papers", "officer/papers/section.html", papers.papers_part),
    Section("story", "officer/cases/story.html", parts.story_part),
    Section("matter", "officer/cases/matter.html", parts.matter_part, side=True),
    Section("liable", "officer/cases/liable.html", evidence.liable_part, side=True),
    Section("claims", "officer/cases/claims.html", parts.claims_part, side=True),
]
