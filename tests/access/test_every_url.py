"""Every address and every action, by every role: let in or refused as ``table`` says, and never past the own region."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from anxin.people.models import Deputy, User
from tests.access.table import TABLE, Row
from tests.access.world import ROLES, Place, make_person, make_place
from tests.workers import worker_signs_in

pytestmark = pytest.mark.django_db

HERE, THERE = "140105", "520102"
MINE = "140100"


def addresses(resolver: URLResolver | None = None, inside: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Every pattern by its name, or by its route where it has none."""
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLPattern):
            yield inside + (pattern.name or str(pattern.pattern)), pattern
        else:
            space = pattern.namespace
            yield from addresses(pattern, f"{inside}{space}:" if space else inside)


def test_every_address_has_a_row_and_every_row_an_address():
    names = {name for name, _ in addresses()}
    assert names - set(TABLE) == set(), "add a row for each to tests/access/table.py"
    assert set(TABLE) - names == set(), "these rows name no address any more"


def test_what_strangers_may_open_says_why_and_everything_else_is_guarded():
    for name, pattern in addresses():
        guarded = getattr(pattern.callback, "permission", None)
        if TABLE[name].why:
            assert not TABLE[name].roles
            assert guarded in (None, "open"), f"{name} asks for {guarded}, but the table lets strangers in"
        elif TABLE[name].worker:
            assert guarded == "worker", f"{name} is a worker's page and has no @worker_page"
        elif name != "overview":  # it leads people to their first page, and then asks
            assert guarded not in (None, "open", "worker"), f"{name} has no @needs"


def place_for(user: User, at, region: str, code: str, industry: str = "housing", number: int = 1) -> Place:
    somebody = (
        user if region == HERE and industry == "housing" else make_person(f"by-{code}".lower(), "officer", region)
    )
    return make_place(at, code=code, region=region, by=somebody, industry=industry, number=number)


def seat(role: str) -> User:
    bounds = {"industry": "housing"} if role == "agency" else {"project": "P1"} if role == "clerk" else {}
    return make_person(role, role, HERE if role == "clerk" else MINE, **bounds)


def calls(name: str, row: Row, place: Place) -> Iterator[tuple[str, str, dict]]:
    url = reverse(name, kwargs=row.of(place) if row.of else None)
    sent = row.sends(place) if row.sends else {}
    yield "GET", url, sent
    yield "POST", url, sent


def answer(client: Client, method: str, url: str, sent: dict) -> int | str:
    """The status of a request whose effects are taken back; where it leads when that is the sign-in page."""
    with transaction.atomic():
        response = client.get(url, sent) if method == "GET" else client.post(url, sent)
        transaction.set_rollback(True)
    if response.status_code == 302 and response.headers["Location"].startswith("/sign-in"):
        return "sign-in"
    return response.status_code


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def named() -> Iterator[tuple[str, Row]]:
    """Every address that asks for a role. Those of the doors have no name to call them by."""
    return ((name, row) for name, row in TABLE.items() if not row.why and not row.worker)


@pytest.mark.parametrize("role", ROLES)
def test_every_role_is_let_in_or_refused_as_the_table_says(role, at):
    user = seat(role)
    here = place_for(user, at, HERE, "P1")
    client, wrong = signed_in(user), []
    for name, row in named():
        got = {method: answer(client, method, url, sent) for method, url, sent in calls(name, row, here)}
        if role in row.roles:
            fine = "sign-in" not in got.values() and 403 not in got.values()
            fine = fine and any(status not in (404, 405) for status in got.values())
        else:
            fine = set(got.values()) == {403}
        if not fine:
            wrong.append(f"{name}: {got}, should be {'let in' if role in row.roles else 'refused'}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("role", ROLES)
def test_what_lies_in_another_region_is_not_there(role, at):
    user = seat(role)
    place_for(user, at, HERE, "P1")
    there = place_for(user, at, THERE, "Q1", number=2)
    client, wrong = signed_in(user), []
    for name, row in named():
        if role not in row.roles or row.anywhere or (row.of is None and row.sends is None):
            continue
        got = {method: answer(client, method, url, sent) for method, url, sent in calls(name, row, there)}
        if not set(got.values()) <= {404, 405}:
            wrong.append(f"{name}: {got}")
    assert not wrong, "\n".join(wrong)


def test_an_agency_sees_nothing_of_another_industry_in_its_own_region(at):
    user = seat("agency")
    place_for(user, at, HERE, "P1")
    beside = place_for(user, at, HERE, "W1", industry="water", number=2)
    client, wrong = signed_in(user), []
    for name, row in named():
        # A task somebody was asked to help with is his, whatever the project's industry.
        if (
            "agency" not in row.roles
            or row.anywhere
            or row.of is None
            or name in ("helping-answer", "helping-case-answer")
        ):
            continue
        got = {method: answer(client, method, url, sent) for method, url, sent in calls(name, row, beside)}
        if not set(got.values()) <= {404, 405}:
            wrong.append(f"{name}: {got}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("role", [role for role in ROLES if role != "operator"])
def test_without_bounds_a_role_finds_nothing(role, at):
    user = make_person("lost", role, "")
    owner = make_person("owner", "officer", HERE)
    here = make_place(at, code="P1", region=HERE, by=owner)
    client, wrong = signed_in(user), []
    for name, row in named():
        if role not in row.roles or row.anywhere or row.of is None:
            continue
        got = {method: answer(client, method, url, sent) for method, url, sent in calls(name, row, here)}
        if not set(got.values()) <= {404, 405}:
            wrong.append(f"{name}: {got}")
    assert not wrong, "\n".join(wrong)


def everybody_out(client: Client, here: Place, expected: object) -> list[str]:
    return [
        f"{name} {method}: {got}"
        for name, row in named()
        for method, url, sent in calls(name, row, here)
        if (got := answer(client, method, url, sent)) != expected
    ]


@pytest.mark.parametrize("role", [*ROLES, None])
def test_no_role_and_no_stranger_opens_a_workers_page(role, at):
    here = place_for(seat(role or "officer"), at, HERE, "P1")
    client = signed_in(User.objects.get(username=role)) if role else Client()
    for name, row in TABLE.items():
        if row.worker:
            for method, url, sent in calls(name, row, here):
                response = client.get(url, sent) if method == "GET" else client.post(url, sent)
                assert response.status_code == 302, f"{name} {method}"
                assert response.headers["Location"].startswith("/me/sign-in?next="), f"{name} {method}"


def test_a_worker_signed_in_is_still_a_stranger_to_every_office_page(at):
    here = place_for(seat("officer"), at, HERE, "P1")
    client = Client()
    worker_signs_in(client, here.engagement.worker, at=timezone.now())
    assert everybody_out(client, here, "sign-in") == []


def test_a_stranger_is_asked_to_sign_in_everywhere(at):
    here = place_for(seat("officer"), at, HERE, "P1")
    assert everybody_out(Client(), here, "sign-in") == []


def test_a_person_who_left_holds_nothing_even_with_an_open_session(at):
    user = seat("chief")
    here = place_for(user, at, HERE, "P1")
    client = signed_in(user)
    User.objects.filter(pk=user.pk).update(left_at=at)
    assert everybody_out(client, here, 403) == []


def test_a_suspended_person_is_out_at_the_next_request(at):
    user = seat("chief")
    here = place_for(user, at, HERE, "P1")
    client = signed_in(user)
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert everybody_out(client, here, "sign-in") == []


def test_a_deputy_has_the_absent_persons_seat_and_only_while_it_lasts(at):
    officer, chief = seat("officer"), make_person("chief-of-guizhou", "chief", THERE)
    there = make_place(at, code="Q1", region=THERE, by=chief)
    client = signed_in(officer)
    url = reverse("handling-assign", kwargs={"pk": there.handling.pk})
    assert answer(client, "POST", url, {}) == 403
    row = Deputy.objects.create(absent=chief, deputy=officer, from_on=at.date(), until_on=at.date().replace(year=2099))
    assert answer(client, "POST", url, {}) not in (403, 404)
    assert answer(client, "GET", reverse("warning", kwargs={"pk": there.warning.pk}), {}) == 200
    User.objects.filter(pk=chief.pk).update(left_at=at)
    assert answer(client, "POST", url, {}) == 403
    User.objects.filter(pk=chief.pk).update(left_at=None)
    Deputy.objects.filter(pk=row.pk).update(
        until_on=at.date() - timedelta(days=1), from_on=at.date() - timedelta(days=9)
    )
    assert answer(client, "POST", url, {}) == 403
