"""How a handling ended is told in its own word: an objection that was upheld is no snooze, in old records either."""

from datetime import date, datetime, timedelta
from importlib import import_module

import pytest
from django.apps import apps

from anxin.law.civil import SHANGHAI
from anxin.portal.officer.handling_words import deadline
from anxin.watch.handling import objections
from anxin.watch.handling.routing import hand_over
from anxin.watch.models import Handling
from tests.people import make_project
from tests.portal.hands import in_hand, make_people, make_units

pytestmark = pytest.mark.django_db
AT = datetime(2026, 4, 20, 9, tzinfo=SHANGHAI)
UNTIL = date(2026, 4, 22)


@pytest.fixture
def people():
    return make_people(make_units())


def matter(code: str) -> Handling:
    return in_hand(make_project(AT, code, region_code="140105"), AT, opened_on=AT.date(), due_on=AT.date())


def put_to_sleep(people, code: str) -> Handling:
    one = matter(code)
    objections.snooze(warning=one.warning, until_on=UNTIL, reason="雨季停工", by=people["officer"], at=AT)
    return Handling.objects.get(pk=one.pk)


def upheld(people, code: str) -> Handling:
    one = matter(code)
    said = objections.object_to(handling=one, kind="fact", text="账户已开", evidence=[], by=people["clerk"], at=AT)
    objections.answer(objection=said, accepted=True, text="属实", spare_until=UNTIL, by=people["officer"], at=AT)
    return Handling.objects.get(pk=one.pk)


def words(handling: Handling) -> str:
    return deadline(Handling.objects.get(pk=handling.pk), AT)[0]


def test_each_ending_has_its_own_word(people):
    assert words(put_to_sleep(people, "P1")) == "因静默结束"
    assert words(upheld(people, "P2")) == "因异议成立结束"


def test_both_wake_and_are_handed_over_again(people):
    for one in (put_to_sleep(people, "P1"), upheld(people, "P2")):
        hand_over(at=datetime(2026, 4, 23, 8, tzinfo=SHANGHAI))
        assert Handling.objects.filter(warning=one.warning_id, ended_at=None).exists()


def test_a_snooze_after_an_objection_that_was_upheld_is_a_snooze(people):
    one = matter("P1")
    said = objections.object_to(
        handling=one, kind="offline_payment", text="已付", evidence=[], by=people["clerk"], at=AT
    )
    objections.answer(objection=said, accepted=True, text="属实", spare_until=None, by=people["officer"], at=AT)
    later = AT + timedelta(hours=1)
    objections.snooze(warning=one.warning, until_on=UNTIL, reason="等待入账", by=people["officer"], at=later)
    assert words(one) == "因静默结束"
    assert as_of_old(one) == "因静默结束"


def as_of_old(*rows: Handling) -> str:
    """As these rows were written before, and what the migration makes of them."""
    Handling.objects.filter(pk__in=[row.pk for row in rows]).update(outcome="accepted")
    import_module("anxin.watch.migrations.0010_each_ending_its_word").apart(apps, None)
    return "，".join(words(row) for row in rows)


def test_old_records_are_told_apart(people):
    assert as_of_old(put_to_sleep(people, "P1"), upheld(people, "P2")) == "因静默结束，因异议成立结束"
