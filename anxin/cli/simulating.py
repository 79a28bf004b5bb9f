"""simulate."""

from datetime import date

import click

from anxin.cli.output import Day, now, print_json, progress, today


@click.command()
@click.option("--projects", default=60, show_default=True)
@click.option("--workers", default=2500, show_default=True)
@click.option("--months", default=6, show_default=True)
@click.option("--seed", default=7, show_default=True)
@click.option("--until", type=Day(), default=None, help="Last day of the story; default today.")
@click.option("--json", "as_json", is_flag=True)
def simulate(projects: int, workers: int, months: int, seed: int, until: date | None, as_json: bool) -> None:
    """Make a synthetic province with planted faults; the truth goes to simulated/truth.csv in the data folder."""
    from anxin.cli.setup import prepare
    from anxin.registry.models import Project
    from anxin.simulate.province import simulate as run

    prepare()
    if Project.objects.exists():
        raise click.ClickException("This data folder has projects already; name an empty one with ANXIN_DATA.")
    with progress("Making the province") as step:
        report = run(
            projects=projects,
            workers=workers,
            months=months,
            seed=seed,
            until=until or today(),
            at=now(),
            progress=step,
        )
    if as_json:
        print_json(report.__dict__)
    else:
        click.echo(", ".join(f"{name} {value}" for name, value in report.__dict__.items()))


COMMANDS = (simulate,)
