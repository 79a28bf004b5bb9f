"""Lists that grow are told in pages, and what waits comes before what is done, on every database."""

from datetime import timedelta

import pytest
from django.test import Client

from anxin.people.models import Organisation
from anxin.remedies.models import Pledge
from tests.access.world import make_person, make_unit
from tests.remedies.matters import make_case, make_office

pytestmark = pytest.mark.django_db


def page(user, address: str) -> str:
    client = Client()
    client.force_login(user)
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.getvalue().decode()


def test_units_below_a_unit_are_a_list_with_pages_a_filter_and_a_file(at):
    operator = make_person("operator", "operator", "")
    above = make_unit("140000")
    for n in range(70):
        Organisation.objects.create(name=f"第{n:02}支队", kind="hr", region_code="140105", parent=above)
    other = make_unit("520000")
    Organisation.objects.create(name="别处的支队", kind="hr", region_code="520102", parent=other)
    unit = page(operator, f"/organisations/{above.pk}")
    assert unit.count("支队</a>") == 20
    assert f"/organisations?below={above.pk}" in unit
    first, second = (page(operator, f"/organisations?below={above.pk}&page={n}") for n in (1, 2))
    assert [text.count("支队</a>") for text in (first, second)] == [50, 20]
    assert "别处的支队" not in first + second
    assert page(operator, f"/organisations?below={above.pk}&q=第07").count("支队</a>") == 1
    file = page(operator, f"/organisations?below={above.pk}&form=csv")
    assert (file.count("支队"), "别处的支队" in file) == (70, False)


def test_a_unit_out_of_reach_is_no_filter(at):
    chief = make_person("chief", "chief", "140100")
    hidden = make_unit("520000")
    Organisation.objects.create(name="别处的支队", kind="hr", region_code="520102", parent=hidden)
    assert "别处的支队" not in page(chief, f"/organisations?below={hidden.pk}")
    assert page(chief, "/organisations?below=x")


def test_what_is_asked_of_an_office_comes_before_what_it_answered(at):
    office = make_office()
    finance = Organisation.objects.create(name="小店区财政局", kind="finance", region_code="140105")
    agent = make_person("agent", "agency", "140105")
    agent.organisation = finance
    agent.save()
    case = make_case(at, office=office)
    for n in range(45):
        Pledge.objects.create(
            case=case, kind="treasury", organisation=finance, payer=f"付款{n:02}号", asked_fen=100,
            asked_by=office.officer, asked_at=at, due_at=at + timedelta(days=n), answered_at=None if n >= 40 else at,
        )  # fmt: skip
    shown = [page(agent, f"/helping/ways?asked={n}") for n in (1, 2, 3)]
    assert [text.count("ax-task-done") for text in shown] == [15, 20, 5]
    assert all(f"付款{n}号" in shown[0] for n in range(40, 45))
