"""An officer notes what the bank's paper says of a payment that counts as paid: nothing is paid twice, nothing lost."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from anxin.cases.flow import CannotMove
from anxin.cases.matching import match_payments
from anxin.cases.models import Case, WageReceived
from anxin.ledger.sealing import seal
from anxin.notices.models import Notice
from anxin.people import trail
from anxin.people.models import Event
from anxin.remedies import draws
from anxin.remedies.models import Draw, PayoutNote
from anxin.remedies.noting import note_payment
from anxin.remedies.payouts import answers_from_ledger, count_once, pay_list, payout_file
from anxin.remedies.sources import available_fen
from tests.remedies.matters import Office, make_office
from tests.remedies.test_what_the_bank_paid import AT, DAY, DUE, HAS, bank_says, make_source, owed_back, sent

pytestmark = pytest.mark.django_db
PROOF = ["a" * 64]
PICTURE = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(32)


@pytest.fixture
def office() -> Office:
    return make_office()


def noted(line, fen: int, office: Office) -> None:
    note_payment(line=line, amount_fen=fen, reason="账户已注销", proofs=PROOF, by=office.officer, at=AT)


def heard() -> None:
    """What the loop does, twice: once told it is told."""
    for _ in range(2):
        seal(at=AT)
        match_payments(at=AT)
        answers_from_ledger(at=AT)
        count_once(at=AT)
    assert trail.verify().holds


@pytest.mark.parametrize("kind", ["deposit", "fund"])
@pytest.mark.parametrize("way", ["ledger", "voucher"])
def test_what_came_back_waits_anew_and_is_paid_once(office, kind, way):
    source = make_source(kind, office)
    draw = sent(source, office)
    if way == "ledger":
        bank_says(draw.lines.get(), "paid")
    else:
        draws.paid(line=draw.lines.get(), on=DAY, by=office.officer, at=AT, reference="回单 1")
    noted(draw.lines.get(), 0, office)
    heard()
    line = draw.lines.get()
    assert (line.paid_on, line.failed) == (None, "账户已注销")
    assert PayoutNote.objects.get().heard_at == AT
    assert (Draw.objects.get().state, Case.objects.get().received_fen, owed_back()) == ("paying", 0, 0)
    assert available_fen(source, DAY) == HAS - DUE  # kept for him
    payout_file(draw=draw, form="csv", by=office.officer, at=AT, page="x")
    assert bank_says(draw.lines.get(), "paid") == 1
    heard()
    assert (Draw.objects.get().state, Case.objects.get().received_fen, owed_back()) == ("paid", DUE, DUE)
    assert available_fen(source, DAY) == HAS - DUE
    assert not pay_list(draw).lines


@pytest.mark.parametrize("way", ["ledger", "voucher"])
@pytest.mark.parametrize("fen", [200_000, 350_000])
def test_another_sum_is_followed_by_everything(office, way, fen):
    source = make_source("fund", office)
    draw = sent(source, office)
    if way == "ledger":
        bank_says(draw.lines.get(), "paid")
    else:
        draws.paid(line=draw.lines.get(), on=DAY, by=office.officer, at=AT, reference="回单 1")
    noted(draw.lines.get(), fen, office)
    heard()
    line = draw.lines.get()
    assert (line.amount_fen, line.approved_fen, Case.objects.get().received_fen) == (fen, DUE, fen)
    assert (available_fen(source, DAY), owed_back()) == (HAS - fen, min(fen, DUE))


def test_a_bank_that_reports_the_same_later_changes_nothing_more(office):
    source = make_source("fund", office)
    draw = sent(source, office)
    bank_says(draw.lines.get(), "paid")
    noted(draw.lines.get(), 0, office)
    heard()
    before = Notice.objects.count(), WageReceived.objects.count(), available_fen(source, DAY)
    assert bank_says(draw.lines.get(), "failed") == 0
    assert (Notice.objects.count(), WageReceived.objects.count(), available_fen(source, DAY)) == before
    assert Draw.objects.get().state == "paying"


def test_a_bank_that_says_paid_after_all_is_believed_and_the_officer_warned(office):
    draw = sent(make_source("fund", office), office)
    draws.paid(line=draw.lines.get(), on=DAY, by=office.officer, at=AT, reference="回单 1")
    noted(draw.lines.get(), 0, office)
    assert bank_says(draw.lines.get(), "paid") == 1
    assert not pay_list(draw).lines  # nobody waits for a second payment
    assert "勿重复发放" in Notice.objects.get(kind="draw-paid-after-all").zh
    assert (Case.objects.get().received_fen, owed_back()) == (DUE, DUE)


def test_until_the_ledger_has_it_the_line_is_as_it_was_and_no_second_note_goes_in(office):
    draw = sent(make_source("fund", office), office)
    bank_says(draw.lines.get(), "paid")
    noted(draw.lines.get(), 0, office)
    assert draw.lines.get().paid_on == DAY
    assert answers_from_ledger(at=AT) == 0
    with pytest.raises(CannotMove, match="being entered"):
        noted(draw.lines.get(), 200_000, office)
    assert PayoutNote.objects.count() == 1


def test_what_cannot_be_noted(office):
    draw = sent(make_source("fund", office), office)
    with pytest.raises(CannotMove, match="does not count"):
        noted(draw.lines.get(), 0, office)
    bank_says(draw.lines.get(), "paid")
    for fen, reason, proofs in ((DUE, "x", PROOF), (-1, "x", PROOF), (0, "  ", PROOF), (0, "x", [])):
        with pytest.raises(CannotMove):
            note_payment(line=draw.lines.get(), amount_fen=fen, reason=reason, proofs=proofs, by=office.officer, at=AT)
    assert not PayoutNote.objects.exists()


def test_on_the_page(office, monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: AT + timedelta(hours=1))
    draw = sent(make_source("fund", office), office)
    draws.paid(line=draw.lines.get(), on=DAY, by=office.officer, at=AT, reference="回单 1")
    client, line = Client(), draw.lines.get()
    client.force_login(office.officer)
    address = f"/cases/{draw.case.number}/draws/{draw.pk}"
    form = {"line": line.pk, "what": "back", "reason": "户名不符"}
    told = client.post(f"{address}/notes", form)
    assert told.status_code == 422
    assert "请附银行的退汇或更正凭证" in told.content.decode()
    paper = SimpleUploadedFile("退汇.png", PICTURE, "image/png")
    page = client.post(f"{address}/notes", {**form, "files": paper}, follow=True).content.decode()
    assert "户名不符" in page
    assert "3,000.00 元被银行退回" in page
    assert "正在入账" not in page
    link = Event.objects.get(action="draw-note")
    assert (link.by, link.changes["from"], link.changes["to"]) == (office.officer, DUE, 0)
    (digest,) = PayoutNote.objects.get().proofs
    assert client.get(f"{address}/notes/{digest}").content == PICTURE
    assert client.get(f"{address}/notes/{'b' * 64}").status_code == 404
    assert Event.objects.get(action="look", changes__field="file").by == office.officer
    assert Notice.objects.get(kind="draw-noted").to == office.chief
    other = Client()
    other.force_login(make_office("140106").officer)
    assert other.post(f"{address}/notes", form).status_code == 404
