"""A site with a month behind it, for the pages: four workers of March 2026, one paid, one refused by the bank, one
without a payroll line, one paid who never came."""

from dataclasses import dataclass
from datetime import date, datetime

from anxin.intake.admit import admit
from anxin.intake.rows import Arrival, MovementRow, PaymentRow, PayrollRow, SwipeRow
from anxin.ledger.sealing import seal
from anxin.people.models import User
from anxin.registry import actions
from anxin.registry.models import Engagement, Project
from tests.people import identity, make_project, make_team, make_worker

ACCOUNT = "990011112222333344"
CARD = "6222020000000000"
PASSWORD = "a long enough word"


@dataclass(frozen=True)
class Site:
    project: Project
    paid: Engagement
    failed: Engagement
    forgotten: Engagement
    ghost: Engagement


def make_site(at: datetime, code: str = "P1", **fields) -> Site:
    project = make_project(at, code, **fields)
    team = make_team(project, at)
    actions.record_account(
        project=project, number=ACCOUNT, on=date(2026, 3, 3), at=at, agreement_on=date(2026, 3, 3), bank_name="测试银行"
    )
    actions.record_deposit(
        project=project, form="guarantee", on=date(2026, 3, 3), at=at, amount_fen=30_000_000, valid_to=date(2027, 3, 3)
    )
    workers = [
        make_worker(project, n, at, team=team, contract_kind="0", card_number=f"{CARD}{n:03d}", phone_sealed=None)
        for n in range(1, 5)
    ]
    arrival = Arrival(source="test", at=at)

    def swipes(number: int, days: range) -> list[SwipeRow]:
        return [
            SwipeRow("", code, identity(number), datetime(2026, 3, day, hour), direction)
            for day in days
            for hour, direction in ((7, "in"), (18, "out"))
        ]

    admit([*swipes(1, range(2, 12)), *swipes(2, range(2, 8)), *swipes(3, range(2, 5))], arrival=arrival)
    lines = [PayrollRow("", code, identity(n), "2026-03", "S1", due_fen=500_000, paid_fen=0) for n in (1, 2, 4)]
    admit(lines, arrival=arrival)
    money = [
        PaymentRow("", f"R{n}", 500_000, status, date(2026, 4, 10), code, ACCOUNT, identity(n), month="2026-03",
                   reason="账号户名不符" if status == "failed" else "")
        for n, status in ((1, "paid"), (2, "failed"), (4, "paid"))
    ]  # fmt: skip
    admit(money, arrival=arrival)
    admit(
        [MovementRow("", "M1", date(2026, 4, 9), ACCOUNT, "credit", "labour_fee", 2_000_000, 2_000_000)],
        arrival=arrival,
    )
    seal(at=at)
    return Site(project, *workers)


def make_user(
    name: str = "officer", role: str = "officer", region: str = "140100", project: str = "", **fields
) -> User:
    return User.objects.create_user(
        name, password=PASSWORD, role=role, region=region, project=project, display_name=f"测试{name}", **fields
    )
