"""A site with units and officers around it."""

from datetime import datetime

import pytest

from anxin.people.models import Organisation, User
from tests.portal.hands import make_people, make_units
from tests.portal.site import Site, make_site


@pytest.fixture
def units() -> dict[str, Organisation]:
    return make_units()


@pytest.fixture
def people(units) -> dict[str, User]:
    return make_people(units)


@pytest.fixture
def site(at: datetime) -> Site:
    return make_site(at)
