"""serve, worker, compact."""

import logging
import os
import signal
import socket
import subprocess
import sys
import threading
from types import FrameType

import click

from anxin.cli.output import now

# Calls that wait for the disk wait together (``ledger.together``): more threads, more calls a commit.
WEB_THREADS = 24


@click.command()
@click.option("--port", default=8000, show_default=True)
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--no-worker", is_flag=True, help="Web only; run `anxin worker` elsewhere.")
@click.option("--processes", default=None, type=int, help="Web processes; default one a core.")
@click.option(
    "--gate-port", default=None, type=int, help="A second port, for gates that write blanks into the address they call."
)
def serve(
    port: int,
    host: str = "127.0.0.1",
    no_worker: bool = False,
    processes: int | None = None,
    gate_port: int | None = None,
) -> None:
    """Serve the web and, unless told otherwise, run the worker beside it."""
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    from anxin.intake.cwr.blanks import open_beside

    _require_free(host, port)
    if gate_port is not None:
        _require_free(host, gate_port, "--gate-port")
    _require_migrated()
    close_gate = open_beside(host, gate_port, _own(host), port) if gate_port is not None else None
    stop = threading.Event()
    keeper = None
    if not no_worker:
        keeper = threading.Thread(target=_keep_worker, args=(stop,), daemon=True)
        keeper.start()
    server = Granian(
        "anxin.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=processes or os.cpu_count() or 2,
        blocking_threads=WEB_THREADS,
        log_access=False,
        log_level=LogLevels.warning,
        backlog=2048,
    )
    # So many threads are meant, as above; its advice to think again would stand on an operator's first screen.
    logging.getLogger("_granian").addFilter(lambda record: "Python threads" not in str(record.msg))
    try:
        server.serve()
    finally:
        stop.set()
        if close_gate is not None:
            close_gate()
        if keeper is not None:
            keeper.join(timeout=15)


def _own(host: str) -> str:
    """Where this machine reaches what listens on a host."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104  (compared, not listened on)


def _require_free(host: str, port: int, option: str = "--port") -> None:
    """Refuse an address that cannot be listened on, in a sentence.

    The web server's processes share their port, so a second server on it would start in silence and take every other
    call, for another data folder perhaps.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind, protocol) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind(address)
    except (OSError, OverflowError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise click.ClickException(f"Cannot listen on {host}:{port} ({why}); choose another with {option}.") from error


def _require_migrated() -> None:
    """Refuse a database that is behind the program: pages would answer while the worker fails out of sight."""
    from anxin.doctor import migrations_to_apply

    if migrations_to_apply():
        raise click.ClickException("The database is not ready for this program; run `anxin init` first.")


def _keep_worker(stop: threading.Event) -> None:
    """Run the worker as a child and start it again when it dies."""
    while not stop.is_set():
        child = subprocess.Popen([sys.executable, "-m", "anxin.cli", "worker", "--parent", str(os.getpid())])  # noqa: S603
        while child.poll() is None and not stop.wait(0.5):
            pass
        if child.poll() is None:
            child.terminate()
            try:
                child.wait(timeout=12)
            except subprocess.TimeoutExpired:
                # In the middle of a long sweep: what it had not committed is done again by the next worker.
                child.kill()


@click.command()
@click.option("--parent", type=int, default=None, hidden=True, help="Stop when this process is gone.")
def worker(parent: int | None) -> None:
    """Run the loops: release, seal, sweep, refresh, compact. Several workers may run at once."""
    from anxin.worker import run

    _require_migrated()
    stop = threading.Event()

    def end(number: int, frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    run(stop=stop, parent=parent)


@click.command()
@click.option("--all", "everything", is_flag=True, help="Rewrite every month, not only the fragmented ones.")
def compact(everything: bool) -> None:
    """Join small files of the ledger and drop superseded rows."""
    from anxin.ledger.compaction import compact as run

    report = run(at=now(), everything=everything)
    click.echo(
        f"Rewrote {report.months} months, removed {report.files} files, dropped {report.batches} sealed batches."
    )


COMMANDS = (serve, worker, compact)
