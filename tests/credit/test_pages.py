"""The list on pages: proposed on the case, told, objected to, decided; found, filtered, taken home as a file."""

import csv
import io
import json
import zipfile
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from anxin.credit import deciding
from anxin.credit.models import Listing
from anxin.credit.proposing import propose
from anxin.law.civil import civil_date
from anxin.people.models import Event
from anxin.remedies.models import Document
from tests.credit.listings import BOSS, FIRM, boss, proposed, sign_and_serve, told, unpaid
from tests.people import identity
from tests.portal.site import make_user
from tests.remedies.matters import make_case, make_office
from tests.remedies.papers import PHOTO
from tests.workers import worker_signs_in

pytestmark = pytest.mark.django_db
EYE = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture(autouse=True)
def own_vault(tmp_path, settings):
    real = settings.DATA
    settings.DATA = tmp_path
    (tmp_path / "keys").symlink_to(real / "keys")


@pytest.fixture
def at(monkeypatch, at):
    """The pages' clock stands where a test puts it: at the day after the order ran out."""
    monkeypatch.setattr(timezone, "now", lambda: Clock.at)
    Clock.at = at + timedelta(days=8)
    return at


class Clock:
    at = None


def as_(person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def page(client: Client, url: str, status: int = 200) -> str:
    answer = client.get(url)
    assert answer.status_code == status
    return answer.content.decode()


def photo(name: str = "承诺书.png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, PHOTO, content_type="image/png")


FORM = {
    "form": "listing", "ground": "amount", "reason": "", "role_0": "legal", "name_0": "钱大富",
    "identity_0": identity(BOSS),
}  # fmt: skip


def test_from_the_case_to_the_list(at):
    matter = unpaid(at)
    office, case = matter.office, matter.case
    officer, chief = as_(office.officer), as_(office.chief)
    shown = page(officer, f"/cases/{case.number}")
    assert "提议列入名单" in shown
    assert "到期时仍欠 10 人 100,000.00 元" in shown

    sent = officer.post(f"/cases/{case.number}/listing", FORM)
    listing = Listing.objects.get()
    assert sent.url == f"/credit/{listing.pk}"
    assert "提议列入名单" not in page(officer, f"/cases/{case.number}"), "it is proposed already"
    shown = page(officer, sent.url)
    assert "钱**" in shown
    assert "钱大富" not in shown
    assert identity(BOSS) not in shown

    drawn = officer.post(f"/credit/{listing.pk}/notice")
    notice = Document.objects.get(kind="list_notice")
    assert drawn.url == f"/papers/{notice.pk}"
    assert FIRM in page(officer, drawn.url)
    sign_and_serve(notice, office, Clock.at)
    assert "开始异议期" in page(officer, f"/credit/{listing.pk}")
    officer.post(f"/credit/{listing.pk}/tell")

    listing.refresh_from_db()
    assert (listing.state, listing.told_on) == ("told", civil_date(Clock.at))
    assert "暂不能决定列入" in page(chief, f"/credit/{listing.pk}")
    objected = officer.post(
        f"/credit/{listing.pk}/object",
        {"form": "object", "person": "", "on": civil_date(Clock.at), "text": "款已付", "files": photo()},
    )
    assert objected.status_code == 302
    (digest,) = listing.steps.get(kind="object").files
    assert officer.get(f"/credit/{listing.pk}/files/{digest}").content == PHOTO
    assert "待负责人核实答复" in page(officer, f"/credit/{listing.pk}")
    sent = {"objection": listing.objections.get().pk, "upheld": "0", "answer": "查无付款"}
    assert chief.post(f"/credit/{listing.pk}/answer", sent).status_code == 302

    Clock.at += timedelta(days=14)
    officer, chief = as_(office.officer), as_(office.chief)
    assert chief.post(f"/credit/{listing.pk}/decide", {"what": "list"}).status_code == 302
    listing.refresh_from_db()
    assert listing.state == "listed"
    officer.post(f"/credit/{listing.pk}/decision")
    assert Document.objects.filter(kind="list_decision").exists()
    shown = page(officer, f"/credit/{listing.pk}")
    assert "列入未满 6 个月" in shown
    assert FIRM in page(officer, "/credit")
    assert "已列入" in page(officer, "/credit?state=on_list")
    assert FIRM not in page(officer, "/credit?state=pending").split('id="list"')[1]


def test_a_form_that_lacks_something_comes_back_as_it_was(at):
    matter = unpaid(at, (300_000,) * 10)
    officer = as_(matter.office.officer)
    lacking = officer.post(f"/cases/{matter.case.number}/listing", FORM)
    assert lacking.status_code == 422
    assert "请写明认定的事实和依据" in lacking.content.decode()
    workers = {**FORM, "reason": "本省三万元", "identity_0": identity(1)}
    refused = officer.post(f"/cases/{matter.case.number}/listing", workers)
    assert refused.status_code == 422
    assert "不列工人" in refused.content.decode()
    assert "本省三万元" in refused.content.decode()
    assert 'value="钱大富"' in refused.content.decode()
    assert identity(1) not in refused.content.decode(), "a number is typed again, not sent back"
    assert Listing.objects.count() == 0


def test_the_section_waits_for_an_ordered_day_to_pass_and_shows_what_the_file_contradicts(at):
    matter = unpaid(at, (299_999,) * 10)
    officer = as_(matter.office.officer)
    shown = page(officer, f"/cases/{matter.case.number}")
    assert "与案卷矛盾，不能选" in shown
    Clock.at = at + timedelta(days=3)
    assert 'id="listing"' not in page(officer, f"/cases/{matter.case.number}")


def test_opening_a_name_or_number_leaves_its_look_first(at):
    matter, listing = proposed(at)
    person, officer = listing.persons.get(), as_(matter.office.officer)
    for field, value in (("name", "钱大富"), ("identity", identity(BOSS))):
        opened = officer.post(f"/credit/{listing.pk}/reveal", {"person": person.pk, "field": field}, **EYE)
        assert value in opened.content.decode()
        look = Event.objects.filter(action="look").latest("number")
        assert (look.by, look.subject, look.subject_id) == (matter.office.officer, "listing", str(listing.pk))
        assert look.changes["field"] == f"listed-{field}-{person.pk}"
    before = Event.objects.count()
    for sent in ({"person": person.pk, "field": "phone"}, {"person": "²", "field": "name"}, {"person": 10**9}):
        assert officer.post(f"/credit/{listing.pk}/reveal", sent).status_code == 404
    assert Event.objects.count() == before
    page(officer, f"/credit/{listing.pk}")
    assert Event.objects.count() == before, "masks are no look"


def test_a_leader_reads_and_does_nothing(at):
    _matter, listing = proposed(at)
    leader = as_(make_user("boss", "leader", "140100"))
    shown = page(leader, f"/credit/{listing.pk}")
    assert "撤回提议" not in shown
    assert "reveal" not in shown
    assert leader.post(f"/credit/{listing.pk}/take-back", {"reason": "算了"}).status_code == 403


def test_nobody_decides_on_what_he_proposed(at):
    matter = unpaid(at)
    listing = propose(case=matter.case, ground="amount", persons=[boss()], by=matter.office.chief, at=matter.after)
    chief = as_(matter.office.chief)
    assert "由提议人以外的负责人决定" in page(chief, f"/credit/{listing.pk}")
    assert chief.post(f"/credit/{listing.pk}/decide", {"what": "refuse", "note": "情节轻微"}).status_code == 422
    assert chief.post(f"/credit/{listing.pk}/decide", {"what": ""}).status_code == 422
    listing.refresh_from_db()
    assert listing.state == "proposed"


def test_a_paper_of_the_list_is_not_begun_from_the_case(at):
    matter = unpaid(at)
    officer = as_(matter.office.officer)
    assert 'value="list_notice"' not in page(officer, f"/cases/{matter.case.number}")
    sent = officer.post(f"/cases/{matter.case.number}/papers", {"kind": "list_notice", "form": "paper"})
    assert sent.status_code == 422
    assert not Document.objects.filter(kind="list_notice").exists()


def test_a_workers_own_pack_has_the_order_and_not_the_notice_that_names_people(at):
    matter = unpaid(at, (2_000_000,))
    told(at, matter=matter)
    phone = Client()
    worker_signs_in(phone, matter.case.claimants.get().worker, at=timezone.now())
    pack = phone.post("/me/pack")
    with zipfile.ZipFile(io.BytesIO(pack.content)) as parts:
        kinds = {one["kind"] for one in json.loads(parts.read("data.json"))["papers"]}
        assert "钱大富" not in parts.read("data.json").decode()
    assert "order" in kinds
    assert "list_notice" not in kinds


def test_sparing_and_leaving_by_their_forms(at):
    matter, listing, since = told(at)
    chief, officer = as_(matter.office.chief), as_(matter.office.officer)
    assert "没有全部到账" in page(chief, f"/credit/{listing.pk}")
    spared = chief.post(f"/credit/{listing.pk}/decide", {"what": "spare", "files": photo()})
    assert spared.status_code == 422
    deciding.put_on_list(listing=listing, by=matter.office.chief, at=since + timedelta(days=20))
    matter.case.claimants.update(received_fen=1_000_000)
    assert officer.post(f"/credit/{listing.pk}/removal", {"files": photo()}).status_code == 422
    Clock.at = since + timedelta(days=230)
    chief, officer = as_(matter.office.chief), as_(matter.office.officer)
    assert officer.post(f"/credit/{listing.pk}/removal", {"files": photo()}).status_code == 302
    assert "提前移出申请待负责人决定" in page(officer, f"/credit/{listing.pk}")
    chief.post(f"/credit/{listing.pk}/removal/decide", {"approved": "1", "reason": "已改正"})
    listing.refresh_from_db()
    assert listing.state == "removed"
    officer.post(f"/credit/{listing.pk}/carry-out", {"on": civil_date(Clock.at)})
    listing.refresh_from_db()
    assert listing.carried_out_on == civil_date(Clock.at)
    chief.post(f"/credit/{listing.pk}/restore", {"reason": "伪造回单"})
    listing.refresh_from_db()
    assert listing.state == "listed"


def test_the_list_keeps_to_ones_place_and_filters_and_goes_home_as_a_file(at):
    matter, listing = proposed(at)
    other = make_office("520102")
    far = make_user("far", "officer", "520100")
    page(as_(far), f"/credit/{listing.pk}", 404)
    assert "没有拟列入或者在名单上的单位" in page(as_(far), "/credit")
    assert other.unit.region_code == "520102"

    officer = as_(matter.office.officer)
    for query, there in (
        ("q=测试建设", True), (f"q={matter.case.number}", True), ("q=别的单位", False), ("state=listed", False),
        ("state=proposed", True), ("late=1", False), ("region=140105", True), ("state=nonsense&region=9", True),
        ("page=999", True),
    ):  # fmt: skip
        assert (f"/credit/{listing.pk}" in page(officer, f"/credit?{query}")) is there, query
    Clock.at = at + timedelta(days=90)
    officer = as_(matter.office.officer)
    assert f"/credit/{listing.pk}" in page(officer, "/credit?late=1")

    answer = officer.get("/credit?form=csv")
    assert "no-store" in answer["Cache-Control"]
    lines = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    assert lines[1][0] == FIRM
    assert lines[1][4:7] == ["1", "10", "100000.0"]
    assert "钱大富" not in str(lines)
    assert officer.get("/credit?form=xlsx").status_code == 200


def test_the_list_asks_the_database_as_often_for_many_as_for_one(at, django_assert_max_num_queries):
    matter, _listing = proposed(at)
    officer = as_(matter.office.officer)
    for n in range(4):
        case = make_case(at, (1_000_000,), project=matter.case.project, office=matter.office, key=f"k{n}")
        Listing.objects.create(case=case, order=matter.order, firm=f"第{n}建设公司", ground="event", pay_by=at.date(),
                               proposed_by=matter.office.officer, proposed_at=at)  # fmt: skip
    page(officer, "/credit")
    with django_assert_max_num_queries(12):
        assert page(officer, "/credit").count("data-row") == 5
