"""``anxin serve`` as a child process for the length of one measurement."""

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def serving(*, worker: bool) -> Iterator[int]:
    """Serve this process's data folder with everything on (``worker``: the loops too); gives the port."""
    port = free_port()
    command = [sys.executable, "-m", "anxin.cli", "serve", "--port", str(port)]
    child = subprocess.Popen(
        command + ([] if worker else ["--no-worker"]), env={**os.environ, "PYTHONWARNINGS": "ignore"}
    )
    try:
        for _ in range(300):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=0.5):
                break
            time.sleep(0.1)
        time.sleep(1.0)
        yield port
    finally:
        child.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(timeout=30)
        if child.poll() is None:
            child.kill()
            child.wait()
