"""What is kept beside the records goes when its days are over, and nothing goes that somebody still needs."""

from datetime import timedelta

import pytest
from click.testing import CliRunner
from django.contrib.sessions.models import Session

from anxin.cases.limits import listen
from anxin.cases.models import ClueFile, CodeTry
from anxin.cli import main
from anxin.intake.models import Upload
from anxin.intake.sheets.uploads import READ, accept, receive
from anxin.law.clearing import all_clearings, clearings
from anxin.notices.channels import NotSent
from anxin.notices.models import Channel, Delivery, Notice, Preference
from anxin.notices.outbox import MOST_TRIES, deliver, send_again
from anxin.notices.send import notify, tell_phone
from anxin.people import attempts, looks, phone_codes, trail
from anxin.people.arrivals import arrive
from anxin.people.models import Arrival, Attempt, Event, PhoneCode, PhoneOwner, PhoneSession
from anxin.people.phones import begin_identity_try, begin_session, bind, not_me, session_of
from anxin.upkeep import clearing, kept_files
from anxin.upkeep.clearing import clear, over
from anxin.vault import evidence
from anxin.vault.fields import open_text, seal_text
from tests.people import identity, make_project, make_worker
from tests.portal.site import make_user

pytestmark = pytest.mark.django_db
PHONE = "13900000001"
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _data(tmp_path, settings, monkeypatch):
    settings.DATA = tmp_path
    monkeypatch.setattr(kept_files, "GRACE_S", 0)


def sent(*_: str) -> None:
    """A gateway that takes everything."""


def out_of_order(*_: str) -> None:
    raise NotSent("HTTP 503")


def tell(at, key: str = "step:1", **more) -> Delivery:
    return tell_phone(phone=PHONE, text="有新进展", key=key, at=at, **more)


def days(kind: str) -> timedelta:
    return next(c for c in all_clearings() if c.id == kind).lasts


def test_every_period_says_by_which_article_and_why_so_long():
    assert {c.id for c in all_clearings()} == set(clearing._WAYS)
    for period in all_clearings():
        for language in ("zh", "en"):
            assert all((period.articles(language), period.title[language], period.choice[language]))
    assert clearings(all_clearings()[0].since - DAY * 36_500) == ()


def test_no_limit_counts_further_back_than_its_tries_are_kept():
    from anxin.cases import limits
    from anxin.people import phones

    counted = [attempts.NAME[1], attempts.NAME_AND_ADDRESS[1], attempts.ADDRESS[1], phones._DAY, phone_codes.REST,
               *(within for _, within in phone_codes.SENDS), limits.ON_A_TARGET[1], limits.EVERYWHERE[1]]  # fmt: skip
    assert max(counted) <= days("sign-in-tries")
    # ``slips.sent_lately`` counts the outbox of a day.
    assert days("messages") > DAY


def test_a_sent_message_loses_its_number_then_its_record(at):
    row = tell(at)
    deliver(at=at, ways={Channel.SMS: sent})
    assert clear(at=at + days("message-content")) == {}
    assert clear(at=at + days("message-content") + DAY) == {"message-content": 1}
    row.refresh_from_db()
    assert (row.state, bytes(row.address_sealed), bytes(row.text_sealed)) == ("sent", b"", b"")
    assert clear(at=at + days("messages")) == {}
    assert clear(at=at + days("messages") + DAY) == {"messages": 1}
    assert not Delivery.objects.exists()


@pytest.mark.parametrize("state", ["waiting", "sending"])
def test_what_may_still_be_sent_stays_however_old(at, state):
    row = tell(at)
    Delivery.objects.filter(pk=row.pk).update(state=state)
    assert clear(at=at + DAY * 4000) == {}
    row.refresh_from_db()
    assert (row.state, open_text(row.address_sealed)) == (state, PHONE)


def test_what_failed_may_be_sent_again_as_long_as_its_record_stays(at):
    row = tell(at)
    Delivery.objects.filter(pk=row.pk).update(tries=MOST_TRIES - 1)
    deliver(at=at, ways={Channel.SMS: out_of_order})
    assert clear(at=at + days("messages")) == {}
    row.refresh_from_db()
    later = at + days("messages")
    send_again(delivery=row, at=later)
    assert deliver(at=later, ways={Channel.SMS: sent}) == 1
    # Its days run from the last try.
    assert clear(at=later + DAY) == {}
    assert Delivery.objects.get().state == "sent"


def test_a_message_put_back_into_the_queue_while_its_lot_is_cleared_stays(at, monkeypatch):
    row = tell(at)
    Delivery.objects.filter(pk=row.pk).update(state="failed")
    lot = clearing._lot
    later = at + days("messages") + DAY

    def meanwhile(*args):
        send_again(delivery=row, at=later)
        return lot(*args)

    monkeypatch.setattr(clearing, "_lot", meanwhile)
    assert clear(at=later) == {}
    assert Delivery.objects.get().state == "waiting"


def test_a_code_that_waits_for_a_channel_that_is_gone_is_given_up(at):
    row = tell(at, secret=True, ends_at=at + timedelta(minutes=10))
    assert deliver(at=at + DAY, ways={}) == 0
    clear(at=at + DAY)
    row.refresh_from_db()
    assert (row.state, row.error, bytes(row.text_sealed)) == ("failed", "too late", b"")
    assert clear(at=at + DAY * 40) == {"message-content": 1}


def test_what_tells_of_a_served_paper_stays_and_other_notices_go(at):
    clerk = make_user("clerk")
    Preference.objects.create(person=clerk, channel=Channel.EMAIL, address_sealed=seal_text("a@example.invalid"))
    for kind in ("paper-served", "near"):
        notify(to=[clerk], kind=kind, subject="document", subject_id=1, zh="收到文书", en="Paper", at=at, urgent=True)
    deliver(at=at, ways={Channel.EMAIL: sent})
    late = at + DAY * 3000
    assert clear(at=late) == {"message-content": 2, "messages": 1, "notices": 1}
    assert Notice.objects.get().kind == "paper-served"
    assert Delivery.objects.get().state == "sent"


def test_a_notice_whose_message_waits_stays(at):
    clerk = make_user("clerk")
    Preference.objects.create(person=clerk, channel=Channel.EMAIL, address_sealed=seal_text("a@example.invalid"))
    notify(to=[clerk], kind="near", subject="handling", subject_id=1, zh="快到期", en="Near", at=at)
    assert clear(at=at + DAY * 3000) == {}
    deliver(at=at + DAY * 3000, ways={Channel.EMAIL: sent})
    assert clear(at=at + DAY * 3001) == {"notices": 1}


def test_tries_and_sessions_go_and_living_ones_stay(at):
    officer = make_user("officer")
    attempts.begin_attempt(name="x", address="a", at=at)
    begin_identity_try(phone=PHONE, identity=identity(1), at=at)
    phone_codes.ask_code(phone=PHONE, at=at)
    listen(kind="return", target="", address="a", at=at)
    token = begin_session(phone=PHONE, at=at)
    for key, ends in (("old", at + DAY), ("new", at + DAY * 9)):
        Session.objects.create(session_key=key, session_data="", expire_date=ends)
        arrive(person=officer, session_key=key, at=at, address="", device="", way="password")
    assert clear(at=at + DAY) == {}
    assert clear(at=at + DAY * 3) == {"sign-in-tries": 5, "sessions": 1}
    assert [m.objects.count() for m in (Attempt, PhoneCode, CodeTry)] == [0, 0, 0]
    assert [a.session_key for a in Arrival.objects.all()] == ["new"] == [s.pk for s in Session.objects.all()]
    assert session_of(token, at=at + DAY * 3) is not None
    assert clear(at=at + DAY * 40)["sessions"] == 2
    assert not PhoneSession.objects.exists()


def test_a_phone_that_was_disowned_is_forgotten_and_one_that_stands_is_not(at):
    worker = make_worker(make_project(at), 1, at).worker
    owners = []
    for phone in (PHONE, "13900000002"):
        session = session_of(begin_session(phone=phone, at=at), at=at)
        assert session is not None
        owners.append(bind(session=session, worker_id=worker.pk, known_phone=PHONE, at=at))
    not_me(owner=owners[1], at=at)
    assert clear(at=at + days("phones-disowned") + DAY)["phones-disowned"] == 1
    assert PhoneOwner.objects.get() == owners[0]


def test_a_preview_nobody_accepted_goes_and_what_was_accepted_stays(at):
    project, by = make_project(at), make_user("clerk")
    table = "姓名,身份证号,工种,进场时间\n测试{n},{number},木工,2026-03-01\n"
    left, taken = (
        receive(content=table.format(n=n, number=identity(n)).encode(), name=f"{n}.csv", kind="roster", at=at,
                project=project) for n in (1, 2)
    )  # fmt: skip
    accept(taken, by=by, at=at)
    clue = ClueFile.objects.create(name="c.csv", content=evidence.store(b"clue"), region_code="140100", by=by,
                                   uploaded_at=at, report=[{"row": 1}])  # fmt: skip
    assert left.status == READ
    assert clear(at=at + days("previews")) == {}
    later = at + days("previews") + DAY
    assert clear(at=later) == {"previews": 2}
    kept_files.clear(at=later)
    for digest in (left.content, clue.content):
        with pytest.raises(FileNotFoundError):
            evidence.read(digest)
    left.refresh_from_db()
    clue.refresh_from_db()
    assert (left.status, left.content, left.report, left.decided_at) == ("discarded", "", [], later)
    assert (clue.accepted, clue.content, clue.report) == (False, "", [])
    assert evidence.read(Upload.objects.get(pk=taken.pk).content)


def test_who_looked_at_my_data_is_answered_after_everything_is_cleared(at):
    officer = make_user("officer")
    worker = make_worker(make_project(at), 1, at).worker
    looks.record_look(by=officer, at=at, subject="worker", subject_id=worker.pk, field="phone", page="/x")
    Session.objects.create(session_key="s", session_data="", expire_date=at)
    arrive(person=officer, session_key="s", at=at, address="10.0.0.1", device="", way="password")
    tell(at)
    deliver(at=at, ways={Channel.SMS: sent})
    before = set(Event.objects.values_list("number", "digest"))
    clear(at=at + DAY * 3650)
    assert [look.field for look in looks.of_person(worker.pk)] == ["phone"]
    assert Event.objects.get(action="sign-in").address == officer.address
    assert trail.verify().holds
    assert before < set(Event.objects.values_list("number", "digest"))
    told = Event.objects.get(action="clear")
    assert told.changes == {"erased": {"message-content": 1, "messages": 1}}


def test_a_run_is_bounded_and_the_next_goes_on(at, monkeypatch):
    monkeypatch.setattr(clearing, "_A_LOT", 3)
    for n in range(8):
        tell(at, key=f"k{n}")
    deliver(at=at, ways={Channel.SMS: sent})
    late = at + DAY * 40
    assert [clear(at=late, lots=1) for _ in range(4)] == [{"message-content": n} for n in (3, 3, 2)] + [{}]


def test_the_dry_run_of_the_eraser_names_what_would_be_cleared(at):
    tell(at)
    deliver(at=at, ways={Channel.SMS: sent})
    assert {c.id: n for c, n in over(at=at + DAY * 40) if n} == {"message-content": 1}
    day = (at + DAY * 40).date().isoformat()
    told = CliRunner().invoke(main, ["retention", "plan", "--as-of", day])
    assert told.exit_code == 0, told.output
    assert "Number and text" in told.output
    assert Delivery.objects.get().forgotten_at is None


def test_the_outbox_says_that_a_number_is_gone(at, client):
    tell(at)
    deliver(at=at, ways={Channel.SMS: sent})
    clear(at=at + DAY * 40)
    client.force_login(make_user("operator", role="operator"))
    page = client.get("/outbox").content.decode()
    assert "号码已按期清除" in page
