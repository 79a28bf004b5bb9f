"""A worker at the claim's pages, for tests: what he clicks, and files he brings."""

import io
import re
import struct
import wave
import zlib
from datetime import datetime

from django.test import Client

from anxin.cases.models import Claim

XIAODIAN = "140105"


def png(size: int = 1) -> bytes:
    """A whole PNG picture of ``size`` pixels in a row."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    head = struct.pack(">IIBBBBB", size, 1, 8, 0, 0, 0, 0)
    body = zlib.compress(b"\x00" + bytes(size))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def wav() -> bytes:
    """A tenth of a second of silence."""
    kept = io.BytesIO()
    with wave.open(kept, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(bytes(1600))
    return kept.getvalue()


def begin(client: Client, *, site: str = "", **fields: str) -> None:
    """Step 1, at a site or at an employer in Xiaodian."""
    client.get("/claim", {"site": site} if site else {})
    where = {"site": site} if site else {"employer": "老王饭店", "place": "学府街", "province": "140000",
                                         "region": XIAODIAN, "matter": "other_wages"}  # fmt: skip
    got = client.post("/claim/1", {"matter": "building_wages", "group": "no", "go": "next"} | where | fields)
    assert got.status_code == 302, got.content.decode()
    assert got.headers["Location"] == "/claim/2"


def say_sum(client: Client, month: str, total: str = "6440", **fields: str) -> None:
    """Step 2: one month and a sum."""
    got = client.post("/claim/2", {"other": month, "total": total, "go": "next"} | fields)
    assert got.status_code == 302, got.content.decode()
    assert got.headers["Location"] == "/claim/3"


def send(client: Client, **fields: str) -> str:
    """Steps 3 and 4. Answers the page with the codes."""
    assert client.post("/claim/3", {"text": "", "go": "next"}).headers["Location"] == "/claim/4"
    got = client.post("/claim/4", {"anonymous": "yes", "safe_from": "8", "safe_until": "21"} | fields)
    assert got.status_code == 302, got.content.decode()
    return client.get("/claim/done").content.decode()


def codes(page: str) -> list[str]:
    """Every number and code of a page that shows them big, without blanks."""
    return [found.replace(" ", "") for found in re.findall(r'class="c-big num">([\d ]+)<', page)]


def whole_claim(client: Client, month: str, *, site: str = "", **fields: str) -> tuple[Claim, str]:
    """A claim of one person without evidence: the claim and its return code."""
    begin(client, site=site)
    say_sum(client, month)
    number, code = codes(send(client, **fields))
    return Claim.objects.get(number=number), code


def this_month(at: datetime) -> str:
    return f"{at:%Y-%m}"
