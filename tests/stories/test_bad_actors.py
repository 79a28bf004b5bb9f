"""Bad days and bad actors at the claim's door: each gets a calm answer, and nobody keeps a worker from filing."""

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from anxin.cases import limits
from anxin.cases.filing import Person, Told, file_claim
from anxin.cases.models import Case, Claim, Claimant, ClaimDoor, Draft, Exhibit
from anxin.cases.numbers import new_number
from anxin.people.models import Event
from anxin.people.trail import verify
from anxin.registry.models import Worker
from anxin.upkeep.tidying import tidy_drafts
from anxin.vault import evidence
from anxin.vault.fields import open_text
from tests.access.table import TABLE
from tests.access.world import make_person, make_place
from tests.cases.claiming import begin, codes, png, say_sum, send, wav, whole_claim
from tests.people import identity, make_project, make_worker
from tests.threads import at_once
from tests.workers import worker_signs_in

MONTH = "2026-04"
JPEG = (
    b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
    b"\xff\xc0\x00\x0b\x08\x00\x01\x00\x01\x01\x01\x11\x00\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00\x7f\xff\xd9"
)
PROGRAM = b"MZ\x90\x00" + bytes(60) + b"This program cannot be run in DOS mode." + bytes(400)
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@pytest.fixture
def now(monkeypatch, at):
    monkeypatch.setattr(timezone, "now", lambda: at)
    return at


# Ten thousand in an hour, and twenty times the same


@pytest.mark.django_db
def test_the_three_hundredth_claim_of_a_campaign_costs_what_the_second_did(at):
    project = make_project(at)
    asked: list[int] = []
    for n in range(300):
        person = Person(name=f"工友{n}", phone=f"139{n:08d}", months=[MONTH], claimed_fen=100_00)
        told = Told(door=ClaimDoor.QR, key=str(n), people=[person], region_code=project.region_code, project=project)
        with CaptureQueriesContext(connection) as queries:
            file_claim(told, at=at)
        asked.append(len(queries))
    assert Case.objects.count() == Claim.objects.count() == 300
    assert asked[299] <= asked[1]
    assert verify().holds


@pytest.mark.django_db
def test_a_whole_dormitory_files_through_one_address(now):
    make_project(now)
    for n in range(40):
        phone = Client(REMOTE_ADDR="10.1.1.1")
        # Half of them get codes wrong on the way, too.
        if n % 2:
            phone.post("/track", {"code": f"{n:016d}"})
        claim, code = whole_claim(phone, MONTH, site="P1")
        assert Client(REMOTE_ADDR="10.1.1.1").post("/track", {"code": code, "number": claim.number}).status_code == 302
    assert Claim.objects.count() == 40


def test_an_impatient_thumb_makes_one_claim(transactional_db, now):
    make_project(now)
    client = Client()
    begin(client, site="P1", group="yes")
    say_sum(client, MONTH, **{"n-0": "李四", "s-0": "10"})
    client.post("/claim/3", {"text": "", "go": "next"})

    def press() -> tuple[int, list[str]]:
        thumb = Client()
        thumb.cookies = client.cookies.copy()
        answer = thumb.post("/claim/4", {"anonymous": "yes"})
        return answer.status_code, codes(thumb.get("/claim/done").content.decode())

    told = at_once(*[press] * 20)
    assert Claim.objects.count() == Case.objects.count() == Draft.objects.count() == 1
    assert Claimant.objects.count() == 2
    assert all(one == told[0] for one in told), "every thumb reads the same number and the same codes"
    status, (number, code, *_slip) = told[0]  # type: ignore[misc]
    assert status == 302
    assert Client().post("/track", {"code": code}).headers["Location"] == f"/track/{number}"


# Files that are not what they say


@pytest.mark.django_db
def test_a_photo_of_forty_megabytes_is_told_what_to_do(client, now):
    begin(client)
    say_sum(client, MONTH)
    kept = set(evidence.stored())
    large = SimpleUploadedFile("工地.jpg", JPEG + bytes(40 * 1024 * 1024), "image/jpeg")
    got = client.post("/claim/3", {"photo": large, "text": "老板姓王", "go": "next"})
    page = got.content.decode()
    assert got.status_code == 422
    assert "“工地.jpg”有 40 MB，太大了（最多 20 MB）。请用微信发给自己再保存，或截屏后再传。" in page
    assert "老板姓王" in page, "what he wrote is still there"
    assert set(evidence.stored()) == kept
    assert codes(send(client)), "and he files without it"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("field", "name", "content"),
    [
        ("photo", "现场.svg", SVG),
        ("photo", "现场.png", SVG),
        ("photo", "现场.jpg", b"<!doctype html><script>alert(1)</script>"),
        ("photo", "现场.jpg", PROGRAM),
        ("photo", "现场.jpg", b"\xff\xd8\xff" + PROGRAM),
        ("photo", "现场.png", png()[:33] + b"<script>alert(1)</script>"),
        ("photo", "现场.png", png() + b"<script>alert(1)</script>"),
        ("photo", "半张.jpg", JPEG[:-2]),
        ("photo", "空.jpg", b""),
        ("voice", "录音.m4a", PROGRAM),
        ("voice", "录音.mp3", b"ID3\x04\x00\x00\x00\x00\x00\x00" + PROGRAM),
        ("voice", "录音.wav", b"RIFF\xff\xff\x00\x00WAVE" + PROGRAM),
        ("voice", "录音.ogg", b"OggS\x00" + PROGRAM),
        ("voice", "录音.webm", b"\x1a\x45\xdf\xa3" + PROGRAM),
        ("voice", "录音.amr", b"#!AMR\n" + PROGRAM),
        ("voice", "录音.m4a", b"\x00\x00\x00\x18ftypM4A \x00\x00\x00\x00" + bytes(8) + PROGRAM),
        ("voice", "录音.sh", b"#!/bin/sh\nrm -rf /\n"),
        ("iou", "欠条.html", b"<html><body onload=alert(1)></body></html>"),
        ("chat", "聊天.zip", b"PK\x03\x04" + bytes(100)),
    ],
)
def test_what_is_something_else_is_turned_away_and_the_claim_goes_on(client, now, field, name, content):
    kept = set(evidence.stored())
    begin(client)
    say_sum(client, MONTH)
    got = client.post("/claim/3", {field: SimpleUploadedFile(name, content), "go": "next", "text": ""})
    if content:  # an empty file field is no file to a form
        assert got.status_code == 422
        assert 'role="alert"' in got.content.decode()
    assert set(evidence.stored()) == kept
    number, _code = codes(send(client))
    got = client.post(f"/track/{number}/evidence", {field: SimpleUploadedFile(name, content)}, follow=True)
    assert "w-alert" in got.content.decode()
    assert not Exhibit.objects.exists()


@pytest.mark.django_db
def test_a_name_chooses_neither_type_nor_ending(client, now):
    begin(client)
    say_sum(client, MONTH)
    trick = SimpleUploadedFile('../../x".html', png(), "text/html")
    client.post("/claim/3", {"photo": trick, "voice": SimpleUploadedFile("a.exe", wav()), "go": "upload", "text": ""})
    number, _code = codes(send(client))
    for row in Exhibit.objects.all():
        got = client.get(f"/track/{number}/files/{row.digest}")
        assert got.headers["Content-Type"] in ("image/png", "audio/wav")
        assert got.headers["Content-Disposition"].endswith((".png", ".wav"))
        assert "/" not in row.name
        assert got.headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in got.headers["Content-Security-Policy"]


# Guessing


@pytest.mark.django_db
def test_guessing_return_codes_is_slowed_and_stops_nobody_else(client, now):
    claim, code = whole_claim(client, MONTH)
    thief = Client(REMOTE_ADDR="10.9.9.9")
    most = limits.FROM_AN_ADDRESS[0]
    pages = [thief.post("/track", {"code": f"{n:016d}"}).content.decode() for n in range(most + 5)]
    assert all("没有找到" in page for page in pages[:most])
    assert all("刚才试错的次数多了些" in page for page in pages[most:])
    # From the same address: the right code alone must wait, with its number it is heard, and filing is not touched.
    beside = Client(REMOTE_ADDR="10.9.9.9")
    assert beside.post("/track", {"code": code}).status_code == 422
    assert beside.post("/track", {"code": code, "number": claim.number}).status_code == 302
    whole_claim(Client(REMOTE_ADDR="10.9.9.9"), MONTH)
    assert Client(REMOTE_ADDR="10.0.0.3").post("/track", {"code": code}).status_code == 302


@pytest.mark.django_db
def test_guessing_the_code_of_one_number_shuts_that_number_for_a_while(client, now):
    claim, code = whole_claim(client, MONTH)
    for n in range(limits.ON_A_TARGET[0]):
        Client(REMOTE_ADDR=f"10.9.9.{n}").post("/track", {"code": f"{n:016d}", "number": claim.number})
    got = Client().post("/track", {"code": code, "number": claim.number})
    assert "您的反映照常在办" in got.content.decode()
    assert "只填码、不填编号，现在就能查" in got.content.decode()
    # Its owner needs no number, and who is in already stays in.
    assert Client().post("/track", {"code": code}).status_code == 302
    assert client.get(f"/track/{claim.number}").status_code == 200


@pytest.mark.django_db
def test_a_session_prepared_on_a_shared_computer_opens_nothing_elsewhere(client, now):
    claim, code = whole_claim(Client(), MONTH)
    begin(client)
    prepared = Client()
    prepared.cookies["sessionid"] = client.cookies["sessionid"].value
    client.post("/track", {"number": claim.number, "code": code})
    assert client.get(f"/track/{claim.number}").status_code == 200
    assert prepared.get(f"/track/{claim.number}").status_code == 404


@pytest.mark.django_db
def test_a_form_begun_in_a_prepared_session_is_read_by_nobody_else(client, now):
    begin(client)
    prepared = Client()
    prepared.cookies["sessionid"] = client.cookies["sessionid"].value
    client.post("/track/leave")
    begin(client)
    assert client.get("/claim/2").status_code == 200
    assert prepared.get("/claim/2").status_code == 302


@pytest.mark.django_db
def test_guessing_consent_codes(client, now):
    make_worker(make_project(now), 5, now)
    begin(client, site="P1", group="yes")
    say_sum(client, MONTH, **{"n-0": "王五", "s-0": "10", "i-0": identity(5)})
    number, _code, _again, slip = codes(send(client))
    thief = Client()
    pages = [
        thief.post("/claim/join", {"number": number, "code": f"{n:010d}"}).content.decode()
        for n in range(limits.ON_A_TARGET[0] + 3)
    ]
    assert "编号或确认码不对" in pages[0]
    assert "请 60 分钟后再试" in pages[-1]
    assert "王五" not in "".join(pages)
    assert thief.post("/claim/join", {"number": number, "code": slip}).status_code == 422
    wang = Client()
    worker_signs_in(wang, Worker.objects.get(), at=now)
    assert wang.get(f"/track/{number}/consent").status_code == 200


@pytest.mark.django_db
def test_a_guessed_number_answers_as_one_that_is_not_there(client, now):
    claim, _code = whole_claim(client, MONTH)
    stranger = Client()
    free = new_number(now)
    for path in ("", "/consent", f"/files/{'0' * 64}"):
        here, nowhere = (stranger.get(f"/track/{number}{path}") for number in (claim.number, free))
        assert here.status_code == nowhere.status_code == 404
        assert bare(here.content.decode()) == bare(nowhere.content.decode())
    for what in ("message", "evidence", "received", "withdraw", "undo", "retaliation", "words", "member"):
        assert stranger.post(f"/track/{claim.number}/{what}", {"text": "x", "sure": "1"}).status_code == 404
    assert Claimant.objects.get().withdrawn_at is None


# Who wants to know who complained


def bare(page: str) -> str:
    """A page without what changes by itself and without the address it was asked for."""
    page = re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"|"X-CSRFToken": "[^"]*"', "", page)
    return re.sub(r"\d{14}|/track/[\w/]*", "", page)


@pytest.mark.django_db
def test_a_contractors_clerk_reads_nowhere_that_anybody_complained(client, now):
    """Every page he may open is the same before and after; every other stays shut."""
    clerk = make_person("clerk", "clerk", "140105", project="P1")
    place = make_place(now, code="P1", region="140105", by=clerk)
    worker = place.engagement.worker
    his = Client()
    his.force_login(clerk)
    stranger = Client()
    open_pages = ["/boards/P1", "/s/P1", "/claim", "/claim/1", "/claim/join", "/track", "/iou"]

    def read() -> dict[str, str]:
        pages = {}
        for name, row in TABLE.items():
            if "clerk" in row.roles and name != "audit":
                url = reverse(name, kwargs=row.of(place) if row.of else None)
                got = his.get(url)
                # Files to download are made of the site's own rows, and stamped with the moment they are made.
                if not got.streaming:
                    pages[url] = bare(got.content.decode(errors="replace"))
        for url in open_pages:
            pages[url] = bare(stranger.get(url).content.decode())
        return pages

    read()  # the first look marks what was asked of him as read
    before = read()
    assert before == read(), "a page changes by itself: the comparison would prove nothing"
    phone = Client()
    worker_signs_in(phone, worker, at=now)
    begin(phone, site="P1")
    say_sum(phone, MONTH)
    phone.post("/claim/3", {"photo": SimpleUploadedFile("a.png", png()), "text": "", "go": "upload"})
    number, code = codes(send(phone, phone="13800000000"))
    after = read()
    assert {url for url in before if after[url] != before[url]} == set()
    case = Claim.objects.get(number=number).case
    digest = Exhibit.objects.get(claim__number=number).digest
    for url in (f"/track/{number}", f"/track/{number}/files/{digest}", f"/projects/P1/evidence/{digest}"):
        assert his.get(url).status_code == 404
    guarded = [name for name, row in TABLE.items() if name.startswith("case") and not row.why and not row.worker]
    assert len(guarded) > 10
    for url in ("/cases", f"/cases/{case.number}", "/cases/export", f"/cases/{case.number}/exhibits/{digest}"):
        assert his.get(url).status_code == 403
    # He knows his workers' phones and numbers. Typing them at the claim's door tells him nothing, at any step.
    begin(his, site="P1", name=worker.name, identity=open_text(worker.id_sealed))
    say_sum(his, MONTH)
    his.post("/claim/3", {"text": "", "go": "next"})
    typed = his.get("/claim/4").content.decode()
    refused = his.post("/claim/4", {"phone": "13800000000", "trips": "x"}).content.decode()
    for page in (typed, refused, send(his, phone="13800000000")):
        assert number not in page.replace(" ", "")
        assert "您以前反映过" not in page
        assert "名工友反映" not in page
    assert his.post("/track", {"code": "13800000000"}).status_code == 422
    assert code not in str(list(Event.objects.values_list("changes", flat=True)))


@pytest.mark.django_db
def test_an_officer_who_looks_up_his_neighbour_is_written_down_or_finds_nothing(client, now):
    officer = make_person("officer", "officer", "140105")
    far = make_person("far", "officer", "520102")
    engagement = make_worker(make_project(now), 1, now)
    neighbour = Client()
    worker_signs_in(neighbour, engagement.worker, at=now)
    claim, _code = whole_claim(neighbour, MONTH, site="P1", phone="13800000000")
    claimant = Claimant.objects.get()
    url = f"/cases/{claim.case.number}"
    elsewhere, here = Client(), Client()
    elsewhere.force_login(far)
    here.force_login(officer)
    sent = {"field": "name", "claimant": str(claimant.pk)}
    assert elsewhere.get(url).status_code == 404
    assert elsewhere.post(f"{url}/reveal", sent).status_code == 404
    assert not Event.objects.filter(action="look", by=far).exists()
    page = here.get(url).content.decode()
    assert engagement.worker.name not in page
    assert "工友甲" in page
    assert engagement.worker.name in here.post(f"{url}/reveal", sent).content.decode()
    looks = Event.objects.filter(action="look", by=officer)
    assert ("worker", str(engagement.worker.pk), "claim-name") in {
        (look.subject, look.subject_id, look.changes["field"]) for look in looks
    }
    # And the neighbour reads on his own telephone who it was.
    assert "测试officer" in neighbour.get("/me/looks").content.decode()


@pytest.mark.django_db
def test_drafts_and_codes_do_not_lie_about(client, now):
    begin(client)
    whole_claim(Client(), MONTH)
    assert Draft.objects.exclude(codes_sealed=b"").count() == 1
    tidy_drafts(at=now + timedelta(minutes=31))
    assert not Draft.objects.exclude(codes_sealed=b"").exists()
    assert tidy_drafts(at=now + timedelta(days=8)) == 2
