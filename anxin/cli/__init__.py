"""``anxin``: one command for operators.

Exit codes: 0 done · 1 failed, one sentence on standard error · 2 the command was called wrongly · 3 done, but some rows
were refused or wait, some scenarios failed, or the doctor found something to mend.
"""

import os
import sys
from typing import Any, NoReturn

import click
from click.exceptions import NoArgsIsHelpError

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "anxin.settings")

PARTLY = 3
_ASKED = "anxin.asked"


class _Misuse(click.ClickException):
    """A wrong call, told in one line."""

    exit_code = 2


class _Group(click.Group):
    """A group whose errors are one sentence: wrong calls without the usage, unexpected errors without a stack trace
    (ANXIN_DEBUG=1 shows it)."""

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        asked = tuple(args)
        try:
            ctx = super().make_context(info_name, args, parent, **extra)
        except click.UsageError as error:
            raise _misuse(error) from error
        ctx.meta.setdefault(_ASKED, asked)
        return ctx

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except click.UsageError as error:
            raise _misuse(error) from error
        except (click.exceptions.Exit, click.ClickException, click.Abort):
            raise
        except Exception as error:
            if os.environ.get("ANXIN_DEBUG") == "1":
                raise
            raise click.ClickException(_sentence(error)) from error


def _misuse(error: click.UsageError) -> click.ClickException:
    """A wrong call as one line that names the help; a bare group still shows its commands."""
    if isinstance(error, NoArgsIsHelpError):
        return error
    told = " ".join(error.format_message().split()).rstrip(".")
    return _Misuse(f"{told}; see `{error.ctx.command_path} --help`." if error.ctx else f"{told}.")


def _sentence(error: Exception) -> str:
    from django.db import Error as DatabaseError
    from django.db import OperationalError, connection

    from anxin.vault.fields import mask_text

    if isinstance(error, OSError) and error.strerror and error.filename:
        return f"{error.filename}: {error.strerror}."
    first = mask_text((str(error).strip().splitlines() or [type(error).__name__])[0])
    if isinstance(error, OperationalError) and connection.connection is None and connection.vendor != "sqlite":
        return f"The database cannot be reached: {first} (look at DATABASE_URL and whether its server runs)."
    if isinstance(error, DatabaseError):
        return f"The database says: {first} (run `anxin doctor`; a fresh data folder needs `anxin init`)."
    if type(error).__module__.partition(".")[0] in {"duckdb", "_duckdb", "deltalake", "_internal"}:
        return f"The ledger cannot be read: {first.rstrip('.')} (run `anxin doctor`)."
    return first


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="anxin")
def main() -> None:
    """安薪 anxin: wage-payment monitoring and early warning for building sites."""
    import django

    try:
        django.setup()
    except ValueError as error:
        _cannot_begin(str(error))
    except OSError as error:
        place = os.environ.get("ANXIN_DATA") or "data"
        why = error.strerror or error
        _cannot_begin(f"The data folder {place} cannot be used ({why}); name a writable one by ANXIN_DATA.")


def _cannot_begin(sentence: str) -> NoReturn:
    """Tell why no command can run; to a script that reads the doctor, as he tells everything."""
    asked = click.get_current_context().meta.get(_ASKED, ())
    if asked[:1] != ("doctor",) or "--json" not in asked:
        click.echo(f"Error: {sentence}", err=True)
        sys.exit(1)
    from anxin.cli.output import print_json

    finding, _, mend = sentence.partition("; ")
    print_json([{"part": "settings", "ok": False, "finding": finding, "mend": mend[:1].upper() + mend[1:]}])
    sys.exit(PARTLY)


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
