"""The ways out of the platform, behind one small interface: ``send(address, title, text, key)``.

``NotSent``: certainly not delivered, may be tried again. ``Refused``: never will be (a wrong address). ``Unsure``: it
may have arrived; it is not sent again by itself, because nobody should be told twice.
"""

import base64
import hashlib
import hmac
import json
import os
import smtplib
import socket
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from email.message import EmailMessage

from anxin.notices.models import Channel

TIMEOUT_S = 15


class NotSent(Exception):
    """Certainly not delivered: try again later."""


class Refused(Exception):
    """The other side will never take it: do not try again."""


class Unsure(Exception):
    """The connection broke after the message was handed over: it may have arrived."""


Send = Callable[[str, str, str, str], None]


def ways() -> dict[str, Send]:
    """The channels this installation has, by its settings in the environment.

    ``ANXIN_SMTP`` (``smtp://user:password@host:25/?from=a@b``), ``ANXIN_SMS`` (a gateway's address that takes JSON
    {to, text, id}; ``ANXIN_SMS_TOKEN`` is sent as a bearer token). Robots need no setting: a person's address is the
    robot's own web hook.
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


def email(address: str, title: str, text: str, key: str) -> None:
    """Mail through the server of ``ANXIN_SMTP``; the Message-ID is made of the key, so a mail store sees a repeat."""
    server = urllib.parse.urlsplit(os.environ["ANXIN_SMTP"])
    sender = urllib.parse.parse_qs(server.query).get("from", [f"anxin@{server.hostname}"])[0]
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, address, title
    message["Message-ID"] = f"<{hashlib.sha256(key.encode()).hexdigest()[:32]}@{server.hostname}>"
    message.set_content(text)
    try:
        connection = smtplib.SMTP(server.hostname or "", server.port or 25, timeout=TIMEOUT_S)
    except (OSError, smtplib.SMTPException) as error:
        raise NotSent(type(error).__name__) from error
    try:
        if server.scheme == "smtps" or connection.has_extn("starttls"):
            connection.starttls()
        if server.username:
            connection.login(server.username, server.password or "")
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


def sms(address: str, title: str, text: str, key: str) -> None:
    """A short message through the gateway of ``ANXIN_SMS``; the key travels as its ``id``."""
    headers = {"Authorization": f"Bearer {os.environ.get('ANXIN_SMS_TOKEN', '')}"}
    _post(os.environ["ANXIN_SMS"], {"to": address, "text": text[:500], "id": key}, headers)


def wecom(address: str, title: str, text: str, key: str) -> None:
    """A WeCom group robot 企业微信群机器人; the address is its web hook."""
    answer = _post(address, {"msgtype": "text", "text": {"content": f"{title}\n{text}"[:2000]}})
    _robot_took_it(answer)


def dingtalk(address: str, title: str, text: str, key: str) -> None:
    """A DingTalk group robot 钉钉群机器人; a secret behind ``#`` in the address signs the call."""
    hook, _, secret = address.partition("#")
    if secret:
        moment = str(round(time.time() * 1000))
        digest = hmac.digest(secret.encode(), f"{moment}\n{secret}".encode(), hashlib.sha256)
        hook += "&" + urllib.parse.urlencode({"timestamp": moment, "sign": base64.b64encode(digest).decode()})
    _robot_took_it(_post(hook, {"msgtype": "text", "text": {"content": f"{title}\n{text}"[:2000]}}))


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
    request = urllib.request.Request(  # noqa: S310 - the scheme was looked at
        address,
        data=json.dumps(content, ensure_ascii=False).encode(),
        headers={"Content-Type": "application/json; charset=utf-8", **(headers or {})},
    )
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_S) as response:  # noqa: S310
            return bytes(response.read(65_536))
    except urllib.error.HTTPError as error:
        reason = f"HTTP {error.code}"
        raise (NotSent(reason) if error.code >= 500 or error.code in {408, 425, 429} else Refused(reason)) from error
    except urllib.error.URLError as error:
        if isinstance(error.reason, TimeoutError | socket.timeout):
            raise Unsure("timed out") from error
        raise NotSent(type(error.reason).__name__) from error
    except (TimeoutError, OSError) as error:
        raise Unsure(type(error).__name__) from error
