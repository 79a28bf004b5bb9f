"""The demo's treasury: there once, under its government, and somebody signs in for it."""

import pytest

from anxin.cli.setup import DEMO_PEOPLE
from anxin.people.models import Organisation
from anxin.registry.offices import seed_offices
from anxin.registry.regions import load_regions
from anxin.simulate.offices import give_treasury

pytestmark = pytest.mark.django_db


def test_a_treasury_is_made_once_and_has_its_person():
    load_regions()
    seed_offices(region="140105")
    made = [give_treasury(region="140105") for _ in range(2)]
    assert made[0] == made[1] == Organisation.objects.get(kind="finance")
    assert (made[0].name, made[0].parent.kind) == ("小店区财政局", "government")
    assert [role for _, role, region, _, kind, _ in DEMO_PEOPLE if (kind, region) == ("finance", "140100")] == [
        "agency"
    ]
