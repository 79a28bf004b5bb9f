"""A person's inbox and settings; the operator's outbox."""

import pytest
from django.test import Client

from anxin.notices.models import Delivery, Notice, Preference
from anxin.notices.outbox import deliver
from anxin.notices.send import notify, tell_phone
from anxin.people.models import Event, User
from anxin.vault.fields import open_text
from tests.notices.test_outbox import NOON, Post, Refused

pytestmark = pytest.mark.django_db


def signed_in(name: str, role: str) -> tuple[User, Client]:
    person = User.objects.create_user(name, password="x", role=role, region="140000")
    client = Client()
    client.force_login(person)
    return person, client


def test_an_inbox_shows_only_ones_own_and_is_read(at):
    officer, client = signed_in("officer", "officer")
    _, other_client = signed_in("other", "officer")
    notify(to=[officer], kind="overdue", subject="handling", subject_id=1, zh="已逾期的预警", en="Overdue", at=NOON)
    assert "已逾期的预警" in client.get("/inbox").content.decode()
    assert "已逾期的预警" not in other_client.get("/inbox").content.decode()
    notice = Notice.objects.get()
    assert other_client.post("/inbox/read", {"notice": notice.pk}).status_code == 404
    assert client.post("/inbox/read", {"notice": notice.pk}).status_code == 302
    assert "没有消息" in client.get("/inbox?unread=1").content.decode()


def test_settings_keep_the_address_sealed_and_show_it_masked():
    _, client = signed_in("officer", "officer")
    client.post(
        "/inbox/preferences",
        {
            "email-on": "1",
            "email-address": "officer@example.invalid",
            "email-digest_hour": "9",
            "sms-digest_hour": "99",
        },
    )
    way = Preference.objects.get()
    assert (way.channel, way.on, way.digest, way.digest_hour) == ("email", True, False, 9)
    assert open_text(way.address_sealed) == "officer@example.invalid"
    page = client.get("/inbox/preferences").content.decode()
    assert "officer@example.invalid" not in page
    assert "o***@example.invalid" in page


def test_a_channel_switched_on_without_an_address_is_not_called_saved():
    _, client = signed_in("officer", "officer")
    answer = client.post("/inbox/preferences", {"sms-on": "1"})
    assert answer.status_code == 422
    assert "请把短信的地址填对" in answer.content.decode()
    assert not Preference.objects.exists()


@pytest.mark.parametrize(
    ("role", "kind", "subject", "where"),
    [
        ("chief", "approve", "pause-request", "/pause-requests"),
        ("clerk", "decided", "pause-request", "/site/pauses"),
        ("clerk", "top-up", "project", "/site"),
        ("chief", "taken-over", "user", "/desk?view=mine"),
        ("chief", "given-back", "organisation", "/desk?view=unit"),
        ("agency", "helper", "handling", "/helping"),
        ("agency", "track", "track", "/helping/ways"),
        ("chief", "inspection", "inspection", "/inbox"),  # gone meanwhile
    ],
)
def test_a_notice_leads_to_where_one_can_act(role, kind, subject, where):
    person, client = signed_in(role, role)
    notify(to=[person], kind=kind, subject=subject, subject_id=1, zh="消息", en="Notice", at=NOON)
    assert client.post("/inbox/read", {"notice": Notice.objects.get().pk}).url == where


def test_an_address_that_is_none_is_told_and_the_form_comes_back_as_it_was_filled_in():
    _, client = signed_in("officer", "officer")
    form = {
        "wecom-on": "1",
        "wecom-address": "http://localhost:8000/",
        "email-address": "a@b, c@d",
        "email-quiet_from": "20",
    }
    form |= {"sms-on": "1", "sms-address": "13800000001"}
    answer = client.post("/inbox/preferences", form)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "请把电子邮件、企业微信的地址填对" in page
    for kept in ('value="http://localhost:8000/"', 'value="a@b, c@d"', 'value="13800000001"', 'value="20" selected'):
        assert kept in page
    assert not Preference.objects.exists()
    form |= {"wecom-on": "", "wecom-address": "", "email-address": "", "email-on": ""}
    assert client.post("/inbox/preferences", form).status_code == 302
    assert [way.channel for way in Preference.objects.all()] == ["sms"]


def test_the_operator_sees_what_failed_and_sends_it_again():
    officer, officer_client = signed_in("officer", "officer")
    _, client = signed_in("operator", "operator")
    officer_client.post("/inbox/preferences", {"email-on": "1", "email-address": "officer@example.invalid"})
    notify(to=[officer], kind="x", subject="handling", subject_id=1, zh="预警", en="w", at=NOON, urgent=True)
    deliver(at=NOON, ways={"email": Post(Refused("recipient refused"))})
    assert "recipient refused" in client.get("/outbox?state=failed").content.decode()
    delivery = Delivery.objects.get()
    assert officer_client.post(f"/outbox/{delivery.pk}/again").status_code == 403
    client.post(f"/outbox/{delivery.pk}/again")
    delivery.refresh_from_db()
    assert delivery.state == "waiting"
    assert Event.objects.filter(action="send-again").count() == 1


def test_the_outbox_masks_a_phone_without_an_account_and_shows_no_text():
    _, client = signed_in("operator", "operator")
    tell_phone(phone="13900000001", text="您的验证码 123456", key="code:1", at=NOON, secret=True)
    page = client.get("/outbox").content.decode()
    assert "139****0001" in page
    assert "13900000001" not in page
    assert "123456" not in page
