"""What no page of ours sends: keys that are no numbers, sums that are none, cut or foreign words. It is told or passed
over, never a fault of the server."""

import pytest
from django.test import Client
from django.urls import reverse

from anxin.people.models import Organisation, User
from tests.access.world import Place, make_person, make_place

pytestmark = pytest.mark.django_db

# A digit in Unicode's eyes that no number is made of; more digits than a key, or Python, reads.
KEYS = ("²", "9" * 30, "9" * 5000, "-1", "１")
SUMS = ("NaN", "sNaN", "Infinity", "-Infinity", "1e999999", "1E+30", "0.001")


@pytest.fixture
def chief() -> User:
    return make_person("chief", "chief", "140000")


@pytest.fixture
def place(at, chief) -> Place:
    return make_place(at, code="P1", region="140105", by=chief)


@pytest.fixture
def browser(chief) -> Client:
    # What a page raises is an answer here: 500.
    client = Client(raise_request_exception=False)
    client.force_login(chief)
    return client


@pytest.mark.parametrize("key", KEYS, ids=range(len(KEYS)))
def test_a_key_that_is_none(browser, place, key):
    unit = str(Organisation.objects.order_by("pk").values_list("pk", flat=True)[0])
    asked = [
        ("GET", reverse("held"), {"sender": key}),
        ("POST", reverse("held-row-match", args=[place.held.pk]), {"engagement": key}),
        ("GET", reverse("duty"), {"unit": key}),
        ("POST", reverse("duty-add"), {"unit": unit, "person": key}),
        ("POST", reverse("duty-add"), {"unit": key}),
        ("POST", reverse("duty-plan"), {"unit": unit, "crew": [key], "month": "2026-05"}),
        ("POST", reverse("handling-help", args=[place.handling.pk]), {"organisation": key}),
        ("POST", reverse("handling-assign", args=[place.handling.pk]), {"to": key}),
        ("POST", reverse("desk-assign"), {"to": key, "id": [str(place.handling.pk)]}),
        ("POST", reverse("cases-assign"), {"to": key, "id": [str(place.case.pk)]}),
        ("POST", reverse("case-assign", args=[place.case.number]), {"to": key}),
        ("POST", reverse("case-task", args=[place.case.number]), {"organisation": key}),
        ("POST", reverse("person-deputy", args=[place.resident.pk]), {"deputy": key}),
        ("GET", reverse("organisation-new"), {"parent": key}),
        ("GET", reverse("projects"), {"region": key}),
        ("GET", reverse("overview"), {"region": f"14{key[:2]}00"}),
        ("GET", reverse("warnings"), {"region": key, "id": key, "page": key}),
        ("GET", reverse("desk"), {"unit": key, "page": key}),
        ("POST", reverse("inbox-read"), {"notice": key}),
        ("POST", reverse("notice-preferences"), {"email-address": "a@example.org", "email-digest_hour": key}),
    ]  # fmt: skip
    answers = [(url, getattr(browser, method.lower())(url, sent).status_code) for method, url, sent in asked]
    assert [one for one in answers if one[1] >= 500] == []


@pytest.mark.parametrize("said", SUMS)
def test_a_sum_that_is_none(browser, place, said):
    person = place.case.claimants.get()
    form = {"finding": "已核实", f"sum-{person.pk}": said}
    assert browser.post(reverse("case-verify", args=[place.case.number]), form).status_code < 500
    person.refresh_from_db()
    assert person.verified_fen is None
    form = {"decision": "accept", "text": "已核实", "paid_on": "2026-04-01", f"pay-{place.engagement.pk}": said}
    assert browser.post(reverse("objection-answer", args=[place.objection.pk]), form).status_code < 500


ELSEWHERE = ("x", "//elsewhere.example/", "https://elsewhere.example/", "/\\elsewhere.example", "javascript:x")


@pytest.mark.parametrize("to", ELSEWHERE)
def test_a_way_back_that_leads_nowhere_or_elsewhere(browser, place, to):
    asked = [("/language", {"language": "en"}), ("/sign-in", {}), ("/desk/take", {}), ("/cases/take", {})]
    for url, form in asked:
        answer = browser.post(url, {"next": to, **form})
        assert answer.status_code == 302, url
        assert answer.headers["Location"] in ("/", "/desk", "/cases"), url
