"""Project pages: the list, one project, a month, a worker's month."""

import csv
import io
import json
import re
from datetime import timedelta

import pytest
from django.utils import timezone

from anxin.people.looks import looks
from anxin.registry import actions
from anxin.vault.fields import seal_text
from anxin.watch.models import Warning
from tests.people import identity, make_project
from tests.portal.site import CARD, make_site, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def site(at, monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: at)
    return make_site(at)


@pytest.fixture
def officer(site, client):
    user = make_user()
    client.force_login(user)
    return client


def warn(project, at, **fields):
    known = {
        "rule": "SX-01", "pack": "shanxi", "rule_version": "1", "subject": f"project:{project.pk}",
        "region_code": project.region_code, "level": "yellow", "rank": 2, "status": "open", "measure": 16,
        "reason": "未上传专户", "reason_en": "No account", "since": at.date(), "opened_on": at.date(), "changed_at": at,
    }  # fmt: skip
    return Warning.objects.create(project=project, **{**known, **fields})


def worker_url(site, engagement) -> str:
    return f"/projects/{site.project.code}/months/2026-03/workers/{engagement.pk}"


def lines(response) -> list[list[str]]:
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))


# The list


def test_the_list_shows_whose_institutions_are_missing_worst_warning_first(officer, site, at):
    bare = make_project(at, "P0", name="缺项目", region_code="140106")
    warn(site.project, at)
    warn(bare, at, level="red", rank=4)
    body = officer.get("/projects").content.decode()
    assert body.index("缺项目") < body.index("测试项目")
    assert "工资专用账户：未落实" in body
    assert "共 2 个项目" in body


def test_the_list_asks_as_many_queries_for_fifty_projects_as_for_two(officer, at, django_assert_max_num_queries):
    make_project(at, "X")
    officer.get("/projects")
    with django_assert_max_num_queries(14):
        assert officer.get("/projects").status_code == 200
    for n in range(60):
        make_project(at, f"X{n}")
    with django_assert_max_num_queries(14):
        assert officer.get("/projects").status_code == 200


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ("", {"P1", "P2", "P3"}),
        ("q=公路", {"P2"}),
        ("q=p3", {"P3"}),
        ("industry=transport", {"P2"}),
        ("status=suspended", {"P3"}),
        ("region=140106", {"P3"}),
        ("lacking=account", {"P2", "P3"}),
        ("lacking=real_name", {"P2", "P3"}),
        ("lacking=deposit", {"P2", "P3"}),
        ("lacking=board", {"P1", "P2"}),
        ("region=abc&industry=none&status=1&lacking=x&sort=y&page=-4", {"P1", "P2", "P3"}),
    ],
)
def test_filters(officer, site, at, query, codes):
    make_project(at, "P2", name="公路", category="05")
    actions.record_board(
        project=make_project(at, "P3", region_code="140106", status="suspended"), posted_on=at.date(), at=at
    )
    rows = lines(officer.get(f"/projects?{query}&form=csv"))
    assert {row[0] for row in rows[1:]} == codes


def test_sorting_turns_around(officer, site, at):
    make_project(at, "P0", name="甲")
    down = [r[0] for r in lines(officer.get("/projects?sort=code&form=csv"))[1:]]
    up = [r[0] for r in lines(officer.get("/projects?sort=-code&form=csv"))[1:]]
    assert (down, up) == (["P0", "P1"], ["P1", "P0"])


def test_the_workbook_opens_and_disarms_formulas(officer, site, at):
    from openpyxl import load_workbook

    make_project(at, "P0", name="=1+1")
    answer = officer.get("/projects?form=xlsx&sort=code")
    sheet = load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active
    assert [c.value for c in sheet[1]][:2] == ["项目编码", "项目名称"]
    assert sheet["B2"].value == "'=1+1"


def test_no_project_at_all_says_where_projects_come_from(client, db):
    client.force_login(make_user())
    assert "这里还没有项目" in client.get("/projects").content.decode()


# One project


def test_a_project_shows_institutions_months_calendar_and_rules(officer, site, at):
    warn(site.project, at)
    body = officer.get("/projects/P1").content.decode()
    for word in (
        "未上传专户",
        "2026-03 有 2 / 3 名出勤工人未发",
        "2026-03 有 1 人发放失败",
        "未上传告示牌照片",
        "SX-01",
    ):
        assert word in body
    assert 'title="2026-03-02 3 人"' in body
    assert "山西省" in body
    assert "/projects/P1/money" in body


def test_the_money_picture_tells_balance_and_wages_owed(officer, site):
    body = officer.get("/projects/P1/money").content.decode()
    told = json.loads(re.search(r"<script[^>]*>(.*)</script>", body, re.S)[1])
    balance, owed = (dict(one["data"]) for one in told["series"])
    assert (balance["2026-04-09"], owed["2026-03-31"], owed["2026-04-20"]) == (2.0, 1.5, 0.5)


def test_a_project_asks_a_fixed_number_of_queries(officer, site, at, django_assert_max_num_queries):
    officer.get("/projects/P1")
    for n in range(5, 60):
        warn(site.project, at, subject=f"worker-month:{site.project.pk}:{n}:2026-03", hidden_by=None)
    with django_assert_max_num_queries(28):
        assert officer.get("/projects/P1").status_code == 200


def test_a_project_without_any_data_opens(officer, at):
    make_project(at, "P9", contractor=None, started_on=None, pay_day=None)
    body = officer.get("/projects/P9").content.decode()
    assert "近 12 个月没有收到考勤" in body
    assert "尚无工人实名登记" in body


# A month


def test_a_month_lists_workers_worst_first_and_filters(officer, site):
    url = "/projects/P1/months/2026-03"
    rows = lines(officer.get(f"{url}?form=csv"))
    assert [(r[0], r[5], r[-1]) for r in rows[1:]] == [
        ("测试3", "3", "出勤未发"),
        ("测试2", "6", "发放失败"),
        ("测试4", "0", "发放无考勤"),
        ("测试1", "10", "已发放"),
    ]
    unpaid = lines(officer.get(f"{url}?form=csv&state=unpaid"))
    assert {r[0] for r in unpaid[1:]} == {"测试2", "测试3"}
    failed = officer.get(f"{url}?state=failed").content.decode()
    assert "测试2" in failed
    assert "测试1<" not in failed
    assert identity(2) not in failed
    assert "990000********" in failed


def test_a_month_is_not_overdue_before_the_pay_day(officer, site, at, monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: at - timedelta(days=5))
    rows = lines(officer.get("/projects/P1/months/2026-03?form=csv"))
    assert rows[1:][-2][-1] == "待发放"


@pytest.mark.parametrize("month", ["2026-3", "2026-13", "2026-00", "x", "2026-03-01"])
def test_a_month_that_is_none_is_not_found(officer, month):
    assert officer.get(f"/projects/P1/months/{month}").status_code == 404


# A worker's month


def test_a_workers_month_shows_days_line_answer_and_masks_numbers(officer, site):
    body = officer.get(worker_url(site, site.failed)).content.decode()
    for word in ("出勤 6 天", "07:00", "账号户名不符", "5,000.00", "发放失败", "**** 0002"):
        assert word in body
    assert identity(2) not in body
    assert f"{CARD}002" not in body


def test_a_number_opens_on_click_with_the_look_written_down(officer, site, at):
    url = worker_url(site, site.failed)
    answer = officer.post(f"{url}/reveal", {"field": "identity"})
    assert identity(2) in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    look = looks().get()
    assert (look.by.username, look.subject, look.subject_id, look.changes["field"]) == (
        "officer", "worker", str(site.failed.worker_id), "identity",
    )  # fmt: skip
    assert (look.at, look.changes["page"]) == (at, url)
    assert "测试officer" in officer.get(url).content.decode()


def test_without_scripts_a_number_opens_on_a_page_that_leads_back(officer, site):
    url = worker_url(site, site.failed)
    assert f'action="{url}/reveal"' in officer.get(url).content.decode()
    alone = officer.post(f"{url}/reveal", {"field": "identity"}).content.decode()
    assert "<h1>" in alone
    assert identity(2) in alone
    assert f'href="{url}"' in alone
    inside = officer.post(f"{url}/reveal", {"field": "identity"}, headers={"HX-Request": "true"}).content.decode()
    assert "<h1>" not in inside
    assert identity(2) in inside
    assert looks().count() == 2


def test_without_a_record_there_is_no_look(officer, site, monkeypatch):
    def broken(**_kwargs):
        raise OSError("disk full")

    monkeypatch.setattr("anxin.portal.officer.worker_months.record_look", broken)
    with pytest.raises(OSError, match="disk full"):
        officer.post(f"{worker_url(site, site.failed)}/reveal", {"field": "identity"})


def test_a_number_that_will_not_open_leaves_no_look(officer, site):
    worker = site.failed.worker
    worker.id_sealed = seal_text("x")[:-1] + b"?"
    worker.save()
    with pytest.raises(ValueError, match="cannot be opened"):
        officer.post(f"{worker_url(site, site.failed)}/reveal", {"field": "identity"})
    assert not looks().exists()


@pytest.mark.parametrize("field", ["", "name", "id_sealed"])
def test_only_personal_numbers_open(officer, site, field):
    assert officer.post(f"{worker_url(site, site.failed)}/reveal", {"field": field}).status_code == 404
    assert not looks().exists()


def test_a_get_opens_nothing(officer, site):
    assert officer.get(f"{worker_url(site, site.failed)}/reveal").status_code == 405


@pytest.mark.parametrize("role", ["operator", "leader", "clerk"])
def test_who_may_not_look_sees_no_button_and_is_refused(client, site, role):
    client.force_login(make_user(role, role, project="P1"))
    url = worker_url(site, site.failed)
    assert "secret-identity" in (body := client.get(url).content.decode())
    assert "/reveal" not in body
    assert client.post(f"{url}/reveal", {"field": "identity"}).status_code == 403
    assert not looks().exists()


def test_the_queries_of_a_workers_month_are_few(officer, site, django_assert_max_num_queries):
    officer.get(worker_url(site, site.paid))
    with django_assert_max_num_queries(12):
        assert officer.get(worker_url(site, site.paid)).status_code == 200


# Scope

PAGES = ["/projects/P1", "/projects/P1/money", "/projects/P1/months/2026-03", "/projects/P1/months/2026-03/workers/{}"]


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize(
    ("role", "region", "project", "status"),
    [
        ("officer", "140100", "", 200),
        ("officer", "140000", "", 200),
        ("leader", "140105", "", 200),
        ("officer", "140200", "", 404),
        ("officer", "140106", "", 404),
        ("officer", "", "", 404),
        ("operator", "", "", 404),
        ("clerk", "140000", "P1", 200),
        ("clerk", "140000", "P2", 404),
        ("clerk", "140000", "", 404),
        ("", "140000", "", 403),
        ("somebody", "140000", "P1", 403),
    ],
)
def test_who_may_see_a_project(client, site, page, role, region, project, status):
    client.force_login(make_user("u", role, region, project))
    assert client.get(page.format(site.paid.pk)).status_code == status


@pytest.mark.parametrize("page", ["/projects", *PAGES])
def test_strangers_are_sent_to_sign_in(client, site, page):
    answer = client.get(page.format(site.paid.pk))
    assert (answer.status_code, answer["Location"].partition("?")[0]) == (302, "/sign-in")


def test_another_city_is_not_in_the_list(client, site, at):
    make_project(at, "P2", region_code="140203")
    client.force_login(make_user("u", "officer", "140200"))
    assert {r[0] for r in lines(client.get("/projects?form=csv"))[1:]} == {"P2"}
    assert {r[0] for r in lines(client.get("/projects?form=csv&region=140100"))[1:]} == set()


def test_an_engagement_of_another_project_is_not_found(officer, site, at):
    make_project(at, "P2")
    assert officer.get(f"/projects/P2/months/2026-03/workers/{site.paid.pk}").status_code == 404
    assert officer.post(
        f"/projects/P2/months/2026-03/workers/{site.paid.pk}/reveal", {"field": "identity"}
    ).status_code == 404  # fmt: skip
    assert not looks().exists()


def test_pages_speak_english(officer, site):
    officer.cookies["django_language"] = "en"
    body = officer.get("/projects/P1").content.decode()
    assert 'lang="en"' in body
