"""seal, sweep, warnings."""

from datetime import date

import click

from anxin.cli.output import Day, now, print_json, print_table, today


@click.command()
@click.option("--json", "as_json", is_flag=True)
def seal(as_json: bool) -> None:
    """Move what waits in the inbox into the ledger."""
    from anxin.intake.waiting import release
    from anxin.ledger.sealing import seal as run

    at = now()
    released = release(at=at)
    report = run(at=at)
    counts = {
        "released": released,
        "batches": report.batches,
        "rows": report.rows,
        "engagements": report.engagements,
    }
    if as_json:
        print_json(counts)
    else:
        click.echo(", ".join(f"{n} {name}" for name, n in counts.items()))


@click.command()
@click.option("--as-of", type=Day(), default=None, help="Judge this civil date; default today.")
@click.option("--project", "project_code", default="", help="Only this project (and its contractor's others).")
@click.option("--json", "as_json", is_flag=True)
def sweep(as_of: date | None, project_code: str, as_json: bool) -> None:
    """Seal what waits, evaluate every rule and bring the warnings in step; today's are handed over to the desks."""
    from anxin.insight.overview import refresh
    from anxin.intake.waiting import release
    from anxin.ledger.sealing import seal as run_seal
    from anxin.registry.models import Project
    from anxin.watch.handling.routing import close_cleared, hand_over
    from anxin.watch.sweep import sweep as run

    at = now()
    as_of = as_of or today()
    chosen = None
    if project_code:
        chosen = list(Project.objects.filter(code=project_code).values_list("pk", flat=True))
        if not chosen:
            raise click.ClickException(f"There is no project {project_code}.")
    release(at=at)
    run_seal(at=at)
    done = run(as_of=as_of, at=at, projects=chosen)
    if as_of == today():
        close_cleared(at=at, projects=chosen)
        hand_over(at=at, projects=chosen)
    refresh(as_of=as_of, at=at)
    counts = {
        "as_of": as_of,
        "projects": done.projects,
        "opened": done.opened,
        "raised": done.raised,
        "lowered": done.lowered,
        "cleared": done.cleared,
        "reopened": done.reopened,
        "unchanged": done.unchanged,
        "seconds": round(done.seconds, 3),
    }
    if as_json:
        print_json(counts)
    else:
        click.echo(", ".join(f"{name} {value}" for name, value in counts.items()))


@click.command()
@click.option("--open", "which", flag_value="open", default="open", help="Those that stand (default).")
@click.option("--all", "which", flag_value="all", help="Cleared ones too.")
@click.option("--project", "project_code", default="")
@click.option("--region", default="", help="Region code and all below it.")
@click.option("--json", "as_json", is_flag=True)
def warnings(which: str, project_code: str, region: str, as_json: bool) -> None:
    """List warnings."""
    from anxin.people.access import region_prefix
    from anxin.registry.models import Project
    from anxin.registry.regions import exists
    from anxin.rules.packs import all_rules
    from anxin.watch.models import Warning

    if project_code and not Project.objects.filter(code=project_code).exists():
        raise click.ClickException(f"There is no project {project_code}.")
    # Retired codes are in use: a place is known when a project lies in it, too.
    if region and not (
        exists(region) or Project.objects.filter(region_code__startswith=region_prefix(region)).exists()
    ):
        raise click.ClickException(f"{region} is not a region code.")
    query = Warning.objects.select_related("project", "enterprise").order_by("-rank", "opened_on", "id")
    if which == "open":
        query = query.filter(status="open")
    if project_code:
        query = query.filter(project__code=project_code)
    if region:
        query = query.filter(region_code__startswith=region_prefix(region))
    words = {rule.id: rule.articles("zh") for rule in all_rules()}
    rows = [
        {
            "id": w.pk,
            "rule": w.rule,
            "pack": w.pack,
            "level": w.level,
            "status": w.status,
            "project": w.project.code if w.project else None,
            "enterprise": w.enterprise.code if w.enterprise else None,
            "subject": w.subject,
            "month": w.month or None,
            "since": w.since,
            "opened_on": w.opened_on,
            "cleared_on": w.cleared_on,
            "due_on": w.due_on,
            "measure": w.measure,
            "threshold": w.threshold,
            "numbers": w.numbers,
            "reason": w.reason,
            "reason_en": w.reason_en,
            "basis": words.get(w.rule, ""),
            "rule_version": w.rule_version,
            "hidden_by": w.hidden_by_id,
        }
        for w in query.iterator(chunk_size=2000)
    ]
    if as_json:
        print_json(rows)
    elif not rows:
        click.echo("No warnings.")
    else:
        print_table(
            ["level", "rule", "project", "since", "status", "reason"],
            [[r["level"], r["rule"], r["project"], r["since"], r["status"], r["reason"]] for r in rows],
        )


COMMANDS = (seal, sweep, warnings)
