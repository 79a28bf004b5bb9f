"""A bank that paid more out of a fund than there was: said in words, nothing more approved, cleared in parts."""

import pytest
from django.test import Client
from django.utils import timezone

from anxin.cases.flow import CannotMove
from anxin.cases.models import Case
from anxin.people.models import Organisation
from anxin.remedies import draws, recovery
from anxin.remedies.backstops import plan
from anxin.remedies.models import Fund, Pledge
from anxin.remedies.sources import available_fen, overdrawn_fen, refused_while_overdrawn
from tests.people import make_project
from tests.portal.site import make_user
from tests.remedies.matters import Office, make_case, make_office
from tests.remedies.test_what_the_bank_paid import AT, DAY, DUE, OVERDUE, bank_says, sent

pytestmark = pytest.mark.django_db
OVER = 50_000


@pytest.fixture
def office() -> Office:
    return make_office()


@pytest.fixture
def fund(office) -> Fund:
    """A fund that had just enough, out of which the bank paid 500 yuan more."""
    unit = Organisation.objects.create(name="财政局", kind="finance", region_code="140100")
    made = Fund.objects.create(organisation=unit, region_code="140100", name="周转金")
    recovery.book(fund=made, amount_fen=DUE, on=DAY, note="拨入", by=office.chief, at=AT)
    draw = sent(made, office)
    bank_says(draw.lines.get(), "paid", DUE + OVER)
    assert (available_fen(made, DAY), overdrawn_fen(made, DAY)) == (-OVER, OVER)
    return made


def another_case(office: Office) -> Case:
    return make_case(AT, (200_000,), office=office, path=OVERDUE, key="2", project=make_project(AT, "P2"))


def test_nothing_more_is_asked_or_approved_until_it_is_cleared(fund, office):
    case = another_case(office)
    with pytest.raises(CannotMove, match=r"overdrawn by 500\.00"):
        draws.ask(case=case, source=fund, by=office.officer, at=AT, reason="逾期")
    (offer,) = [one for one in plan(case, at=AT).offers if one.source == fund]
    assert (offer.available_fen, offer.take_fen) == (0, 0)
    assert "透支 500.00 元" in offer.hindered_zh
    # Paid in by parts: short of the whole, it stays overdrawn, and nothing can be taken out.
    recovery.book(fund=fund, amount_fen=OVER - 1, on=DAY, note="退款", by=office.chief, at=AT)
    assert overdrawn_fen(fund, DAY) == 1
    with pytest.raises(CannotMove):
        draws.ask(case=case, source=fund, by=office.officer, at=AT, reason="逾期", amount_fen=1)
    with pytest.raises(CannotMove):
        recovery.book(fund=fund, amount_fen=-1, on=DAY, note="转出", by=office.chief, at=AT)
    recovery.book(fund=fund, amount_fen=200_001, on=DAY, note="拨入", by=office.chief, at=AT)
    assert refused_while_overdrawn(fund, DAY) == ("", "")
    draw = draws.ask(case=case, source=fund, by=office.officer, at=AT, reason="逾期")
    assert draws.decide(draw=draw, approved=True, by=office.chief, at=AT).state == "approved"
    assert available_fen(fund, DAY) == 0


def test_what_was_asked_before_is_not_approved_either(office):
    unit = Organisation.objects.create(name="财政局", kind="finance", region_code="140100")
    fund = Fund.objects.create(organisation=unit, region_code="140100", name="周转金")
    recovery.book(fund=fund, amount_fen=DUE + 200_000, on=DAY, note="拨入", by=office.chief, at=AT)
    first = sent(fund, office)
    waiting = draws.ask(case=another_case(office), source=fund, by=office.officer, at=AT, reason="逾期")
    bank_says(first.lines.get(), "paid", DUE + 200_001)
    with pytest.raises(CannotMove, match=r"overdrawn by 0\.01"):
        draws.decide(draw=waiting, approved=True, by=office.chief, at=AT)
    assert draws.decide(draw=waiting, approved=False, by=office.chief, at=AT, note="透支").state == "refused"


def test_an_advance_that_was_overpaid_refuses_more(office):
    case = another_case(office)
    pledge = Pledge.objects.create(
        case=case, kind="treasury", payer="财政局", asked_fen=1, asked_by=office.officer, asked_at=AT, due_at=AT,
        answered_at=AT, amount_fen=100_000,
    )  # fmt: skip
    assert refused_while_overdrawn(pledge, DAY) == ("", "")
    draw = draws.ask(case=case, source=pledge, by=office.officer, at=AT, reason="逾期")
    draws.decide(draw=draw, approved=True, by=office.chief, at=AT)
    draws.paid(line=draw.lines.get(), on=DAY, by=office.officer, at=AT, reference="回单", fen=150_000)
    assert overdrawn_fen(pledge, DAY) == 50_000
    with pytest.raises(CannotMove, match=r"500\.00 yuan more"):
        draws.ask(case=case, source=pledge, by=office.officer, at=AT, reason="逾期")


def test_the_pages_say_it_in_words_with_what_to_do(fund, office, monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: AT)
    keeper, officer = Client(), Client()
    keeper.force_login(make_user("keeper", "agency", "140100", organisation=fund.organisation))
    officer.force_login(office.officer)
    page = keeper.get("/helping/ways").content.decode()
    assert "账上透支 500.00 元，须先结清" in page
    assert "用“记账”记一笔拨入" in page
    assert "-500.00" not in page.replace("data-", "").split("账上透支")[0]
    draw = fund.draws.get()
    told = officer.get(f"/cases/{draw.case.number}/draws/{draw.pk}").content.decode()
    assert "透支 500.00" in told
    assert "-500.00" not in told
    city = Client()
    city.force_login(make_user("city", "officer", "140100"))
    assert "透支 500.00" in city.get("/cases/money?tab=funds").content.decode()
    rows = b"".join(city.get("/cases/money?tab=funds&form=csv")).decode("utf-8-sig").splitlines()
    assert rows[1].split(",")[3:5] == ["0.0", "500.0"]
