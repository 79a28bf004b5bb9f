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

Context = Callable[[Case, User, datetime], dict[str, Any] | None]


@dataclass(frozen=True)
class Section:
    """``key``: anchor on the page. ``side``: in the narrow column, else in the wide one."""

    key: str
    template: str
    context: Context
    side: bool = False


# One line a section, in the order they are shown.
SECTIONS: list[Section] = []
