"""init, doctor, demo."""

import os
import secrets
import sys
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

import click
from django.conf import settings
from django.core.management import call_command

from anxin.cli.output import now, print_json, print_table, progress, today

if TYPE_CHECKING:
    from anxin.people.models import User


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
DEMO_SEED = 68  # its province has sites of every conduct in Taiyuan, where most of the demo's people sit
# (user name, role, region, industry, kind of unit, shown name); the unit is the one of that kind in the region.
DEMO_PEOPLE = (
    ("officer", "officer", "140000", "", "hr", "山西省监察员"),
    ("taiyuan", "officer", "140100", "", "hr", "太原市监察员"),
    ("xiaodian", "officer", "140105", "", "hr", "小店区监察员"),
    ("guizhou", "officer", "520000", "", "hr", "贵州省监察员"),
    ("chief", "chief", "140100", "", "hr", "太原市监察支队长"),
    ("leader", "leader", "140000", "", "government", "山西省领导"),
    ("housing", "agency", "140100", "housing", "housing", "太原市住建局经办人"),
    ("finance", "agency", "140100", "", "finance", "太原市财政局经办人"),
    ("bank", "bank", "140100", "", "bank", "银行经办人"),
    ("auditor", "auditor", "140000", "", "government", "山西省审计员"),
    ("operator", "operator", "", "", "", "系统运维"),
)
DEMO_PROVINCES = ("140000", "520000")


@click.command()
@click.option("--port", default=8000, show_default=True)
@click.option("--projects", default=60, show_default=True)
@click.option("--workers", default=2500, show_default=True)
@click.option("--months", default=6, show_default=True)
@click.option("--seed", default=DEMO_SEED, show_default=True)
@click.option("--no-serve", is_flag=True, help="Prepare everything and stop.")
def demo(port: int, projects: int, workers: int, months: int, seed: int, no_serve: bool) -> None:
    """A small synthetic province with its history, demo accounts, web and worker."""
    # Invented workers own no telephones: their sign-in codes show on the page. The web's processes inherit it.
    os.environ["ANXIN_DEMO"], settings.DEMO = "1", True
    from anxin.insight.cost_counting import refresh_cost
    from anxin.insight.overview import refresh
    from anxin.ledger.sealing import seal
    from anxin.registry.models import Project
    from anxin.registry.offices import seed_offices
    from anxin.simulate.claims import simulate_claims
    from anxin.simulate.offices import give_public_phones, give_treasury
    from anxin.simulate.province import simulate
    from anxin.simulate.replay import past_days, replay
    from anxin.watch.handling.inspections import plan_inspections
    from anxin.watch.handling.routing import hand_over
    from anxin.watch.models import Sweep
    from anxin.watch.sweep import sweep

    prepare()
    for province in DEMO_PROVINCES:
        seed_offices(region=province)
    give_treasury(region="140100")  # the emergency fund's, in the place where most of the demo's people sit
    give_public_phones()
    if not Project.objects.exists():
        with progress("Making a small province") as step:
            simulate(
                projects=projects, workers=workers, months=months, seed=seed, until=today(), at=now(), progress=step
            )
    if not Sweep.objects.exists():
        seal(at=now())
        days = past_days(until=today() - timedelta(days=1), days=DEMO_HISTORY_DAYS, step=5)
        with progress("Sweeping the days before today") as step:
            replay(days=days, progress=lambda day: step(days.index(day) + 1, len(days)))
        sweep(as_of=today(), at=now())
        refresh(as_of=today(), at=now())
    file = settings.DATA / "demo-password.txt"
    if not file.exists():
        file.write_text("anxin-" + secrets.token_hex(3))
        file.chmod(0o600)
    password = file.read_text()
    people = _demo_people(password)
    acts = (
        partial(hand_over, at=now()),
        partial(plan_inspections, at=now()),
        partial(simulate_claims, until=now(), seed=seed),
        partial(refresh_cost, as_of=today(), at=now(), everything=True),
    )
    with progress("Handing over warnings, taking in claims") as step:
        for done, act in enumerate(acts, 1):
            act()
            step(done, len(acts))
    click.echo(f"\n  安薪 anxin demo: http://127.0.0.1:{port}/")
    click.echo("  A small invented province and who is owed wages in it. Open the address and sign in as one of these;")
    click.echo("  chief sees warnings and claims, clerk the site that has to mend them, a worker his own months.\n")
    for person in people:
        bounds = f" {person.project or person.region}".rstrip()
        click.echo(f"    {person.username:<10} {password}   {person.display_name} ({person.role}{bounds})")
    _tell_of_a_worker()
    # Without the variable a later web sends an invented worker's code nowhere.
    later = f"Serve it with ANXIN_DEMO=1 anxin serve --port {port}." if no_serve else "Stop with Ctrl-C."
    click.echo(f"\n  {later} The data lie in {settings.DATA}\n")
    if not no_serve:
        # In a process of its own: the ledger's engine, at work here until now, does not outlive a fork.
        sys.stdout.flush()
        os.execv(sys.executable, [sys.executable, "-m", "anxin.cli", "serve", "--port", str(port)])  # noqa: S606


def _tell_of_a_worker() -> None:
    """An invented worker to sign in as: any phone will do, his number is of a region that does not exist."""
    from anxin.registry.models import Engagement
    from anxin.vault.fields import open_text

    some = Engagement.objects.select_related("worker", "project").filter(left_on=None, worker__phone_sealed=b"")
    # Somebody who has claimed has more to see.
    claiming = some.filter(worker__filed_claims__isnull=False).order_by("-worker__filed_claims__at", "pk")
    row = claiming.first() or some.order_by("pk").first()
    if row is not None:
        number = open_text(row.worker.id_sealed)
        click.echo(f"\n    a worker   /me, any phone (13800000001), {row.worker.name}, identity number {number}")
        click.echo(f"    his site   /s/{row.project.code}")


def _demo_people(password: str) -> "list[User]":
    """The demo's accounts, one of each role, each in a unit; and the clerk of a project in Taiyuan, if there is one."""
    from django.db.models import Count, Q

    from anxin.people.models import Organisation, User
    from anxin.registry.models import Project

    warned = Count("warnings", filter=Q(warnings__status="open"))
    projects = Project.objects.filter(region_code__startswith="14").annotate(warned=warned).order_by("-warned", "code")
    own = projects.filter(region_code__startswith="1401").first() or projects.first()
    known = [(*row, "") for row in DEMO_PEOPLE]
    known.append(("clerk", "clerk", own.region_code if own else "", "", "", "劳资专管员", own.code if own else ""))
    people = []
    for name, role, region, industry, kind, shown, project in known:
        person, _ = User.objects.get_or_create(username=name)
        if person.project and project:  # run again, the clerk stays where he is
            region, project = person.region, person.project
        person.role, person.region, person.industry, person.project = role, region, industry, project
        person.organisation = Organisation.objects.filter(kind=kind, region_code=region).order_by("pk").first()
        person.display_name = shown
        person.set_password(password)
        person.save()
        people.append(person)
    return people


COMMANDS = (init, doctor, demo)
