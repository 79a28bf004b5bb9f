"""Somebody brings a file while the eraser takes away the last other row that named it: what was just filed stays."""

import os
import threading
import time
from datetime import timedelta

import pytest
from django.db import transaction

from anxin.cases.models import Draft
from anxin.intake.models import Upload
from anxin.upkeep import kept_files
from anxin.upkeep.models import LetGo
from anxin.upkeep.tidying import tidy_drafts
from anxin.vault import evidence
from tests.people import make_project, make_worker
from tests.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)
CONTENT = b"%PDF-1.7 the same pledge, brought twice %%EOF"
LATER = timedelta(days=8)


@pytest.fixture(autouse=True)
def _vault(tmp_path, settings):
    settings.DATA = tmp_path


@pytest.fixture
def digest(at) -> str:
    """A file that only an abandoned draft names, brought a year ago."""
    digest = evidence.store(CONTENT)
    Draft.objects.create(key_blind=b"k", data_sealed=b"", made_at=at, changed_at=at, files=[digest])
    lay(digest, days=365)
    return digest


def lay(digest: str, *, days: int) -> None:
    """As if the file had been brought so long ago."""
    moment = time.time() - days * 86_400
    os.utime(evidence._file(digest), (moment, moment))


def file_it(project, digest: str, at) -> None:
    Upload.objects.create(project=project, kind="roster", name="a.csv", content=digest, uploaded_at=at)


def test_who_brought_it_before_and_files_it_after_the_eraser_keeps_it(digest, at):
    project = make_project(at)
    brought, erased = threading.Event(), threading.Event()

    def officer() -> None:
        evidence.store(CONTENT)
        brought.set()
        assert erased.wait(30)
        with transaction.atomic():
            file_it(project, digest, at)

    def eraser() -> int:
        assert brought.wait(30)
        try:
            return tidy_drafts(at=at + LATER)
        finally:
            erased.set()

    assert at_once(officer, eraser) == [None, 1]
    assert evidence.read(digest) == CONTENT
    # Looked at again when nobody has brought it for a day: it is named, and stays for good.
    lay(digest, days=2)
    assert kept_files.clear(at=at + LATER + timedelta(days=2)) == 0
    assert not LetGo.objects.exists()
    assert evidence.read(digest) == CONTENT


def test_who_brings_it_while_the_eraser_looks_who_names_it_keeps_it(digest, at, monkeypatch):
    project = make_project(at)
    look = kept_files.named

    def brought_meanwhile(digests):
        found = look(digests)
        assert at_once(lambda: evidence.store(CONTENT)) == [digest]
        return found

    monkeypatch.setattr(kept_files, "named", brought_meanwhile)
    assert tidy_drafts(at=at + LATER) == 1
    file_it(project, digest, at)
    assert evidence.read(digest) == CONTENT


def test_what_a_row_hands_to_another_while_the_tables_are_read_stays(digest, at, monkeypatch):
    """The table of the new row was read before it was there, the old one's when it had gone."""
    project = make_project(at)
    kept_files.let_go({digest}, at=at)
    asked = kept_files.Holder.named

    def handed_meanwhile(holder, digests):
        found = asked(holder, digests)
        if holder.model is Upload and Draft.objects.exists():
            with transaction.atomic():
                file_it(project, digest, at)
                Draft.objects.all().delete()
        return found

    monkeypatch.setattr(kept_files.Holder, "named", handed_meanwhile)
    assert kept_files.clear(at=at) == 0
    assert not Draft.objects.exists()
    assert evidence.read(digest) == CONTENT


def test_who_brings_it_after_it_went_brings_it_anew(digest, at):
    project = make_project(at)
    tidy_drafts(at=at + LATER)
    with pytest.raises(FileNotFoundError):
        evidence.read(digest)
    assert evidence.store(CONTENT) == digest
    file_it(project, digest, at)
    assert evidence.read(digest) == CONTENT


def test_an_act_that_fails_lets_go_of_nothing(digest, at):
    with transaction.atomic():
        Draft.objects.all().delete()
        kept_files.let_go({digest}, at=at)
        transaction.set_rollback(True)
    assert kept_files.clear(at=at + LATER) == 0
    assert evidence.read(digest) == CONTENT


def test_a_power_cut_between_letting_go_and_erasing_is_made_good(digest, at):
    with transaction.atomic():
        Draft.objects.all().delete()
        kept_files.let_go({digest}, at=at)
    assert evidence.read(digest) == CONTENT
    assert kept_files.clear(at=at) == 1
    with pytest.raises(FileNotFoundError):
        evidence.read(digest)


def test_many_at_once_bring_and_erase_and_nothing_that_is_named_is_missing(at):
    project = make_project(at)
    contents = [CONTENT + b"%d" % n for n in range(12)]
    digests = [evidence.store(content) for content in contents]
    for digest in digests:
        lay(digest, days=365)
    with transaction.atomic():
        kept_files.let_go(digests, at=at)

    def officer() -> None:
        for content in contents[::2]:
            file_it(project, evidence.store(content), at)

    def eraser() -> None:
        for _ in range(3):
            kept_files.clear(at=at, most=5)

    assert at_once(officer, eraser, eraser, officer) == [None] * 4
    assert {evidence.read(upload.content) for upload in Upload.objects.all()} == set(contents[::2])


def test_sealing_it_again_does_not_bring_back_what_was_erased(digest, at, monkeypatch):
    seal = evidence.seal_bytes

    def erased_meanwhile(content):
        gone = threading.Thread(target=evidence.remove, args=(digest,))
        gone.start()
        gone.join(0.2)
        return seal(content)

    monkeypatch.setattr(evidence, "seal_bytes", erased_meanwhile)
    evidence.reseal(digest)
    for _ in range(100):
        if not evidence._file(digest).exists():
            break
        time.sleep(0.05)
    assert not evidence._file(digest).exists()


def test_who_names_it_is_asked_in_one_statement_a_table(at, django_assert_max_num_queries):
    digests = {evidence.digest_of(b"%d" % n) for n in range(1500)}
    with django_assert_max_num_queries(len(kept_files.HOLDERS)):
        assert kept_files.named(digests) == set()


def test_however_deep_a_digest_lies_in_a_value_it_is_found(digest, at):
    near, deep, part = ("a" * 64, "b" * 64, "c" * 64)
    worker = make_worker(make_project(at), 1, at).worker
    worker.details = {"head": near, "papers": [{"name": 'a "quoted" name', "sha256": deep}], "text": f"see {part}"}
    worker.save()
    assert kept_files.named({digest, near, deep, part, "d" * 64}) == {digest, near, deep}
