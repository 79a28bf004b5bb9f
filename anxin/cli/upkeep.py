"""backup, restore, retention."""

from pathlib import Path

import click

from anxin.cli.output import hand, now, progress


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


COMMANDS = (backup, restore)
