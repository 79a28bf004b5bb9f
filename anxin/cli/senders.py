"""sender add, list, rotate, disable."""

import click

from anxin.cli.output import hand, now, print_json, print_table

PROTOCOLS = click.Choice(["national", "cwr", "bulk"])


@click.group()
def sender() -> None:
    """Who may send data, and with which secret."""


@sender.command("add")
@click.option("--protocol", type=PROTOCOLS, required=True)
@click.option("--appid", required=True)
@click.option("--secret", required=True)
@click.option("--project", "project_code", default="", help="Bind the sender to one project.")
@click.option("--region", default="", help="Or to a region code.")
@click.option("--set", "extra", multiple=True, metavar="NAME=VALUE", help="A setting; see below.")
def add(protocol: str, appid: str, secret: str, project_code: str, region: str, extra: tuple[str, ...]) -> None:
    """Let somebody send.

    \b
    Settings: clock_window_s (seconds a clock may be off); for national senders
    also allow_ips (addresses or networks, commas between), min_interval_ms,
    corp_key, swapped_clock=true (Jinhua), entry_exit_out=2 (Zhejiang),
    data_as_string=true (Fujian).
    """
    from anxin.intake.senders import add_sender
    from anxin.registry.models import Project
    from anxin.registry.regions import exists

    project = None
    if project_code:
        project = Project.objects.filter(code=project_code).first()
        if project is None:
            raise click.ClickException(f"There is no project {project_code}; import it first.")
    if region and not exists(region):
        raise click.ClickException(f"{region} is not a region code.")
    add_sender(
        protocol=protocol,
        appid=appid,
        secret=secret,
        at=now(),
        project=project,
        region_code=region,
        settings=dict(_setting(item) for item in extra),
        **hand(),
    )
    click.echo(f"Added {protocol} sender {appid} for {project_code or region or 'every project'}.")


def _setting(item: str) -> tuple[str, object]:
    import orjson

    name, _, value = item.partition("=")
    try:
        return name, orjson.loads(value)
    except orjson.JSONDecodeError:
        return name, value


@sender.command("list")
@click.option("--json", "as_json", is_flag=True)
def listing(as_json: bool) -> None:
    """All senders, without their secrets."""
    from anxin.intake.models import Sender

    rows = [
        {
            "protocol": s.protocol,
            "appid": s.appid,
            "project": s.project.code if s.project else "",
            "region": s.region_code,
            "active": s.active,
            "settings": s.settings,
        }
        for s in Sender.objects.select_related("project").order_by("protocol", "appid")
    ]
    if as_json:
        print_json(rows)
    else:
        print_table(["protocol", "appid", "project", "region", "active"], [list(r.values())[:5] for r in rows])


def _one(protocol: str, appid: str):  # type: ignore[no-untyped-def]
    from anxin.intake.senders import find_sender

    row = find_sender(protocol, appid)
    if row is None:
        raise click.ClickException(f"There is no {protocol} sender {appid}; see `anxin sender list`.")
    return row


@sender.command("rotate")
@click.option("--protocol", type=PROTOCOLS, default="national", show_default=True)
@click.option("--appid", required=True)
@click.option("--secret", required=True)
def rotate_secret(protocol: str, appid: str, secret: str) -> None:
    """Give a sender a new secret; the old one works for seven more days."""
    from anxin.intake.senders import rotate

    row = _one(protocol, appid)
    rotate(sender=row, secret=secret, at=now(), **hand())
    if row.active:
        click.echo(f"{appid} has a new secret; the old one works for seven more days.")
    else:
        click.echo(f"{appid} has a new secret, but may not send; `anxin sender enable` opens the door again.")


@sender.command("disable")
@click.option("--protocol", type=PROTOCOLS, default="national", show_default=True)
@click.option("--appid", required=True)
def disable_sender(protocol: str, appid: str) -> None:
    """Close the door to a sender."""
    from anxin.intake.senders import disable

    disable(sender=_one(protocol, appid), at=now(), **hand())
    click.echo(f"{appid} may no longer send.")


@sender.command("enable")
@click.option("--protocol", type=PROTOCOLS, default="national", show_default=True)
@click.option("--appid", required=True)
def enable_sender(protocol: str, appid: str) -> None:
    """Open the door to a disabled sender again."""
    from anxin.intake.senders import enable

    enable(sender=_one(protocol, appid), at=now(), **hand())
    click.echo(f"{appid} may send.")


COMMANDS = (sender,)
