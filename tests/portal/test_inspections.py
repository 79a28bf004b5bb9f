"""Joint inspections: the list, the form with its checklist, the re-check."""

from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from anxin.people.looks import looks_at
from anxin.watch.handling.inspections import CHECKLIST, plan_inspections
from anxin.watch.models import InspectionTask
from tests.people import make_project, make_worker
from tests.portal.hands import in_hand, make_people, make_units

pytestmark = pytest.mark.django_db

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR and so on"


@pytest.fixture
def people(at, monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: at)
    return make_people(make_units())


@pytest.fixture
def task(people, at) -> InspectionTask:
    make_worker(make_project(at, name="滨河小区", started_on=date(2026, 4, 1)), 1, at)
    plan_inspections(at=at)
    return InspectionTask.objects.get()


@pytest.fixture
def officer(client, people):
    client.force_login(people["officer"])
    return client


def body(response) -> str:
    return response.content.decode()


def form(today, **fields):
    known = {f"ok-{item}": "1" for item, _zh, _en in CHECKLIST}
    return {**known, "done_on": today, "participants": "人社、住建", "findings": "", **fields}


def test_the_list_by_due_date(officer, task, at, today):
    shown = body(officer.get("/inspections"))
    assert "滨河小区" in shown
    assert "2026-05-01" in shown
    assert "滨河小区" not in body(officer.get("/inspections?late=1"))
    InspectionTask.objects.update(due_on=today - timedelta(days=1))
    assert "已超期" in body(officer.get("/inspections?late=1"))
    assert "滨河小区" not in body(officer.get("/inspections?state=done"))
    assert "滨河小区" not in body(officer.get("/inspections?region=140106"))
    assert (
        officer.get("/inspections?form=csv").getvalue().decode("utf-8-sig").splitlines()[1].startswith("P1,滨河小区,")
    )


def test_what_is_missing_is_asked_for_and_nothing_typed_is_lost(officer, task, today):
    url = f"/inspections/{task.pk}/record"
    for wrong, words in (
        ({"ok-board": ""}, "请给每一项作出结论：维权信息告示牌内容完整"),
        ({"participants": ""}, "请写明参加检查的单位和人员"),
        ({"ok-board": "0"}, "有不合格项时，请写明发现的问题"),
        ({"ok-board": "0", "findings": "缺电话"}, "请定一个复查期限"),
        ({"done_on": today + timedelta(days=1)}, "检查日期须在"),
        ({"files": SimpleUploadedFile("a.png", b"<svg onload=x>")}, "不是 jpg、png"),
    ):
        again = officer.post(url, form(today, **{"note-account": "专户备注", **wrong}))
        assert again.status_code == 422
        assert words in body(again)
        assert "专户备注" in body(again)
    assert InspectionTask.objects.get().done_on is None


def test_checked_with_a_photo_then_checked_again(officer, task, today, client, people):
    photo = SimpleUploadedFile("a.png", PNG)
    fields = form(today, findings="缺电话", recheck_on=today + timedelta(days=7), files=photo)
    told = officer.post(f"/inspections/{task.pk}/record", {**fields, "ok-board": "0", "ok-cards": "-"}, follow=True)
    assert "联合检查已登记" in body(told)
    assert "待复查" in body(told)
    task.refresh_from_db()
    assert {line["item"]: line["ok"] for line in task.checklist}["board"] is False
    assert task.project.inspections.get().findings == "缺电话"
    photo_url = f"/inspections/{task.pk}/files/{task.photos[0]}"
    assert officer.get(photo_url)["Content-Type"] == "image/png"
    assert [look.changes["page"] for look in looks_at("inspection", task.pk)] == [photo_url]
    again = officer.post(f"/inspections/{task.pk}/record", {**fields, "files": []}, follow=True)
    assert "该检查已登记" in body(again)
    assert "复查已登记" in body(
        officer.post(f"/inspections/{task.pk}/recheck", {"recheck_findings": "已补"}, follow=True)
    )
    assert "滨河小区" in body(officer.get("/inspections?state=done"))
    client.force_login(people["clerk"])
    assert client.get(photo_url).status_code == 403


def test_what_is_not_mended_at_the_re_check_is_looked_at_once_more(officer, task, today):
    fields = form(today, findings="缺电话", recheck_on=today + timedelta(days=7))
    officer.post(f"/inspections/{task.pk}/record", {**fields, "ok-board": "0"})
    past = {"recheck_findings": "仍缺电话", "again_on": today - timedelta(days=1)}
    refused = officer.post(f"/inspections/{task.pk}/recheck", past)
    assert refused.status_code == 422
    assert "仍缺电话" in body(refused)
    again = {"recheck_findings": "仍缺电话", "again_on": today + timedelta(days=14)}
    told = body(officer.post(f"/inspections/{task.pk}/recheck", again, follow=True))
    assert "请按新的期限再次复查" in told
    assert "仍缺电话" in told
    task.refresh_from_db()
    assert (task.rechecked_at, task.recheck_on) == (None, today + timedelta(days=14))
    assert "滨河小区" in body(officer.get("/inspections?state=recheck"))
    officer.post(f"/inspections/{task.pk}/recheck", {"recheck_findings": "已补"})
    task.refresh_from_db()
    assert task.rechecked_at is not None
    assert [line.split(" ", 1)[1] for line in task.recheck_findings.splitlines()] == ["仍缺电话", "已补"]


def test_only_within_the_jurisdiction(client, task):
    from tests.portal.site import make_user

    client.force_login(make_user("far", region="520000"))
    assert client.get(f"/inspections/{task.pk}").status_code == 404
    assert client.post(f"/inspections/{task.pk}/record").status_code == 404


def test_a_warning_of_a_missing_check_leads_to_its_form(officer, task, at, client):
    matter = in_hand(task.project, at, rule="SX-02", subject=f"project:{task.project_id}")
    assert f'href="/inspections/{task.pk}"' in body(officer.get(f"/warnings/{matter.warning_id}"))
    other = in_hand(task.project, at, rule="CN-02", subject=f"project:{task.project_id}:2")
    assert f'href="/inspections/{task.pk}"' not in body(officer.get(f"/warnings/{other.warning_id}"))
