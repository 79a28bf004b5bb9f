"""One message, once: quiet hours, digests, a mail server that is down for a day, a sender that dies."""

import socketserver
import threading
from datetime import datetime, timedelta
from email import message_from_string
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from anxin.law.civil import SHANGHAI
from anxin.notices import outbox
from anxin.notices.channels import NotSent, Refused, Unsure, dingtalk, email, takes, wecom
from anxin.notices.models import Delivery, Notice, Preference
from anxin.notices.outbox import deliver, send_again
from anxin.notices.send import mark_read, notify, tell_phone
from anxin.people.models import User
from anxin.vault.fields import seal_text

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 4, 20, 12, tzinfo=SHANGHAI)
NIGHT = datetime(2026, 4, 20, 23, tzinfo=SHANGHAI)


class Post:
    """A channel that writes down what it was given, and fails as told."""

    def __init__(self, *faults: Exception | None) -> None:
        self.faults, self.sent = list(faults), []

    def __call__(self, address: str, title: str, text: str, key: str) -> None:
        fault = self.faults.pop(0) if self.faults else None
        if fault:
            raise fault
        self.sent.append((address, text))


@pytest.fixture
def officer() -> User:
    return User.objects.create_user("officer", password="x")


def way(person: User, **settings) -> Preference:
    known = {"channel": "email", "address_sealed": seal_text("a@example.invalid"), "digest": False, **settings}
    return Preference.objects.create(person=person, **known)


def tell(person: User, at: datetime, text: str = "预警", urgent: bool = False) -> Notice:
    (notice,) = notify(
        to=[person, person],
        kind="overdue",
        subject="handling",
        subject_id=1,
        zh=text,
        en="warning",
        at=at,
        urgent=urgent,
    )
    return notice


def test_everybody_is_told_once_in_the_inbox_and_reads_it(officer):
    tell(officer, NOON)
    assert Notice.objects.filter(to=officer).count() == 1
    assert mark_read(person=officer, at=NOON) == 1
    assert mark_read(person=officer, at=NOON) == 0


@pytest.mark.parametrize(
    ("choices", "at", "urgent", "turn"),
    [
        ({}, NOON, False, NOON),
        ({}, NIGHT, False, datetime(2026, 4, 21, 7, tzinfo=SHANGHAI)),
        ({}, NIGHT, True, NIGHT),
        ({"digest": True}, NOON, False, datetime(2026, 4, 21, 8, tzinfo=SHANGHAI)),
        ({"digest": True}, NOON, True, NOON),
        ({"quiet_from": 12, "quiet_until": 12}, NIGHT, False, NIGHT),
    ],
)
def test_when_a_message_may_go_out(officer, choices, at, urgent, turn):
    way(officer, **choices)
    tell(officer, at, urgent=urgent)
    assert Delivery.objects.get().not_before == turn


def test_a_digest_is_one_message_instead_of_a_flood(officer):
    way(officer, digest=True)
    for number in range(40):
        tell(officer, NOON + timedelta(minutes=number), f"预警{number}")
    post = Post()
    assert deliver(at=NOON, ways={"email": post}) == 0
    assert deliver(at=NOON + timedelta(days=1), ways={"email": post}) == 1
    assert deliver(at=NOON + timedelta(days=1), ways={"email": post}) == 0
    assert post.sent[0][1].count("预警") == 40


def test_a_mail_server_down_for_a_day_loses_and_doubles_nothing(officer):
    way(officer)
    tell(officer, NOON)
    post = Post(*[NotSent("refused")] * 12)
    for minutes in range(0, 24 * 60 * 2, 5):
        deliver(at=NOON + timedelta(minutes=minutes), ways={"email": post})
    assert [text for _, text in post.sent] == ["预警"]
    assert Delivery.objects.get().state == "sent"


def test_what_may_have_arrived_is_not_sent_again_by_itself(officer):
    way(officer)
    tell(officer, NOON)
    post = Post(Unsure("timed out"))
    for hours in range(30):
        deliver(at=NOON + timedelta(hours=hours), ways={"email": post})
    delivery = Delivery.objects.get()
    assert (delivery.state, post.sent) == ("unknown", [])
    send_again(delivery=delivery, at=NOON)
    assert deliver(at=NOON, ways={"email": post}) == 1


def test_a_sender_that_died_in_the_middle_leaves_it_unknown(officer):
    way(officer)
    tell(officer, NOON)
    with pytest.raises(SystemExit):
        deliver(at=NOON, ways={"email": Post(SystemExit())})  # type: ignore[arg-type]
    post = Post()
    deliver(at=NOON + timedelta(minutes=1), ways={"email": post})
    deliver(at=NOON + timedelta(hours=1), ways={"email": post})
    assert (Delivery.objects.get().state, post.sent) == ("unknown", [])


def test_a_wrong_address_is_given_up_at_once(officer):
    way(officer)
    tell(officer, NOON)
    deliver(at=NOON, ways={"email": Post(Refused("recipient refused"))})
    assert (Delivery.objects.get().state, Delivery.objects.get().error) == ("failed", "recipient refused")


@pytest.fixture
def robot(monkeypatch):
    """A robot's web hook on loopback; ``answers`` are given in turn."""
    calls: list[bytes] = []
    answers: list[tuple[int, bytes]] = []

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            calls.append(self.rfile.read(int(self.headers["Content-Length"])))
            status, body = answers.pop(0)
            self.send_response(status)
            self.send_header("Location", "/elsewhere")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments) -> None: ...

    server = HTTPServer(("127.0.0.1", 0), Hook)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    monkeypatch.setenv("ANXIN_ROBOTS", f"robots.example, 127.0.0.1:{server.server_port}, 127.0.0.1:9")
    yield f"http://127.0.0.1:{server.server_port}/hook?key=1", calls, answers
    server.shutdown()
    thread.join()
    server.server_close()


def test_robots_over_real_http(robot):
    hook, calls, answers = robot
    answers += [(200, b'{"errcode":0}'), (200, b'{"errcode":45009}'), (503, b""), (404, b""), (200, b'{"errcode":0}')]
    wecom(hook, "标题", "正文", "k")
    assert "正文".encode() in calls[0]
    with pytest.raises(NotSent):
        wecom(hook, "标题", "正文", "k")
    with pytest.raises(NotSent):
        wecom(hook, "标题", "正文", "k")
    with pytest.raises(Refused):
        wecom(hook, "标题", "正文", "k")
    dingtalk(hook + "#secret", "标题", "正文", "k")
    with pytest.raises(NotSent):
        wecom("http://127.0.0.1:9/hook", "标题", "正文", "k")
    with pytest.raises(Refused):
        wecom("file:///etc/hostname", "标题", "正文", "k")


def test_mail_over_real_smtp(monkeypatch):
    received: list[str] = []

    class Server(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            say = lambda text: self.wfile.write(text.encode() + b"\r\n")  # noqa: E731
            say("220 test")
            while line := self.rfile.readline().decode().strip():
                if line.upper().startswith("RCPT") and "nobody" in line:
                    say("550 no such user")
                elif line.upper() == "DATA":
                    say("354 go on")
                    body = b""
                    while not body.endswith(b"\r\n.\r\n"):
                        body += self.rfile.readline()
                    received.append(body.decode())
                    say("250 ok")
                elif line.upper() == "QUIT":
                    say("221 bye")
                    return
                else:
                    say("250 ok")

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Server) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("ANXIN_SMTP", f"smtp://127.0.0.1:{server.server_address[1]}/?from=anxin@example.invalid")
        email("officer@example.invalid", "Title", "Text", "key-1")
        assert "Text" in received[0]
        assert "Message-ID" in received[0]
        assert "Date: " in received[0]
        email("officer@example.invalid", "安薪：2条消息", "未上传专户", "key-4")
        assert received[1].isascii()
        assert message_from_string(received[1]).get_payload(decode=True).decode().strip() == "未上传专户"
        with pytest.raises(Refused):
            email("nobody@example.invalid", "Title", "Text", "key-2")
        server.shutdown()
    with pytest.raises(NotSent):
        email("officer@example.invalid", "Title", "Text", "key-3")


def test_a_mail_server_that_offers_tls_hears_neither_password_nor_mail_in_clear(monkeypatch):
    heard: list[str] = []

    class Server(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.wfile.write(b"220 test\r\n")
            while line := self.rfile.readline().decode().strip():
                heard.append(line.split()[0].upper())
                answer = {"EHLO": b"250-test\r\n250-AUTH PLAIN LOGIN\r\n250 STARTTLS", "STARTTLS": b"454 not now"}
                self.wfile.write(answer.get(heard[-1], b"250 ok") + b"\r\n")

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Server) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("ANXIN_SMTP", f"smtp://user:pass@127.0.0.1:{server.server_address[1]}/")
        with pytest.raises(NotSent):
            email("officer@example.invalid", "Title", "Text", "key")
        server.shutdown()
    assert heard == ["EHLO", "STARTTLS"]


@pytest.mark.parametrize("refusal", [b"535 bad password", b""], ids=["wrong-password", "hangs-up"])
def test_a_mail_server_that_does_not_let_us_in_was_handed_nothing(monkeypatch, refusal):
    """A wrong password is the operator's to mend: the messages wait for it and are not given up."""

    class Server(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.wfile.write(b"220 test\r\n")
            while line := self.rfile.readline().decode().strip():
                if line.upper().startswith("AUTH"):
                    if refusal:
                        self.wfile.write(refusal + b"\r\n")
                        continue
                    return
                self.wfile.write(b"250-test\r\n250 AUTH PLAIN\r\n" if line.startswith("ehlo") else b"250 ok\r\n")

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Server) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("ANXIN_SMTP", f"smtp://user:pass@127.0.0.1:{server.server_address[1]}/")
        with pytest.raises(NotSent):
            email("officer@example.invalid", "Title", "Text", "key")
        server.shutdown()


@pytest.mark.parametrize(
    "address",
    [
        "http://169.254.169.254/latest/meta-data",
        "http://localhost:8000/",
        "https://qyapi.weixin.qq.com@elsewhere.example/",
        "https://qyapi.weixin.qq.com:8443/",
        "http://qyapi.weixin.qq.com/",
        "https://[",
        "file:///etc/hostname",
    ],
)
def test_a_robots_address_leads_nowhere_else(address):
    assert not takes("wecom", address)
    with pytest.raises(Refused):
        wecom(address, "标题", "正文", "k")
    with pytest.raises(Refused):
        dingtalk(address, "标题", "正文", "k")


def test_a_robot_that_sends_us_on_is_not_followed(robot):
    hook, calls, answers = robot
    answers += [(302, b"")]
    with pytest.raises(Refused):
        wecom(hook, "标题", "正文", "k")
    assert len(calls) == 1


@pytest.mark.parametrize("address", ["a@b\r\nBcc: c@d", "a@b, c@d", "nobody"])
def test_one_mail_goes_to_one_address(monkeypatch, address):
    monkeypatch.setenv("ANXIN_SMTP", "smtp://127.0.0.1:9/")
    with pytest.raises(Refused):
        email(address, "标题", "正文", "k")


def tell_somebody(at: datetime = NOON, **more) -> Delivery:
    return tell_phone(phone="13900000001", text="您的验证码 123456", key="code:1", at=at, **more)


def test_a_phone_without_an_account_is_told_once_and_a_code_is_forgotten_when_it_has_left():
    tell_somebody(secret=True)
    tell_somebody(secret=True)
    post = Post()
    assert deliver(at=NOON, ways={"sms": post}) == 1
    assert post.sent == [("13900000001", "您的验证码 123456")]
    row = Delivery.objects.get()
    assert (row.state, bytes(row.text_sealed)) == ("sent", b"")
    assert deliver(at=NOON + timedelta(days=1), ways={"sms": post}) == 0


def test_what_is_no_code_waits_for_the_morning_and_can_be_sent_again():
    tell_somebody(at=NIGHT)
    post = Post(Refused("no such number"))
    assert deliver(at=NIGHT, ways={"sms": post}) == 0
    assert Delivery.objects.get().state == "waiting"
    morning = datetime(2026, 4, 21, 8, tzinfo=SHANGHAI)
    deliver(at=morning, ways={"sms": post})
    assert Delivery.objects.get().state == "failed"
    send_again(delivery=Delivery.objects.get(), at=morning)
    assert deliver(at=morning, ways={"sms": post}) == 1
    assert post.sent == [("13900000001", "您的验证码 123456")]


@pytest.mark.parametrize("fault", [Refused("no such number"), Unsure("timed out")])
def test_a_code_that_did_not_arrive_is_forgotten_and_never_sent_again(fault):
    tell_somebody(secret=True)
    deliver(at=NOON, ways={"sms": Post(fault)})
    row = Delivery.objects.get()
    assert bytes(row.text_sealed) == b""
    send_again(delivery=row, at=NOON)
    assert Delivery.objects.get().state == row.state


def test_a_code_that_is_too_old_is_not_sent_and_codes_go_before_the_rest():
    tell_phone(phone="13900000002", text="提醒", key="ask:1", at=NOON - timedelta(hours=1))
    tell_somebody(secret=True, ends_at=NOON + timedelta(minutes=10))
    post = Post()
    deliver(at=NOON, ways={"sms": post})
    assert [to for to, _text in post.sent] == ["13900000001", "13900000002"]
    tell_phone(
        phone="13900000001", text="旧码", key="code:2", at=NOON, secret=True, ends_at=NOON + timedelta(minutes=10)
    )
    assert deliver(at=NOON + timedelta(minutes=11), ways={"sms": post}) == 0
    late = Delivery.objects.get(key="code:2")
    assert (late.state, late.error, bytes(late.text_sealed)) == ("failed", "too late", b"")


def test_a_code_asked_for_during_a_long_run_does_not_wait_for_its_end(monkeypatch):
    clock = iter(range(0, 1000, 15))
    monkeypatch.setattr(outbox.time, "monotonic", lambda: next(clock))
    for n in range(5):
        tell_phone(phone="13900000002", text="提醒", key=f"ask:{n}", at=NOON)
    post = Post()
    # Each message takes fifteen seconds: the run ends early and leaves the others where they are.
    assert deliver(at=NOON, ways={"sms": post}) == 1
    tell_somebody(secret=True)
    deliver(at=NOON + timedelta(seconds=15), ways={"sms": post})
    assert [to for to, _text in post.sent] == ["13900000002", "13900000001"]
    assert Delivery.objects.filter(state="waiting").count() == 4
