"""import: files of projects, rosters, attendance and money."""

from pathlib import Path

import click

from anxin.cli.output import now, print_json, progress


@click.command("import")
@click.argument("kind")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--project", "project_code", default="", help="Project code, when the file does not name it.")
@click.option("--check", is_flag=True, help="Read and report, take nothing.")
@click.option("--report", type=click.Path(dir_okay=False, path_type=Path), help="Write the row-by-row report (CSV).")
@click.option("--json", "as_json", is_flag=True)
@click.pass_context
def import_file(
    ctx: click.Context,
    kind: str,
    file: Path,
    project_code: str,
    check: bool,
    report: Path | None,
    as_json: bool,
) -> None:
    """Take in a file: projects, roster, attendance, payroll, deposits, accounts and others (see `--help` below).

    KIND: projects · roster · attendance · payroll · deposits · accounts · boards · clerks · pauses · inspections ·
    reports · leavers · contracts · entry-exit · payments · movements · statement (camt.053/054).
    """
    from anxin.cli import PARTLY
    from anxin.intake.sheets import imports
    from anxin.intake.waiting import release
    from anxin.registry.models import Project

    if kind not in imports.KINDS:
        raise click.UsageError(f"'{kind}' is none of: {', '.join(imports.KINDS)}.")
    project = None
    if project_code:
        project = Project.objects.filter(code=project_code).first()
        if project is None:
            raise click.ClickException(f"There is no project {project_code}; import it with `anxin import projects`.")
    at = now()
    with progress(f"Reading {file.name}") as step:
        reading = imports.read(kind, file.read_bytes(), file.name, project=project, at=at, progress=step)
    outcome = None
    if not check:
        with progress("Taking in the rows") as step:
            outcome = imports.apply(reading, source=f"import:{kind}", at=at, progress=step)
        release(at=at)
    rows = imports.report_rows(reading, outcome)
    if report is not None:
        report.write_text(imports.report_csv(rows), encoding="utf-8-sig")
    counts = imports.count_verdicts(rows)
    if as_json:
        print_json({**counts, "taken": not check, "rows": [r for r in rows if r["verdict"] != "ok"]})
    else:
        click.echo(", ".join(f"{n} {verdict}" for verdict, n in counts.items()) or "no rows")
        for row in [r for r in rows if r["verdict"] in {"refused", "waiting"}][:20]:
            click.echo(f"  {row['sheet']} row {row['row']}: {row['reason']} / {row['reason_en']}", err=True)
    if counts.get("refused") or counts.get("waiting"):
        ctx.exit(PARTLY)


COMMANDS = (import_file,)
