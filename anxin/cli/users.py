"""user add, list, unlock, reset-second-step."""

import click

from anxin.cli.output import hand, now, print_json, print_table

ROLES = click.Choice(["operator", "officer", "chief", "leader", "agency", "bank", "clerk", "auditor"])


@click.group()
def user() -> None:
    """People who sign in."""


@user.command("add")
@click.argument("name")
@click.option("--role", type=ROLES, required=True)
@click.option("--region", default="", help="Six-digit code of the jurisdiction.")
@click.option("--industry", default="", help="Narrow it to one industry, e.g. housing.")
@click.option("--organisation", type=int, help="Number of the unit; see `anxin organisations list`.")
@click.option("--project", default="", help="Project code, for a clerk.")
@click.option("--display-name", default="")
@click.password_option(help="Asked for when not given.")
def add(
    name: str,
    role: str,
    region: str,
    industry: str,
    organisation: int | None,
    project: str,
    display_name: str,
    password: str,
) -> None:
    """Add a person, or set role, jurisdiction and password of one."""
    from django.contrib.auth.password_validation import validate_password
    from django.core.exceptions import ValidationError
    from django.db import transaction

    from anxin.people import trail
    from anxin.people.models import Organisation, User
    from anxin.registry.models import Project
    from anxin.registry.regions import exists

    if role not in ("operator", "clerk") and not exists(region):
        raise click.ClickException(f"'{region}' is not a region code; an {role} sees nothing without one.")
    if role == "clerk":
        row = Project.objects.filter(code=project).first()
        region = row.region_code if row is not None else region
    unit = Organisation.objects.filter(pk=organisation).first() if organisation else None
    if organisation and unit is None:
        raise click.ClickException(f"There is no organisation {organisation}; see `anxin organisations list`.")
    try:
        validate_password(password, User(username=name, display_name=display_name))
    except ValidationError as weak:
        raise click.ClickException(" ".join(weak.messages)) from None
    with transaction.atomic():
        person, created = User.objects.get_or_create(username=name)
        person.role, person.region, person.industry, person.project = role, region, industry, project
        person.organisation = unit or person.organisation
        person.display_name = display_name or name
        person.set_password(password)
        person.password_changed_at = now()
        person.save()
        told = {"name": name, "role": role, "region": region, "industry": industry, "project": project}
        trail.record(
            at=now(),
            action="user-add" if created else "user-change",
            subject="user",
            subject_id=person.pk,
            changes={**told, "password": "set"},
            **hand(),
        )
    click.echo(f"{'Added' if created else 'Changed'} {name} ({role}, {region or project or 'everywhere'}).")


@user.command("list")
@click.option("--json", "as_json", is_flag=True)
def listing(as_json: bool) -> None:
    """Everybody, with role and bounds."""
    from anxin.people.models import User

    rows = [
        {
            "name": person.username,
            "role": person.role,
            "region": person.region,
            "industry": person.industry,
            "project": person.project,
            "organisation": person.organisation.name if person.organisation else "",
            "state": "left" if person.left_at else "active" if person.is_active else "suspended",
        }
        for person in User.objects.select_related("organisation").order_by("region", "role", "username")
    ]
    if as_json:
        print_json(rows)
    elif rows:
        print_table(list(rows[0]), [list(row.values()) for row in rows])


@user.command("unlock")
@click.argument("name")
def unlock(name: str) -> None:
    """Let a name that was locked after too many tries sign in again."""
    from django.db import transaction

    from anxin.people import attempts, trail

    person = _one(name)
    with transaction.atomic():
        struck = attempts.unlock(name=name)
        trail.record(at=now(), action="user-unlock", subject="user", subject_id=person, **hand())
    click.echo(f"{name} may try again ({struck} tries struck out).")


@user.command("reset-second-step")
@click.argument("name")
def reset_second_step(name: str) -> None:
    """Forget a person's one-time codes, when telephone and backup codes are lost."""
    from django.db import transaction

    from anxin.people import trail
    from anxin.people.models import BackupCode, SecondStep

    person = _one(name)
    with transaction.atomic():
        gone, _ = SecondStep.objects.filter(person_id=person).delete()
        BackupCode.objects.filter(person_id=person).delete()
        trail.record(at=now(), action="second-step-remove", subject="user", subject_id=person, **hand())
    click.echo(f"{name} signs in without codes." if gone else f"{name} had no codes.")


def _one(name: str) -> int:
    from anxin.people.models import User

    person = User.objects.filter(username=name).first()
    if person is None:
        raise click.ClickException(f"There is nobody called {name}; see `anxin user list`.")
    return person.pk


COMMANDS = (user,)
