"""The plan through the doors: registry actions, and intake rows through admission, one site at a time."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import transaction

from anxin.intake.admit import admit
from anxin.intake.models import Sender
from anxin.intake.rows import Arrival, FactRow, MovementRow, PaymentRow, PayrollRow, SwipeRow
from anxin.registry import actions
from anxin.registry.models import Engagement, Enterprise, Project
from anxin.simulate import facts, names, numbers
from anxin.simulate.plan import CONTRACTOR, DEVELOPER, SUBCONTRACTOR, Province
from anxin.simulate.site import NEVER, Site, Span

BANK = "102"
BANK_NAME = "模拟银行"
APPROVER = "县住房和城乡建设局"
LABOUR_FEE_RATIO = 0.2


@dataclass
class Loaded:
    """What has gone in: project ids by site, worker ids by roster place, rows admitted, rows held."""

    projects: dict[int, int] = field(default_factory=dict)
    workers: dict[int, list[int]] = field(default_factory=dict)
    enterprises: dict[int, int] = field(default_factory=dict)
    rows: int = 0
    held: int = 0


def day(ordinal: int) -> date | None:
    """A civil date; None for never."""
    return None if ordinal == NEVER else date.fromordinal(int(ordinal))


def contact(site: Site) -> str:
    """The invented person to call at a site."""
    return names.person(site.index * 7)[0]


def company_name(index: int) -> str:
    """The name of an invented enterprise of the plan."""
    if index >= SUBCONTRACTOR:
        return names.company(index - SUBCONTRACTOR, "建筑劳务有限公司")
    if index >= DEVELOPER:
        return names.company(index - DEVELOPER, "投资开发有限公司")
    return names.company(index - CONTRACTOR, "建设工程有限公司")


def load(
    province: Province,
    *,
    at: datetime,
    a_day: int,
    progress: Callable[[int, int], None] | None = None,
    each: Callable[[Site, Loaded], None] | None = None,
) -> Loaded:
    """Send every site through the doors. ``each`` is called with a site once it is in."""
    loaded = Loaded()
    for done, site in enumerate(province.each(), start=1):
        with transaction.atomic():
            project, engagements = _register(site, province.time, loaded, at)
            _send(site, province, project, engagements, loaded, at, a_day)
        if each is not None:
            each(site, loaded)
        if progress is not None:
            progress(done, len(province.drafts))
    return loaded


def _enterprise(index: int, region: str, at: datetime) -> Enterprise:
    return actions.upsert_enterprise(
        code=numbers.credit_code(index), name=company_name(index), at=at, region_code=region[:4] + "00"
    )


def _register(site: Site, time: Span, loaded: Loaded, at: datetime) -> tuple[Project, list[Engagement]]:
    contractor = _enterprise(site.contractor, site.region, at)
    developer = _enterprise(site.developer, site.region, at)
    labour = _enterprise(site.subcontractor, site.region, at)
    project = None
    for on, status in site.status:
        project, _ = actions.upsert_project(
            code=site.code,
            at=at,
            on=date.fromordinal(on),
            source="simulate",
            name=site.name,
            region_code=site.region,
            category=site.category,
            investment=site.investment,
            status=status,
            started_on=day(site.started) if status != "approved" else None,
            completed_on=date.fromordinal(on) if status == "completed" else None,
            contractor=contractor,
            developer=developer,
            contract_price_fen=site.price_fen,
            invest_fen=site.price_fen * 13 // 10,
            pay_day=site.pay_day,
            labour_fee_ratio=LABOUR_FEE_RATIO,
            contact_name=contact(site),
        )
    assert project is not None
    loaded.projects[site.index] = project.pk
    loaded.enterprises[site.contractor] = contractor.pk
    for company, role in ((contractor, "009"), (developer, "008"), (labour, "006")):
        actions.upsert_participation(
            project=project, enterprise=company, at=at, role=role, entered_on=date.fromordinal(site.started)
        )
    _institutions(site, project, contractor, at)
    return project, _roster(site, project, labour, loaded, at)


def _institutions(site: Site, project: Project, contractor: Enterprise, at: datetime) -> None:
    if site.account is not None:
        account = site.account
        actions.record_account(
            project=project,
            number=numbers.account(account.index),
            on=date.fromordinal(account.uploaded),
            at=at,
            enterprise=contractor,
            agreement_on=day(account.agreement),
            holder=f"{contractor.name}{site.name}农民工工资专用账户",
            bank_code=BANK,
            bank_name=BANK_NAME,
            opened_on=date.fromordinal(account.opened),
            verified=account.verified,
            verify_reason=account.reason,
        )
    for number, deposit in enumerate(site.deposits):
        actions.record_deposit(
            project=project,
            form=deposit.form,
            on=date.fromordinal(deposit.recorded),
            at=at,
            amount_fen=deposit.amount_fen,
            valid_from=date.fromordinal(deposit.valid_from),
            valid_to=None if deposit.form == "cash" else date.fromordinal(deposit.valid_to),
            number=f"D{site.index:05d}{number}",
            issuer=BANK_NAME,
        )
    if site.board != NEVER:
        actions.record_board(project=project, posted_on=date.fromordinal(site.board), at=at)
    if site.clerk != NEVER:
        actions.appoint_clerk(
            project=project,
            name=names.person(site.index * 11 + 3)[0],
            since_on=date.fromordinal(site.clerk),
            at=at,
            phone=numbers.phone(site.index),
        )
    if site.inspection != NEVER:
        actions.record_inspection(project=project, done_on=date.fromordinal(site.inspection), at=at)
    for first, last, reason in site.pauses:
        actions.record_pause(
            project=project,
            from_on=date.fromordinal(first),
            until_on=date.fromordinal(last),
            reason=reason,
            approved_by=APPROVER,
            at=at,
        )


def _roster(site: Site, project: Project, labour: Enterprise, loaded: Loaded, at: datetime) -> list[Engagement]:
    teams = [
        actions.add_team(
            project=project, enterprise=labour, name=names.team(t), at=at, entered_on=day(site.first_entry)
        )[0]
        for t in range(site.teams)
    ]
    engagements = []
    for i in range(site.workers):
        index = site.first_worker + i
        name, gender = names.person(index)
        worker = actions.register_worker(
            id_number=numbers.identity(index), id_type="01", name=name, at=at, gender=gender
        )
        signed = day(site.contract[i])
        engagement, _ = actions.engage(
            project=project,
            worker=worker,
            at=at,
            enterprise=labour,
            team=teams[int(site.team[i])],
            trade=names.TRADES[int(site.team[i]) % len(names.TRADES)],
            is_leader=i % 24 == 0,
            contract_kind="0" if signed else "",
            contract_from=signed,
            contract_until=date(signed.year + 2, 12, 31) if signed else None,
            unit_price_fen=int(site.rate_fen[i]),
            card_number=numbers.card(int(site.card[i])),
            bank_code=BANK,
            insured=True,
        )
        actions.move(engagement=engagement, on=date.fromordinal(int(site.entered[i])), kind="in", at=at)
        left = day(site.left[i])
        if left is not None:
            actions.move(engagement=engagement, on=left, kind="out", at=at)
            actions.settle(
                engagement=engagement, at=at, settled_on=day(site.settled[i]), confirmed_on=day(site.confirmed[i])
            )
        engagements.append(engagement)
    loaded.workers[site.index] = [e.worker_id for e in engagements]
    for n, report in enumerate(site.reports):
        actions.record_report(
            project=project,
            number=f"R{site.code}{n}",
            reported_on=date.fromordinal(report.reported),
            at=at,
            worker=engagements[report.worker].worker,
            plain=report.plain,
            handled_since=day(report.handled),
            closed_on=day(report.closed),
        )
    return engagements


def _send(
    site: Site,
    province: Province,
    project: Project,
    engagements: list[Engagement],
    loaded: Loaded,
    at: datetime,
    a_day: int,
) -> None:
    time = province.time
    people = [numbers.identity(site.first_worker + i) for i in range(site.workers)]
    cards = [numbers.card(int(c)) for c in site.card]
    numbers_of = [e.team.number if e.team else None for e in engagements]
    sender: Sender | None = None
    arrival = Arrival(source="simulate", at=at, sender=sender)
    for k in range(time.count):
        passed = facts.swipes(site, time, k, province.seed, a_day)
        moments = passed.passed_at.astype("datetime64[s]").tolist()
        _admit(
            [
                SwipeRow(
                    place=f"[{n}]",
                    project_code=site.code,
                    id_number=people[w],
                    passed_at=moments[n],
                    direction=str(passed.direction[n]),
                    team_no=numbers_of[w],
                    way="001",
                    device=f"G{site.index}",
                )
                for n, w in enumerate(passed.worker.tolist())
            ],
            arrival,
            loaded,
        )
        _admit(
            [
                PayrollRow(
                    place=f"[{n}]",
                    project_code=site.code,
                    id_number=people[line.worker],
                    month=line.month,
                    sheet=line.sheet,
                    due_fen=line.due_fen,
                    paid_fen=line.paid_fen,
                    team_no=numbers_of[line.worker],
                    days=line.days,
                    back_pay=line.back_pay,
                    paid_on=line.paid_on,
                    card_number=cards[line.worker],
                    bank_code=BANK,
                )
                for n, line in enumerate(facts.sheet_lines(site, time, k))
            ],
            arrival,
            loaded,
        )
        _admit(_payment_rows(site, time, k, people, cards), arrival, loaded)
    _admit(
        [
            MovementRow(
                place=f"[{n}]",
                reference=m.reference,
                booked_on=m.booked_on,
                account_number=numbers.account(site.account.index if site.account else 0),
                direction=m.direction,
                kind=m.kind,
                amount_fen=m.amount_fen,
                balance_fen=m.balance_fen,
                counterparty=m.counterparty,
                project_code=site.code,
            )
            for n, m in enumerate(facts.movements(site, time))
        ],
        arrival,
        loaded,
    )


def _payment_rows(site: Site, time: Span, k: int, people: list[str], cards: list[str]) -> list[PaymentRow]:
    account = numbers.account(site.account.index) if site.account is not None else ""
    return [
        PaymentRow(
            place=f"[{n}]",
            reference=p.reference,
            amount_fen=p.amount_fen,
            status=p.status,
            paid_on=p.paid_on,
            project_code=site.code,
            account_number=account if p.route == "account" else "",
            id_number=people[p.worker],
            card_number=cards[p.worker],
            month=p.month,
            reason=p.reason,
            route=p.route,
        )
        for n, p in enumerate(facts.payouts(site, time, k))
    ]


def _admit(rows: Sequence[FactRow], arrival: Arrival, loaded: Loaded) -> None:
    outcome = admit(rows, arrival=arrival)
    loaded.rows += outcome.accepted
    loaded.held += len(outcome.faults)
