"""A foreman's telephone that the roster names for his whole team opens nobody's months; officers and the site's clerk
read the fact, without a name."""

import re

import pytest
from django.test import Client
from django.utils import timezone

from anxin.insight.completeness import completeness
from anxin.people.models import PhoneOwner
from anxin.people.phones import begin_session, confirm_phone
from anxin.portal.site.words import tell_completeness
from anxin.portal.worker.access import COOKIE
from anxin.registry.models import Worker
from anxin.registry.shared_phones import MORE_THAN
from anxin.vault.fields import seal_text
from tests.people import identity, make_worker
from tests.portal.site import make_site, make_user

pytestmark = pytest.mark.django_db
FOREMANS, OWN = "13900000077", "13900000078"
MONTH = "2026-03"


@pytest.fixture(autouse=True)
def clock(at, monkeypatch, settings):
    monkeypatch.setattr(timezone, "now", lambda: at)
    settings.DEMO = True  # codes show on the page
    return at


@pytest.fixture
def site(at):
    return make_site(at)


def name_for(count: int, site, at) -> None:
    """The foreman's phone stands on the roster for so many of the site's workers."""
    rows = list(site.project.engagements.order_by("pk"))
    rows += [make_worker(site.project, 20 + n, at) for n in range(count - len(rows))]
    for row in rows[:count]:
        Worker.objects.filter(pk=row.worker_id).update(phone_sealed=seal_text(FOREMANS))


def by_code(phone: str) -> Client:
    """Signed in with a code, as at the page."""
    client = Client()
    page = client.post("/me/sign-in", {"phone": phone}).content.decode()
    asked = re.search(r'name="asked" value="([^"]+)"', page)[1]
    code = re.search(r"\b(\d{6})\b", re.sub(r"<[^>]+>", " ", page.partition("<main")[2]))[1]
    client.post("/me/sign-in", {"step": "code", "asked": asked, "code": code})
    return client


def says_who(client: Client, engagement, number: int):
    form = {"name": engagement.worker.name, "identity": identity(number)}
    return client.post("/me/who", form, follow=True)


def sees(client: Client, engagement) -> bool:
    answer = client.get(f"/me/sites/{engagement.pk}/{MONTH}")
    return answer.status_code == 200


def test_the_code_alone_shows_nobodys_months(site, at):
    name_for(4, site, at)
    client = by_code(FOREMANS)
    assert client.get("/me").status_code == 302
    assert not any(sees(client, row) for row in site.project.engagements.all())


def test_who_knows_his_workers_numbers_still_sees_none_of_them(site, at):
    name_for(MORE_THAN + 1, site, at)
    client = by_code(FOREMANS)
    for number, row in ((1, site.paid), (2, site.failed)):
        page = says_who(client, row, number).content.decode()
        assert "登记给了好几个人" in page
        assert not any(sees(client, one) for one in (site.paid, site.failed))
    assert by_code(FOREMANS).get("/me").status_code == 302, "nor by signing in again"


def test_on_his_own_telephone_he_goes_the_ordinary_way(site, at):
    name_for(4, site, at)
    page = says_who(by_code(OWN), site.failed, 2).content.decode()
    assert "请等一天" in page
    assert not PhoneOwner.objects.get().shared


def test_a_telephone_of_a_family_is_as_before(site, at):
    name_for(MORE_THAN, site, at)
    client = by_code(FOREMANS)
    says_who(client, site.failed, 2)
    assert sees(client, site.failed)
    assert not sees(client, site.paid)


def test_an_officer_who_saw_him_lets_it_stand_for_him_alone(site, at):
    name_for(4, site, at)
    client = by_code(FOREMANS)
    says_who(client, site.failed, 2)
    owner = PhoneOwner.objects.get()
    confirm_phone(owner=owner, by=make_user("officer"), at=at)
    assert sees(client, site.failed)
    assert not sees(client, site.paid)
    again = by_code(FOREMANS)
    assert sees(again, site.failed)
    assert not sees(again, site.paid)


def test_what_stood_before_the_roster_named_it_for_others_is_asked_again(site, at):
    client = by_code(FOREMANS)
    Worker.objects.filter(pk=site.failed.worker_id).update(phone_sealed=seal_text(FOREMANS))
    says_who(client, site.failed, 2)
    assert sees(client, site.failed)
    name_for(4, site, at)
    again = by_code(FOREMANS)
    assert not sees(again, site.failed)
    says_who(again, site.failed, 2)
    assert not sees(again, site.failed)
    assert not sees(client, site.failed), "nor where he was signed in"


def test_the_list_of_gaps_says_how_many_and_names_nobody(site, at):
    assert "phones" not in {item.key for item in completeness(site.project, as_of=at.date()).gaps}
    name_for(4, site, at)
    found = completeness(site.project, as_of=at.date())
    told = next(one for one in tell_completeness(found)["lacking"] if one["item"].key == "phones")
    assert told["lack"] == "4 人在场，4 人登记的手机号与多人相同（1 个号码）"
    assert FOREMANS not in str(told)


def test_a_stranger_to_the_roster_is_no_way_round(site, at):
    """The phone is named for many on one site; a worker of that site who types his number on it waits all the same."""
    name_for(4, site, at)
    client = Client()
    client.cookies[COOKIE] = begin_session(phone=FOREMANS, at=at)
    other = make_worker(site.project, 40, at)
    says_who(client, other, 40)
    assert not sees(client, other)
