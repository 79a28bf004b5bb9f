"""Files of claims nobody finished leave the vault with their drafts; files that others name stay."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from anxin.cases.models import Draft, Exhibit
from anxin.upkeep import kept_files
from anxin.upkeep.tidying import tidy_drafts
from anxin.vault import evidence
from tests.cases.claiming import begin, png, say_sum, send

pytestmark = pytest.mark.django_db


@pytest.fixture
def now(at, monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: at)
    monkeypatch.setattr(kept_files, "GRACE_S", 0)
    return at


def bring(client: Client, *pictures: bytes, **more) -> int:
    """A form with pictures of a claim that is being written."""
    files = [SimpleUploadedFile(f"{n}.png", picture) for n, picture in enumerate(pictures)]
    return client.post("/claim/3", {"text": "", "go": "upload", "photo": files, **more}).status_code


def writing() -> Client:
    client = Client()
    begin(client)
    say_sum(client, "2026-04")
    return client


def in_vault(*contents: bytes) -> list[bool]:
    found = []
    for content in contents:
        try:
            evidence.read(evidence.digest_of(content))
            found.append(True)
        except FileNotFoundError:
            found.append(False)
    return found


def test_an_abandoned_draft_takes_its_files_along_and_leaves_those_of_a_claim(now):
    own, shared, taken_out = png(1), png(2), png(3)
    sender, leaver = writing(), writing()
    assert bring(sender, shared) == 302
    send(sender)
    assert bring(leaver, own, shared, taken_out) == 302
    leaver.post("/claim/3", {"drop": evidence.digest_of(taken_out), "text": ""})
    assert tidy_drafts(at=now + timedelta(days=6)) == 0
    assert in_vault(own, shared, taken_out) == [True, True, True]
    assert tidy_drafts(at=now + timedelta(days=8)) == 2
    assert not Draft.objects.exists()
    assert in_vault(own, shared, taken_out) == [False, True, False]
    assert Exhibit.objects.get().digest == evidence.digest_of(shared)


def test_while_it_is_written_another_erasure_leaves_its_files(now):
    content = png(4)
    assert bring(writing(), content) == 302
    kept_files.let_go({evidence.digest_of(content)}, at=now)
    assert kept_files.clear(at=now) == 0
    assert in_vault(content) == [True]


def test_a_form_that_is_refused_leaves_nothing_in_the_vault(now):
    fine, script = png(5), b"<svg onload=alert(1)><desc>a draft</desc></svg>"
    assert bring(writing(), fine, script) == 422
    assert in_vault(fine, script) == [False, False]
    assert Draft.objects.get().files == []


def test_more_than_the_draft_holds_go_with_it_too(now):
    client = writing()
    pictures = [png(10 + n) for n in range(22)]
    assert bring(client, *pictures) == 422
    tidy_drafts(at=now + timedelta(days=8))
    assert not any(in_vault(*pictures))
