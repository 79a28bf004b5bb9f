"""The ways out of the platform, behind one small interface: ``send(address, title, text, key)``.

``NotSent``: certainly not delivered, may be tried again. ``Refused``: never will be (a wrong address). ``Unsure``: it
may have arrived; it is not sent again by itself, because nobody should be told twice.
"""

import base64
import hashlib
import hmac
import http.client
import json
import os
import re
import smtplib
import socket
import ssl
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from email.message import EmailMessage
from email.utils import formatdate
from typing import Any

from anxin.notices.models import Channel

TIMEOUT_S = 15
# Where the two makers' group robots live. An office's own server of either is named in ANXIN_ROBOTS.
_ROBOTS = ("qyapi.weixin.qq.com", "oapi.dingtalk.com")
_EMAIL = re.compile(r"[^\s@<>,;:]+@[^\s@<>,;:]+")
_PHONE = re.compile(r"\+?\d{6,15}")


class NotSent(Exception):
    """Certainly not delivered: try again later."""


class Refused(Exception):
    """The other side will never take it: do not try again."""


class Unsure(Exception):
    """The connection broke after the message was handed over: it may have arrived."""


class _Stay(urllib.request.HTTPRedirectHandler):
    """The address itself is called, and no other it may send us on to."""

    def redirect_request(self, *_: Any) -> None:
        return None


_opener = urllib.request.build_opener(_Stay)
Send = Callable[[str, str, str, str], None]


def ways() -> dict[str, Send]:
    """The channels this installation has, by its settings in the environment.

    ``ANXIN_SMTP`` (``smtp://user:password@host:25/?from=a@b``; ``smtps`` where the server speaks TLS from the first
    byte), ``ANXIN_SMS`` (a gateway's address that takes JSON {to, text, id}; ``ANXIN_SMS_TOKEN`` is sent as a bearer
    token). Robots need no setting: a person's address is the robot's own web hook, at its maker's host or at one of
    ``ANXIN_ROBOTS`` (hosts with their ports, comma-separated).
    """
    found: dict[str, Send] = {Channel.WECOM: wecom, Channel.DINGTALK: dingtalk}
    if os.environ.get("ANXIN_SMTP"):
        found[Channel.EMAIL] = email
    if has_sms():
        found[Channel.SMS] = sms
    return found


def has_sms() -> bool:
    """Whether this installation can send short messages."""
    return bool(os.environ.get("ANXIN_SMS"))


def takes(channel: str, address: str) -> bool:
    """Whether an address can be one of the channel's. A robot's is called by our server: it must not be any address
    that somebody types, or he would reach through us what only our server reaches."""
    if channel in (Channel.WECOM, Channel.DINGTALK):
        return _is_robot(address)
    return bool((_EMAIL if channel == Channel.EMAIL else _PHONE).fullmatch(address))


def _is_robot(address: str) -> bool:
    try:
        hook = urllib.parse.urlsplit(address)
    except ValueError:
        return False
    own = {host.strip() for host in os.environ.get("ANXIN_ROBOTS", "").split(",")} - {""}
    return (hook.scheme == "https" and hook.netloc in _ROBOTS) or (
        hook.scheme in ("http", "https") and hook.netloc in own
    )


def email(address: str, title: str, text: str, key: str) -> None:
    """Mail through the server of ``ANXIN_SMTP``; the Message-ID is made of the key, so a mail store sees a repeat."""
    server = urllib.parse.urlsplit(os.environ["ANXIN_SMTP"])
    sender = urllib.parse.parse_qs(server.query).get("from", [f"anxin@{server.hostname}"])[0]
    if not takes(Channel.EMAIL, address):
        raise Refused("not an address")
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, address, title
    message["Message-ID"] = f"<{hashlib.sha256(key.encode()).hexdigest()[:32]}@{server.hostname}>"
    message["Date"] = formatdate()
    # Not every server takes signs beyond ASCII as they are (8BITMIME).
    message.set_content(text, cte=None if text.isascii() else "base64")
    safe = server.scheme == "smtps"
    try:
        if safe:
            connection: smtplib.SMTP = smtplib.SMTP_SSL(
                server.hostname or "", server.port or 465, timeout=TIMEOUT_S, context=ssl.create_default_context()
            )
        else:
            connection = smtplib.SMTP(server.hostname or "", server.port or 25, timeout=TIMEOUT_S)
    except (OSError, smtplib.SMTPException) as error:
        raise NotSent(type(error).__name__) from error
    try:
        _enter(connection, server, safe=safe)
        connection.send_message(message)
    except smtplib.SMTPRecipientsRefused as error:
        raise Refused("recipient refused") from error
    except smtplib.SMTPResponseException as error:
        reason = f"SMTP {error.smtp_code}"
        raise (Refused(reason) if 500 <= error.smtp_code < 600 else NotSent(reason)) from error
    except (OSError, smtplib.SMTPException) as error:
        raise Unsure(type(error).__name__) from error
    finally:
        connection.close()


def _enter(connection: smtplib.SMTP, server: urllib.parse.SplitResult, *, safe: bool) -> None:
    """Greet, go under TLS where the server offers it, sign in. Trouble here is the installation's, not the message's:
    nothing was handed over, and a password that is put right tomorrow still finds it waiting."""
    try:
        # Only after its greeting does a server say what it can.
        connection.ehlo_or_helo_if_needed()
        if not safe and connection.has_extn("starttls"):
            connection.starttls()
        if server.username:
            unquote = urllib.parse.unquote
            connection.login(unquote(server.username), unquote(server.password or ""))
    except smtplib.SMTPResponseException as error:
        raise NotSent(f"SMTP {error.smtp_code}") from error
    except (OSError, smtplib.SMTPException) as error:
        raise NotSent(type(error).__name__) from error


def sms(address: str, title: str, text: str, key: str) -> None:
    """A short message through the gateway of ``ANXIN_SMS``; the key travels as its ``id``."""
    headers = {"Authorization": f"Bearer {os.environ.get('ANXIN_SMS_TOKEN', '')}"}
    _post(os.environ["ANXIN_SMS"], {"to": address, "text": text[:500], "id": key}, headers)


def wecom(address: str, title: str, text: str, key: str) -> None:
    """A WeCom group robot 企业微信群机器人; the address is its web hook."""
    answer = _call_robot(address, {"msgtype": "text", "text": {"content": f"{title}\n{text}"[:2000]}})
    _robot_took_it(answer)


def _call_robot(hook: str, content: dict[str, object]) -> bytes:
    if not _is_robot(hook):
        raise Refused("not a robot's address")
    return _post(hook, content)


def dingtalk(address: str, title: str, text: str, key: str) -> None:
    """A DingTalk group robot 钉钉群机器人; a secret behind ``#`` in the address signs the call."""
    hook, _, secret = address.partition("#")
    if secret:
        moment = str(round(time.time() * 1000))
        digest = hmac.digest(secret.encode(), f"{moment}\n{secret}".encode(), hashlib.sha256)
        hook += "&" + urllib.parse.urlencode({"timestamp": moment, "sign": base64.b64encode(digest).decode()})
    _robot_took_it(_call_robot(hook, {"msgtype": "text", "text": {"content": f"{title}\n{text}"[:2000]}}))


def _robot_took_it(answer: bytes) -> None:
    try:
        code = json.loads(answer or b"{}").get("errcode", 0)
    except (ValueError, AttributeError):
        code = 0
    if code:
        raise NotSent(f"robot answered {code}")


def _post(address: str, content: dict[str, object], headers: dict[str, str] | None = None) -> bytes:
    if not address.startswith(("http://", "https://")):
        raise Refused("not a web address")
    try:
        request = urllib.request.Request(  # noqa: S310 - the scheme was looked at
            address,
            data=json.dumps(content, ensure_ascii=False).encode(),
            headers={"Content-Type": "application/json; charset=utf-8", **(headers or {})},
        )
        with _opener.open(request, timeout=TIMEOUT_S) as response:
            return bytes(response.read(65_536))
    except (http.client.InvalidURL, ValueError) as error:
        raise Refused("not a web address") from error
    except urllib.error.HTTPError as error:
        reason = f"HTTP {error.code}"
        raise (NotSent(reason) if error.code >= 500 or error.code in {408, 425, 429} else Refused(reason)) from error
    except urllib.error.URLError as error:
        if isinstance(error.reason, TimeoutError | socket.timeout):
            raise Unsure("timed out") from error
        raise NotSent(type(error.reason).__name__) from error
    except (OSError, http.client.HTTPException) as error:
        raise Unsure(type(error).__name__) from error
