"""The Linfen of the first seed: a site of Yaodu whose subcontractor owes nine workers 100,000 yuan, and people
around it."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from anxin.intake.admit import admit
from anxin.intake.rows import Arrival, PayrollRow, SwipeRow
from anxin.law.civil import SHANGHAI
from anxin.ledger.sealing import seal
from anxin.people.models import Organisation, User
from anxin.registry import actions
from anxin.registry.models import Engagement, Participation, Project
from tests.people import CONTRACTOR, identity, make_project, make_worker
from tests.portal.site import make_user

MONDAY = datetime(2026, 4, 20, 9, tzinfo=SHANGHAI)
YAODU, LINFEN = "141002", "141000"
MONTH = "2026-03"
WORKERS = 9
# Eight with 11,000 yuan, the foreman with 12,000: 100,000 together.
SUMS = [1_200_000] + [1_100_000] * (WORKERS - 1)
TOTAL = 10_000_000
# Not enough for all: the county's emergency fund pays the rest.
DEPOSIT, FUND = 6_000_000, 20_000_000
ACCOUNT = "990014100210020001"
CARD = "62220200141002000"
SUB = "91140000MOCK000077"
SHORT = timedelta(minutes=10)


@dataclass
class Linfen:
    """The site with its nine people, and who deals with it."""

    project: Project
    crew: list[Engagement]
    county: Organisation
    officer: User
    second: User
    chief: User

    def phone(self, n: int) -> str:
        """The n-th worker's phone, from 1."""
        return f"1390000{n:04d}"


def make_linfen(at: datetime = MONDAY) -> Linfen:
    """Nine workers came on every working day of March; the wage sheet names what is due; nothing was paid."""
    make = Organisation.objects.create
    province = make(name="山西省人力资源和社会保障厅", kind="hr", region_code="140000")
    city = make(name="临汾市人力资源和社会保障局", kind="hr", region_code=LINFEN, parent=province)
    county = make(name="尧都区人力资源和社会保障局", kind="hr", region_code=YAODU, parent=city)
    make(name="尧都区人民政府", kind="government", region_code=YAODU)
    project = make_project(
        at, "YD2026001", name="滨河路安置房", region_code=YAODU, pay_day=15, started_on=date(2026, 2, 20)
    )
    sub = actions.upsert_enterprise(code=SUB, name="临汾测试劳务有限公司", at=at)
    for code, role in ((CONTRACTOR, "009"), (SUB, "006")):
        firm = sub if code == SUB else project.contractor
        Participation.objects.get_or_create(
            project=project, enterprise=firm, role=role, defaults={"entered_on": date(2026, 2, 20), "recorded_at": at}
        )
    team, _ = actions.add_team(project=project, enterprise=sub, name="木工班", at=at)
    actions.record_account(project=project, number=ACCOUNT, on=date(2026, 2, 25), at=at, agreement_on=date(2026, 2, 25),
                           bank_name="测试银行临汾分行")  # fmt: skip
    actions.record_deposit(project=project, form="cash", on=date(2026, 2, 25), at=at, amount_fen=DEPOSIT)
    crew = [
        make_worker(project, n, at, team=team, enterprise=sub, contract_kind="0", card_number=f"{CARD}{n:03d}",
                    bank_name="测试银行")
        for n in range(1, WORKERS + 1)
    ]  # fmt: skip
    arrival = Arrival(source="test", at=at)
    days = [day for day in range(2, 32) if date(2026, 3, day).weekday() < 6]
    admit(
        [SwipeRow("", project.code, identity(n), datetime(2026, 3, day, hour), way)
         for n in range(1, WORKERS + 1) for day in days for hour, way in ((7, "in"), (18, "out"))],
        arrival=arrival,
    )  # fmt: skip
    admit(
        [PayrollRow("", project.code, identity(n), MONTH, "S1", due_fen=SUMS[n - 1], paid_fen=0)
         for n in range(1, WORKERS + 1)],
        arrival=arrival,
    )  # fmt: skip
    seal(at=at)
    return Linfen(
        project, crew, county,
        make_user("yaodu", "officer", YAODU, organisation=county),
        make_user("second", "officer", YAODU, organisation=county),
        make_user("chief", "chief", YAODU, organisation=county),
    )  # fmt: skip
