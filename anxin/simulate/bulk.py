"""The plan set by set, for provinces too big to go through the doors row by row.

The same facts end in the same ledger: registry rows are written in bulk, people and rosters through
``registry.bulk``, facts straight into the durable inbox in large batches. What admission would refuse does not occur
in a plan; a test holds the two paths against each other.
"""

from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Any

import numpy as np
from django.db import models, transaction
from django.db.models import Max

from anxin.registry.actions import FIRST_TEAM_NUMBER, card_token, industry_of
from anxin.registry.bulk import EngagementLine, WorkerLine, engage_many, move_many, register_workers
from anxin.registry.models import (
    AccountUse,
    ArrearsReport,
    Deposit,
    Enterprise,
    JointInspection,
    LabourClerk,
    NoticeBoard,
    Participation,
    Pause,
    Project,
    StatusChange,
    Team,
    WageAccount,
)
from anxin.simulate import names, numbers
from anxin.simulate.bulk_facts import send_facts
from anxin.simulate.doors import APPROVER, BANK, BANK_NAME, LABOUR_FEE_RATIO, Loaded, company_name, contact, day
from anxin.simulate.plan import Province
from anxin.simulate.site import NEVER, Site
from anxin.vault.fields import blind, seal_text

SITES_AT_ONCE = 500


def load(
    province: Province,
    *,
    at: datetime,
    a_day: int,
    progress: Callable[[int, int], None] | None = None,
    each: Callable[[Site, Loaded], None] | None = None,
    with_facts: bool = True,
) -> Loaded:
    """Write every site. ``each`` is called with a site once it is in; ``with_facts`` off writes the registry only.

    Raises ValueError when a project of this seed is there already.
    """
    loaded = Loaded()
    chunk: list[Site] = []
    for done, site in enumerate(province.each(), start=1):
        chunk.append(site)
        if len(chunk) == SITES_AT_ONCE or done == len(province.drafts):
            with transaction.atomic():
                _write(chunk, province, loaded, at, a_day, with_facts)
            for written in chunk:
                if each is not None:
                    each(written, loaded)
            chunk = []
            if progress is not None:
                progress(done, len(province.drafts))
    return loaded


def _write(sites: list[Site], province: Province, loaded: Loaded, at: datetime, a_day: int, with_facts: bool) -> None:
    if Project.objects.filter(code__in=[s.code for s in sites]).exists():
        raise ValueError("This province has been simulated here already; choose another seed.")
    firms = _enterprises(sites, loaded, at)
    projects = _projects(sites, firms, loaded, at)
    _hangs_on(sites, projects, firms, at)
    accounts = _accounts(sites, projects, firms)
    teams = _teams(sites, projects, firms, at)
    tokens = _rosters(sites, projects, firms, teams, loaded, at)
    if with_facts:
        send_facts(sites, province, projects, accounts, teams, tokens, loaded, at, a_day)


def _create(model: type[models.Model], rows: Iterable[Any]) -> None:
    model._default_manager.bulk_create(rows, batch_size=500)


def _enterprises(sites: list[Site], loaded: Loaded, at: datetime) -> dict[int, int]:
    wanted: dict[int, str] = {}
    for site in sites:
        for index in (site.contractor, site.developer, site.subcontractor):
            wanted.setdefault(index, site.region)
    fresh = [index for index in wanted if index not in loaded.enterprises]
    codes = {numbers.credit_code(index): index for index in fresh}
    Enterprise.objects.bulk_create(
        [
            Enterprise(code=code, name=company_name(index), region_code=wanted[index][:4] + "00", recorded_at=at)
            for code, index in codes.items()
        ],
        ignore_conflicts=True,
        batch_size=500,
    )
    every = list(codes)
    for start in range(0, len(every), 900):
        for pk, code in Enterprise.objects.filter(code__in=every[start : start + 900]).values_list("id", "code"):
            loaded.enterprises[codes[code]] = pk
    return loaded.enterprises


def _projects(sites: list[Site], firms: dict[int, int], loaded: Loaded, at: datetime) -> dict[int, int]:
    rows, changes = [], []
    for site in sites:
        (registered, _), (since, status) = site.status[0], site.status[-1]
        rows.append(
            Project(
                code=site.code,
                name=site.name,
                region_code=site.region,
                category=site.category,
                industry=industry_of(site.category),
                investment=site.investment,
                status=status,
                status_since=date.fromordinal(since),
                started_on=day(site.started) if status != "approved" else None,
                completed_on=date.fromordinal(since) if status == "completed" else None,
                contractor_id=firms[site.contractor],
                developer_id=firms[site.developer],
                contract_price_fen=site.price_fen,
                invest_fen=site.price_fen * 13 // 10,
                pay_day=site.pay_day,
                labour_fee_ratio=LABOUR_FEE_RATIO,
                contact_name=contact(site),
                registered_on=date.fromordinal(registered),
                recorded_at=at,
            )
        )
    _create(Project, rows)
    ids = dict(Project.objects.filter(code__in=[s.code for s in sites]).values_list("code", "id"))
    for site in sites:
        loaded.projects[site.index] = ids[site.code]
        old = ""
        for on, status in site.status:
            changes.append(
                StatusChange(
                    project_id=ids[site.code],
                    old=old,
                    new=status,
                    changed_on=date.fromordinal(on),
                    source="simulate",
                    recorded_at=at,
                )
            )
            old = status
    _create(StatusChange, changes)
    return loaded.projects


def _hangs_on(sites: list[Site], projects: dict[int, int], firms: dict[int, int], at: datetime) -> None:
    parts, deposits, boards, clerks, checks, pauses = [], [], [], [], [], []
    for site in sites:
        project = projects[site.index]
        for index, role in ((site.contractor, "009"), (site.developer, "008"), (site.subcontractor, "006")):
            parts.append(
                Participation(
                    project_id=project,
                    enterprise_id=firms[index],
                    role=role,
                    entered_on=date.fromordinal(site.started),
                    recorded_at=at,
                )
            )
        for n, d in enumerate(site.deposits):
            deposits.append(
                Deposit(
                    project_id=project,
                    form=d.form,
                    amount_fen=d.amount_fen,
                    valid_from=date.fromordinal(d.valid_from),
                    valid_to=None if d.form == "cash" else date.fromordinal(d.valid_to),
                    number=f"D{site.index:05d}{n}",
                    issuer=BANK_NAME,
                    recorded_on=date.fromordinal(d.recorded),
                )
            )
        if site.board != NEVER:
            boards.append(NoticeBoard(project_id=project, posted_on=date.fromordinal(site.board)))
        if site.clerk != NEVER:
            clerks.append(
                LabourClerk(
                    project_id=project,
                    name=names.person(site.index * 11 + 3)[0],
                    phone_sealed=seal_text(numbers.phone(site.index)),
                    since_on=date.fromordinal(site.clerk),
                )
            )
        if site.inspection != NEVER:
            checks.append(JointInspection(project_id=project, done_on=date.fromordinal(site.inspection)))
        for first, last, reason in site.pauses:
            pauses.append(
                Pause(
                    project_id=project,
                    from_on=date.fromordinal(first),
                    until_on=date.fromordinal(last),
                    reason=reason,
                    approved_by=APPROVER,
                )
            )
    for model, rows in (
        (Participation, parts),
        (Deposit, deposits),
        (NoticeBoard, boards),
        (LabourClerk, clerks),
        (JointInspection, checks),
        (Pause, pauses),
    ):
        _create(model, rows)


def _accounts(sites: list[Site], projects: dict[int, int], firms: dict[int, int]) -> dict[int, int]:
    """Wage accounts and their use; account ids by site."""
    blinds: dict[bytes, Site] = {}
    rows = []
    for site in sites:
        if site.account is None:
            continue
        number = numbers.account(site.account.index)
        key = blind("account", number)
        blinds[key] = site
        rows.append(
            WageAccount(
                number_blind=key,
                number_sealed=seal_text(number),
                holder=f"{company_name(site.contractor)}{site.name}农民工工资专用账户",
                bank_code=BANK,
                bank_name=BANK_NAME,
                opened_on=date.fromordinal(site.account.opened),
                verified=site.account.verified,
                verify_reason=site.account.reason,
            )
        )
    _create(WageAccount, rows)
    ids: dict[int, int] = {}
    uses = []
    for pk, found in WageAccount.objects.filter(number_blind__in=list(blinds)).values_list("id", "number_blind"):
        site = blinds[bytes(found)]
        assert site.account is not None
        ids[site.index] = pk
        uses.append(
            AccountUse(
                account_id=pk,
                project_id=projects[site.index],
                enterprise_id=firms[site.contractor],
                uploaded_on=date.fromordinal(site.account.uploaded),
                agreement_on=day(site.account.agreement),
            )
        )
    _create(AccountUse, uses)
    return ids


def _teams(
    sites: list[Site], projects: dict[int, int], firms: dict[int, int], at: datetime
) -> dict[int, list[tuple[int, int]]]:
    """(id, number) of each site's teams."""
    number = Team.objects.aggregate(last=Max("number"))["last"] or FIRST_TEAM_NUMBER
    rows = []
    for site in sites:
        for t in range(site.teams):
            number += 1
            rows.append(
                Team(
                    number=number,
                    project_id=projects[site.index],
                    enterprise_id=firms[site.subcontractor],
                    name=names.team(t),
                    entered_on=day(site.first_entry),
                    recorded_at=at,
                )
            )
    _create(Team, rows)
    ids = dict(Team.objects.filter(project_id__in=[projects[s.index] for s in sites]).values_list("number", "id"))
    found: dict[int, list[tuple[int, int]]] = {}
    for row in rows:
        found.setdefault(row.project_id, []).append((ids[row.number], row.number))
    return {site.index: found.get(projects[site.index], []) for site in sites}


def _rosters(
    sites: list[Site],
    projects: dict[int, int],
    firms: dict[int, int],
    teams: dict[int, list[tuple[int, int]]],
    loaded: Loaded,
    at: datetime,
) -> dict[int, np.ndarray]:
    """Workers, engagements, comings and goings; the card tokens of each site's roster."""
    indices = np.concatenate([s.first_worker + np.arange(s.workers, dtype=np.int64) for s in sites])
    lines = []
    for index, number in zip(indices.tolist(), numbers.identities(indices), strict=True):
        name, gender = names.person(index)
        lines.append(WorkerLine(id_number=number, name=name, gender=gender))
    ids = iter(register_workers(lines=lines, at=at))
    engagements, moves, reports = [], [], []
    tokens: dict[int, np.ndarray] = {}
    for site in sites:
        project = projects[site.index]
        people = loaded.workers[site.index] = [next(ids) for _ in range(site.workers)]
        cards = [numbers.card(int(c)) for c in site.card]
        tokens[site.index] = np.array([card_token(c) for c in cards], dtype=object)
        for i, worker in enumerate(people):
            engagements.append(_line(site, i, project, worker, firms, teams[site.index], cards[i]))
            team = teams[site.index][int(site.team[i])][0]
            for kind, on in (("in", int(site.entered[i])), ("out", int(site.left[i]))):
                if on:
                    moves.append((project, worker, team, date.fromordinal(on), kind))
        for n, report in enumerate(site.reports):
            reports.append(
                ArrearsReport(
                    project_id=project,
                    number=f"R{site.code}{n}",
                    reported_on=date.fromordinal(report.reported),
                    worker_id=people[report.worker],
                    plain=report.plain,
                    handled_since=day(report.handled),
                    closed_on=day(report.closed),
                )
            )
    engage_many(lines=engagements, at=at)
    move_many(moves=moves, at=at)
    _create(ArrearsReport, reports)
    return tokens


def _line(
    site: Site,
    i: int,
    project: int,
    worker: int,
    firms: dict[int, int],
    teams: list[tuple[int, int]],
    card: str,
) -> EngagementLine:
    team = int(site.team[i])
    signed = day(site.contract[i])
    return EngagementLine(
        project_id=project,
        worker_id=worker,
        enterprise_id=firms[site.subcontractor],
        team_id=teams[team][0],
        trade=names.TRADES[team % len(names.TRADES)],
        is_leader=i % 24 == 0,
        entered_on=day(site.entered[i]),
        left_on=day(site.left[i]),
        settled_on=day(site.settled[i]),
        confirmed_on=day(site.confirmed[i]),
        contract_kind="0" if signed else "",
        contract_from=signed,
        contract_until=date(signed.year + 2, 12, 31) if signed else None,
        unit_price_fen=int(site.rate_fen[i]),
        card_number=card,
        bank_code=BANK,
        insured=True,
    )
