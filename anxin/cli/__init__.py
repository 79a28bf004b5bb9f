"""``anxin``: one command for operators.

Exit codes: 0 done · 1 failed, one sentence on standard error · 2 the command was called wrongly · 3 done, but some rows
were refused or wait, some scenarios failed, or the doctor found something to mend.
"""

import os
import sys

import click

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "anxin.settings")

PARTLY = 3


class _Group(click.Group):
    """A group whose unexpected errors become one sentence instead of a stack trace (ANXIN_DEBUG=1 shows it)."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except (click.exceptions.Exit, click.ClickException, click.Abort):
            raise
        except Exception as error:
            if os.environ.get("ANXIN_DEBUG") == "1":
                raise
            raise click.ClickException(_sentence(error)) from error


def _sentence(error: Exception) -> str:
    from django.db import Error as DatabaseError

    from anxin.vault.fields import mask_text

    first = mask_text((str(error).strip().splitlines() or [type(error).__name__])[0])
    if isinstance(error, DatabaseError):
        return f"The database says: {first} (run `anxin doctor`; a fresh data folder needs `anxin init`)."
    return first


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="anxin")
def main() -> None:
    """安薪 anxin: wage-payment monitoring and early warning for building sites."""
    import django

    try:
        django.setup()
    except ValueError as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(1)


from anxin.cli import (  # noqa: E402
    audit,
    importing,
    keys,
    ledger,
    organisations,
    packs,
    rules,
    senders,
    serving,
    setup,
    simulating,
    upkeep,
    users,
)

for _room in (
    setup,
    users,
    organisations,
    serving,
    senders,
    importing,
    ledger,
    rules,
    simulating,
    audit,
    packs,
    keys,
    upkeep,
):
    for _command in _room.COMMANDS:
        main.add_command(_command)
