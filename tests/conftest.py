"""Fixtures every test may use."""

import os
from datetime import date, datetime
from pathlib import Path

import hypothesis
import pytest

from anxin.intake.bulk import columnar
from anxin.intake.national import attendance
from anxin.law.civil import SHANGHAI

# How long an example takes, or its making, says nothing about whether it is right.
hypothesis.settings.register_profile(
    "untimed", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow], print_blob=True
)
# What lands is judged by the same examples every time: a rare one must not refuse a change that has no part in it.
# Rare ones are hunted by whoever runs the tests by hand, with new examples each time and the failures kept.
hypothesis.settings.register_profile(
    "landing", parent=hypothesis.settings.get_profile("untimed"), derandomize=True, database=None
)
hypothesis.settings.load_profile("landing" if os.environ.get("CI") else "untimed")


@pytest.fixture(autouse=True)
def ledger_folder(tmp_path: Path, settings) -> Path:
    """Each test has Delta tables of its own."""
    settings.LEDGER = tmp_path / "ledger"
    return settings.LEDGER


@pytest.fixture(autouse=True)
def fresh_memory() -> None:
    """What the doors remember of people does not outlive a test whose registry is rolled back."""
    attendance.forget()
    columnar.forget()


@pytest.fixture
def at() -> datetime:
    """The moment things arrive in tests: noon of 20 April 2026."""
    return datetime(2026, 4, 20, 12, tzinfo=SHANGHAI)


@pytest.fixture
def today(at: datetime) -> date:
    return at.date()
