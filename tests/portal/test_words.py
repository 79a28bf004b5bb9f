"""Every sentence has its English, with the same blanks."""

import importlib.util
import re
from pathlib import Path

import pytest

from anxin.portal.ui.looked import looked

TOOL = Path(__file__).resolve().parents[2] / "tools" / "messages.py"


@pytest.fixture(scope="module")
def messages():
    spec = importlib.util.spec_from_file_location("messages", TOOL)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_no_sentence_lacks_its_english(messages):
    assert len(messages.sentences()) > 300
    assert messages.untranslated() == []


def test_translations_fill_the_same_blanks(messages):
    def blanks(text: str) -> set[str]:
        return set(re.findall(r"%\((\w+)\)s", text))

    for entry in messages.read_catalog():
        if not entry.id:
            continue
        given = entry.id if isinstance(entry.id, tuple) else (entry.id,)
        told = entry.string if isinstance(entry.string, tuple) else (entry.string,)
        for text in told:
            assert blanks(text) == blanks(given[-1]), entry.id


LOOKS = (
    "identity", "card", "phone", "row", "account", "file", "paper", "evidence-pack", "take-in", "cases-by-identity",
    "cases-by-phone", "claim-told", "claim-name", "claim-identity", "claim-phone", "exhibit-photo", "exhibit-voice",
    "listed-name-7", "listed-identity-7",
)  # fmt: skip


@pytest.mark.parametrize("field", LOOKS)
def test_a_worker_reads_in_words_what_of_his_was_looked_at(field):
    assert re.fullmatch(r"[\u4e00-\u9fff]+", looked(field))
