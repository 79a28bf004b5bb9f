"""How the command talks: moments and names at the edge, JSON, progress bars on standard error."""

import getpass
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

import click
import orjson
from django.utils import timezone
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from anxin.law.civil import civil_date


class Day(click.ParamType):
    """A civil date, YYYY-MM-DD."""

    name = "date"
    # Rules look a year back and deadlines some years ahead; no wages were judged outside these.
    first, last = date(1990, 1, 1), date(2100, 12, 31)

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Parse, or fail as a wrong call."""
        if isinstance(value, date):
            return value
        try:
            day = date.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value} is not a date (YYYY-MM-DD)", param, ctx)
        if not self.first <= day <= self.last:
            self.fail(f"{value} is not between {self.first} and {self.last}", param, ctx)
        return day


def now() -> datetime:
    """The moment at this edge of the system."""
    return timezone.now()


def today() -> date:
    """The civil date at this edge of the system."""
    return civil_date(now())


def hand() -> dict[str, Any]:
    """Whose hand an act at the command is in the trail: the account and the name of the machine."""
    try:
        account = getpass.getuser()
    except (KeyError, OSError):
        account = str(os.getuid())
    return {"by": None, "who": f"anxin ({account})", "address": socket.gethostname()}


def print_json(value: Any) -> None:
    """One JSON document on standard output."""
    click.echo(orjson.dumps(value, option=orjson.OPT_INDENT_2, default=str).decode())


def print_table(headings: list[str], rows: list[list[Any]]) -> None:
    """A table for people."""
    table = Table(*headings, box=None, pad_edge=False, header_style="bold")
    for row in rows:
        table.add_row(*["" if v is None else str(v) for v in row])
    Console().print(table)


@contextmanager
def progress(words: str) -> Iterator[Callable[[int, int], None]]:
    """A progress bar on standard error when a person watches it; the callback takes (done, total)."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(words, total=None)

        def step(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)

        yield step
