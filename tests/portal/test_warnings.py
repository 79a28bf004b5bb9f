"""The list of warnings, one warning, saved filters, export."""

import csv
import io
from datetime import timedelta

import pytest
from django.utils import timezone
from openpyxl import load_workbook

from anxin.portal.models import SavedFilter
from anxin.watch.models import WarningEvent
from tests.insight.test_overview import warn
from tests.people import make_project
from tests.portal.site import make_site, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def project(at, monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: at)
    return make_project(at, name="滨河小区")


@pytest.fixture
def officer(client):
    client.force_login(make_user(region="140000"))
    return client


def lines(response) -> list[list[str]]:
    return list(csv.reader(io.StringIO(b"".join(response.streaming_content).decode("utf-8-sig"))))


def test_the_list_shows_reason_rule_level_and_what_is_covered(officer, project, at):
    parent = warn(project, at, reason="开工第16天，仍未上传专户。", level="red", rank=4)
    warn(project, at, rule="SX-02", hidden_by=parent, reason="没有人工费拨入。")
    body = officer.get("/warnings").content.decode()
    assert "开工第16天" in body
    assert "红色" in body
    assert "合并 1 条" in body
    assert "没有人工费拨入" not in body
    assert "没有人工费拨入" in officer.get("/warnings?hidden=1").content.decode()


def test_a_due_date_gone_by_is_told_in_words(officer, project, at, today):
    warning = warn(project, at, due_on=today)
    assert "已超期" not in officer.get("/warnings").content.decode()
    warning.due_on = today - timedelta(days=1)
    warning.save()
    assert "已超期" in officer.get("/warnings").content.decode()


def test_htmx_gets_the_rows_alone(officer, project, at):
    warn(project, at, reason="原因")
    part = officer.get("/warnings?q=滨河", headers={"HX-Request": "true"}).content.decode()
    assert part.lstrip().startswith('<section id="rows"')
    assert "原因" in part


def test_an_empty_list_says_why(officer, project, at):
    assert "辖区内没有未解除的预警" in officer.get("/warnings").content.decode()
    assert "没有符合条件的预警" in officer.get("/warnings?level=red").content.decode()


def test_queries_do_not_grow_with_the_rows(officer, project, at, django_assert_num_queries):
    def ask():
        with django_assert_num_queries(10):
            assert officer.get("/warnings").status_code == 200

    warn(project, at)
    officer.get("/warnings")
    ask()
    for number in range(20):
        other = make_project(at, f"Q{number}")
        parent = warn(other, at)
        warn(other, at, rule="SX-02", hidden_by=parent)
    ask()


def test_csv_holds_the_filtered_rows_in_order(officer, project, at):
    warn(project, at, level="red", rank=4, reason="红的")
    warn(project, at, rule="SX-02", reason="=黄的")
    warn(project, at, rule="SX-03", status="cleared", reason="解除的")
    rows = lines(officer.get("/warnings/export?format=csv"))
    assert [row[5] for row in rows] == ["预警原因", "红的", "'=黄的"]
    assert [row[5] for row in lines(officer.get("/warnings/export?format=csv&level=red"))[1:]] == ["红的"]


def test_excel_holds_the_chosen_rows(officer, project, at):
    warn(project, at, reason="不要")
    chosen = warn(project, at, rule="SX-02", reason="要")
    answer = officer.get(f"/warnings/export?format=xlsx&id={chosen.pk}&id=rubbish")
    sheet = load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active
    assert [row[5].value for row in sheet.iter_rows()] == ["预警原因", "要"]


def test_a_chosen_row_of_another_jurisdiction_is_not_exported(officer, project, at):
    away = warn(make_project(at, "AWAY", region_code="520100"), at)
    assert len(lines(officer.get(f"/warnings/export?id={away.pk}"))) == 1


def test_a_filter_is_saved_replaced_and_deleted(officer, project, at):
    officer.post("/warnings/filters", {"name": " 红色 太原 ", "query": "level=red&region=140100"})
    officer.post("/warnings/filters", {"name": "红色 太原", "query": "level=red"})
    saved = SavedFilter.objects.get()
    assert (saved.name, saved.query) == ("红色 太原", "level=red")
    assert "?level=red" in officer.get("/warnings").content.decode()
    assert "请先填写名称" in officer.post("/warnings/filters", {"name": " "}, follow=True).content.decode()
    officer.post(f"/warnings/filters/{saved.pk}/forget")
    assert not SavedFilter.objects.exists()


def test_nobody_deletes_the_filter_of_another(client, project, at):
    mine = SavedFilter.objects.create(by=make_user("one"), page="warnings", name="x", created_at=at)
    client.force_login(make_user("two"))
    client.post(f"/warnings/filters/{mine.pk}/forget")
    assert SavedFilter.objects.filter(pk=mine.pk).exists()


def test_a_warning_opens_to_reason_law_evidence_and_history(client, at, monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: at)
    site = make_site(at)
    client.force_login(make_user(region="140100"))
    subject = f"project-month:{site.project.pk}:2026-03"
    parent = warn(site.project, at, subject=subject, month="2026-03", level="orange", rank=3, reason="三月工资未发",
                  numbers={"affected": 2, "base": 3, "amount_fen": 50000000}, due_on=at.date())  # fmt: skip
    warn(site.project, at, rule="SX-02", hidden_by=parent, reason="被合并的原因")
    for kind, old, new in (("opened", "", "yellow"), ("raised", "yellow", "orange")):
        WarningEvent.objects.create(
            warning=parent, kind=kind, on=at.date(), at=at, old_level=old, new_level=new, rule_version="1", measure=2
        )
    body = client.get(f"/warnings/{parent.pk}").content.decode()
    for part in (
        "三月工资未发", "第二十六条", "被合并的原因", site.forgotten.worker.name, "账号户名不符", "500,000.00", "升级",
        "2 / 3", f'href="/projects/{site.project.code}"',
    ):  # fmt: skip
        assert part in body, part


def test_the_filter_offers_the_rules_that_hold_where_one_works(officer, project, client):
    for page in ("/warnings", "/desk"):
        told = officer.get(page).content.decode()
        assert '<option value="SX-02"' in told
        assert '<option value="GZ-01"' not in told
        # A filter kept from another post says what it filters by.
        assert '<option value="GZ-01" selected' in officer.get(f"{page}?rule=GZ-01").content.decode()
    client.force_login(make_user("south", region="520100"))
    told = client.get("/warnings").content.decode()
    assert '<option value="GZ-01"' in told
    assert '<option value="SX-02"' not in told


def test_a_warning_whose_rule_is_gone_still_opens(officer, project, at):
    warning = warn(project, at, rule="OLD-1", reason="旧规则")
    assert "规则 OLD-1 已停用" in officer.get(f"/warnings/{warning.pk}").content.decode()


def test_a_warning_of_another_jurisdiction_does_not_exist(officer, project, at):
    away = warn(make_project(at, "AWAY", region_code="520100"), at)
    assert officer.get(f"/warnings/{away.pk}").status_code == 404
    assert officer.get("/warnings/999999").status_code == 404


def test_one_warning_costs_a_fixed_number_of_queries(officer, project, at, django_assert_max_num_queries):
    warning = warn(project, at)
    for number in range(9):
        warn(project, at, rule=f"X-{number}", hidden_by=warning)
    with django_assert_max_num_queries(24):
        assert officer.get(f"/warnings/{warning.pk}").status_code == 200
