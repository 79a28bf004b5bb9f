"""A door beside the door, for gates that write a blank into the address they call (``timestamp=2026-06-22 08:12:31``).

No web server reads such a request line: a blank ends the address. Here the line is mended and everything else handed on
byte by byte; each connection carries one call, for what follows on it would have to be read to be found.
"""

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress

_HEAD = 64 * 1024
_CHUNK = 64 * 1024
_PATIENCE_S = 180.0
_BAD = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
_AWAY = b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
# How long a connection lives is said by this door, and where the call came from as well.
_OURS = (b"connection", b"keep-alive", b"proxy-connection", b"x-forwarded-for")


def mended(line: bytes) -> bytes | None:
    """A request line whose address may be sent on: blanks and bytes beyond ASCII written as ``%20``. None when it is
    no request line."""
    method, _, rest = line.partition(b" ")
    address, _, version = rest.rpartition(b" ")
    if not method.isalpha() or not address.strip() or not version.startswith(b"HTTP/1."):
        return None
    plain = b"".join(bytes([byte]) if 0x20 < byte < 0x7F else b"%%%02X" % byte for byte in address.strip())
    return b" ".join((method, plain, version))


def mended_head(head: bytes, came_from: str) -> bytes | None:
    """A request's head as it is sent on. None when it is none."""
    lines = head.removesuffix(b"\r\n\r\n").split(b"\r\n")
    # The web server ends lines, and the head, at these too: behind one a caller could say himself whence he calls.
    if any(b"\n" in line or b"\r" in line for line in lines):
        return None
    first = mended(lines[0])
    if first is None:
        return None
    kept = [field for field in lines[1:] if _name(field) not in _OURS]
    return b"\r\n".join([first, *kept, b"X-Forwarded-For: " + came_from.encode(), b"Connection: close", b"", b""])


def _name(field: bytes) -> bytes:
    # WSGI does not tell a line from a stroke in a field's name.
    return field.partition(b":")[0].strip().lower().replace(b"_", b"-")


async def listen(host: str, port: int, to_host: str, to_port: int) -> asyncio.Server:
    """Listen and hand on to the web server. Raises OSError when the address is taken."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            await _carry(reader, writer, to_host, to_port)
        writer.close()

    return await asyncio.start_server(answer, host, port, limit=_HEAD)


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, to_host: str, to_port: int) -> None:
    try:
        async with asyncio.timeout(_PATIENCE_S):
            head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.LimitOverrunError:
        head = b""
    sent = mended_head(head, writer.get_extra_info("peername")[0])
    if sent is None:
        writer.write(_BAD)
        await writer.drain()
        return
    try:
        back, on = await asyncio.open_connection(to_host, to_port)
    except OSError:
        writer.write(_AWAY)
        await writer.drain()
        return
    on.write(sent)
    body = asyncio.create_task(_pour(reader, on))
    try:
        await _pour(back, writer)
    finally:
        body.cancel()
        on.close()


async def _pour(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    """Everything from one to the other, until its end or a long silence."""
    with suppress(OSError, TimeoutError):
        while True:
            async with asyncio.timeout(_PATIENCE_S):
                chunk = await source.read(_CHUNK)
            if not chunk:
                return
            sink.write(chunk)
            await sink.drain()


def open_beside(host: str, port: int, to_host: str, to_port: int) -> Callable[[], None]:
    """Open the door in a thread of its own; what is returned closes it. Raises OSError when the address is taken."""
    loop = asyncio.new_event_loop()
    try:
        server = loop.run_until_complete(listen(host, port, to_host, to_port))
    except OSError:
        loop.close()
        raise
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    def close() -> None:
        loop.call_soon_threadsafe(server.close)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(timeout=5)

    return close
