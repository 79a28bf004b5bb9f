"""Every list: an empty state, pages, a filter, and a file that holds what the page shows, within the same bounds."""

import csv
import io
from datetime import date
from pathlib import Path

import pytest
from django.db import transaction
from django.test import Client
from openpyxl import load_workbook

import anxin.portal
from anxin.cases.numbers import shown
from anxin.notices.models import Delivery
from anxin.notices.send import notify
from anxin.people.looks import record_look
from anxin.people.models import Duty, Event, User
from anxin.registry.models import Worker
from anxin.remedies.models import Document, Fund, FundEntry, Track
from anxin.vault.fields import seal_text
from anxin.watch.models import HelperTask, PauseRequest
from tests.access.world import make_person, make_place

HERE, THERE = "140105", "520102"
TEMPLATES = Path(anxin.portal.__file__).parent
# Lists whose pages are drawn by a part of their own: the part has the rows, the page around it the rest.
PARTS = {"officer/cases/rows.html", "officer/desk/rows.html", "officer/warning_rows.html"}


def paged_templates() -> list[Path]:
    found = [*TEMPLATES.glob("officer/templates/**/*.html"), *TEMPLATES.glob("site/templates/**/*.html")]
    return sorted(path for path in found if '"ui/pages.html"' in path.read_text())


@pytest.mark.parametrize("path", paged_templates(), ids=lambda path: path.name)
def test_a_list_with_pages_says_when_it_is_empty_and_can_be_taken_away(path):
    text = path.read_text()
    assert "ui/empty.html" in text
    assert any(word in text for word in ("lists/downloads.html", "lists/head.html", "?form=xlsx"))


@pytest.fixture
def places(at, db):
    """A chief here and an operator, and one of everything here and far away."""
    chief = make_person("chief", "chief", "140100")
    officer = make_person("officer", "officer", HERE)
    away = make_person("away", "officer", THERE)
    for one, code, region, number in ((officer, "P1", HERE, 1), (away, "Q1", THERE, 2)):
        make_place(at, code=code, region=region, by=one, number=number)
    return {"chief": chief, "officer": officer, "operator": make_person("operator", "operator", ""), "away": away}


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def read(client: Client, address: str, form: str) -> list[list[str]]:
    answer = client.get(f"{address}{'&' if '?' in address else '?'}form={form}")
    assert answer.status_code == 200, address
    assert f".{form}" in answer.headers["Content-Disposition"]
    assert "no-store" in answer.headers["Cache-Control"]
    content = b"".join(answer)
    if form == "csv":
        return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    return [[str(cell or "") for cell in row] for row in load_workbook(io.BytesIO(content)).active.values]


# address, who asks, a word of the row here, a word of the one far away, whether people are named in it
LISTS = [
    ("/pause-requests", "chief", "项目P1", "项目Q1", False),
    ("/uploads", "officer", "P1.csv", "Q1.csv", False),
    ("/papers?state=served", "chief", "项目P1", "项目Q1", True),
    ("/cases/clues", "officer", "线索.csv", "", False),
    ("/reception/tickets", "officer", "901", "902", False),
    ("/organisations", "chief", "小店区", "观山湖", False),
    ("/people", "chief", "测试resident-p1", "测试resident-q1", True),
    ("/held", "officer", "P1", "Q1", True),
    ("/inspections", "officer", "项目P1", "项目Q1", False),
    ("/rules", "officer", "SX-01", "", False),
]


def test_the_people_of_a_unit_and_an_offices_tracks_are_paged_and_leave_as_files(places, at, monkeypatch):
    unit = places["officer"].organisation
    chief = client_of(places["chief"])
    headings, *rows = read(chief, f"/organisations/{unit.pk}", "xlsx")
    here = User.objects.filter(organisation=unit, left_at=None)
    assert [row[headings.index("用户名")] for row in rows] == [
        one.username for one in here.order_by("display_name", "pk")
    ]
    assert Event.objects.get(action="export").subject_id == "organisation"
    away = places["away"].organisation
    assert chief.get(f"/organisations/{away.pk}?form=csv").status_code == 404

    track = Track.objects.select_related("case").order_by("pk").first()
    office = make_person("office", "agency", HERE, industry="housing")
    Track.objects.filter(pk=track.pk).update(organisation=office.organisation)
    client = client_of(office)
    headings, *rows = read(client, "/helping/ways", "csv")
    assert [row[headings.index("案件")] for row in rows] == [shown(track.case.number)]
    elsewhere = client_of(make_person("elsewhere", "agency", THERE, industry="housing"))
    assert shown(track.case.number) not in str(read(elsewhere, "/helping/ways", "csv"))

    kept = Track.objects.filter(pk=track.pk).values().get()
    del kept["id"]
    Track.objects.bulk_create(Track(**kept) for _ in range(50))
    people = [User(username=f"p{n}", display_name=f"z{n:02}", role="officer", region=HERE, organisation=unit)
              for n in range(50)]  # fmt: skip
    User.objects.bulk_create(people)
    for who, address, mark in (
        (client, "/helping/ways", "ax-task-due"),
        (chief, f"/organisations/{unit.pk}", "/people/"),
    ):
        first, second = (who.get(f"{address}?page={n}").content.decode() for n in (1, 2))
        assert first.count(mark) > second.count(mark) > 0
        assert 'rel="next"' in first
        assert 'rel="prev"' in second


@pytest.mark.parametrize("form", ["csv", "xlsx"])
@pytest.mark.parametrize(("address", "who", "here", "there", "personal"), LISTS, ids=lambda one: str(one)[:24])
def test_a_file_holds_what_lies_in_ones_bounds(places, address, who, here, there, personal, form):
    client = client_of(places[who])
    headings, *rows = read(client, address, form)
    assert all(headings)
    told = "\n".join(" ".join(row) for row in rows)
    assert here in told
    assert not there or there not in told
    assert "data-download" in client.get(address).content.decode()
    written = Event.objects.filter(action="export")
    assert written.count() == int(personal)


def test_a_file_that_names_people_leaves_a_link_without_what_was_searched(places):
    client = client_of(places["chief"])
    read(client, "/people?q=测试resident&role=officer", "csv")
    link = Event.objects.get(action="export")
    assert (link.by, link.subject, link.subject_id) == (places["chief"], "list", "people")
    assert link.changes == {"page": "/people", "form": "csv", "rows": 1, "filter": {"role": "officer"}}
    page = client_of(make_person("auditor", "auditor", "")).get("/audit?action=export").content.decode()
    assert "导出清单" in page


def test_a_filter_narrows_the_list_and_its_file_alike(places, at):
    client = client_of(places["chief"])
    PauseRequest.objects.update(decided_at=at, decided_by=places["chief"], approved=True)
    for query, count in (("", 1), ("?state=approved", 1), ("?state=waiting", 0), ("?q=P1", 1), ("?q=X9", 0)):
        assert len(read(client, f"/pause-requests{query}", "csv")) == 1 + count, query
        assert ("项目P1" in client.get(f"/pause-requests{query}").content.decode()) is bool(count), query
    assert "没有符合条件" in client.get("/pause-requests?q=X9").content.decode()
    officer = client_of(places["officer"])
    for query, count in (("?of=payroll", 1), ("?of=roster", 0), ("?status=read", 1), ("?status=accepted", 0)):
        assert len(read(officer, f"/uploads{query}", "csv")) == 1 + count, query
    for query, count in (
        ("", 0),
        ("?state=served", 1),
        ("?state=all&q=令", 1),
        ("?state=all&kind=order", 1),
        ("?state=all&kind=acceptance", 0),
    ):
        assert len(read(client, f"/papers{query}", "csv")) == 1 + count, query
    for due, count in ((date(2999, 1, 1), 0), (date(2000, 1, 1), 1)):
        Document.objects.update(due_on=due)
        assert len(read(client, "/papers?state=late", "csv")) == 1 + count
    for query, count in (("?state=waiting", 1), ("?state=done", 0), ("?since=2099-01-01", 0)):
        assert len(read(officer, f"/reception/tickets{query}", "csv")) == 1 + count, query


def test_a_list_that_is_too_long_says_so_in_its_file(places, at, monkeypatch):
    monkeypatch.setattr("anxin.portal.ui.export.LIMIT", 1)
    chief = client_of(places["chief"])
    *_, last = read(chief, "/organisations", "csv")
    assert "只导出了前 1 行" in last[0]


def test_tasks_of_cases_and_of_warnings_are_one_list_by_deadline(places, at):
    agency = make_person("agency", "agency", HERE, industry="housing")
    client = client_of(agency)
    headings, *rows = read(client, "/helping", "csv")
    assert [row[0] for row in rows] == ["查工程款", "查现场"]
    assert {row[headings.index("项目或单位")] for row in rows} == {"项目P1"}
    HelperTask.objects.update(done_at=at, answer="已查")
    assert [row[0] for row in read(client, "/helping", "xlsx")[1:]] == ["查工程款", "查现场"]
    assert [row[0] for row in read(client, "/helping?state=done", "csv")[1:]] == ["查现场"]
    assert [row[0] for row in read(client, "/helping?q=工程款", "csv")[1:]] == ["查工程款"]
    page = client.get("/helping?state=open").content.decode()
    assert "查工程款" in page
    assert "查现场" not in page


def test_the_outbox_leaves_masked(places, at):
    Delivery.objects.create(key="k", channel="sms", address_sealed=seal_text("13900001234"), state="sent", sent_at=at,
                            not_before=at, queued_at=at)  # fmt: skip
    operator = client_of(places["operator"])
    told = "\n".join(" ".join(row) for row in read(operator, "/outbox", "csv"))
    assert "139****1234" in told
    assert "13900001234" not in told
    assert Event.objects.get(action="export").changes["rows"] == 3
    assert [row[3] for row in read(operator, "/outbox?state=sent", "csv")[1:]] == ["已发送"]
    assert read(operator, "/outbox?q=测试resident-p1", "csv")[1][2] == "测试resident-p1"


def test_an_inbox_is_ones_own_in_the_file_too(places, at):
    notify(to=[places["officer"]], kind="x", subject="handling", subject_id=1, zh="要办的事", en="To do", at=at)
    notify(to=[places["away"]], kind="x", subject="handling", subject_id=1, zh="别人的事", en="Not yours", at=at)
    client = client_of(places["officer"])
    (_, *rows) = read(client, "/inbox", "csv")
    assert [row[1] for row in rows] == ["要办的事"]
    client.cookies["django_language"] = "en"
    assert read(client, "/inbox?q=do", "csv")[1][1] == "To do"
    assert len(read(client, "/inbox?urgent=1", "csv")) == 1


def test_looks_leave_with_the_names_of_those_looked_at_and_only_ones_own(places, at):
    record = {"at": at, "subject": "worker", "field": "phone", "page": "/projects/P1"}
    worker = Worker.objects.order_by("pk").first()
    with transaction.atomic():
        record_look(by=places["officer"], subject_id=worker.pk, **record)
        record_look(by=places["away"], subject_id=worker.pk, **record)
    rows = read(client_of(places["officer"]), "/people/looks", "csv")
    assert len(rows) == 2
    assert rows[1][1:3] == ["测试officer", "officer"]
    assert rows[1][5] == worker.name
    assert len(read(client_of(places["operator"]), "/people/looks", "csv")) == 3


def test_the_queues_of_the_money_are_narrowed_and_taken_away_as_shown(places, at):
    client = client_of(places["officer"])
    for query, count in (
        ("tab=approve", 1),
        ("tab=approve&state=paid", 0),
        ("tab=approve&state=all", 1),
        ("tab=approve&q=P1", 1),
        ("tab=approve&q=Q1", 0),
        ("tab=recoveries&q=P1", 1),
        ("tab=recoveries&late=1", 0),
        ("tab=top-ups&late=1", 1),
        ("tab=instalments&q=P1", 0),
        ("tab=funds&q=周转金", 1),
        ("tab=funds&q=别的", 0),
    ):
        assert len(read(client, f"/cases/money?{query}", "csv")) == 1 + count, query
        assert ("ax-empty" in client.get(f"/cases/money?{query}").content.decode()) is not bool(count), query


def test_the_book_of_a_fund_is_its_keepers(places, at):
    keeper = make_person("keeper", "agency", HERE, industry="housing")
    fund, other = Fund.objects.order_by("pk")
    for n, (kind, fen) in enumerate((("paid_in", 500_000), ("out", -100_000))):
        FundEntry.objects.create(fund=fund, kind=kind, amount_fen=fen, on=date(2026, 4, 1 + n), note=f"第{n}笔", at=at)
    client = client_of(keeper)
    address = f"/helping/funds/{fund.pk}/entries"
    rows = read(client, address, "csv")
    assert [row[2] for row in rows[1:]] == ["-1000.0", "5000.0"]
    assert [row[4] for row in read(client, f"{address}?kind=out", "csv")[1:]] == ["第1笔"]
    assert len(read(client, f"{address}?until=2026-04-01", "xlsx")) == 2
    assert "没有符合条件" in client.get(f"{address}?since=2099-01-01").content.decode()
    assert client.get(f"/helping/funds/{other.pk}/entries").status_code == 404


def test_a_months_duty_roster_of_ones_unit(places, at):
    client = client_of(places["chief"])
    unit = Duty.objects.get(person__username="resident-p1").organisation
    headings, row = read(client, f"/duty?unit={unit.pk}&month={at:%Y-%m}", "csv")
    assert row[headings.index("值班人员")] == "测试resident-p1"
    assert Event.objects.get(action="export").subject_id == "duty"
    away = Duty.objects.get(person__username="resident-q1").organisation
    assert client.get(f"/duty?unit={away.pk}&form=csv").status_code == 404
