"""What people and operators do is in the trail, with who, from where and what changed; and so is every failed try."""

import json

import pytest
from click.testing import CliRunner
from django.utils import timezone

from anxin.cli import main
from anxin.intake import senders
from anxin.intake.held import discard, hold
from anxin.intake.models import HeldRow, Sender
from anxin.intake.rows import Arrival, Fault
from anxin.intake.sheets.uploads import accept, receive
from anxin.intake.sheets.uploads import discard as discard_upload
from anxin.people import looks, trail
from anxin.people.models import Event, Organisation
from tests.people import identity, make_project, make_worker
from tests.portal.site import PASSWORD, make_user

pytestmark = pytest.mark.django_db


def told() -> list[tuple[str, str, str]]:
    return [(e.action, e.subject, e.who) for e in Event.objects.order_by("number")]


@pytest.fixture
def officer():
    return make_user()


def test_signing_in_out_and_failing(client, officer):
    client.post("/sign-in", {"username": "officer", "password": "wrong"}, REMOTE_ADDR="10.0.0.9")
    client.post("/sign-in", {"username": identity(1), "password": "x"}, REMOTE_ADDR="10.0.0.9")
    client.post("/sign-in", {"username": "officer", "password": PASSWORD}, REMOTE_ADDR="10.0.0.7")
    client.post("/sign-out", REMOTE_ADDR="10.0.0.7")
    events = list(Event.objects.order_by("number"))
    assert [(e.action, e.subject_id, e.by, e.address) for e in events] == [
        ("sign-in-failed", str(officer.pk), None, "10.0.0.9"),
        ("sign-in-failed", "", None, "10.0.0.9"),
        ("sign-in", str(officer.pk), officer, "10.0.0.7"),
        ("sign-out", str(officer.pk), officer, "10.0.0.7"),
    ]
    assert not any(identity(1) in json.dumps([e.who, e.subject_id, e.changes]) for e in events)


def test_senders(at, officer):
    sender = senders.add_sender(protocol="bulk", appid="bank", secret="s" * 32, at=at, by=officer)
    senders.rotate(sender=sender, secret="t" * 32, at=at, by=officer)
    senders.disable(sender=sender, at=at, who="anxin (root)", address="host")
    senders.enable(sender=sender, at=at, by=officer)
    assert told() == [
        ("sender-add", "sender", "测试officer"),
        ("sender-rotate", "sender", "测试officer"),
        ("sender-disable", "sender", "anxin (root)"),
        ("sender-enable", "sender", "测试officer"),
    ]
    assert not any("ssss" in json.dumps(e.changes) or "tttt" in json.dumps(e.changes) for e in Event.objects.all())
    with pytest.raises(ValueError, match="exists already"):
        senders.add_sender(protocol="bulk", appid="bank", secret="s", at=at, by=officer)
    assert len(told()) == 4


def test_held_rows_and_what_an_officer_types_about_them(at, officer):
    project = make_project(at)
    hold(
        kind="swipes", faults=[Fault("r", "坏", "bad", {"id": identity(1)})], arrival=Arrival("t", at), project=project
    )
    held = HeldRow.objects.get()
    why = f"与{identity(1)}重复，电话13800000000，卡 6222020000000000001"
    assert discard(held, by=officer, why=why, at=at)
    assert not discard(held, by=officer, why="again", at=at)
    (event,) = Event.objects.all()
    held.refresh_from_db()
    for text in (event.changes["why"], held.settled_why):
        assert text == "与990***********" + identity(1)[-4:] + "重复，电话138****0000，卡 622************0001"


def test_uploads(at, officer):
    csv = f"姓名,身份证号,工种,进场时间\n测试1,{identity(1)},木工,2026-03-01\n".encode()
    make_project(at)
    project = make_project(at)
    one, two = (receive(content=csv, name="r.csv", kind="roster", at=at, project=project, by=officer) for _ in range(2))
    accept(one, by=officer, at=at)
    discard_upload(two, by=officer, at=at)
    assert [action for action, _, _ in told()] == ["upload", "upload", "upload-accept", "upload-discard"]
    assert Event.objects.get(action="upload-accept").changes["taken"] == 1
    assert identity(1) not in json.dumps([e.changes for e in Event.objects.all()])


def test_a_person_may_ask_who_looked_at_his_data(at, officer):
    worker, other = (make_worker(make_project(at), n, at).worker for n in (1, 2))
    unit = Organisation.objects.create(name="测试监察支队", kind="hr", region_code="140100")
    officer.organisation = unit
    officer.save()
    for person, field in ((worker, "identity"), (other, "card"), (worker, "phone")):
        looks.record_look(by=officer, at=at, subject="worker", subject_id=person.pk, field=field, page="/projects/P1")
    assert [(look.who, look.unit, look.field) for look in looks.of_person(worker.pk)] == [
        ("测试officer", "测试监察支队", "phone"),
        ("测试officer", "测试监察支队", "identity"),
    ]


def test_the_command_proves_lists_and_names_the_break(at, officer):
    run = CliRunner().invoke
    run(main, ["sender", "add", "--protocol", "bulk", "--appid", "a", "--secret", "s"], catch_exceptions=False)
    run(main, ["user", "add", "new", "--role", "operator", "--password", "a long enough word"], catch_exceptions=False)
    run(main, ["user", "add", "new", "--role", "operator", "--password", "a long enough word"], catch_exceptions=False)
    head = run(main, ["audit", "head"]).output.strip()
    assert head == "{}:{}".format(*trail.head())
    rows = json.loads(run(main, ["audit", "list", "--subject", "user", "--json"]).output)
    assert [row["action"] for row in rows] == ["user-change", "user-add"]
    assert "long enough" not in json.dumps(rows)
    assert rows[0]["who"].startswith("anxin (")
    assert "sender-add" in run(main, ["audit", "list", "--action", "sender-add"]).output
    assert run(main, ["audit", "list", "--by", "officer"]).output == "Nothing is recorded.\n"
    assert run(main, ["audit", "verify", "--noted", head]).exit_code == 0
    assert run(main, ["audit", "verify", "--noted", "x"]).exit_code == 2
    Event.objects.filter(number=2).update(changes={})
    broken = run(main, ["audit", "verify"])
    assert broken.exit_code == 1
    assert "link 2" in broken.stderr
    answer = run(main, ["audit", "verify", "--json"])
    assert (answer.exit_code, json.loads(answer.output)["broken"]) == (1, 2)


def test_a_sender_is_not_added_without_its_link(at, officer, monkeypatch):
    def broken(**_):
        raise RuntimeError("no room")

    monkeypatch.setattr(trail, "record", broken)
    with pytest.raises(RuntimeError):
        senders.add_sender(protocol="bulk", appid="bank", secret="s", at=timezone.now(), by=officer)
    assert not Sender.objects.exists()
