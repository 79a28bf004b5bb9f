"""import: files of projects, rosters, attendance and money."""

from pathlib import Path

import click

from anxin.cli.output import now, print_json, progress


@click.command("import")
@click.argument("kind")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--project", "project_code", default="", help="Project code, when the file does not name it.")
@click.option("--month", default="", help="Wage or attendance month (YYYY-MM), when the file does not name it.")
@click.option("--check", is_flag=True, help="Read and report, take nothing.")
@click.option("--report", type=click.Path(dir_okay=False, path_type=Path), help="Write the row-by-row report (CSV).")
@click.option("--json", "as_json", is_flag=True)
@click.pass_context
def import_file(
    ctx: click.Context,
    kind: str,
    file: Path,
    project_code: str,
    month: str,
    check: bool,
    report: Path | None,
    as_json: bool,
) -> None:
    """Take in a file of a KIND; the rows that cannot be taken and the columns that are not read are named, the rest
    goes in.

    KIND: projects, roster, attendance, payroll, deposits, accounts, payments, movements, balances, statement
    (camt.053/054), entry-exit, contracts, leavers, boards, clerks, pauses, inspections, reports.
    """
    from anxin.cli import PARTLY
    from anxin.intake.rows import Arrival
    from anxin.intake.sheets import imports
    from anxin.intake.sheets.reports import csv_of
    from anxin.intake.sheets.workbook import SheetError
    from anxin.intake.waiting import release
    from anxin.registry.models import Project

    if kind not in imports.kinds():
        raise click.UsageError(f"'{kind}' is none of: {', '.join(imports.kinds())}.")
    project = None
    if project_code:
        project = Project.objects.filter(code=project_code).first()
        if project is None:
            raise click.ClickException(f"There is no project {project_code}; import it with `anxin import projects`.")
    at = now()
    try:
        with progress(f"Reading {file.name}") as step:
            reading = imports.read(
                kind, file.read_bytes(), file.name, project=project, at=at, month=month, progress=step
            )
    except SheetError as error:
        raise click.ClickException(f"{file.name}: {error}") from error
    if not check:
        imports.apply(reading, arrival=Arrival(source=f"import:{kind}", at=at))
        release(at=at)
    rows = [row.report() for row in reading.rows]
    if report is not None:
        report.write_bytes(csv_of(rows))
    if as_json:
        print_json({**reading.counts, "taken": not check, "rows": [r for r in rows if r["reason"]]})
    else:
        click.echo(", ".join(f"{count} {verdict}" for verdict, count in reading.counts.items()))
        for row in [r for r in rows if r["reason"] and r["verdict"] != "skipped"][:20]:
            click.echo(f"  {row['sheet']} row {row['row']}: {row['reason']} / {row['reason_en']}", err=True)
    if reading.counts["refused"] or reading.counts["waiting"]:
        ctx.exit(PARTLY)


COMMANDS = (import_file,)
