"""Telling which person a row means: by document number, or by name with company, team and card."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from anxin.intake.judging import IDENTITY_WORDS
from anxin.intake.sheets import cells
from anxin.intake.sheets.codes import code_of
from anxin.intake.sheets.reading import Context, Record, RowRefused
from anxin.registry.actions import card_token, identity_blind
from anxin.registry.models import Engagement, Project
from anxin.vault.fields import open_text
from anxin.vault.identity import RESIDENT, identity_problem, normal_identity


def identity(record: Record) -> tuple[str, str]:
    """Document type and number of a row; ("01", "") for a blank. Raises RowRefused for a number that cannot be."""
    id_type = code_of("document", record.raw("idCardType")) or RESIDENT
    number = normal_identity(record.read("idCardNumber", cells.long_number))
    if number:
        problem = identity_problem(number, id_type)
        if problem:
            zh, en = IDENTITY_WORDS[problem]
            raise RowRefused(record.title("idCardNumber"), zh.rstrip("!"), en)
    return id_type, number


@dataclass(frozen=True, slots=True)
class Known:
    """A person on a project's roster, as far as matching needs it."""

    engagement_id: int
    worker_id: int
    id_type: str
    id_sealed: bytes
    company_code: str
    company: str
    team: str
    team_no: int | None
    card_token: str


class Roster:
    """A project's roster by name and card, fetched once a file."""

    def __init__(self, project: Project) -> None:
        self.by_name: dict[str, list[Known]] = defaultdict(list)
        self.by_card: dict[str, list[Known]] = defaultdict(list)
        self.teams: dict[tuple[str, str], int] = {}
        rows: Any = Engagement.objects.filter(project=project).values_list(
            "id", "worker_id", "worker__id_type", "worker__id_sealed", "enterprise__code", "enterprise__name",
            "team__name", "team__number", "card_token", "worker__name",
        )  # fmt: skip
        for pk, worker, id_type, sealed, code, company, team, team_no, token, name in rows:
            person = Known(
                pk, worker, id_type, bytes(sealed), code or "", company or "", team or "", team_no, token or ""
            )
            self.by_name[cells.text(name)].append(person)
            if person.card_token:
                self.by_card[person.card_token].append(person)

    def find(self, *, name: str, company_code: str, company: str, team: str, card: str) -> tuple[Known | None, int]:
        """The one person who fits best, and how many fit equally well.

        A card together with its holder's name decides; else the name, narrowed by team and company.
        """
        token = card_token(card)
        if token:
            holders = self.by_card.get(token, [])
            named = [p for p in holders if p in self.by_name.get(name, [])] if name else holders
            if len(named) == 1:
                return named[0], 1
        people = self.by_name.get(name, []) if name else []
        for wanted, of in ((team, "team"), (company_code, "company_code"), (company, "company")):
            if wanted and len(people) > 1:
                narrowed = [p for p in people if getattr(p, of) == wanted]
                people = narrowed or people
        return (people[0] if len(people) == 1 else None), len(people)


def roster_of(project: Project, context: Context) -> Roster:
    """The project's roster, read once a file."""
    rosters: dict[int, Roster] = context.memo.setdefault("rosters", {})
    if project.pk not in rosters:
        rosters[project.pk] = Roster(project)
    return rosters[project.pk]


def find_person(record: Record, project: Project, context: Context, *, card: str = "") -> tuple[str, str]:
    """Document type and number of the person a row without a number means; ("01", "") when only the card can tell
    later. Raises RowRefused when the name fits nobody, or several."""
    name = record.text("workerName")
    person, fitting = roster_of(project, context).find(
        name=name,
        company_code=record.text("corpCode"),
        company=record.text("corpName"),
        team=record.text("teamName") or record.team,
        card=card,
    )
    if person is not None:
        return person.id_type, open_text(person.id_sealed)
    if fitting > 1:
        raise RowRefused(
            record.title("workerName"),
            "花名册中有多名同名工人，请补填证件号码",
            "several workers have this name; add the identity number",
        )
    if card and name and card_token(card) in roster_of(project, context).by_card:
        raise RowRefused(
            record.title("payRollBankCardNumber"),
            "此卡在花名册中登记在他人名下，请核对或补填证件号码",
            "is another worker's card on the roster; check it or add the identity number",
        )
    if card:
        return RESIDENT, ""
    raise RowRefused(
        record.title("workerName"),
        "花名册中没有此人，且未填证件号码，请补填",
        "is not on the roster, and there is no identity number; add it",
    )


def team_number(name: str, project: Project, context: Context) -> int | None:
    """The registered number of a project's team, by name; None when there is none (or two of that name)."""
    teams: dict[tuple[int, str], list[int]] | None = context.memo.get("teams")
    if teams is None or (project.pk, "") not in teams:
        teams = context.memo.setdefault("teams", {})
        teams[(project.pk, "")] = []
        for team, number in project.teams.values_list("name", "number"):
            teams.setdefault((project.pk, team), []).append(number)
    numbers = teams.get((project.pk, name), []) if name else []
    return numbers[0] if len(numbers) == 1 else None


def engagements_of(people: Iterable[tuple[Project, str, str]]) -> dict[tuple[int, bytes], Any]:
    """(project, identity blind) → engagement id and worker id, for people given by (project, type, number)."""
    keys = {identity_blind(number, id_type) for _, id_type, number in people}
    found: dict[tuple[int, bytes], Any] = {}
    listed = list(keys)
    for start in range(0, len(listed), 900):
        rows = Engagement.objects.filter(worker__id_blind__in=listed[start : start + 900])
        for project, key, pk, worker in rows.values_list("project_id", "worker__id_blind", "id", "worker_id"):
            found[(project, bytes(key))] = (pk, worker)
    return found
