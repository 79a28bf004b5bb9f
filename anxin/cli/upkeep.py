"""backup, restore, retention plan, retention erase."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import click

from anxin.cli.output import Day, hand, now, print_json, print_table, progress, today


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--with-keys", is_flag=True, help="Put the keys in too: who has the archive can then read everything.")
def backup(file: Path, with_keys: bool) -> None:
    """Write database, ledger and evidence of one moment into FILE (.tar.gz or .tar); nothing needs to stop."""
    from django.db import transaction

    from anxin.people import trail
    from anxin.upkeep.backup import backup as run

    at = now()
    with transaction.atomic():
        changes = {"file": file.name, "with_keys": with_keys}
        trail.record(at=at, action="backup", subject="backup", subject_id=file.name, changes=changes, **hand())
    with progress(f"Writing {file.name}") as step:
        done = run(file, at=at, with_keys=with_keys, progress=step)
    click.echo(f"{file}: {done.files} files, {done.rows} rows, trail head {done.head}")
    if not with_keys:
        click.echo("The keys are not in it: keep keys/keys.json apart, or nobody can read what is sealed.")


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def restore(file: Path) -> None:
    """Put a backup into the empty data folder ANXIN_DATA names (on PostgreSQL also into an empty database)."""
    from django.core.management import call_command
    from django.db import transaction

    from anxin.people import trail
    from anxin.upkeep.restore import restore as run

    with progress(f"Reading {file.name}") as step:
        done = run(file, progress=step)
    call_command("migrate", verbosity=0, interactive=False)
    with transaction.atomic():
        changes = {"file": file.name, "made_at": done.made_at, "head": done.head}
        trail.record(at=now(), action="restore", subject="backup", subject_id=file.name, changes=changes, **hand())
    verdict = trail.verify()
    if not verdict.holds:
        raise click.ClickException(f"Restored, but the trail is broken at link {verdict.broken}: {verdict.why}.")
    click.echo(f"Restored {done.files} files and {done.rows} rows as of {done.made_at}; the trail holds.")


@click.group()
def retention() -> None:
    """How long records are kept by law, and erasing those whose time is over."""


@retention.command("plan")
@click.option("--as-of", type=Day(), default=None, help="Plan for this day; default today.")
@click.option("--json", "as_json", is_flag=True)
def plan(as_of: date | None, as_json: bool) -> None:
    """Say what would be erased, under which rule, and how many projects stay for which reason; erase nothing."""
    from anxin.law.civil import start_of
    from anxin.law.retention import periods
    from anxin.upkeep.clearing import over
    from anxin.upkeep.retention import KEPT
    from anxin.upkeep.retention import plan as run

    found = run(as_of=as_of or today())
    # The loop clears by the moment: what it would have cleared by the end of the day.
    ends = start_of(found.as_of + timedelta(days=1))
    clears: list[dict[str, Any]] = [
        {"kind": c.id, "title": c.title, "days": c.days, "after": c.after, "basis": c.articles("zh"),
         "choice": c.choice, "rows": rows}
        for c, rows in over(at=ends)
    ]  # fmt: skip
    rules = [
        {
            "rule": rule.id,
            "title": rule.title,
            "years": rule.years,
            "basis": rule.articles("zh"),
            "projects": sum(rule in due.rules for due in found.due),
            "erases": dict(found.counts(rule)),
        }
        for rule in periods(found.as_of)
    ]
    projects = [{"project": d.project.code, "ended_on": d.ended_on, "erases": d.counts} for d in found.due]
    if as_json:
        loose = {"due": len(found.loose), "kept": dict(found.loose_kept)}
        print_json({"as_of": found.as_of, "rules": rules, "projects": projects, "kept": dict(found.kept),
                    "clears": clears, "cases_without_a_project": loose})  # fmt: skip
        return
    print_table(
        ["rule", "years", "projects", "would erase", "basis"],
        [[r["rule"], r["years"], r["projects"], _told(r["erases"]), r["basis"]] for r in rules],
    )
    print_table(
        ["project", "ended on", "would erase"], [[p["project"], p["ended_on"], _told(p["erases"])] for p in projects]
    )
    click.echo(f"{len(found.loose)} cases without a project: what names people and what was typed would go")
    print_table(
        ["cleared by the worker", "days after", "rows over", "basis"],
        [[c["title"]["en"], f"{c['days']} after {c['after']['en']}", c["rows"], c["basis"]] for c in clears],
    )
    for what, kept in (("projects", found.kept), ("cases without a project", found.loose_kept)):
        for reason, number in kept.items():
            click.echo(f"{number} {what} stay: {KEPT[reason][1]} ({KEPT[reason][0]})")


def _told(counts: object) -> str:
    return ", ".join(f"{n} {name}" for name, n in counts.items() if n) if isinstance(counts, dict) else ""


@retention.command("erase")
@click.option("--yes", is_flag=True, help="Without it nothing is erased.")
@click.option("--json", "as_json", is_flag=True)
def erase(yes: bool, as_json: bool) -> None:
    """Erase what `retention plan` names today, for good; monthly figures and the trail stay."""
    from anxin.cases.models import Case
    from anxin.upkeep.erasing import erase as run
    from anxin.upkeep.erasing import erase_case
    from anxin.upkeep.retention import case_rules, loose_cases
    from anxin.upkeep.retention import plan as look

    found = look(as_of=today())
    if not yes:
        raise click.UsageError(
            f"This would erase the records of {len(found.due)} projects and {len(found.loose)} cases without one for "
            "good. Look at `anxin retention plan`, make a backup, then add --yes."
        )
    erased: dict[str, dict[str, int]] = {}
    with progress("Erasing") as step:
        for number, due in enumerate(found.due, start=1):
            # Looked at again: a warning may have opened, or somebody reported, since the list was made.
            again = look(as_of=found.as_of, only=due.project)
            if not again.due:
                continue
            kinds = [name for rule in due.rules for name in rule.erases]
            erased[due.project.code] = run(
                project=due.project, kinds=kinds, rules=[rule.id for rule in due.rules], at=now(), **hand()
            )
            step(number, len(found.due))
    cases = 0
    rules = [rule.id for rule in case_rules(found.as_of)]
    with progress("Erasing cases without a project") as step:
        for number, key in enumerate(found.loose, start=1):
            if loose_cases(as_of=found.as_of, only=key)[0]:
                erase_case(case=Case.objects.get(pk=key), rules=rules, at=now(), **hand())
                cases += 1
            step(number, len(found.loose))
    if as_json:
        print_json({**erased, "cases_without_a_project": {"cases": cases}})
    else:
        for code, counts in erased.items():
            click.echo(f"{code}: {_told(counts)}")
        click.echo(
            f"Erased the records of {len(erased)} projects and {cases} cases without one; the ledger's files go with "
            "the next compaction."
        )


COMMANDS = (backup, restore, retention)
