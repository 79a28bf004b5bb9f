"""A simulated province: seeded, the same by either path, and clean where the contractor is."""

from datetime import date

import pytest

from anxin.ledger.engine import query
from anxin.ledger.sealing import seal
from anxin.ledger.tables import current
from anxin.registry.models import Engagement, Enterprise, Project, Team, WageAccount, Worker
from anxin.registry.regions import exists
from anxin.simulate.conduct import FAULTS
from anxin.simulate.expect import expect
from anxin.simulate.plan import plan
from anxin.simulate.province import simulate

UNTIL = date(2026, 4, 20)
# What a well-behaved site lacks in its first weeks: rules that count from its first day speak of it all the same.
YOUTH = {"data_incomplete", "account_unverified", "roster_missing"}


def small(at, path, seed=3, projects=26, workers=220, months=4):
    return simulate(projects=projects, workers=workers, months=months, seed=seed, until=UNTIL, at=at, path=path)


def what_the_ledger_holds():
    """Every fact under names that do not depend on row ids."""
    projects = dict(Project.objects.values_list("id", "code"))
    workers = {pk: bytes(key) for pk, key in Worker.objects.values_list("id", "id_blind")}
    teams = {number: (code, name) for number, code, name in Team.objects.values_list("number", "project__code", "name")}
    accounts = {pk: bytes(key) for pk, key in WageAccount.objects.values_list("id", "number_blind")}
    facts = {}
    for table in ("swipes", "payroll", "payments", "movements"):
        rows = query(f"SELECT * FROM {current(table)}").to_pylist()
        for row in rows:
            row.pop("rev", None)
            row["project_id"] = projects[row["project_id"]]
            if "worker_id" in row:
                row["worker_id"] = workers[row["worker_id"]]
            if row.get("team_no") is not None:
                row["team_no"] = teams[row["team_no"]]
            if row.get("account_id") is not None:
                row["account_id"] = accounts[row["account_id"]]
        facts[table] = sorted(tuple(map(str, row.values())) for row in rows)
    return facts


def what_the_registry_holds():
    return {
        "projects": list(
            Project.objects.order_by("code").values_list(
                "code", "name", "region_code", "industry", "status", "status_since", "started_on", "completed_on",
                "contractor__code", "developer__code", "pay_day", "contract_price_fen", "registered_on",
            )
        ),
        "enterprises": list(Enterprise.objects.order_by("code").values_list("code", "name")),
        "engagements": list(
            Engagement.objects.order_by("project__code", "worker__id_blind").values_list(
                "project__code", "worker__name", "enterprise__code", "team__name", "trade", "is_leader", "entered_on",
                "left_on", "contract_from", "contract_until", "card_token", "settled_on", "confirmed_on",
            )
        ),
        "hangers": sorted(
            (p.code, kind, str(row))
            for p in Project.objects.all()
            for kind in ("deposits", "boards", "clerks", "inspections", "pauses", "status_changes", "arrears_reports",
                         "participations", "entry_exits")
            for row in getattr(p, kind).values_list(*COLUMNS[kind])
        ),
    }  # fmt: skip


COLUMNS = {
    "deposits": ("form", "amount_fen", "valid_from", "valid_to", "number", "issuer", "recorded_on"),
    "boards": ("posted_on",),
    "clerks": ("name", "since_on", "until_on"),
    "inspections": ("done_on",),
    "pauses": ("from_on", "until_on", "reason", "approved_by"),
    "status_changes": ("old", "new", "changed_on", "source"),
    "arrears_reports": ("number", "reported_on", "plain", "closed_on", "worker__name"),
    "participations": ("enterprise__code", "role", "entered_on"),
    "entry_exits": ("worker__name", "team__name", "on", "kind"),
}


@pytest.mark.django_db(transaction=True)
def test_both_paths_make_the_same_ledger(at, settings, tmp_path):
    held = {}
    for path in ("doors", "bulk"):
        settings.LEDGER = tmp_path / path
        report = small(at, path)
        assert report.held == 0
        seal(at=at)
        held[path] = (what_the_registry_holds(), what_the_ledger_holds(), report.rows, report.faults)
        if path == "doors":
            from django.core.management import call_command

            call_command("flush", interactive=False, verbosity=0)
    assert held["doors"][0] == held["bulk"][0]
    for table, rows in held["doors"][1].items():
        assert rows, table
        assert rows == held["bulk"][1][table], table
    assert held["doors"][2:] == held["bulk"][2:]


@pytest.mark.django_db
def test_the_same_province_cannot_be_written_twice_in_bulk(at):
    small(at, "bulk", projects=3, workers=30)
    with pytest.raises(ValueError, match="another seed"):
        small(at, "bulk", projects=3, workers=30)


@pytest.mark.django_db
def test_two_seeds_share_no_project_and_no_worker(at):
    first = small(at, "bulk", seed=1, projects=4, workers=40)
    second = small(at, "bulk", seed=2, projects=4, workers=40)
    assert Project.objects.count() == 8
    assert Worker.objects.count() == first.workers + second.workers


# Off the platform the sheet still says that wages were paid, which the packs of today accept.
SILENT = {"off_platform"}


def test_every_fault_is_planted_and_some_rule_should_speak_of_it():
    province = plan(projects=240, workers=4000, months=6, seed=5, until=UNTIL)
    spoken: dict[str, set[str]] = {}
    for site in province.each():
        if site.fault:
            spoken.setdefault(site.fault, set()).update(rule.check for rule, _ in expect(site, province.time))
    assert set(spoken) == {f.name for f in FAULTS}
    assert {name for name, checks in spoken.items() if not checks} <= SILENT


@pytest.mark.parametrize("seed", range(4))
def test_a_clean_contractor_breaks_no_rule(seed):
    province = plan(projects=80, workers=2500, months=6, seed=seed, until=UNTIL)
    for site in province.each():
        assert exists(site.region)
        if not site.fault:
            checks = {rule.check for rule, _ in expect(site, province.time)}
            assert checks <= YOUTH, site.code
            if site.started < province.time.begin:
                assert not checks - {"data_incomplete"}, site.code


def test_sizes_are_kept_even_when_tiny():
    for projects, workers, months in ((1, 1, 1), (3, 9, 2), (10, 10, 1)):
        province = plan(projects=projects, workers=workers, months=months, seed=1, until=UNTIL)
        assert len(list(province.each())) == projects


def test_a_province_of_nothing_is_refused():
    with pytest.raises(ValueError, match="at least one"):
        plan(projects=0, workers=5, months=1, seed=1, until=UNTIL)
