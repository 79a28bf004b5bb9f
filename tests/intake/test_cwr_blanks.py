"""Gates that write a blank into the address they call are answered at the second port, as others at the first."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.utils import timezone

from anxin.intake.cwr import blanks
from anxin.intake.cwr.signature import signature
from anxin.intake.senders import add_sender
from anxin.law.civil import SHANGHAI
from tests.people import make_project


@pytest.mark.parametrize(
    ("line", "sent"),
    [
        (b"POST /a?t=2026-06-22 08:12:31&b=1 HTTP/1.1", b"POST /a?t=2026-06-22%2008:12:31&b=1 HTTP/1.1"),
        (b"POST /a?t=2026-06-22%2008:12:31 HTTP/1.1", b"POST /a?t=2026-06-22%2008:12:31 HTTP/1.1"),
        ("GET /a?n=泥 工 HTTP/1.0".encode(), b"GET /a?n=%E6%B3%A5%20%E5%B7%A5 HTTP/1.0"),
        (b"POST  /a HTTP/1.1", b"POST /a HTTP/1.1"),
        (b"POST /a", None),
        (b"POST /a b", None),
        (b"rubbish", None),
        (b"", None),
    ],
)
def test_the_line_is_mended_and_nothing_else_passes_for_one(line, sent):
    assert blanks.mended(line) == sent


def test_only_what_says_how_long_a_connection_lives_and_whence_it_came_is_replaced():
    head = b"POST /a b HTTP/1.1\r\nHost: x\r\nKeep-Alive: 5\r\nX-Forwarded-For: 9.9.9.9\r\nContent-Length: 2\r\n\r\n"

    assert blanks.mended_head(head, "10.0.0.7") == (
        b"POST /a%20b HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n"
        b"X-Forwarded-For: 10.0.0.7\r\nConnection: close\r\n\r\n"
    )


@pytest.mark.parametrize(
    "head",
    [
        b"GET /a HTTP/1.1\r\nHost: x\nX-Forwarded-For: 9.9.9.9\r\n\r\n",
        b"GET /a HTTP/1.1\r\nHost: x\n\nGET /b HTTP/1.1\r\nX: y\r\n\r\n",
        b"GET /a HTTP/1.1\nX-Forwarded-For:9.9.9.9\r\n\r\n",
        b"GET /a HTTP/1.1\r\nHost: x\rX-Forwarded-For: 9.9.9.9\r\n\r\n",
    ],
)
def test_a_head_that_others_would_divide_elsewhere_is_none(head):
    """The web server ends a line at a bare line feed too: whoever calls could say himself where he calls from."""
    assert blanks.mended_head(head, "10.0.0.7") is None


def test_no_spelling_of_where_a_call_comes_from_is_handed_on():
    """WSGI has one name for a field with lines and with strokes."""
    sent = blanks.mended_head(b"GET /a HTTP/1.1\r\nX_Forwarded-For: 9.9.9.9\r\n\r\n", "10.0.0.7")
    assert sent is not None
    assert b"9.9.9.9" not in sent


def call(port: int, request: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=300) as line:
        line.sendall(request)
        answer = b""
        while chunk := line.recv(65536):
            answer += chunk
    return answer


@pytest.fixture
def gate():
    """A second port that hands on to the one it is told; all are closed at the end."""
    opened = []

    def to(port: int, tries: int = 20) -> int:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            own = free.getsockname()[1]
        try:
            opened.append(blanks.open_beside("127.0.0.1", own, "127.0.0.1", port))
        except OSError:  # taken by somebody else in between
            if tries == 1:
                raise
            return to(port, tries - 1)
        return own

    yield to
    for close in opened:
        close()


@contextmanager
def web_server(body: int) -> Iterator[tuple[int, list[bytes]]]:
    """A port that hears one call with a body of so many bytes, and answers ok."""
    heard: list[bytes] = []

    def answer() -> None:
        line, _ = server.accept()
        with line:
            told = b""
            while b"\r\n\r\n" not in told or len(told.partition(b"\r\n\r\n")[2]) < body:
                told += line.recv(65536)
            heard.append(told)
            line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        yield server.getsockname()[1], heard
        thread.join(timeout=300)


@pytest.mark.django_db
def test_a_signed_call_with_a_raw_blank_reaches_the_door_as_it_was_signed(client, gate):
    at = timezone.now()
    add_sender(protocol="cwr", appid="KEY", secret="SECRET", project=make_project(at), at=at)
    asked = {"api_key": "KEY", "api_version": "1.0", "client_serial": "SN1"}
    asked["timestamp"] = at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")
    asked["signature"] = signature(secret="SECRET", parameters=asked, body=b"{}")
    query = "&".join(f"{name}={value}" for name, value in asked.items())
    with web_server(2) as (port, heard):
        got = call(
            gate(port),
            f"POST /CWRService/KeepAlive?{query} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{{}}".encode(),
        )

    address = heard[0].split(b" ")[1].decode()
    answer = client.post(address, data=b"{}", content_type="application/json").json()
    assert got.endswith(b"ok")
    assert "%20" in address
    assert answer["code"] == "00"


def test_a_body_of_many_pieces_arrives_whole(gate):
    with web_server(3_000_000) as (port, heard):
        got = call(gate(port), b"POST /a b HTTP/1.1\r\nHost: x\r\nContent-Length: 3000000\r\n\r\n" + b"x" * 3_000_000)

    assert got.endswith(b"ok")
    assert heard[0].startswith(b"POST /a%20b HTTP/1.1\r\n")
    assert heard[0].endswith(b"x" * 3_000_000)


@pytest.mark.parametrize("request_bytes", [b"rubbish\r\n\r\n", b"\x16\x03\x01\r\n\r\n"])
def test_what_is_no_call_is_refused(gate, request_bytes):
    with socket.create_server(("127.0.0.1", 0)) as server:
        answer = call(gate(server.getsockname()[1]), request_bytes)

    assert answer.startswith(b"HTTP/1.1 400 ")


def test_a_web_server_that_is_away_is_told(gate):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]

    assert call(gate(port), b"GET / HTTP/1.1\r\n\r\n").startswith(b"HTTP/1.1 502 ")
