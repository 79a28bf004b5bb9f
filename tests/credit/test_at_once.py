"""Two at once: a firm is proposed once, told once, and a listing has one outcome."""

from datetime import datetime, timedelta

import pytest

from anxin.cases.flow import CannotMove
from anxin.credit import deciding, objections, proposing, telling
from anxin.credit.keeping import tend_listings
from anxin.credit.models import Listing, ListingClock
from anxin.law.civil import SHANGHAI, civil_date
from anxin.people import trail
from anxin.people.models import Event
from tests.credit.listings import boss, proposed, sign_and_serve, told, unpaid
from tests.portal.site import make_user
from tests.threads import at_once

AT = datetime(2026, 4, 20, 12, tzinfo=SHANGHAI)


@pytest.fixture(autouse=True)
def own_vault(tmp_path, settings):
    real = settings.DATA
    settings.DATA = tmp_path
    (tmp_path / "keys").symlink_to(real / "keys")


def refused(gave) -> int:
    wrong = [one for one in gave if isinstance(one, Exception)]
    assert all(isinstance(one, CannotMove) for one in wrong), wrong
    return len(wrong)


def test_a_firm_proposed_by_three_at_once_is_proposed_once(transactional_db):
    matter = unpaid(AT)
    gave = at_once(*[
        lambda n=n: proposing.propose(case=matter.case, ground="amount", persons=[boss(n)], by=matter.office.officer,
                                      at=matter.after)
        for n in (901, 902, 903)
    ])  # fmt: skip
    assert refused(gave) == 2
    assert Listing.objects.get().persons.count() == 1
    assert trail.verify().holds


def test_told_by_the_officer_and_by_the_loop_at_once_it_is_told_once(transactional_db):
    matter, listing = proposed(AT)
    sign_and_serve(telling.draft_notice(listing=listing, by=matter.office.officer, at=matter.after), matter.office,
                   matter.after)  # fmt: skip
    at_once(
        lambda: telling.tell(listing=listing, by=matter.office.officer, at=matter.after),
        lambda: tend_listings(at=matter.after),
        lambda: tend_listings(at=matter.after),
    )
    assert ListingClock.objects.filter(step="object").count() == 1
    assert Event.objects.filter(action="list-tell").count() == 1
    assert trail.verify().holds


def test_decided_taken_back_and_objected_to_at_once_it_has_one_outcome(transactional_db):
    matter, listing, since = told(AT)
    second = make_user("second-chief", "chief", "140105", organisation=matter.office.unit)
    late = since + timedelta(days=20)
    gave = at_once(
        lambda: deciding.put_on_list(listing=listing, by=matter.office.chief, at=late),
        lambda: deciding.put_on_list(listing=listing, by=second, at=late),
        lambda: proposing.take_back(listing=listing, reason="有误", by=matter.office.officer, at=late),
        lambda: objections.object_to(listing=listing, text="款已付", made_on=civil_date(since),
                                     by=matter.office.officer, at=late),
    )  # fmt: skip
    listing.refresh_from_db()
    # An objection that came first may still be followed by the taking back; nothing follows a decision.
    assert refused(gave) == (2 if listing.objections.exists() and listing.state == "dropped" else 3)
    assert listing.state in ("listed", "dropped", "objected")
    assert (listing.listed_on is not None) == (listing.state == "listed")
    assert trail.verify().holds
