"""What claims cost: counted exactly, shown only of enough people."""

from datetime import date, datetime, timedelta
from statistics import mean, median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anxin.cases.filing import Person, Told, file_claim
from anxin.cases.models import CaseClock, Claimant
from anxin.cases.money import has_all, receive, verify_sum
from anxin.insight.cost import FEWEST, months_back, read_cost, spread
from anxin.insight.cost_counting import refresh_cost
from anxin.insight.models import CostFigures
from anxin.law.civil import SHANGHAI
from tests.portal.site import make_user

FILED = datetime(2026, 4, 1, 9, tzinfo=SHANGHAI)


def claim(n, *, door="qr", region="140105", at=FILED, trips=None, cost_fen=None, fen=100_000):
    told = Told(door=door, key=f"{door}{region}{n}{at}", region_code=region,
                people=[Person(name=f"测试{n}", claimed_fen=fen, trips=trips, cost_fen=cost_fen)])  # fmt: skip
    return file_claim(told, at=at).claim.claimants.get()


def paid(claimant, day, *, fen=100_000, proof="bank", reference="R"):
    receive(claimant=claimant, proof=proof, amount_fen=fen, received_on=day, at=FILED, reference=reference)


def read(today, region="140000", door="", months=2):
    return read_cost(region=region, door=door, months=months_back(today, months))


@given(st.dictionaries(st.integers(0, 90), st.integers(1, 4), min_size=1))
def test_median_and_mean_of_counts_are_those_of_the_values(counts):
    values = [float(value) for value, n in counts.items() for _ in range(n)]
    told = spread({float(value): n for value, n in counts.items()})
    assert told.n == len(values)
    if told.n < FEWEST:
        assert told.hidden
        assert told.median is None
    else:
        assert told.median == median(values)
        assert told.mean == pytest.approx(mean(values))


@pytest.mark.django_db
def test_a_place_sums_its_counties_and_doors(at, today):
    days = [1, 2, 2, 3, 9, 12]
    for n, day in enumerate(days):
        one = claim(n, door="qr" if n % 2 else "web", region="140105" if n < 5 else "140106", trips=n, cost_fen=n * 150)
        paid(one, FILED.date() + timedelta(days=day))
    refresh_cost(as_of=today, at=at)
    page = read(today)
    assert (page.whole.days.n, page.whole.days.median, page.whole.days.mean) == (6, 2.5, pytest.approx(mean(days)))
    assert page.whole.trips.mean == pytest.approx(2.5)
    assert page.whole.yuan.mean == pytest.approx(mean(round(n * 1.5) for n in range(6)))
    assert dict(page.by_place)["140100"].days.n == 6
    assert dict(page.by_month)["2026-04"].days.n == 6
    assert read(today, door="qr").whole.days.n == 3


@pytest.mark.django_db
def test_few_people_are_not_shown_nor_given_away_by_the_sum(at, today):
    for n in range(14):
        paid(claim(n, region="140105" if n < 8 else "140106" if n < 13 else "140107"), FILED.date())
    refresh_cost(as_of=today, at=at)
    page = read(today, region="140100")
    places = dict(page.by_place)
    assert places["140107"].days.hidden
    assert places["140106"].days.hidden, "14 less the shown 8 and 5 would tell the one"
    assert places["140106"].days.median is None
    assert not places["140105"].days.hidden
    assert [week.people for week in page.weeks] == [14]
    assert [week.fen for week in read(today, region="140107").weeks] == [None]


@pytest.mark.django_db
def test_money_is_whole_on_the_day_it_is_whole(at, today):
    """Parts do not count; the bank's record and the word speak of the same money."""
    part, both = claim(1), claim(2)
    paid(part, date(2026, 4, 3), fen=40_000, reference="A")
    paid(part, date(2026, 4, 10), fen=60_000, reference="B")
    paid(both, date(2026, 4, 5), proof="word", reference="")
    paid(both, date(2026, 4, 8), fen=100_000)
    waits = claim(3)
    paid(waits, date(2026, 4, 3), fen=99_999)
    refresh_cost(as_of=today, at=at)
    cell = CostFigures.objects.get(region_code="140105", door="", month="2026-04").figures
    assert cell["days"] == {"9": 1, "4": 1}
    assert cell["weeks"] == {"2026-03-30": [239_999, 3], "2026-04-06": [60_000, 1]}
    assert cell["waiting"]["people"] == 1


@pytest.mark.django_db
def test_while_nobody_has_said_how_much_no_sum_is_the_whole(at, today):
    unsure = claim(1, fen=0)
    paid(unsure, date(2026, 4, 3), fen=100)
    refresh_cost(as_of=today, at=at)
    cell = CostFigures.objects.get(region_code="140105", door="", month="2026-04").figures
    assert not has_all(Claimant.objects.get())
    assert cell.get("days", {}) == {}
    assert cell["waiting"]["people"] == 1
    verify_sum(claimant=unsure, fen=100, by=make_user(), at=at)
    refresh_cost(as_of=today, at=at)
    cell = CostFigures.objects.get(region_code="140105", door="", month="2026-04").figures
    assert has_all(Claimant.objects.get())
    assert cell["days"] == {"2": 1}
    assert "waiting" not in cell


@pytest.mark.django_db
def test_a_day_in_the_past_knows_what_was_known_then(at):
    paid(claim(1), date(2026, 4, 10))
    refresh_cost(as_of=date(2026, 4, 9), at=at)
    assert "days" not in CostFigures.objects.get(region_code="140105", door="").figures
    refresh_cost(as_of=date(2026, 4, 10), at=at)
    assert CostFigures.objects.get(region_code="140105", door="").figures["days"] == {"9": 1}


@pytest.mark.django_db
def test_on_time_is_counted_from_clocks_that_were_due(at, today):
    kept, late, running = (claim(n).case for n in range(3))
    for case in (kept, late, running):
        CaseClock.objects.filter(case=case).exclude(step="verify").delete()
    CaseClock.objects.filter(case=kept).update(done_at=FILED + timedelta(hours=24))
    CaseClock.objects.filter(case=late).update(done_at=FILED + timedelta(hours=25))
    CaseClock.objects.filter(case=running).update(due_at=at + timedelta(days=3))
    refresh_cost(as_of=today, at=at)
    assert CostFigures.objects.get(region_code="140105", door="qr").figures["steps"] == {"verify.local": [1, 2]}


@pytest.mark.django_db
def test_counting_again_changes_nothing_and_comes_round_to_every_month(at, today):
    old = claim(1, at=FILED - timedelta(days=120), trips=3)
    paid(old, date(2025, 12, 20))

    def cells():
        return list(CostFigures.objects.order_by("month", "region_code", "door").values_list("month", "figures"))

    assert refresh_cost(as_of=today, at=at) == 5
    before = cells()
    assert refresh_cost(as_of=today, at=at, everything=True) == 5
    assert cells() == before
    Claimant.objects.filter(pk=old.pk).update(trips=2)
    for minutes in range(1, 4):
        assert refresh_cost(as_of=today, at=at + timedelta(minutes=minutes)) == 3
    assert read(today, months=6).whole.trips.n == 1
    assert CostFigures.objects.get(region_code="140105", door="", month="2025-12").figures["trips"] == {"2": 1}


@pytest.mark.django_db
def test_who_withdrew_or_would_not_be_spoken_for_does_not_count(at, today):
    for n, change in enumerate(({"withdrawn_at": at}, {"consent": "refused"})):
        one = claim(n)
        paid(one, FILED.date())
        Claimant.objects.filter(pk=one.pk).update(**change)
    refresh_cost(as_of=today, at=at)
    assert not any("days" in cell.figures for cell in CostFigures.objects.all())


@pytest.mark.django_db
def test_a_step_due_later_today_is_not_late_yet():
    case = claim(1).case
    noon = FILED.replace(hour=12)
    CaseClock.objects.filter(case=case).delete()
    CaseClock.objects.create(case=case, step="dispatch", basis="local", within="2 hours", started_at=FILED,
                             due_at=noon + timedelta(hours=1))  # fmt: skip
    refresh_cost(as_of=FILED.date(), at=noon)
    figures = CostFigures.objects.filter(region_code="140105", door="").first()
    assert "dispatch.local" not in (figures.figures.get("steps", {}) if figures else {})
    refresh_cost(as_of=FILED.date(), at=noon + timedelta(hours=2))
    assert CostFigures.objects.get(region_code="140105", door="").figures["steps"]["dispatch.local"] == [0, 1]
