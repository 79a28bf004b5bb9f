"""The page of what claims cost: figures beside the baseline, by place and door; nothing of too few; a file."""

import csv
from datetime import timedelta

import pytest
from django.utils import timezone

from anxin.insight.cost_counting import refresh_cost
from anxin.people.models import User
from tests.insight.test_cost import FILED, claim, paid
from tests.portal.site import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def counted(at, today, monkeypatch):
    """Six people of Xiaodian by QR code after two days, one of Yingze on the web after ten."""
    monkeypatch.setattr(timezone, "now", lambda: at)
    for n in range(6):
        paid(claim(n, trips=0, cost_fen=1_000), FILED.date() + timedelta(days=2))
    paid(claim(9, door="web", region="140106", trips=3), FILED.date() + timedelta(days=10))
    refresh_cost(as_of=today, at=at)


@pytest.fixture
def officer(client) -> User:
    user = make_user("province", "officer", "140000")
    client.force_login(user)
    return user


def text(client, query: str = "") -> str:
    answer = client.get(f"/cases/cost{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def test_figures_stand_beside_what_it_cost_before(client, officer, counted):
    page = text(client)
    assert "7 人的钱已全部到账" in page
    assert "平均 3.1 天，7 人，比原来少 93%" in page
    assert "3,200" in page
    assert "太原市" in page
    assert "这些数是怎么算的" in page
    assert 'data-chart="cost-months"' in page


def test_a_door_and_a_place_narrow_it(client, officer, counted):
    assert "平均 2.0 天，6 人" in text(client, "?door=qr")
    assert "平均 2.0 天，6 人" in text(client, "?region=140105")
    few = text(client, "?region=140106")
    assert "不足 5 人" in few
    assert "平均 10.0" not in few
    assert "1 人的钱" not in few


def test_the_file_holds_the_same_and_no_more(client, officer, counted):
    answer = client.get("/cases/cost/export?region=140100")
    rows = list(csv.reader(b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()))
    days = {(row[0], row[1]): row[3:] for row in rows if row[2] == "从反映到到账（天）"}
    assert days["全部", "山西省 太原市"] == ["7", "2.0", "3.1", "45"]
    assert days["按地区", "迎泽区"] == ["", "", "", "45"]
    assert days["按地区", "小店区"] == ["", "", "", "45"], "the sum would tell the one hidden beside it"


def test_nothing_counted_yet_is_said(client, officer, at, monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: at)
    assert "还没有可统计的案件" in text(client)


def test_another_place_is_not_there(client, counted):
    client.force_login(make_user("county", "officer", "140105"))
    assert client.get("/cases/cost?region=140106").status_code == 404
    assert client.get("/cases/cost/export?region=140000").status_code == 404
    assert "平均 2.0 天，6 人" in text(client)


def test_a_seat_bounded_to_one_industry_sees_none(client, counted):
    client.force_login(make_user("housing", "officer", "140000", industry="housing"))
    assert "您的岗位没有这些数据" in text(client)
    assert client.get("/cases/cost/export").status_code == 404
