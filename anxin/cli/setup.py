"""init, user, doctor, demo."""

import secrets

import click
from django.conf import settings
from django.core.management import call_command

from anxin.cli.output import hand, now, print_json, print_table, progress, today


def prepare() -> int:
    """Data folder, keys, tables, regions. Answers the number of regions; safe to repeat."""
    from anxin.registry.regions import load_regions
    from anxin.vault import keys

    settings.DATA.mkdir(parents=True, exist_ok=True)
    keys.load(settings.DATA)
    call_command("migrate", verbosity=0, interactive=False)
    return load_regions()


@click.command()
def init() -> None:
    """Make the data folder, the keys and the database tables; safe to repeat."""
    regions = prepare()
    click.echo(f"Ready: {settings.DATA} ({regions} regions). Next: `anxin user add`, `anxin serve`.")


@click.group()
def user() -> None:
    """People who sign in."""


@user.command("add")
@click.argument("name")
@click.option("--role", type=click.Choice(["operator", "officer", "leader", "clerk"]), required=True)
@click.option("--region", default="", help="Six-digit code of the jurisdiction.")
@click.option("--project", default="", help="Project code, for a clerk.")
@click.option("--display-name", default="")
@click.password_option(help="Asked for when not given.")
def user_add(name: str, role: str, region: str, project: str, display_name: str, password: str) -> None:
    """Add a person, or set role, jurisdiction and password of one."""
    from django.db import transaction

    from anxin.people import trail
    from anxin.people.models import User
    from anxin.registry.regions import exists

    if role != "operator" and role != "clerk" and not exists(region):
        raise click.ClickException(f"'{region}' is not a region code; an {role} sees nothing without one.")
    with transaction.atomic():
        person, created = User.objects.get_or_create(username=name)
        person.role, person.region, person.project = role, region, project
        person.display_name = display_name or name
        person.set_password(password)
        person.save()
        trail.record(
            at=now(),
            action="user-add" if created else "user-change",
            subject="user",
            subject_id=person.pk,
            changes={"name": name, "role": role, "region": region, "project": project, "password": "set"},
            **hand(),
        )
    click.echo(f"{'Added' if created else 'Changed'} {name} ({role}, {region or project or 'everywhere'}).")


@click.command()
@click.option("--json", "as_json", is_flag=True)
@click.pass_context
def doctor(ctx: click.Context, as_json: bool) -> None:
    """Look at keys, database, ledger and engine: what is wrong and how to mend it."""
    from anxin.cli import PARTLY
    from anxin.doctor import examine

    findings = examine(at=now())
    if as_json:
        print_json([{"part": f.part, "ok": f.ok, "finding": f.finding, "mend": f.mend} for f in findings])
    else:
        print_table(
            ["", "part", "finding", "how to mend it"],
            [["ok" if f.ok else "!!", f.part, f.finding, f.mend] for f in findings],
        )
    if not all(f.ok for f in findings):
        ctx.exit(PARTLY)


DEMO_HISTORY_DAYS = 90
DEMO_PEOPLE = (
    ("officer", "officer", "140000", "", "山西省监察员"),
    ("taiyuan", "officer", "140100", "", "太原市监察员"),
    ("guizhou", "officer", "520000", "", "贵州省监察员"),
    ("leader", "leader", "140000", "", "山西省领导"),
    ("operator", "operator", "", "", "系统运维"),
)


@click.command()
@click.option("--port", default=8000, show_default=True)
@click.option("--projects", default=60, show_default=True)
@click.option("--workers", default=2500, show_default=True)
@click.option("--months", default=6, show_default=True)
@click.option("--seed", default=7, show_default=True)
@click.option("--no-serve", is_flag=True, help="Prepare everything and stop.")
@click.pass_context
def demo(ctx: click.Context, port: int, projects: int, workers: int, months: int, seed: int, no_serve: bool) -> None:
    """A small synthetic province with its history, demo accounts, web and worker."""
    from anxin.insight.overview import refresh
    from anxin.ledger.sealing import seal
    from anxin.people.models import User
    from anxin.registry.models import Project
    from anxin.simulate.province import simulate
    from anxin.simulate.replay import past_days, replay
    from anxin.watch.models import Sweep

    prepare()
    if not Project.objects.exists():
        with progress("Making a small province") as step:
            simulate(
                projects=projects, workers=workers, months=months, seed=seed, until=today(), at=now(), progress=step
            )
    if not Sweep.objects.exists():
        seal(at=now())
        days = past_days(until=today(), days=DEMO_HISTORY_DAYS, step=5)
        with progress("Sweeping the days before today") as step:
            replay(days=days, progress=lambda day: step(days.index(day) + 1, len(days)))
        refresh(as_of=today(), at=now())
    file = settings.DATA / "demo-password.txt"
    if not file.exists():
        file.write_text("anxin-" + secrets.token_hex(3))
        file.chmod(0o600)
    password = file.read_text()
    clerk_project = Project.objects.filter(region_code__startswith="14").order_by("code").first()
    people = (*DEMO_PEOPLE, ("clerk", "clerk", "", clerk_project.code if clerk_project else "", "劳资专管员"))
    for name, role, region, project, shown in people:
        person, _ = User.objects.get_or_create(username=name)
        person.role, person.region, person.project, person.display_name = role, region, project, shown
        person.set_password(password)
        person.save()
    click.echo(f"\n  安薪 anxin demo: http://127.0.0.1:{port}/\n")
    for name, role, region, project, shown in people:
        click.echo(f"    {name:<10} {password}   {shown} ({role} {region or project})")
    click.echo("\n  Stop with Ctrl-C. The data lie in " + str(settings.DATA) + "\n")
    if not no_serve:
        from anxin.cli.serving import serve

        ctx.invoke(serve, port=port)


COMMANDS = (init, user, doctor, demo)
