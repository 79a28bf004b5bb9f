"""Numbers of people in what a programmer's tools print: dataclasses, exceptions, log lines."""

import dataclasses
import importlib
import logging
import pkgutil

import pytest

import anxin
from anxin.vault.fields import mask_text
from anxin.vault.logs import MaskingFormatter
from tests.people import identity

PERSONAL = {
    *("id_number", "identity", "card_number", "account_number", "phone", "private", "secret", "payee", "raw", "item"),
    *("return_code", "consent_codes", "own_codes"),
}
# Kinds of file, not values.
NOT_VALUES = {"anxin.intake.sheets.kinds"}


def test_no_dataclass_shows_a_personal_field():
    shown = []
    for module in pkgutil.walk_packages(anxin.__path__, "anxin."):
        if ".migrations" in module.name or module.name in {"anxin.cli.__main__", "anxin.wsgi"} | NOT_VALUES:
            continue
        for thing in vars(importlib.import_module(module.name)).values():
            if isinstance(thing, type) and dataclasses.is_dataclass(thing) and thing.__module__ == module.name:
                shown += [
                    f"{module.name}.{thing.__name__}.{f.name}"
                    for f in dataclasses.fields(thing)
                    if f.name in PERSONAL and f.repr
                ]
    assert shown == []


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        (f"invalid literal: '{identity(1)}'", f"invalid literal: '990***********{identity(1)[-4:]}'"),
        ("call 13800000000 now", "call 138****0000 now"),
        ("card 6222020000000000001.", "card 622************0001."),
        ("99000019850601001X", "990***********001X"),
        ("seal 1234567890 of 2026-04-20 took 20260420120000 ms", None),
        ("/projects/P1 sha256 ab12345678901234cd", None),
        ("12800000000 and 1380000000", None),
    ],
)
def test_free_text_is_masked_and_the_rest_stays(text, masked):
    assert mask_text(text) == (masked if masked is not None else text)


def test_a_traceback_in_the_log_is_masked():
    try:
        int(identity(1) + "?")
    except ValueError:
        record = logging.LogRecord("x", logging.ERROR, __file__, 1, "for %s", (f"card {identity(2)}",), None)
        import sys

        record.exc_info = sys.exc_info()
    line = MaskingFormatter("%(message)s").format(record)
    assert "Traceback" in line
    assert identity(1) not in line
    assert identity(2) not in line
