"""A private PostgreSQL for tests and benches: a throw-away cluster on loopback, gone when its user ends.

Usage: python tools/postgres.py COMMAND [ARGUMENT …]   runs the command with DATABASE_URL set to it.
"""

import contextlib
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def _binaries() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: int(p.parent.name))
    if found:
        return found[-1]
    initdb = shutil.which("initdb")
    if initdb is None:
        sys.exit("PostgreSQL's server programs are missing; install the package `postgresql`.")
    return Path(initdb).parent


def _free_port() -> int:
    # Not one the system gives to outgoing connections: beside a busy test run it would be taken before we bind it.
    for port in random.sample(range(12_000, 32_000), 100):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    sys.exit("No port is free for PostgreSQL.")


@contextmanager
def cluster(*settings: str) -> Iterator[str]:
    """A running cluster; the value is its database URL. ``settings``: ``name=value`` of postgresql.conf."""
    programs = _binaries()
    folder = Path(tempfile.mkdtemp(prefix="anxin-postgres-"))
    user: dict[str, str] = {}
    if os.geteuid() == 0:
        # PostgreSQL refuses to run as root.
        shutil.chown(folder, "postgres", "postgres")
        user = {"user": "postgres", "group": "postgres"}
    data = folder / "data"
    quiet = {"stdout": subprocess.DEVNULL, "cwd": folder, **user}
    try:
        subprocess.run(
            [programs / "initdb", "-D", data, "-U", "anxin", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"],
            check=True,
            **quiet,
        )
        port = _free_port()
        options = [f"-c {item}" for item in ("listen_addresses=127.0.0.1", f"port={port}", *settings)]
        options.append(f"-c unix_socket_directories={folder}")
        start = [
            programs / "pg_ctl",
            "-D",
            data,
            "-l",
            folder / "log",
            "-o",
            " ".join(options),
            "-w",
            "-t",
            "600",
            "start",
        ]
        subprocess.run(start, check=True, **quiet)
        try:
            subprocess.run(
                [programs / "createdb", "-h", "127.0.0.1", "-p", str(port), "-U", "anxin", "anxin"], check=True, **quiet
            )
            yield f"postgres://anxin@127.0.0.1:{port}/anxin"
        finally:
            subprocess.run([programs / "pg_ctl", "-D", data, "-m", "immediate", "stop"], check=False, **quiet)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    # Ended from outside, it still takes its cluster away.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    # Sixty calls at once in one test, and another test process beside it, each with connections of their own.
    with cluster("fsync=off", "max_connections=300") as url:
        sys.exit(subprocess.run(sys.argv[1:], env={**os.environ, "DATABASE_URL": url}, check=False).returncode)
