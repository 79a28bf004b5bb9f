"""One call while it is being handled: who sends, what it may touch, what became of its rows."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet

from anxin.intake import held
from anxin.intake.judging import IDENTITY_WORDS, may_send
from anxin.intake.models import Receipt, Sender
from anxin.intake.national import signing
from anxin.intake.national.fields import Fields
from anxin.intake.national.replies import NO_ACCESS, NOT_OWN, OUT_OF_RANGE, Refused, refuse
from anxin.intake.rows import Arrival, Fault
from anxin.law.civil import civil_date
from anxin.people.access import region_prefix
from anxin.registry.models import Project, Team
from anxin.vault.identity import RESIDENT, identity_problem, normal_identity


@dataclass(slots=True)
class Call:
    """A verified call. ``secret`` is the one its signature was made with."""

    sender: Sender
    secret: str = field(repr=False)
    method: str
    at: datetime
    receipt: Receipt | None = None

    @property
    def today(self) -> date:
        """The civil date of arrival."""
        return civil_date(self.at)

    @property
    def source(self) -> str:
        """Who said it, for the registry's and the inbox's records."""
        return f"national:{self.sender.appid}"[:64]

    def arrival(self) -> Arrival:
        """Where the rows came from, for admission."""
        return Arrival(source=self.source, at=self.at, sender=self.sender, receipt=self.receipt)

    def setting(self, name: str, default: Any) -> Any:
        """One of the sender's settings (``intake.models.Sender``)."""
        value = self.sender.settings.get(name)
        return default if value is None else value


@dataclass(slots=True)
class Outcome:
    """What became of one business object: rows taken, rows not taken, what was there already, the answer."""

    accepted: int = 0
    faults: list[Fault] = field(default_factory=list)
    already: list[str] = field(default_factory=list)
    result: Any = None

    def refuse(self, refused: Refused, row: Fields | dict[str, Any], project_code: str = "") -> None:
        """Set a row aside, with its reason."""
        raw = row.raw if isinstance(row, Fields) else row
        self.faults.append(
            Fault(
                place=refused.place,
                reason=refused.reason,
                reason_en=refused.reason_en,
                row=dict(raw),
                project_code=project_code,
            )
        )


def own_projects(sender: Sender) -> QuerySet[Project]:
    """The projects a sender may speak for."""
    if sender.project_id is not None:
        return Project.objects.filter(pk=sender.project_id)
    if sender.region_code:
        return Project.objects.filter(region_code__startswith=region_prefix(sender.region_code))
    return Project.objects.all()


def foreign(field_name: str = "projectCode") -> Refused:
    """The refusal of what belongs to somebody else."""
    return refuse(field_name, NOT_OWN, "is not this sender's", code=NO_ACCESS)


def find_project(call: Call, item: Fields) -> tuple[str, Project | None]:
    """Code and, when registered, project of an object; an account bound to one project may leave the code out.

    Raises Refused when the code is missing or the project is not the sender's.
    """
    code = item.text("projectCode", limit=64)
    if call.sender.project_id is not None:
        # Read again: the sender's own copy may be as old as the sender in this process.
        bound = Project.objects.select_related("contractor").get(pk=call.sender.project_id)
        if code and code != bound.code:
            raise foreign()
        return bound.code, bound
    if not code:
        code = item.need("projectCode")
    project = Project.objects.select_related("contractor").filter(code=code).first()
    if project is not None and not may_send(call.sender, project):
        raise foreign()
    return code, project


def need_project(call: Call, item: Fields) -> Project:
    """The registered project of an object."""
    _, project = find_project(call, item)
    if project is None:
        raise refuse("projectCode", "项目不存在,请先上报项目!", "is not registered; send the project first")
    return project


def find_team(project: Project, item: Fields) -> Team | None:
    """The team of an object by number, or else by name; None when it names none.

    Raises Refused when it names one that the project does not have.
    """
    number, name = item.team_number(), item.text("teamName", limit=100)
    teams = Team.objects.select_related("enterprise").filter(project=project)
    if number is not None:
        found = teams.filter(number=number).first()
        if found is not None:
            return found
    if name:
        named = list(teams.filter(name=name)[:2])
        code = item.text("corpCode", limit=32)
        if len(named) > 1 and code:
            named = [team for team in teams.filter(name=name) if team.enterprise.code == code]
        if len(named) == 1:
            return named[0]
    if number is None and not name:
        return None
    raise refuse("teamSysNo", OUT_OF_RANGE, "is not a team of this project; send the team first")


def plain(call: Call, item: Fields, *names: str) -> str:
    """An AES field in clear; empty when not sent. A number sent in clear is taken as it is."""
    value = item.text(*names, limit=1000)
    if not value:
        return ""
    try:
        return signing.decrypt(value, call.secret).strip()
    except ValueError:
        if len(value) <= 30 and value.isascii() and value.isalnum():
            return value
        raise refuse(names[0], "解密失败!", "cannot be decrypted with this account's secret") from None


def id_type_of(item: Fields, *names: str) -> str:
    """Type of an identity document, two digits; the resident card when not sent."""
    found = item.text(*(names or ("idCardType",)), limit=4)
    return found.zfill(2) if found else RESIDENT


def identity(call: Call, item: Fields) -> tuple[str, str]:
    """Identity number (in its normal spelling) and document type of a person."""
    item.need("idCardNumber", "idNumber", limit=1000)
    number = normal_identity(plain(call, item, "idCardNumber", "idNumber"))
    id_type = id_type_of(item)
    problem = identity_problem(number, id_type)
    if problem:
        raise refuse("idCardNumber", *IDENTITY_WORDS[problem])
    return number, id_type


def in_clear(call: Call, row: Fields, number: str = "") -> dict[str, Any]:
    """A row as it is kept when it is not taken: without pictures, the identity number readable under the seal."""
    kept = {name: value for name, value in row.raw.items() if not isinstance(value, str) or len(value) <= 1000}
    if number:
        for name in list(kept):
            if name.lower() in {"idcardnumber", "idnumber"}:
                kept[name] = number
    return kept


def hold_call(call: Call, refused: Refused, *, kind: str, data: object) -> int:
    """Keep what a call carried that was refused as a whole, row by row. Answers how many rows were kept."""
    faults: list[Fault] = []
    for item in data if isinstance(data, list) else [data]:
        fields = Fields(item) if isinstance(item, dict) else Fields({"data": str(item)[:1000]})
        code = fields.text("projectCode", limit=64)
        rows = next((v for v in fields.raw.values() if isinstance(v, list) and v and isinstance(v[0], dict)), None)
        head = {name: value for name, value in in_clear(call, fields).items() if not isinstance(value, list | dict)}
        for row in _rows_of(call, rows, head):
            faults.append(
                Fault(
                    place=refused.place,
                    reason=refused.reason,
                    reason_en=refused.reason_en,
                    row=row,
                    project_code=code,
                )
            )
    project = Project.objects.filter(code=faults[0].project_code).first() if faults else None
    held.hold(kind=kind, faults=faults[:500], arrival=call.arrival(), project=project or call.sender.project)
    return len(faults)


def _rows_of(call: Call, rows: list[Any] | None, head: dict[str, Any]) -> Iterable[dict[str, Any]]:
    if rows is None:
        return [head]
    return [{**head, **in_clear(call, Fields(row))} for row in rows if isinstance(row, dict)]
