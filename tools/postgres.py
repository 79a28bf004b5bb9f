"""A private PostgreSQL for tests and benches: a throw-away cluster on loopback, gone when its user ends.

Usage: python tools/postgres.py COMMAND [ARGUMENT …]   runs the command with DATABASE_URL set to it.
"""

import os
import shutil
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
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


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
    port = _free_port()
    data = folder / "data"
    quiet = {"stdout": subprocess.DEVNULL, "cwd": folder, **user}
    try:
        subprocess.run(
            [programs / "initdb", "-D", data, "-U", "anxin", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"],
            check=True,
            **quiet,
        )
        options = [f"-c {item}" for item in ("listen_addresses=127.0.0.1", f"port={port}", *settings)]
        options.append(f"-c unix_socket_directories={folder}")
        subprocess.run(
            [programs / "pg_ctl", "-D", data, "-l", folder / "log", "-w", "-o", " ".join(options), "start"],
            check=True,
            **quiet,
        )
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
    with cluster("fsync=off", "max_connections=60") as url:
        sys.exit(subprocess.run(sys.argv[1:], env={**os.environ, "DATABASE_URL": url}, check=False).returncode)
