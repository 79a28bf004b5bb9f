"""The ways to money in front of officers, their chief, and the offices that help."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from anxin.people import trail
from anxin.people.models import Organisation
from anxin.registry import actions
from anxin.remedies import draws, pledges, tracks
from anxin.remedies.models import Draw, Fund, FundEntry, Pledge, Recovery, Track
from tests.people import make_project
from tests.portal.site import make_user
from tests.remedies.matters import make_case, make_office, people_of

pytestmark = pytest.mark.django_db
OVERDUE = ("accepted", "ordered", "overdue")


@pytest.fixture
def now(at, monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: at)
    return at


@pytest.fixture
def office():
    return make_office()


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def body(response) -> str:
    return response.content.decode()


def as_file(response) -> str:
    return b"".join(response.streaming_content).decode("utf-8-sig")


def test_an_officer_takes_a_case_through_mediation_with_instalments(now, office):
    case = make_case(now, [1_000_000, 600_000])
    client = signed_in(office.officer)
    shown = body(client.get(f"/cases/{case.number}"))
    assert "维权途径" in shown
    assert 'value="mediation/government"' in shown
    assert 'value="enforcement"' not in shown  # nothing can be enforced yet
    begun = client.post(
        f"/cases/{case.number}/tracks", {"kind": "mediation/government", "body": "街道调委会"}, follow=True
    )
    assert "街道调委会" in body(begun)
    track = Track.objects.get()
    client.post(f"/cases/{case.number}/tracks/{track.pk}", {"to": "accepted", "on": "2026-04-20"})
    to_form = client.post(f"/cases/{case.number}/tracks/{track.pk}", {"to": "agreed"})
    assert to_form.headers["Location"] == f"/cases/{case.number}/tracks/{track.pk}/agree?to=agreed"
    url = f"/cases/{case.number}/tracks/{track.pk}/agree"
    sums = {f"sum-{one.pk}": f"{one.claimed_fen / 100:.2f}" for one in people_of(case)}
    wrong = client.post(url, {"to": "agreed", **sums, "due-1": "2026-05-10", "part-1": "15999.99"})
    assert wrong.status_code == 422
    assert "16,000.00" in body(wrong)
    assert "15999.99" in body(wrong)  # the form comes back as it was filled in
    done = client.post(url, {"to": "agreed", **sums, "due-1": "2026-05-10", "part-1": "16000"}, follow=True)
    assert "达成协议" in body(done)
    assert "2026-05-10" in body(done)
    case.refresh_from_db()
    assert (case.state, case.agreed_fen) == ("paying", 1_600_000)
    assert 'value="payment_order/agreement"' in body(done)


def test_a_wrong_step_is_told_calmly(now, office):
    case = make_case(now)
    track = tracks.begin(case=case, kind="legal_aid", by=office.officer, at=now)
    tracks.step(track=track, to="granted", by=office.officer, at=now)
    client = signed_in(office.officer)
    told = client.post(f"/cases/{case.number}/tracks/{track.pk}", {"to": "refused"}, follow=True)
    assert "请先刷新页面" in body(told)
    assert client.post(f"/cases/{case.number}/tracks/{track.pk}", {"to": "nonsense"}).status_code == 422
    assert client.post(f"/cases/{case.number}/tracks/99999", {"to": "refused"}).status_code == 404


def test_the_bad_ending_from_the_plan_to_the_money(now, office):
    project = make_project(now)
    deposit = actions.record_deposit(project=project, form="cash", on=date(2026, 3, 3), at=now, amount_fen=1_000_000)
    case = make_case(now, [1_000_000, 600_000], project=project, path=OVERDUE)
    officer, chief = signed_in(office.officer), signed_in(office.chief)
    shown = body(officer.get(f"/cases/{case.number}"))
    assert "以上都用上仍有缺口" in shown
    assert "6,000.00" in shown
    form = {"source": f"deposit-{deposit.pk}", "amount": "10000", "reason": "责令逾期未付"}
    assert officer.post(f"/cases/{case.number}/draws", {**form, "amount": "10000.01"}, follow=True).status_code == 200
    assert not Draw.objects.exists()
    officer.post(f"/cases/{case.number}/draws", form)
    draw = Draw.objects.get()
    assert str(draw.pk) in body(chief.get("/cases/money"))
    assert "10000.0" in as_file(chief.get("/cases/money?form=csv"))
    page = f"/cases/{case.number}/draws/{draw.pk}"
    assert officer.post(f"{page}/decide", {"approved": "1"}).status_code == 403
    assert chief.post(f"{page}/decide", {"approved": "0"}).status_code == 422  # why?
    assert "已批准" in body(chief.post(f"{page}/decide", {"approved": "1"}, follow=True))
    file = officer.post(f"{page}/file", {"form": "csv"})
    assert "attachment" in file.headers["Content-Disposition"]
    assert "6222020000000001" in file.content.decode()
    assert trail.events(action="look").count() == 2
    assert "6222020000000001" not in body(officer.get(page))
    lines = [str(line.pk) for line in draw.lines.all()]
    sent = {"what": "paid", "line": lines, "on": "2026-04-20", "reference": ""}
    assert officer.post(f"{page}/answers", sent).status_code == 422  # without the bank's reference nothing counts
    officer.post(f"{page}/answers", {**sent, "reference": "BANK-1"})
    case.refresh_from_db()
    assert case.received_fen == 1_000_000
    assert "保证金补足" in body(officer.get(page))
    assert "测试建设有限公司" in body(officer.get("/cases/money?tab=top-ups"))
    assert "测试建设有限公司" in as_file(officer.get("/cases/money?tab=top-ups&form=csv"))
    assert len(as_file(officer.get("/cases/money?tab=instalments&form=csv")).splitlines()) == 1
    officer.post(f"{page}/top-up", {"on": "2026-04-20", "note": "回单"})
    assert "测试建设有限公司" not in body(officer.get("/cases/money?tab=top-ups"))


def test_what_a_fund_paid_is_asked_back_and_written_off_by_another(now, office):
    finance = Organisation.objects.create(name="太原市财政局", kind="finance", region_code="140100")
    agent = signed_in(make_user("finance", "agency", "140100", organisation=finance))
    agent.post("/helping/funds", {"name": "市周转金"})
    fund = Fund.objects.get()
    assert "余额不足" in body(
        agent.post(f"/helping/funds/{fund.pk}/book", {"way": "out", "amount": "1", "note": "x"}, follow=True)
    )
    agent.post(f"/helping/funds/{fund.pk}/book", {"way": "in", "amount": "5,000.00", "note": "年度拨款"})
    agent.post(f"/helping/funds/{fund.pk}", {"per_person": "1980", "account": "6222 0200 1111 2222", "holder": "专户"})
    fund.refresh_from_db()
    assert (fund.per_person_fen, bytes(fund.account_sealed) != b"") == (198_000, True)
    assert "62220200" not in body(agent.get("/helping/ways"))
    case = make_case(now, [400_000], path=OVERDUE)
    officer, chief = signed_in(office.officer), signed_in(office.chief)
    officer.post(f"/cases/{case.number}/draws", {"source": f"fund-{fund.pk}", "amount": "4000", "reason": "返乡"})
    draw = Draw.objects.get()
    page = f"/cases/{case.number}/draws/{draw.pk}"
    chief.post(f"{page}/decide", {"approved": "1"})
    line = draw.lines.get()
    officer.post(f"{page}/answers", {"what": "paid", "line": [line.pk], "on": "2026-04-20", "reference": "B"})
    claim = Recovery.objects.get()
    assert "4000.0,0.0,4000.0" in as_file(officer.get("/cases/money?tab=recoveries&form=csv"))
    officer.post(f"{page}/recovery", {"what": "received", "amount": "3000", "on": "2026-04-20", "reference": "V1"})
    officer.post(f"{page}/recovery", {"what": "write_off", "amount": "1000", "reason": "企业注销"})
    asked = claim.moves.get(kind="write_off")
    assert officer.post(f"/cases/{case.number}/write-offs/{asked.pk}", {"approved": "1"}).status_code == 403
    chief.post(f"/cases/{case.number}/write-offs/{asked.pk}", {"approved": "1"})
    claim.refresh_from_db()
    assert (claim.received_fen, claim.written_off_fen) == (300_000, 100_000)
    assert sum(FundEntry.objects.values_list("amount_fen", flat=True)) == 400_000
    assert "4,000.00" in body(agent.get("/helping/ways"))


def test_offices_act_on_their_own_part_only(now, office):
    court = Organisation.objects.create(name="小店区法院", kind="court", region_code="140105")
    finance = Organisation.objects.create(name="小店区财政局", kind="finance", region_code="140105")
    judge = signed_in(make_user("judge", "agency", "140105", organisation=court))
    agent = signed_in(make_user("agent", "agency", "140105", organisation=finance))
    project = make_project(now, investment="government")
    case = make_case(now, [400_000], project=project, path=OVERDUE)
    track = tracks.begin(case=case, kind="payment_order", form="wages", by=office.officer, at=now, organisation=court)
    pledge = pledges.ask_pledge(
        case=case,
        kind="treasury",
        asked_fen=400_000,
        payer=finance.name,
        organisation=finance,
        by=office.officer,
        at=now,
    )
    shown = body(judge.get("/helping/ways"))
    assert "支付令" in shown
    assert "测试1" not in shown
    judge.post(f"/helping/tracks/{track.pk}", {"to": "accepted", "number": "（2026）晋01民督5号"})
    track.refresh_from_db()
    assert (track.state, track.number) == ("accepted", "（2026）晋01民督5号")
    assert agent.post(f"/helping/tracks/{track.pk}", {"to": "issued"}).status_code == 404
    assert judge.post(f"/helping/pledges/{pledge.pk}", {"amount": "1"}).status_code == 404
    assert agent.post(f"/helping/pledges/{pledge.pk}", {"refused": "1", "note": " "}).status_code == 422
    agent.post(f"/helping/pledges/{pledge.pk}", {"amount": "3,000"})
    assert Pledge.objects.get().amount_fen == 300_000
    assert agent.get(f"/cases/{case.number}").status_code == 403


def test_an_office_does_not_set_the_sums_of_people(now, office):
    panel = Organisation.objects.create(name="小店区仲裁院", kind="hr", region_code="140105")
    arbiter = signed_in(make_user("arbiter", "agency", "140105", organisation=panel))
    case = make_case(now)
    track = tracks.begin(case=case, kind="arbitration", form="fast", by=office.officer, at=now, organisation=panel)
    tracks.step(track=track, to="accepted", by=office.officer, at=now)
    assert arbiter.post(f"/helping/tracks/{track.pk}", {"to": "awarded"}).status_code == 422
    sent = {"to": "scheduled", "hearing_on": str(now.date() + timedelta(days=9)), "hearing_hour": "14:30"}
    arbiter.post(f"/helping/tracks/{track.pk}", sent)
    track.refresh_from_db()
    assert f"{track.hearing_at:%H:%M}" in {"14:30", "06:30"}


def test_a_source_of_another_project_is_not_drawn_from(now, office):
    elsewhere = make_project(now, "P2")
    deposit = actions.record_deposit(project=elsewhere, form="cash", on=date(2026, 3, 3), at=now, amount_fen=9_000_000)
    make_project(now)
    case = make_case(now, path=OVERDUE)
    client = signed_in(office.officer)
    form = {"source": f"deposit-{deposit.pk}", "amount": "100", "reason": "x"}
    assert client.post(f"/cases/{case.number}/draws", form).status_code == 422
    assert not Draw.objects.exists()


def test_a_deposit_that_may_not_be_drawn_yet_is_not_called_a_gap(now, office):
    project = make_project(now)
    actions.record_deposit(project=project, form="cash", on=date(2026, 3, 3), at=now, amount_fen=10_000_000)
    case = make_case(now, [1_000_000], project=project)
    shown = body(signed_in(office.officer).get(f"/cases/{case.number}"))
    assert "眼下还有 10,000.00 元没有着落" in shown
    assert "以上都用上仍有缺口" not in shown


def test_what_was_typed_comes_back_when_it_cannot_be_done(now, office):
    """Too much asked, a day ahead, a sum nobody can read: the words of the form are still there."""
    project = make_project(now)
    deposit = actions.record_deposit(project=project, form="cash", on=date(2026, 3, 3), at=now, amount_fen=1_000_000)
    case = make_case(now, [1_000_000], project=project, path=OVERDUE)
    officer, chief = signed_in(office.officer), signed_in(office.chief)
    url = f"/cases/{case.number}"
    form = {"form": "draw", "source": f"deposit-{deposit.pk}", "reason": "责令逾期未付"}
    too_much = officer.post(f"{url}/draws", {**form, "amount": "10000.01"})
    assert too_much.status_code == 422
    assert 'value="责令逾期未付"' in body(too_much)

    track = tracks.begin(case=case, kind="legal_aid", by=office.officer, at=now)
    step = {
        "form": "track",
        "track": str(track.pk),
        "to": "granted",
        "on": "2099-01-01",
        "note": "已谈过",
        "number": "9",
    }
    ahead = body(officer.post(f"{url}/tracks/{track.pk}", step))
    assert 'value="已谈过"' in ahead
    assert '<option value="granted" selected>' in ahead

    draw = draws.ask(case=case, source=deposit, by=office.officer, at=now, reason="逾期")
    page = f"{url}/draws/{draw.pk}"
    chief.post(f"{page}/decide", {"approved": "1"})
    line = str(draw.lines.get().pk)
    assert f'value="{line}" checked' in body(officer.post(f"{page}/answers", {"what": "paid", "line": line}))
    officer.post(f"{page}/answers", {"what": "paid", "line": line, "reference": "B1"})
    ahead = body(officer.post(f"{page}/top-up", {"on": "2099-01-01", "note": "补足回单"}))
    assert 'value="补足回单"' in ahead
