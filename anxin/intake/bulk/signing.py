"""Who calls the bulk API: ``X-Appid``, ``X-Timestamp`` and ``X-Signature``.

The signature is ``hex(HMAC-SHA256(secret, timestamp + "\\n" + path + "\\n" + hex(SHA-256(body))))`` over the body as
it travels (compressed, if it is). Senders of the other doors may read their receipts and held rows here with the
secret they have; they name their protocol in ``X-Protocol``.
"""

import hashlib
import hmac
from datetime import UTC, datetime, timedelta

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest
from django.utils import timezone
from ninja.security import APIKeyHeader

from anxin.intake import values
from anxin.intake.bulk.decoding import MAX_BYTES, TOO_LARGE, Turned
from anxin.intake.models import Sender
from anxin.intake.senders import find_sender, secrets_of
from anxin.law.civil import SHANGHAI

CLOCK_WINDOW_S = 600
PROTOCOLS = frozenset({"bulk", "national", "cwr"})


def signature(*, secret: str, timestamp: str, path: str, body: bytes) -> str:
    """The signature of one call."""
    signed = f"{timestamp}\n{path}\n{hashlib.sha256(body).hexdigest()}"
    return hmac.new(secret.encode(), signed.encode(), hashlib.sha256).hexdigest()


def body_of(request: HttpRequest) -> bytes:
    """The body as it travelled. Raises Turned (413) when it is too large."""
    try:
        body = request.body
    except RequestDataTooBig:
        raise Turned(*TOO_LARGE) from None
    if len(body) > MAX_BYTES:
        raise Turned(*TOO_LARGE)
    return body


def _moment(stamp: str) -> datetime:
    """Seconds or milliseconds since 1970, or a time in any of the usual spellings."""
    if stamp.isascii() and stamp.isdigit() and len(stamp) in {10, 13}:
        return datetime.fromtimestamp(int(stamp[:10]), tz=UTC)
    found = values.moment(stamp[:40])
    if found is None:
        raise ValueError("no time")
    return found.replace(tzinfo=SHANGHAI)


def _turned(code: str, reason: str, reason_en: str) -> Turned:
    return Turned(401, code, reason, reason_en)


def verified(request: HttpRequest, *, at: datetime) -> Sender:
    """The sender that signed a call. Raises Turned (401) in words."""
    appid, given = request.headers.get("X-Appid", ""), request.headers.get("X-Signature", "")
    stamp = request.headers.get("X-Timestamp", "")
    protocol = request.headers.get("X-Protocol", "bulk")
    for name, value in (("X-Appid", appid), ("X-Timestamp", stamp), ("X-Signature", given)):
        if not value:
            raise _turned("missing_header", f"缺少请求头{name}!", f"The header {name} is missing.")
    sender = find_sender(protocol, appid) if protocol in PROTOCOLS and "\0" not in appid else None
    if sender is None or not sender.active:
        raise _turned("unknown_sender", "X-Appid无效或已停用!", "X-Appid is not known or no longer active.")
    try:
        off = abs(at - _moment(stamp))
    except (ValueError, OverflowError):
        off = timedelta.max
    window = sender.settings.get("clock_window_s", CLOCK_WINDOW_S) if protocol == "bulk" else CLOCK_WINDOW_S
    if off > timedelta(seconds=int(window)):
        raise _turned(
            "clock",
            "X-Timestamp格式不正确或超出允许范围,请校准时钟!",
            "X-Timestamp is no time (seconds since 1970) or too far from the server's clock; set the sender's clock.",
        )
    body = body_of(request)
    if not any(
        hmac.compare_digest(
            signature(secret=secret, timestamp=stamp, path=request.path, body=body).encode(), given.lower().encode()
        )
        for secret in secrets_of(sender, at=at)
    ):
        raise _turned("signature", "签名错误!", "X-Signature does not fit.")
    return sender


class Signed(APIKeyHeader):
    """Authentication of the API: the headers above."""

    param_name = "X-Signature"

    def authenticate(self, request: HttpRequest, key: str | None) -> Sender:
        return verified(request, at=timezone.now())


class SignedForBulk(Signed):
    """The same, for senders of the bulk protocol alone."""

    def authenticate(self, request: HttpRequest, key: str | None) -> Sender:
        sender = super().authenticate(request, key)
        if sender.protocol != "bulk":
            raise Turned(403, "protocol", "该账号不能使用批量接口!", "This sender may read here but not send.")
        return sender
