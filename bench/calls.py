"""Prepared calls: signed national attendance with ten swipes each, and the account that clears a warning."""

import base64
import hashlib
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

SECRET = "0123456789abcdef0123456789abcdef"
SWIPES_A_CALL = 10


@dataclass(frozen=True)
class Crew:
    """A sender's project with a team and its people's identity numbers."""

    appid: str
    project_code: str
    team: int
    people: tuple[str, ...]


def encrypt(plain: str) -> str:
    """AES-CBC as the national protocol asks (§1.6)."""
    padder = padding.PKCS7(128).padder()
    padded = padder.update(plain.encode()) + padder.finalize()
    cipher = Cipher(algorithms.AES(SECRET.encode()), modes.CBC(SECRET[:16].encode())).encryptor()
    return base64.b64encode(cipher.update(padded) + cipher.finalize()).decode()


def signed(*, appid: str, method: str, data: object, nonce: str, at: datetime) -> bytes:
    """A form body with its signature (§1.4)."""
    params = {
        "appid": appid,
        "data": json.dumps(data, ensure_ascii=False, separators=(",", ":")),
        "format": "json",
        "method": method,
        "nonce": nonce,
        "timestamp": f"{at:%Y%m%d%H%M%S}",
        "version": "1.0",
    }
    text = "&".join(f"{name}={params[name]}" for name in sorted(params)) + f"&appsecret={SECRET}"
    params["sign"] = hashlib.sha256(text.lower().encode()).hexdigest()
    return urlencode(params).encode()


def attendance(crews: list[Crew], *, count: int, at: datetime, run: str, days_ago: int = 0) -> list[bytes]:
    """``count`` calls, spread over the crews; no swipe occurs twice. ``run`` keeps nonces of several runs apart, and
    ``days_ago`` their swipes (five days are used)."""
    bodies = []
    sealed = {person: encrypt(person) for crew in crews for person in crew.people}
    midnight = at.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=days_ago)
    for n in range(count):
        crew = crews[n % len(crews)]
        turn = n // len(crews)
        swipes = [
            {
                "idCardType": "01",
                "idCardNumber": sealed[crew.people[i % len(crew.people)]],
                # A millisecond of its own for every swipe of a person, on this day and the days before it.
                "date": _stamp(midnight, turn * SWIPES_A_CALL + i),
                "direction": "01",
                "attendType": "001",
            }
            for i in range(SWIPES_A_CALL)
        ]
        data = {"projectCode": crew.project_code, "teamSysNo": crew.team, "dataList": swipes}
        bodies.append(signed(appid=crew.appid, method="WorkerAttendance.Add", data=data, nonce=f"{run}{n:010d}", at=at))
    return bodies


def _stamp(midnight: datetime, n: int) -> str:
    moment = midnight - timedelta(days=1 + n % 5) + timedelta(hours=7, milliseconds=n * 37)
    return f"{moment:%Y-%m-%d %H:%M:%S}.{moment.microsecond // 1000:03d}"


def account(
    *, appid: str, project_code: str, corp_code: str, corp_name: str, number: str, nonce: str, at: datetime
) -> bytes:
    """The call that brings a project's wage account, and so ends its warning."""
    data = {
        "projectCode": project_code,
        "corpCode": corp_code,
        "corpName": corp_name,
        "corpType": "009",
        "bankInfos": [{"bankCode": "102", "bankName": "模拟银行", "bankNumber": encrypt(number)}],
    }
    return signed(appid=appid, method="ProjectSubContractor.Update", data=data, nonce=nonce, at=at)
