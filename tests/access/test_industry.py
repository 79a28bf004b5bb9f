"""A seat bounded to one industry: its figures are not mixed with others'."""

import pytest
from django.test import Client

from anxin.people.access import may
from anxin.people.models import User

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("industry", "sees"), [("", True), ("housing", False)])
def test_figures_counted_by_place_are_not_for_one_industry(industry, sees):
    officer = User.objects.create_user("o", password="x", role="officer", region="140000", industry=industry)
    assert may(officer, "overview") is sees
    assert may(officer, "warnings")
    client = Client()
    client.force_login(officer)
    answer = client.get("/")
    assert answer.status_code == (200 if sees else 302)
