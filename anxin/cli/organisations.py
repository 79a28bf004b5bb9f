"""organisations seed, list."""

import click

from anxin.cli.output import print_json, print_table


@click.group()
def organisations() -> None:
    """The units that warnings are handed over to."""


@organisations.command("seed")
@click.argument("region")
def seed(region: str) -> None:
    """Make the government and the bureaux of REGION (six digits) and of every place below it; safe to repeat."""
    from anxin.registry.offices import seed_offices

    try:
        added = seed_offices(region=region)
    except ValueError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"Added {added} organisations." if added else "Nothing to add: every place has its offices.")


@organisations.command("list")
@click.option("--region", default="", help="Only those in this region.")
@click.option("--json", "as_json", is_flag=True)
def listing(region: str, as_json: bool) -> None:
    """Organisations with the number of people in them."""
    from django.db.models import Count, Q

    from anxin.people.access import region_prefix
    from anxin.people.models import Organisation

    found = Organisation.objects.annotate(n=Count("people", filter=Q(people__is_active=True)))
    if region:
        found = found.filter(region_code__startswith=region_prefix(region))
    rows = [
        {"id": u.pk, "kind": u.kind, "region": u.region_code, "name": u.name, "people": u.n, "active": u.active}
        for u in found.order_by("region_code", "kind", "name")
    ]
    if as_json:
        print_json(rows)
    else:
        print_table(["id", "kind", "region", "name", "people", "active"], [list(row.values()) for row in rows])


COMMANDS = (organisations,)
