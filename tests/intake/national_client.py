"""A national sender as its code is found in the field: signs, encrypts and posts by itself, without our code."""

import base64
import hashlib
import itertools
import json
from datetime import datetime
from typing import Any
from urllib.parse import quote_plus

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from django.test import Client

from anxin.law.civil import SHANGHAI

S32 = "0123456789abcdef0123456789abcdef"
S16 = "1234567890abcdef"
_numbers = itertools.count(1)


def encrypt(plain: str, secret: str = S32) -> str:
    key = secret.encode()
    raw = plain.encode()
    fill = 16 - len(raw) % 16
    cipher = Cipher(AES(key), CBC(key[:16])).encryptor()
    return base64.b64encode(cipher.update(raw + bytes([fill]) * fill) + cipher.finalize()).decode()


def decrypt(text: str, secret: str = S32) -> str:
    key = secret.encode()
    cipher = Cipher(AES(key), CBC(key[:16])).decryptor()
    plain = cipher.update(base64.b64decode(text)) + cipher.finalize()
    return plain[: -plain[-1]].decode()


def signature(params: dict[str, str], secret: str = S32) -> str:
    text = "&".join(f"{name}={params[name]}" for name in sorted(params)) + f"&appsecret={secret}"
    return hashlib.sha256(text.lower().encode()).hexdigest()


class NationalClient:
    """One account. ``call`` answers the parsed reply; ``result`` asks what became of the last call."""

    def __init__(self, appid: str = "APP", secret: str = S32) -> None:
        self.appid, self.secret, self.http, self.serial = appid, secret, Client(), ""

    def envelope(self, method: str, data: Any, **extra: str) -> dict[str, str]:
        params = {
            "appid": self.appid,
            "data": data if isinstance(data, str) else json.dumps(data, ensure_ascii=False),
            "format": "json",
            "method": method,
            "nonce": f"nonce{next(_numbers)}",
            "timestamp": datetime.now(SHANGHAI).strftime("%Y%m%d%H%M%S"),
            "version": "1.0",
            **extra,
        }
        if "sign" not in params:
            params["sign"] = signature(params, self.secret)
        return params

    def post(self, body: bytes | str, content_type: str = "application/x-www-form-urlencoded", **extra: Any) -> Any:
        path = extra.pop("path", "/open.api")
        response = self.http.post(path, body, content_type=content_type, **extra)
        assert response.status_code == 200
        assert response["Content-Type"] == "application/json; charset=utf-8"
        assert b"\n" not in response.content
        reply = json.loads(response.content)
        assert set(reply) == {"code", "message", "data"}
        assert type(reply["code"]) is int
        if isinstance(reply["data"], dict) and "requestSerialCode" in reply["data"]:
            self.serial = reply["data"]["requestSerialCode"]
        return reply

    def send(self, params: dict[str, str], **extra: Any) -> Any:
        return self.post("&".join(f"{k}={quote_plus(v)}" for k, v in params.items()), **extra)

    def call(self, method: str, data: Any, **extra: str) -> Any:
        return self.send(self.envelope(method, data, **extra))

    def result(self, serial: str = "") -> tuple[int, str]:
        answer = self.call("AsyncHandleResult.Query", {"requestSerialCode": serial or self.serial})
        assert answer["code"] == 0
        assert isinstance(answer["data"]["result"], str)
        return answer["data"]["status"], answer["data"]["result"]

    def done(self, method: str, data: Any) -> Any:
        """Call, poll, and answer the result of a call that must succeed."""
        reply = self.call(method, data)
        assert reply["code"] == 0, reply
        status, result = self.result()
        assert status == 20, result
        return json.loads(result) if result[:1] in "[{" else result
