"""``anxin demo`` as a newcomer meets it: the province it has just made is there in the browser."""

import contextlib
import http.client
import os
import random
import re
import signal
import socket
import subprocess
import sys
from urllib.parse import urlencode


def free_port() -> int:
    # Not one the system gives to outgoing connections: the server binds it only when the province is made.
    for port in random.sample(range(12_000, 32_000), 100):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise AssertionError("no port is free")


def fetch(port: int, method: str, path: str, cookies: dict[str, str], form: dict[str, str] | None = None):
    wire = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
    headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())}
    if form is not None:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
        headers["Referer"] = f"http://127.0.0.1:{port}/"
    wire.request(method, path, urlencode(form) if form is not None else None, headers)
    answer = wire.getresponse()
    text = answer.read().decode()
    for name, value in answer.getheaders():
        if name.lower() == "set-cookie":
            key, _, rest = value.partition("=")
            cookies[key] = rest.split(";")[0]
    return answer.status, text


def test_the_pages_of_a_fresh_demo_read_its_ledger(tmp_path):
    port = free_port()
    words = ["demo", "--projects", "4", "--workers", "60", "--months", "3", "--port", str(port)]
    env = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "ANXIN_ENGINE"}}
    child = subprocess.Popen(
        [sys.executable, "-m", "anxin.cli", *words],
        env={**env, "ANXIN_DATA": str(tmp_path), "DJANGO_SETTINGS_MODULE": "anxin.settings"},
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    try:
        said = []
        for line in child.stdout:  # type: ignore[union-attr]
            said.append(line)
            if "Ctrl-C" in line:
                break
        while True:
            assert child.poll() is None, "".join(said)
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                continue
        password = (tmp_path / "demo-password.txt").read_text().strip()
        project = re.search(r"clerk (\d{20})", "".join(said))[1]  # type: ignore[index]
        cookies: dict[str, str] = {}
        fetch(port, "GET", "/sign-in", cookies)
        form = {"username": "clerk", "password": password, "csrfmiddlewaretoken": cookies["csrftoken"]}
        assert fetch(port, "POST", "/sign-in", cookies, form)[0] == 302
        for _ in range(4):  # every web process has its turn
            status, page = fetch(port, "GET", f"/projects/{project}", cookies)
            assert (status, project in page) == (200, True)
    finally:
        child.send_signal(signal.SIGINT)
        child.wait(timeout=600)
