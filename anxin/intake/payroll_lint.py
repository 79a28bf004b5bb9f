"""A look at a wage sheet before it is handed in: what an officer, a bank or a rule would find in it later.

Works on a file that was read but not taken (``lint_reading``) and on what the ledger holds of a month
(``lint_month``). The limits are those of the rules that govern the project; where none does, that look is left out and
said so. Nothing here stops a sheet: the clerk may hand it in with a word.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from anxin.intake.rows import PayrollRow
from anxin.intake.sheets.imports import Reading
from anxin.intake.sheets.reading import OK, SKIPPED, WAITING
from anxin.ledger import read
from anxin.registry.actions import card_token, identity_blind
from anxin.registry.models import Engagement, Project
from anxin.rules.packs import rules_for
from anxin.rules.rule import Rule

# What is looked for, gravest first.
KINDS = (
    *("attended_unlisted", "doubled", "card_shared", "card_missing", "never_attended", "not_on_roster"),
    *("below_floor", "above_limit", "due_not_paid"),
)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a sheet as the lint sees it. ``worker_id`` None: nobody on the roster. ``paid_fen`` None: not told.

    ``key`` is the ledger's natural key without the worker: a line of the same key replaces the earlier one.
    """

    place: str
    worker_id: int | None
    name: str
    month: str
    key: tuple[int | None, str]
    due_fen: int
    paid_fen: int | None
    back_pay: bool
    card: str


@dataclass(frozen=True, slots=True)
class Issue:
    """One thing found: whose line (name masked), where, and the figures that show it."""

    kind: str
    place: str
    name: str
    month: str
    days: int | None = None
    due_fen: int | None = None
    paid_fen: int | None = None
    limit_fen: int | None = None
    others: int = 0


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit in fen with the rule it comes from."""

    fen: int
    rule: Rule


@dataclass(frozen=True)
class Lint:
    """What was found in the sheet of one or more months.

    ``floor`` and ``limit``: None where no rule of the place has one. ``mean_fen``: due a head, which the floor judges.
    """

    months: tuple[str, ...]
    lines: int
    workers: int
    due_fen: int
    issues: tuple[Issue, ...]
    floor: Limit | None
    limit: Limit | None

    @property
    def counts(self) -> dict[str, int]:
        """Kind → how many, in the order of ``KINDS``, without noughts."""
        tally = dict.fromkeys(KINDS, 0)
        for issue in self.issues:
            tally[issue.kind] += 1
        return {kind: n for kind, n in tally.items() if n}

    @property
    def mean_fen(self) -> int:
        return self.due_fen // self.workers if self.workers else 0

    @property
    def low_mean(self) -> bool:
        """Whether the sheet as a whole lies below the floor, as the rule judges it."""
        return self.floor is not None and self.workers > 0 and self.due_fen < self.floor.fen * self.workers


def lint_reading(reading: Reading, *, project: Project, as_of: date) -> Lint:
    """Look at a wage sheet that was read for a project. Refused rows are the reading's own affair."""
    people = _People(project)
    lines, repeats = [], []
    for row in reading.rows:
        if row.verdict in (OK, WAITING):
            for fact in row.item or []:
                if isinstance(fact, PayrollRow):
                    told = row.raw.get("actualAmount") not in (None, "")
                    lines.append(people.line_of(fact, row.place, told))
        elif row.verdict == SKIPPED and row.raw:
            # The reading passes over a line that repeats another word for word.
            name = str(row.raw.get("workerName") or "")
            repeats.append(Issue("doubled", row.place, name, "", others=1))
    return _lint(lines, repeats, people, project, as_of, with_ledger=True)


def lint_month(project: Project, *, month: str, as_of: date) -> Lint:
    """Look at what the ledger holds of a month's sheets."""
    people = _People(project)
    return _lint(people.sealed(month), [], people, project, as_of, months=(month,))


def limits_of(project: Project, as_of: date) -> tuple[Limit | None, Limit | None]:
    """The floor a head and the most a worker may get a month without question, by the rules of the place."""
    rules = rules_for(
        region_code=project.region_code,
        industry=project.industry,
        category=project.category,
        investment=project.investment,
        as_of=as_of,
    )
    return _limit(rules, "paid_below_floor", "floor", as_of), _limit(rules, "pay_above_limit", "month_limit", as_of)


def _limit(rules: Sequence[Rule], check: str, name: str, as_of: date) -> Limit | None:
    for rule in rules:
        yuan = rule.values_on(as_of).get(name) if rule.check == check else None
        if yuan:
            return Limit(round(yuan * 100), rule)
    return None


class _People:
    """The roster as the lint needs it: by identity, by card, and by name for the answer."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.by_blind: dict[bytes, int] = {}
        self.by_card: dict[str, set[int]] = defaultdict(set)
        self.names: dict[int, str] = {}
        self.cards: dict[int, str] = {}
        rows = Engagement.objects.filter(project=project).values_list(
            "worker_id", "worker__id_blind", "worker__name", "card_token"
        )
        for worker, key, name, token in rows:
            self.by_blind[bytes(key)] = worker
            self.names[worker], self.cards[worker] = name, token
            if token:
                self.by_card[token].add(worker)

    def line_of(self, fact: PayrollRow, place: str, told: bool) -> Line:
        token = card_token(fact.card_number)
        worker = self.by_blind.get(identity_blind(fact.id_number, fact.id_type)) if fact.id_number else None
        if worker is None and not fact.id_number and len(self.by_card.get(token, ())) == 1:
            (worker,) = self.by_card[token]
        return Line(
            place=place,
            worker_id=worker,
            name=self.names.get(worker, "") if worker is not None else "",
            month=fact.month,
            key=(fact.team_no, fact.sheet),
            due_fen=fact.due_fen,
            paid_fen=fact.paid_fen if told else None,
            back_pay=fact.back_pay,
            card=token or (self.cards.get(worker, "") if worker is not None else ""),
        )

    def sealed(self, month: str) -> list[Line]:
        return [
            Line(
                place=row["sheet"],
                worker_id=row["worker_id"],
                name=self.names.get(row["worker_id"], ""),
                month=month,
                key=(row["team_no"], row["sheet"]),
                due_fen=row["due_fen"],
                # A sheet that tells no payment is kept with nought.
                paid_fen=row["paid_fen"] or None,
                back_pay=bool(row["back_pay"]),
                card=row["card_token"] or self.cards.get(row["worker_id"], ""),
            )
            for row in read.payroll(project_id=self.project.pk, month=month).to_pylist()
        ]


def _lint(
    lines: list[Line],
    found: list[Issue],
    people: _People,
    project: Project,
    as_of: date,
    *,
    months: tuple[str, ...] = (),
    with_ledger: bool = False,
) -> Lint:
    floor, limit = limits_of(project, as_of)
    issues = list(found)
    judged = months or tuple(sorted({line.month for line in lines}))
    for month in judged:
        mine = [line for line in lines if line.month == month]
        new = {(line.worker_id, line.key) for line in mine}
        earlier = [one for one in people.sealed(month) if (one.worker_id, one.key) not in new] if with_ledger else []
        work = read.work_months(project_id=project.pk, month=month).to_pylist()
        days = {row["worker_id"]: row["days"] for row in work if row["days"]}
        issues += _heads(mine, earlier, days, people, month)
        issues += _money(mine, days, floor, limit)
    issues += _cards([line for line in lines if line.month in judged], people)
    current = [line for line in lines if not line.back_pay]
    issues.sort(key=lambda issue: (KINDS.index(issue.kind), issue.month, -(issue.days or 0), issue.place))
    return Lint(
        months=judged,
        lines=len(lines),
        workers=len({line.worker_id if line.worker_id is not None else line.place for line in current}),
        due_fen=sum(line.due_fen for line in current),
        issues=tuple(issues),
        floor=floor,
        limit=limit,
    )


def _heads(
    lines: Sequence[Line], earlier: Sequence[Line], days: Mapping[int, int], people: _People, month: str
) -> Iterable[Issue]:
    """Who is missing from the sheet, who is on it twice, and who never came."""
    listed = {line.worker_id for line in (*lines, *earlier) if not line.back_pay}
    for worker in sorted(days.keys() - listed, key=lambda one: -days[one]):
        yield Issue("attended_unlisted", "", people.names.get(worker, ""), month, days=days[worker])
    seen: dict[int, int] = defaultdict(int)
    for line in (*lines, *earlier):
        if line.worker_id is not None and not line.back_pay:
            seen[line.worker_id] += 1
    for line in lines:
        if line.worker_id is None:
            yield _issue("not_on_roster", line)
        elif not line.back_pay:
            if seen[line.worker_id] > 1:
                yield _issue("doubled", line, days=days.get(line.worker_id), others=seen[line.worker_id] - 1)
            if line.worker_id not in days and (line.due_fen or line.paid_fen):
                yield _issue("never_attended", line)


def _money(lines: Sequence[Line], days: Mapping[int, int], floor: Limit | None, limit: Limit | None) -> Iterable[Issue]:
    by_worker: dict[Any, int] = defaultdict(int)
    for line in lines:
        by_worker[line.worker_id if line.worker_id is not None else line.place] += line.due_fen
    for line in lines:
        came = days.get(line.worker_id) if line.worker_id is not None else None
        if line.paid_fen is not None and line.paid_fen != line.due_fen:
            yield _issue("due_not_paid", line, days=came)
        if line.back_pay:
            continue
        whole = by_worker[line.worker_id if line.worker_id is not None else line.place]
        if floor is not None and 0 < whole < floor.fen:
            yield _issue("below_floor", line, days=came, limit_fen=floor.fen)
        if limit is not None and whole > limit.fen:
            yield _issue("above_limit", line, days=came, limit_fen=limit.fen)


def _cards(lines: Sequence[Line], people: _People) -> Iterable[Issue]:
    """Lines without a card, and cards that stand for more than one person, on the sheet or on the roster."""
    holders: dict[str, set[Any]] = defaultdict(set)
    for line in lines:
        if line.card:
            holders[line.card].add(line.worker_id if line.worker_id is not None else line.place)
            holders[line.card] |= people.by_card.get(line.card, set())
    for line in lines:
        if not line.card:
            yield _issue("card_missing", line)
        elif len(holders[line.card]) > 1:
            yield _issue("card_shared", line, others=len(holders[line.card]) - 1)


def _issue(kind: str, line: Line, *, days: int | None = None, others: int = 0, limit_fen: int | None = None) -> Issue:
    return Issue(kind, line.place, line.name, line.month, days, line.due_fen, line.paid_fen, limit_fen, others)
