"""Files out of the vault: only to who may see them, only as harmless downloads, never without a look."""

import pytest
from django.utils import timezone

from anxin.intake.sheets.uploads import receive
from anxin.people.looks import looks
from anxin.registry import actions
from anxin.registry.models import Paper
from anxin.vault import evidence
from tests.people import identity, make_project, make_worker
from tests.portal.site import make_user
from tests.vault.test_evidence import JPEG, PDF, PNG

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _folder(tmp_path, settings, at, monkeypatch):
    settings.DATA = tmp_path
    monkeypatch.setattr(timezone, "now", lambda: at)


@pytest.fixture
def project(at):
    return make_project(at)


@pytest.fixture
def officer(client):
    client.force_login(make_user())
    return client


def bring(project, at, content: bytes, name: str, kind: str = "agreement") -> str:
    digest = evidence.store(content)
    Paper.objects.create(project=project, kind=kind, digest=digest, name=name, by=make_user("clerk1", "clerk"), at=at)
    return digest


@pytest.mark.parametrize(
    ("content", "brought", "saved", "kind"),
    [
        (PDF, "协议.pdf", ".pdf", "application/pdf"),
        (PNG, "photo.html", ".png", "image/png"),
        (b"<html><script>alert(1)</script>", "page.html", ".bin", "application/octet-stream"),
        (b"<svg onload='alert(1)'/>", "a.svg", ".bin", "application/octet-stream"),
    ],
)
def test_a_file_is_a_download_of_what_it_is(officer, project, at, content, brought, saved, kind):
    digest = bring(project, at, content, brought)
    answer = officer.get(f"/projects/P1/evidence/{digest}")
    assert answer.content == content
    assert answer["Content-Type"] == kind
    assert answer["Content-Disposition"].startswith("attachment; filename*=UTF-8''")
    assert answer["Content-Disposition"].endswith(saved)
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert "no-store" in answer["Cache-Control"]
    look = looks().get()
    assert (look.by.username, look.subject, look.changes["field"]) == ("officer", "project", "file")


def test_somebody_elses_file_does_not_exist(client, project, at):
    digest = bring(project, at, PDF, "a.pdf")
    make_project(at, "P2", region_code="520100")
    client.force_login(make_user("guizhou", "officer", "520000"))
    assert client.get(f"/projects/P1/evidence/{digest}").status_code == 404
    # Knowing the hash of a file is no right to it: it must be this project's.
    assert client.get(f"/projects/P2/evidence/{digest}").status_code == 404
    assert not looks().exists()


@pytest.mark.parametrize("name", ["..%2F..%2Fkeys", "x", "A" * 64, "0" * 64, "%25" * 64])
def test_a_name_that_is_no_file_leads_nowhere(officer, project, name):
    assert officer.get(f"/projects/P1/evidence/{name}").status_code == 404
    assert not looks().exists()


def test_a_file_that_is_gone_leaves_no_look(officer, project, at):
    digest = bring(project, at, PDF, "a.pdf")
    evidence.remove(digest)
    assert officer.get(f"/projects/P1/evidence/{digest}").status_code == 404
    assert not looks().exists()


@pytest.mark.parametrize(("role", "status"), [("officer", 200), ("leader", 404)])
def test_what_names_workers_needs_the_permission_to_open_personal_data(client, project, at, role, status):
    signed = bring(project, at, PDF, "signed.pdf", kind="payroll")
    csv = f"姓名,身份证号,工种,进场时间\n测试1,{identity(1)},木工,2026-03-01\n".encode()
    sheet = receive(content=csv, name="r.csv", kind="roster", at=at, project=project).content
    worker = make_worker(project, 1, at).worker
    worker.details = {"headImage": evidence.store(JPEG)}
    worker.save()
    client.force_login(make_user("u", role, "140000"))
    for digest in (signed, sheet, worker.details["headImage"]):
        assert client.get(f"/projects/P1/evidence/{digest}").status_code == status
    if status == 200:
        assert looks().get(subject="worker").subject_id == str(worker.pk)


def test_the_notice_boards_photo(officer, project, at):
    digest = evidence.store(JPEG)
    actions.record_board(project=project, posted_on=at.date(), at=at, evidence=digest)
    assert officer.get(f"/projects/P1/evidence/{digest}")["Content-Type"] == "image/jpeg"
