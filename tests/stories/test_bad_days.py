"""Bad days of hand-over: two at once, a worker that dies, a clock set back, an upload cut off. No act is lost or
doubled."""

import io
import subprocess
import sys
from datetime import date, datetime, timedelta
from functools import partial

import pytest
from django.test import Client, RequestFactory
from django.utils import timezone

from anxin.law.civil import SHANGHAI
from anxin.notices.models import Notice
from anxin.people import trail
from anxin.people.models import Event, User
from anxin.vault import evidence
from anxin.watch.handling import actions, clock
from anxin.watch.handling.actions import AlreadyDone
from anxin.watch.handling.ladder import escalate
from anxin.watch.handling.leaving import leave
from anxin.watch.handling.routing import close_cleared, hand_over
from anxin.watch.models import Demand, Escalation, Handling, Sweep, Warning
from anxin.worker import slow_turn
from anxin.wsgi import application
from tests.people import make_project
from tests.portal.hands import in_hand, make_people, make_units
from tests.portal.site import make_user
from tests.stories.folders import ROOT, command, folder, python
from tests.threads import at_once

AT = datetime(2026, 4, 20, 12, tzinfo=SHANGHAI)
LATE = datetime(2026, 4, 23, 9, tzinfo=SHANGHAI)


@pytest.fixture
def people() -> dict[str, User]:
    return make_people(make_units())


def matters(count: int) -> list[Handling]:
    return [in_hand(make_project(AT, f"P{n}"), AT) for n in range(1, count + 1)]


@pytest.mark.parametrize("act", ["take", "raise", "decide", "finish", "answer"])
def test_two_at_once_one_does_it_and_the_other_is_told(transactional_db, people, act):
    officer, second, chief, city = (people[name] for name in ("officer", "second", "chief", "city"))
    for matter in matters(6):
        if act == "take":
            pair = [lambda by=by, m=matter: actions.take(handling=m, by=by, at=AT) for by in (officer, second)]
        elif act == "raise":
            pair = [
                lambda by=by, m=matter: actions.raise_matter(
                    handling=m, kind="talk", to=None, reason="拖延", by=by, at=AT
                )
                for by in (chief, city)
            ]
        elif act == "decide":
            change = clock.ask_for_pause(handling=matter, reason="等待开户", by=officer, at=AT)
            pair = [
                lambda by=by, yes=yes, c=change: clock.decide(change=c, approved=yes, by=by, at=AT)
                for by, yes in ((chief, True), (city, False))
            ]
        elif act == "finish":
            unit = people["housing"].organisation
            task = actions.add_helper(
                handling=matter, organisation=unit, task="核实", within="24 hours", by=officer, at=AT
            )
            pair = [
                lambda text=text, t=task: actions.finish_helper(helper=t, answer=text, by=people["housing"], at=AT)
                for text in ("有效", "无效")
            ]
        else:
            demand = actions.ask_site(handling=matter, text="请上传", due_on=date(2026, 4, 24), by=officer, at=AT)
            pair = [
                lambda text=text, d=demand: actions.answer_demand(
                    demand=d, text=text, evidence=[], by=people["clerk"], at=AT
                )
                for text in ("已传", "再传")
            ]
        before = Event.objects.count()
        gave = at_once(*pair)
        told = [one for one in gave if isinstance(one, AlreadyDone)]
        assert len(told) == 1, gave
        assert sum(not isinstance(one, Exception) for one in gave) == 1, gave
        assert Event.objects.count() == before + 1
    assert trail.verify().holds


def test_two_workers_at_once_climb_each_rung_once(transactional_db, people):
    matters(4)
    first = at_once(lambda: escalate(at=LATE), lambda: escalate(at=LATE))
    assert sum(first) == Escalation.objects.count() == 4
    assert Notice.objects.filter(kind="supervision_city", to=people["city"]).count() == 4
    assert at_once(lambda: hand_over(at=LATE), lambda: hand_over(at=LATE)) == [0, 0]
    assert trail.verify().holds


@pytest.mark.parametrize("act", ["take", "assign"])
def test_a_matter_given_to_somebody_at_the_moment_he_leaves(transactional_db, people, act):
    officer, second, chief = (people[name] for name in ("officer", "second", "chief"))
    for number in range(1, 5):
        leaver = make_user(f"leaver{number}", "officer", "140105", organisation=officer.organisation)
        matter = in_hand(make_project(AT, f"P{number}"), AT)
        given = (
            partial(actions.take, handling=matter, by=leaver, at=AT)
            if act == "take"
            else partial(actions.assign, handling=matter, to=leaver, by=chief, at=AT)
        )
        gave = at_once(given, partial(leave, person=leaver, to=second, by=chief, at=AT))
        matter.refresh_from_db()
        # Whoever came first: the matter is with the successor, or nobody was given it.
        assert isinstance(gave[1], dict), gave
        if gave[1]["handlings"]:
            assert matter.owner == second
        else:
            assert isinstance(gave[0], AlreadyDone), gave
            assert (matter.owner, matter.state) == (None, "waiting")
        leaver.refresh_from_db()
        assert leaver.left_at == AT
        assert not leaver.is_active
    assert trail.verify().holds


def test_taken_at_the_moment_it_clears(transactional_db, people):
    for matter in matters(4):
        Warning.objects.filter(pk=matter.warning_id).update(status="cleared", cleared_on=AT.date())
        gave = at_once(
            lambda m=matter: actions.take(handling=m, by=people["officer"], at=AT), lambda: close_cleared(at=AT)
        )
        assert all(not isinstance(one, Exception) or isinstance(one, AlreadyDone) for one in gave), gave
        matter.refresh_from_db()
        assert (matter.state, matter.outcome) == ("ended", "cleared")
        acts = Event.objects.filter(subject="handling", subject_id=str(matter.pk)).values_list("action", flat=True)
        assert sorted(acts) == (["close"] if isinstance(gave[0], AlreadyDone) else ["close", "take"])
    assert trail.verify().holds


class Killed(BaseException):
    """Ends a process between two lines, as far as the code around it can tell."""


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_fails_between_rung_and_notice_leaves_nothing_half_done(people, monkeypatch):
    (matter,) = matters(1)

    def die(**_fields: object) -> None:
        assert Escalation.objects.exists()
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(actions, "notify", die)
        with pytest.raises(Killed):
            escalate(at=LATE)
    matter.refresh_from_db()
    assert (Escalation.objects.count(), Event.objects.filter(action__startswith="escalate").count()) == (0, 0)
    assert (matter.step, Notice.objects.filter(kind="supervision_city").count()) == (0, 0)
    assert escalate(at=LATE) == 1
    assert escalate(at=LATE) == 0
    assert Notice.objects.filter(kind="supervision_city", to=people["city"]).count() == 1
    assert trail.verify().holds


SETTING = """
from tests.stories.test_bad_days import AT, matters
from tests.portal.hands import make_people, make_units
make_people(make_units()); matters(1)
"""
KILLED = """
import os, signal
from anxin.watch.handling import actions
from anxin.watch.models import Escalation
from tests.stories.test_bad_days import LATE, escalate
def die(**fields):
    assert Escalation.objects.exists()
    os.kill(os.getpid(), signal.SIGKILL)
actions.notify = die
escalate(at=LATE)
"""
COUNT = """
from anxin.notices.models import Notice
from anxin.people import trail
from anxin.people.models import Event
from anxin.watch.models import Escalation
from tests.stories.test_bad_days import LATE, escalate
acts = Event.objects.filter(action__startswith="escalate").count()
print(Escalation.objects.count(), acts, Notice.objects.filter(kind="supervision_city").count(), trail.verify().holds)
"""


def test_a_worker_that_is_killed_between_rung_and_notice(tmp_path):
    env = folder(tmp_path, "killed")
    command(env, "init")
    python(env, SETTING)
    setup = "import django; django.setup()\n"
    died = subprocess.run([sys.executable, "-c", setup + KILLED], env=env, cwd=ROOT, capture_output=True, text=True)
    assert died.returncode == -9, died.stderr
    assert python(env, COUNT).split() == ["0", "0", "0", "True"]
    assert python(env, COUNT.replace("acts =", "escalate(at=LATE); escalate(at=LATE)\nacts =")).split()[:2] == [
        "1",
        "1",
    ]


@pytest.mark.django_db
def test_a_clock_set_back_neither_repeats_nor_forgets(people, monkeypatch):
    (matter,) = matters(1)
    assert escalate(at=LATE) == 1
    rungs = list(Escalation.objects.values_list("kind", "at"))
    for hours in (1, 24, 24 * 40):
        earlier = LATE - timedelta(hours=hours)
        assert escalate(at=earlier) == 0
        assert hand_over(at=earlier) == 0
    actions.take(handling=matter, by=people["officer"], at=AT - timedelta(days=1))
    assert list(Escalation.objects.values_list("kind", "at")) == rungs
    assert trail.verify().holds
    # Set right again, the next rung comes when it is due, once.
    later = datetime(2026, 4, 27, 9, tzinfo=SHANGHAI)
    assert escalate(at=later) == 1
    assert escalate(at=later) == 0


@pytest.mark.django_db(transaction=True)
def test_a_clock_set_back_does_not_stop_the_full_sweep():
    slow_turn(LATE, {})
    slow_turn(LATE + timedelta(minutes=5), {})
    assert Sweep.objects.count() == 1
    slow_turn(LATE - timedelta(hours=3), {})
    assert Sweep.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_rule_that_breaks_every_sweep_does_not_stop_the_ladder(people, monkeypatch):
    matters(1)
    monkeypatch.setattr("anxin.watch.sweep.evaluate", lambda facts: 1 // 0)
    for minute in range(2):
        with pytest.raises(ExceptionGroup) as told:
            slow_turn(LATE + timedelta(minutes=minute), {})
        assert [type(one) for one in told.value.exceptions] == [ZeroDivisionError]
    assert Escalation.objects.count() == 1


@pytest.fixture
def photo() -> bytes:
    return b"\xff\xd8\xff\xe0" + bytes(range(256)) * 64


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("arrived", [1.0, 0.99, 0.5, 0.1])
def test_an_upload_cut_off_keeps_nothing(people, monkeypatch, settings, tmp_path, photo, arrived):
    monkeypatch.setattr(timezone, "now", lambda: AT)
    settings.DATA = tmp_path
    (matter,) = matters(1)
    demand = actions.ask_site(handling=matter, text="请上传照片", due_on=date(2026, 4, 24), by=people["officer"], at=AT)
    client = Client()
    client.force_login(people["clerk"])
    page = client.get(f"/site/matters/{matter.warning_id}").content.decode()
    token = page.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
    file = io.BytesIO(photo)
    file.name = "现场.jpg"
    fields = {"csrfmiddlewaretoken": token, "text": "已整改", "files": file}
    request = RequestFactory().post(f"/site/demands/{demand.pk}/answer", fields)
    body = request.environ["wsgi.input"].read()
    environ = {
        **request.environ,
        "wsgi.input": io.BytesIO(body[: int(len(body) * arrived)]),
        "CONTENT_LENGTH": str(len(body)),
        "HTTP_COOKIE": "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items()),
    }
    answers: list[str] = []
    application(environ, lambda status, headers, exc_info=None: answers.append(status))
    demand = Demand.objects.get(pk=demand.pk)
    if arrived == 1.0:
        assert answers == ["302 Found"]
        assert demand.answer == "已整改"
        assert [digest for digest, _version in evidence.stored()] == demand.evidence
    else:
        assert answers[0].startswith(("400", "403"))
        assert demand.answered_at is None
        assert list(evidence.stored()) == []
