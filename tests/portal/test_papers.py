"""Papers on their pages: drawn up, handed in, signed, served, received by the clerk and by the worker; the pack."""

import io
import zipfile
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from docx import Document as Word

from anxin.law.civil import civil_date
from anxin.people.looks import of_person
from anxin.people.models import Event
from anxin.portal.officer.cases.papers import inspectors_for
from anxin.remedies import documents, verify
from anxin.remedies.filling import everything_in, text_of
from anxin.remedies.models import Document
from anxin.remedies.templates import find
from tests.people import identity
from tests.portal.site import make_user
from tests.remedies.matters import make_case, make_office, people_of
from tests.remedies.papers import PHOTO, ready, second_inspector, served, signed
from tests.workers import worker_signs_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def now():
    return timezone.localtime()  # the civil day is Shanghai's


@pytest.fixture
def case(now):
    return make_case(now, (644_000, 500_000))


def as_(person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def page(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200
    return answer.content.decode()


def test_from_the_case_to_the_served_order(case, now):
    office = make_office()
    second, officer, chief = second_inspector(office), as_(office.officer), as_(office.chief)
    clerk = as_(make_user("clerk", "clerk", "", project="P1"))
    assert 'id="papers"' in page(officer, f"/cases/{case.number}")
    sent = officer.post(f"/cases/{case.number}/papers", {"kind": "order", "form": "paper"})
    row = Document.objects.get(case=case)
    assert sent.url == f"/papers/{row.pk}"
    assert "11,440.00" in page(officer, sent.url)

    due = civil_date(now) + timedelta(days=5)
    form = {**documents.fields_of(row), "version": row.version, "due_on": due.isoformat(), "addressee": row.addressee,
            "inspectors": [office.officer.pk, second.pk], "then": "ask", "form": "edit"}  # fmt: skip
    assert officer.post(f"/papers/{row.pk}/edit", form).status_code == 302
    row.refresh_from_db()
    assert row.state == "asked"
    assert officer.post(f"/papers/{row.pk}/sign").status_code == 403

    assert f"/papers/{row.pk}" in page(chief, "/papers")
    chief.post(f"/papers/{row.pk}/sign")
    row.refresh_from_db()
    assert (row.state, row.signed_by) == ("signed", office.chief)
    assert row.number in page(chief, f"/papers/{row.pk}")
    assert page(clerk, "/site/papers").count("<tr") == 0

    proof = SimpleUploadedFile("回证.png", PHOTO)
    how = {"way": "in_person", "served_on": civil_date(now).isoformat(), "recipient": "李某"}
    lacking = officer.post(f"/papers/{row.pk}/serve", how)
    assert lacking.status_code == 422
    assert "李某" in lacking.content.decode()  # as it was filled in
    assert officer.post(f"/papers/{row.pk}/serve", {**how, "files": proof}).status_code == 302
    case.refresh_from_db()
    assert case.state == "ordered"

    told = page(clerk, "/site/papers")
    assert row.number in told
    assert due.isoformat() in told
    file = clerk.get(f"/site/papers/{row.pk}/file")
    assert row.number in text_of(file.content)
    for person in people_of(case):
        assert documents.open_text(person.name_sealed) not in everything_in(file.content) + told
    assert clerk.get(f"/papers/{row.pk}/files/annex").status_code == 403


def test_what_is_lacking_comes_back_as_it_was_filled_in(case, now):
    office = make_office()
    officer = as_(office.officer)
    row = documents.draft(case=case, kind="order", by=office.officer, at=now)
    form = {
        **documents.fields_of(row),
        "facts": "写了一半的事实",
        "then": "ask",
        "form": "edit",
        "version": row.version,
    }
    answer = officer.post(f"/papers/{row.pk}/edit", form)
    assert answer.status_code == 422
    assert "写了一半的事实" in answer.content.decode()
    assert documents.fields_of(Document.objects.get(pk=row.pk))["facts"] == "写了一半的事实"
    stale = officer.post(f"/papers/{row.pk}/edit", {**form, "then": "", "facts": "旧"})
    assert stale.status_code == 302
    assert documents.fields_of(Document.objects.get(pk=row.pk))["facts"] == "写了一半的事实"


def test_the_clerk_of_another_project_and_what_is_not_served(case, now):
    office = make_office()
    row = served(case, "order", office, now)
    draft = signed(case, "talk", office, now)
    own, other = as_(make_user("own", "clerk", "", project="P1")), as_(make_user("far", "clerk", "", project="P2"))
    assert own.get(f"/site/papers/{row.pk}/file").status_code == 200
    assert own.get(f"/site/papers/{draft.pk}/file").status_code == 404
    assert other.get(f"/site/papers/{row.pk}/file").status_code == 404
    police = signed(case, "summary", office, now)
    assert own.get(f"/site/papers/{police.pk}/file").status_code == 404


def test_a_paper_that_names_people_masks_its_page_and_notes_its_download(case, now):
    office = make_office()
    officer = as_(office.officer)
    row = signed(case, "arbitration", office, now)
    said = page(officer, f"/papers/{row.pk}")
    assert identity(1) not in said
    assert "测试1" not in said
    worker = people_of(case)[0].worker
    assert of_person(worker.pk) == []
    file = officer.get(f"/papers/{row.pk}/files/docx")
    assert identity(1) in text_of(file.content)
    assert [look.field for look in of_person(worker.pk)] == ["paper"]
    assert "no-store" in file["Cache-Control"]
    assert officer.get(f"/papers/{row.pk}/files/exe").status_code == 404


def test_the_chief_returns_and_voids_with_reasons(case, now):
    office = make_office()
    chief = as_(office.chief)
    row = ready(case, "order", office, now)
    documents.ask_for_signature(document=row, by=office.officer, at=now)
    assert chief.post(f"/papers/{row.pk}/return", {"reason": ""}).status_code == 422
    chief.post(f"/papers/{row.pk}/return", {"reason": "金额不符"})
    assert "金额不符" in page(as_(office.officer), f"/papers/{row.pk}")
    chief.post(f"/papers/{row.pk}/void", {"reason": "重复"})
    row.refresh_from_db()
    assert row.state == "void"
    again = chief.post(f"/papers/{row.pk}/again")
    assert Document.objects.get(replaces=row).pk == int(again.url.rsplit("/", 1)[1])


def test_no_script_in_a_field_runs_on_the_page(case, now):
    office = make_office()
    row = ready(case, "order", office, now, facts="<script>alert(1)</script>")
    said = page(as_(office.officer), f"/papers/{row.pk}")
    assert "<script>alert(1)" not in said
    assert "&lt;script&gt;alert(1)" in said


def test_the_pack_of_a_case_holds_and_is_noted(case, now):
    office = make_office()
    served(case, "order", office, now)
    answer = as_(office.officer).post(f"/cases/{case.number}/pack")
    assert answer["Content-Type"] == "application/zip"
    assert verify.verify(io.BytesIO(answer.content)) == []
    assert Event.objects.filter(action="evidence-pack", subject="case").count() == 1
    assert [look.page for look in of_person(people_of(case)[0].worker_id)] == [f"/cases/{case.number}"]
    assert as_(make_user("leader", "leader", "140000")).post(f"/cases/{case.number}/pack").status_code == 403
    assert as_(make_user("clerk", "clerk", "", project="P1")).post(f"/cases/{case.number}/pack").status_code == 403


def test_a_worker_takes_his_own_pack_and_papers_home(case, now):
    office = make_office()
    first, second = people_of(case)
    claim = first.claim
    claim.filer = first.worker
    claim.save()
    row = signed(case, "acceptance", office, now)
    mine = documents.draft(case=case, kind="iou", by=office.officer, at=now, claimant=second)
    documents.finish(document=mine, by=office.officer, at=now)
    phone = Client()
    worker_signs_in(phone, first.worker, at=now)
    pack = phone.post("/me/pack")
    assert verify.verify(io.BytesIO(pack.content)) == []
    with zipfile.ZipFile(io.BytesIO(pack.content)) as parts:
        assert second.worker.name not in parts.read("data.json").decode()
    assert f"/track/{claim.number}/papers/{row.pk}" in page(phone, f"/track/{claim.number}")
    assert phone.get(f"/track/{claim.number}/papers/{row.pk}").status_code == 200
    other = Client()
    worker_signs_in(other, second.worker, at=now, phone="13900000002")
    assert other.get(f"/track/{claim.number}/papers/{mine.pk}").status_code == 200
    stranger = Client()
    assert stranger.get(f"/track/{claim.number}/papers/{row.pk}").status_code == 404
    assert stranger.post("/me/pack").status_code == 302


def word(*lines: str) -> SimpleUploadedFile:
    paper = Word()
    for line in lines:
        paper.add_paragraph(line)
    made = io.BytesIO()
    paper.save(made)
    return SimpleUploadedFile("t.docx", made.getvalue())


def test_an_office_keeps_its_own_templates(case, now, settings, tmp_path):
    keys, settings.DATA = settings.DATA / "keys", tmp_path
    (tmp_path / "keys").symlink_to(keys)
    client = as_(make_user("chief", "chief", "140100"))
    assert "系统自带" in page(client, "/paper-templates")
    bad = client.post("/paper-templates/order/replace", {"file": word("{{ boss }}")})
    assert bad.status_code == 422
    assert "boss" in bad.content.decode()
    assert client.post("/paper-templates/order/replace").status_code == 422
    fine = word("市局抬头 {{ number }} {{ addressee }} {{ due_on }} {{ signed_on }}")
    assert client.post("/paper-templates/order/replace", {"file": fine}).status_code == 302
    assert find("order", "140105").region == "140100"
    assert "市局抬头" in text_of(client.get("/paper-templates/order").content)
    assert "市局抬头" not in text_of(client.get("/paper-templates/order?ours").content)
    client.post("/paper-templates/order/restore")
    assert find("order", "140105").region == ""
    assert client.get("/paper-templates/..%2Fkinds").status_code == 404
    assert Event.objects.filter(action__startswith="paper-template").count() == 2


def test_where_a_unit_has_one_inspector_those_above_it_may_sign_with_him(case, now):
    office = make_office()
    office.chief.left_at = now
    office.chief.save(update_fields=["left_at"])
    city = make_office("140100")
    make_office("150100")
    assert [one.pk for one in inspectors_for(case)] == [office.officer.pk, city.chief.pk, city.officer.pk]
    second_inspector(office)
    assert city.officer not in inspectors_for(case)


def test_who_may_sign_sees_in_his_menu_that_a_paper_waits(case, now):
    office = make_office()
    officer, chief = as_(office.officer), as_(office.chief)
    row = ready(case, "order", office, now)
    documents.ask_for_signature(document=row, by=office.officer, at=now)
    assert 'class="ax-waits"' in page(chief, "/cases")
    assert '待签批文书 <span class="ax-nav-count num">1</span>' in page(chief, "/cases")
    assert "待签批文书 <span" not in page(officer, "/cases")


def test_an_order_against_an_employer_without_a_site_does_not_name_him_as_one(now):
    office = make_office()
    case = make_case(now, (100_000,))
    case.project, case.employer = None, "老王饭店"
    case.save(update_fields=["project", "employer"])
    case.claimants.update(verified_fen=None, agreed_fen=None)
    row = documents.draft(case=case, kind="order", by=office.officer, at=now)
    assert "在“老王饭店”中" not in documents.fields_of(row)["facts"]
    assert "有 1 人的金额还没有核实" in page(as_(office.officer), f"/papers/{row.pk}")
