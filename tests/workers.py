"""Workers at their telephones, for tests."""

from datetime import datetime

from django.test import Client

from anxin.people.phones import begin_session, bind, session_of
from anxin.portal.worker.access import COOKIE
from anxin.registry.models import Worker

PHONE = "13900000001"


def phone_signs_in(client: Client, *, at: datetime, phone: str = PHONE) -> str:
    """A phone that proved itself by its code, of somebody nobody knows yet. Answers the token."""
    token = begin_session(phone=phone, at=at)
    client.cookies[COOKIE] = token
    return token


def worker_signs_in(client: Client, worker: Worker, *, at: datetime, phone: str = PHONE) -> str:
    """A worker who has shown who he is. Answers the token. ``at`` must not lie after the clock of the views."""
    token = phone_signs_in(client, at=at, phone=phone)
    session = session_of(token, at=at)
    assert session is not None
    bind(session=session, worker_id=worker.pk, known_phone=phone, at=at)
    return token
