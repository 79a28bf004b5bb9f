"""A load generator in a process of its own: posts prepared bodies as fast as they are answered.

``python -m bench.load PORT PATH CONTENT_TYPE CONNECTIONS SECONDS FILE``; FILE holds bodies, each after its length in
four bytes. Prints one JSON line: calls, how many were answered code 0, seconds, latencies in ms.
"""

import asyncio
import json
import struct
import sys
import time
from pathlib import Path


def save(path: Path, bodies: list[bytes]) -> None:
    """Write bodies for a load generator."""
    with path.open("wb") as handle:
        for body in bodies:
            handle.write(struct.pack(">I", len(body)) + body)


def _read(path: Path) -> list[bytes]:
    raw, place, bodies = path.read_bytes(), 0, []
    while place < len(raw):
        (length,) = struct.unpack_from(">I", raw, place)
        bodies.append(raw[place + 4 : place + 4 + length])
        place += 4 + length
    return bodies


async def _post(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, head: bytes, body: bytes) -> bytes:
    writer.write(head + str(len(body)).encode() + b"\r\n\r\n" + body)
    await writer.drain()
    lower = (await reader.readuntil(b"\r\n\r\n")).lower()
    place = lower.find(b"content-length:")
    if place >= 0:
        return await reader.readexactly(int(lower[place + 15 : lower.index(b"\r\n", place)]))
    parts = []
    while True:  # in chunks
        length = int(await reader.readuntil(b"\r\n"), 16)
        parts.append(await reader.readexactly(length + 2))
        if not length:
            return b"".join(part[:-2] for part in parts)


async def _run(port: int, path: str, content_type: str, connections: int, seconds: float, bodies: list[bytes]) -> dict:
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: {content_type}\r\n"
        "Connection: keep-alive\r\nContent-Length: "
    ).encode()
    supply = iter(bodies)
    taken: list[float] = []
    good = 0
    other: dict[str, int] = {}
    began = time.perf_counter()

    async def one() -> None:
        nonlocal good
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for body in supply:
            start = time.perf_counter()
            if start - began > seconds:
                break
            answer = await _post(reader, writer, head, body)
            taken.append(time.perf_counter() - start)
            if b'"code":0' in answer[:40]:
                good += 1
            else:
                key = answer[:120].decode("utf-8", "replace")
                other[key] = other.get(key, 0) + 1
        writer.close()

    await asyncio.gather(*(one() for _ in range(connections)))
    spent = time.perf_counter() - began
    taken.sort()

    def at(share: float) -> float:
        return round(taken[min(int(len(taken) * share), len(taken) - 1)] * 1000, 2) if taken else 0.0

    return {
        "calls": len(taken),
        "good": good,
        "seconds": round(spent, 2),
        "per_s": round(len(taken) / spent, 1),
        "p50_ms": at(0.5),
        "p95_ms": at(0.95),
        "p99_ms": at(0.99),
        "other": dict(sorted(other.items(), key=lambda kv: -kv[1])[:3]),
    }


if __name__ == "__main__":
    port, path, content_type, connections, seconds, file = sys.argv[1:7]
    prepared = _read(Path(file))
    print(json.dumps(asyncio.run(_run(int(port), path, content_type, int(connections), float(seconds), prepared))))
