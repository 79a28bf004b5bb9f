"""The score: right when the rules are right, and seen to fall when they are not."""

from datetime import date

import pytest

from anxin.ledger.sealing import seal
from anxin.simulate.province import simulate
from anxin.simulate.replay import past_days, replay
from anxin.simulate.score import differences, score
from anxin.watch.models import Sweep, Warning
from anxin.watch.sweep import sweep

UNTIL = date(2026, 4, 20)


@pytest.fixture
def data_folder(settings, tmp_path):
    """The truth file lies in a folder of its own."""
    settings.DATA = tmp_path
    return tmp_path


def make(at, projects=60, workers=700, seed=11):
    simulate(projects=projects, workers=workers, months=6, seed=seed, until=UNTIL, at=at, a_day=1)
    seal(at=at)


@pytest.fixture
def keyed(settings, tmp_path):
    """A data folder with the keys of the test run, so that people stay who they are."""
    import shutil

    shutil.copytree(settings.DATA / "keys", tmp_path / "keys")
    settings.DATA = tmp_path
    return tmp_path


@pytest.mark.slow
@pytest.mark.django_db
def test_the_rules_find_what_was_planted_and_nothing_else(at, keyed):
    make(at)
    sweep(as_of=UNTIL, at=at)
    rows = {row["rule"]: row for row in score(as_of=UNTIL)}
    wrong = {name: differences(as_of=UNTIL, rule=name) for name, row in rows.items() if row["missed"] or row["false"]}
    assert rows["all"]["true"] > 25
    assert (rows["all"]["precision"], rows["all"]["recall"]) == (1.0, 1.0), wrong


@pytest.mark.django_db
def test_a_warning_too_many_and_one_too_few_both_cost(at, keyed):
    make(at, projects=30, workers=300)
    sweep(as_of=UNTIL, at=at)
    before = score(as_of=UNTIL)[-1]
    warnings = list(Warning.objects.filter(status="open").order_by("id"))
    warnings[0].status = "cleared"
    warnings[0].save()
    stray = warnings[1]
    stray.pk, stray.subject = None, "project:987654"
    stray.save()
    after = score(as_of=UNTIL)[-1]
    assert (after["missed"], after["false"]) == (before["missed"] + 1, before["false"] + 1)
    assert after["precision"] < before["precision"]
    assert after["recall"] < before["recall"]


@pytest.mark.slow
@pytest.mark.django_db
def test_replay_leaves_a_history_with_cleared_warnings_and_leads(at, keyed):
    make(at, projects=45, workers=400)
    days = past_days(until=UNTIL, days=60, step=20)
    assert days[-1] == UNTIL
    assert replay(days=days) == len(days) == Sweep.objects.count()
    assert Warning.objects.filter(status="cleared").exists()
    total = score(as_of=UNTIL)[-1]
    assert (total["missed"], total["false"]) == (0, 0)
    assert total["days_after"] is not None
    assert total["days_after"] <= 20


@pytest.mark.django_db
def test_without_a_simulated_province_there_is_nothing_to_score(data_folder):
    with pytest.raises(ValueError, match="anxin simulate"):
        score(as_of=UNTIL)
