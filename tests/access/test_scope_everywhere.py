"""Lists, searches, exports and counts show only what lies in the person's bounds, whatever the address asks for."""

import io
import re

import pytest
from django.test import Client
from openpyxl import load_workbook

from anxin.insight.overview import refresh
from anxin.insight.scope import visible_handlings, visible_projects, visible_warnings
from anxin.people.access import PERMISSIONS
from anxin.people.models import Role, User
from anxin.watch.models import Handling
from tests.access.world import ROLES, make_person, make_place

pytestmark = pytest.mark.django_db

# Code: region, industry. One is Taiyuan's housing, one its water works; one lies in another city, one in Guizhou.
SITES = {"TYHOUSE": ("140105", "housing"), "TYWATER": ("140106", "water"), "DATONG": ("140213", "housing"),
         "GUIYANG": ("520102", "housing")}  # fmt: skip
SEATS = {
    "city": ("officer", "140100", "", {"TYHOUSE", "TYWATER"}),
    "province": ("officer", "140000", "", {"TYHOUSE", "TYWATER", "DATONG"}),
    "elsewhere": ("chief", "520000", "", {"GUIYANG"}),
    "leader": ("leader", "140100", "", {"TYHOUSE", "TYWATER"}),
    "agency": ("agency", "140100", "housing", {"TYHOUSE"}),
    "waterworks": ("agency", "140000", "water", {"TYWATER"}),
    "auditor": ("auditor", "140000", "", {"TYHOUSE", "TYWATER", "DATONG"}),
    "clerk": ("clerk", "140105", "", {"TYHOUSE"}),
    "lost": ("officer", "", "", set()),
    "operator": ("operator", "", "", set()),
    "lost-agency": ("agency", "", "housing", set()),
}


# Lists that show everything the person may see.
WHOLE = ("/warnings", "/warnings/export?format=csv", "/projects", "/projects?form=csv", "/inspections", "/people?q=by-")


@pytest.fixture
def world(at):
    for number, (code, (region, industry)) in enumerate(SITES.items(), 1):
        owner = make_person(f"by-{code}".lower(), "officer", region)
        make_place(at, code=code, region=region, by=owner, industry=industry, number=number)
    refresh(as_of=at.date(), at=at)


@pytest.fixture(params=SEATS)
def person(request, world) -> tuple[Client, User, set[str]]:
    role, region, industry, seen = SEATS[request.param]
    user = make_person(request.param, role, region, industry=industry, project="TYHOUSE" if role == "clerk" else "")
    client = Client()
    client.force_login(user)
    return client, user, seen


def codes_in(text: str) -> set[str]:
    return {code for code in SITES if code in text}


def allowed(user: User, permission: str) -> bool:
    return permission in PERMISSIONS[user.role]


def test_query_sets(person):
    _, user, seen = person
    assert {p.code for p in visible_projects(user)} == seen
    assert {w.project.code for w in visible_warnings(user)} == seen
    if allowed(user, "desk"):
        assert {h.warning.project.code for h in visible_handlings(user)} == seen
    else:
        assert not visible_handlings(user).exists()


@pytest.mark.parametrize(
    ("address", "permission"),
    [
        ("/warnings", "warnings"),
        ("/warnings?q=项目", "warnings"),
        ("/warnings?region=520000", "warnings"),
        ("/warnings?region=140000&industry=water", "warnings"),
        ("/warnings/export?format=csv", "warnings"),
        ("/projects", "projects"),
        ("/projects?q=项目", "projects"),
        ("/projects?region=520000", "projects"),
        ("/projects?form=csv", "projects"),
        ("/desk?view=region", "desk"),
        ("/desk?view=region&region=520000", "desk"),
        ("/inspections", "inspect"),
        ("/inspections?form=csv", "inspect"),
        ("/held", "held"),
        ("/held?form=csv", "held"),
        ("/uploads", "uploads"),
        ("/board", "duty"),
        ("/pause-requests", "approve"),
        ("/people?q=by-", "people"),
    ],
)
def test_lists_searches_and_files(person, address, permission):
    client, user, seen = person
    answer = client.get(address)
    if not allowed(user, permission):
        assert answer.status_code == 403
        return
    assert answer.status_code == 200
    content = answer.getvalue() if answer.streaming else answer.content
    found = codes_in(content.decode("utf-8-sig"))
    if permission == "people":
        found = codes_in(content.decode().upper())
        seen = set(SITES) if user.role == Role.OPERATOR else seen
    assert found <= seen
    if address in WHOLE:
        assert found == seen


def test_a_project_is_found_by_search_where_it_may_be(person):
    client, _, seen = person
    for code in SITES:
        found = set(re.findall(r'href="/projects/(\w+)"', client.get(f"/projects?q={code}").content.decode()))
        assert found == ({code} if code in seen else set())


def test_an_export_of_chosen_rows_holds_no_others(world):
    client = Client()
    client.force_login(make_person("city", "officer", "140100"))
    every = [handling.pk for handling in Handling.objects.all()]
    answer = client.post("/desk/export", {"id": every, "pick": every, "format": "xlsx"})
    sheet = load_workbook(io.BytesIO(b"".join(answer.streaming_content) if answer.streaming else answer.content))
    text = " ".join(str(cell) for row in sheet.active.iter_rows(values_only=True) for cell in row)
    assert codes_in(text) <= {"TYHOUSE", "TYWATER"}


@pytest.mark.parametrize("act", ["take", "assign", "urge", "snooze"])
def test_acts_on_many_touch_nothing_outside(world, act):
    client = Client()
    chief = make_person("chief", "chief", "140100")
    client.force_login(chief)
    far = Handling.objects.filter(region_code="520102").get()
    before = Handling.objects.filter(pk=far.pk).values().get()
    sent = {"to": str(chief.pk), "text": "快", "until": "2099-01-01", "reason": "试"}
    client.post(f"/desk/{act}", {"id": [far.pk], "pick": [far.pk], "handling": [far.pk], **sent})
    assert Handling.objects.filter(pk=far.pk).values().get() == before


def test_the_overview_counts_only_what_may_be_seen(person):
    client, user, seen = person
    answer = client.get("/")
    if user.industry or not allowed(user, "overview"):
        # The figures are counted by place: whoever may see one industry only is led to the warnings.
        assert answer.headers["Location"] == ("/site" if user.role == Role.CLERK else "/warnings")
        return
    figures = answer.context.get("figures")
    if not seen:
        assert not figures or figures["warnings"]["open"] == 0
        return
    assert figures["projects"]["total"] == len(seen)
    assert figures["warnings"]["open"] == len(seen)
    assert sum(figures["warnings"]["level"].values()) == len(seen)
    assert {code for code, told in figures["projects"]["industry"].items() if told["projects"]} == {
        SITES[code][1] for code in seen
    }
    assert sum(row["projects"] for row in answer.context["places"]) <= len(seen)


def test_the_overview_of_another_place_is_not_there(person):
    client, user, seen = person
    for code, (region, _) in SITES.items():
        status = client.get(f"/?region={region}").status_code
        if user.industry or not allowed(user, "overview"):
            assert status == 302
        else:
            assert status == (200 if code in seen else 404)


def test_every_role_has_a_seat_in_these_tests_or_sees_no_projects():
    covered = {role for role, *_ in SEATS.values()}
    assert all("projects" not in PERMISSIONS[role] for role in set(ROLES) - covered)
