"""A call from its bytes to its answer: verify, execute once, acknowledge after it is committed (protocol §1.2–1.9)."""

import ipaddress
import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import orjson
from django.db import IntegrityError, OperationalError

from anxin import plainly
from anxin.intake import held
from anxin.intake.models import HeldRow, Receipt, Sender
from anxin.intake.national import control, joining, methods, replies, signing
from anxin.intake.national.accounts import find_account, remembered
from anxin.intake.national.calls import Call, Outcome, hold_call
from anxin.intake.national.clock import moment_of
from anxin.intake.national.envelope import named, read_data, readings
from anxin.intake.national.fields import Fields
from anxin.intake.national.methods import Query, Write
from anxin.intake.national.replies import Refused, Reply, refuse
from anxin.intake.rows import Fault
from anxin.intake.senders import secrets_of
from anxin.ledger.together import commit_together
from anxin.registry.models import Project

MAX_BODY = 16 * 1024 * 1024
MAX_OBJECTS = 50
DAY_S = 86_400
_ATTEMPTS = 3
_SHOWN_FAULTS = 20
log = logging.getLogger(__name__)
_last_query: dict[tuple[int, str], datetime] = {}
_Verified = tuple[Call, dict[str, str], Write | Query]


class _Stop(Exception):
    """The call ends here with this reply."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.reply = Reply(code, message)


class _Replayed(Exception):
    """The same nonce and signature were taken in before."""


def answer(*, body: bytes, content_type: str, address: str, at: datetime) -> bytes:
    """The reply to one request, as bytes. Never raises: what nobody foresaw is ``Internal Error``."""
    as_text = False
    try:
        call, params, method = _remembered(body, content_type, address, at)
        as_text = bool(call.setting("data_as_string", False))
        reply = _joined(call, method, params)
        if reply is None:
            if find_account(call.sender.appid) is not call.sender:
                call, params, method = _verify(body, content_type, address, at, find_account)
                as_text = bool(call.setting("data_as_string", False))
            _check_rate(call, method)
            reply = _write(call, method, params) if isinstance(method, Write) else _query(call, method, params)
        return replies.encode(reply, data_as_text=as_text)
    except _Stop as stop:
        return replies.encode(stop.reply)
    except Exception as error:
        # The message of an exception may quote values: only its type and place are written down.
        log.error("open.api failed: %s at %s", type(error).__name__, _place(error))
        return replies.encode(Reply(replies.FAILED, "Internal Error"), data_as_text=as_text)


def _remembered(body: bytes, content_type: str, address: str, at: datetime) -> _Verified:
    """The call, verified against its sender as this process remembers it; when that says no, as the table has it."""
    try:
        return _verify(body, content_type, address, at, remembered)
    except _Stop:
        return _verify(body, content_type, address, at, find_account)


def _joined(call: Call, method: Write | Query, params: dict[str, str]) -> Reply | None:
    """A gate's ordinary batch, written together with those of other calls; None when this is none, or its sender is
    no longer as remembered."""
    if method is not methods.ATTENDANCE or call.setting("min_interval_ms", 0):
        return None
    try:
        (item,) = _objects(params)
    except (Refused, ValueError):
        return None
    became = joining.take_plain(call, params, item.raw, prefix=methods.ATTENDANCE.serial)
    if became is None or became[0] == joining.CHANGED:
        return None
    if became[0] == joining.REPLAYED:
        return _replayed(joining.replay_key_of(call, params))
    return Reply(replies.OK, "", {"requestSerialCode": became[1]})


def _place(error: BaseException) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else "?"


def _verify(
    body: bytes, content_type: str, address: str, at: datetime, find: Callable[[str], Sender | None]
) -> _Verified:
    if len(body) > MAX_BODY:
        raise _Stop(replies.BAD_PARAMETER, f"请求参数错误:请求内容超过限制{MAX_BODY // 1024 // 1024}MB!")
    sender: Sender | None = None
    keys: list[str] = []
    for params in readings(body, content_type):
        if sender is None and not named(params, "appid") and body[:64].lstrip().startswith(b"{"):
            continue
        if sender is None:
            sender = _sender(named(params, "appid"), address, find)
            keys = secrets_of(sender, at=at)
        sign = named(params, "sign")
        secret = next((key for key in keys if sign and signing.is_signed(params, key, sign)), None)
        if secret is not None and named(params, "appid").strip() == sender.appid:
            break
    else:
        if sender is None and body[:64].lstrip().startswith(b"{"):
            raise _Stop(replies.BAD_PARAMETER, "请求参数错误:请求内容不完整或不是有效的JSON!")
        if sender is None:
            raise _Stop(replies.BAD_PARAMETER, "请求参数无效:appid无效!")
        raise _Stop(replies.BAD_SIGNATURE, "签名校验错误")
    call = Call(sender=sender, secret=secret, method="", at=at)
    _check_clock(call, named(params, "timestamp"))
    _check_company(call, params)
    if not named(params, "nonce"):
        raise _Stop(replies.BAD_PARAMETER, "请求参数无效:nonce无效!")
    method = methods.find(named(params, "method"))
    if method is None:
        raise _Stop(replies.BAD_PARAMETER, "请求参数无效:method无效!")
    call.method = method.name
    return call, params, method


def _sender(appid: str, address: str, find: Callable[[str], Sender | None]) -> Sender:
    appid = appid.strip().replace("\x00", "")
    sender = find(appid) if 0 < len(appid) <= 64 else None
    if sender is None:
        raise _Stop(replies.BAD_PARAMETER, "请求参数无效:appid无效!")
    if not sender.active:
        raise _Stop(replies.NO_ACCESS, "无API访问权限")
    allowed = sender.settings.get("allow_ips") or []
    if allowed and not _is_allowed(address, allowed):
        raise _Stop(replies.BAD_ADDRESS, "IP校验错误")
    return sender


def _is_allowed(address: str, allowed: list[str]) -> bool:
    try:
        found = ipaddress.ip_address(address)
        return any(found in ipaddress.ip_network(entry, strict=False) for entry in allowed)
    except ValueError:
        return False


def _check_clock(call: Call, timestamp: str) -> None:
    try:
        moment, slack = moment_of(timestamp, swapped=bool(call.setting("swapped_clock", False)))
        off = abs(moment - call.at)
    except (ValueError, OverflowError, OSError):
        raise _Stop(replies.BAD_PARAMETER, "请求参数无效:timestamp无效!") from None
    if off > timedelta(seconds=float(call.setting("clock_window_s", DAY_S))) + slack:
        raise _Stop(replies.BAD_PARAMETER, "请求参数无效:timestamp超出允许的时间范围!")


def _check_company(call: Call, params: dict[str, str]) -> None:
    """``corpsign``, where the sender's settings name a ``corp_key`` to hold it against (protocol §1.5)."""
    key = call.setting("corp_key", "")
    if not key:
        return
    try:
        told = signing.decrypt(named(params, "corpsign"), call.secret)
    except ValueError:
        told = ""
    if told != str(key) + named(params, "timestamp"):
        raise _Stop(replies.BAD_SIGNATURE, "签名校验错误")


def _check_rate(call: Call, method: Write | Query) -> None:
    """The sender's ``min_interval_ms`` between calls of one method; polling is never slowed down."""
    least = timedelta(milliseconds=float(call.setting("min_interval_ms", 0)))
    if not least or (isinstance(method, Query) and method.free):
        return
    if isinstance(method, Write):
        since = call.at - least
        soon = Receipt.objects.filter(sender=call.sender, method=method.name, received_at__gt=since).exists()
    else:
        last = _last_query.get((call.sender.pk, method.name))
        soon = last is not None and timedelta(0) <= call.at - last < least
        if not soon:
            if len(_last_query) > 10_000:
                _last_query.clear()
            _last_query[(call.sender.pk, method.name)] = call.at
    if soon:
        raise _Stop(replies.TOO_OFTEN, "访问超过限制")


def _objects(params: dict[str, str]) -> list[Fields]:
    """The business objects of a call: one, or several in an array. Raises Refused."""
    try:
        found = read_data(named(params, "data"))
    except ValueError:
        raise refuse("data", "不是有效的JSON!", "is not JSON") from None
    listed: list[Any] = found if isinstance(found, list) else [found]
    if len(listed) > MAX_OBJECTS:
        raise refuse("data", f"数量超过限制{MAX_OBJECTS}!", f"has more than {MAX_OBJECTS} objects")
    if not listed or not all(isinstance(one, dict) for one in listed):
        raise refuse("data", "格式不正确!", "is neither an object nor a list of objects")
    return [Fields(one) for one in listed]


def _query(call: Call, method: Query, params: dict[str, str]) -> Reply:
    try:
        return Reply(replies.OK, "", method.handle(call, _objects(params)[0]))
    except Refused as refused:
        return Reply(refused.code, refused.message())


def _write(call: Call, method: Write, params: dict[str, str]) -> Reply:
    replay_key = joining.replay_key_of(call, params)
    asked = _asks_for_team(call, method, params)
    if asked is not None:
        return asked
    for attempt in range(_ATTEMPTS):
        try:
            return commit_together(lambda: _execute(call, method, params, replay_key))
        except _Replayed:
            break
        except (IntegrityError, OperationalError):
            # Two calls registered the same thing at once: seen again from the start, the other's work is there.
            if attempt == _ATTEMPTS - 1:
                raise
    return _replayed(replay_key)


def _replayed(replay_key: str) -> Reply:
    first = Receipt.objects.get(replay_key=replay_key)
    return Reply(replies.BAD_PARAMETER, "请求参数错误:nonce重复,该请求已受理!", {"requestSerialCode": first.serial})


def _asks_for_team(call: Call, method: Write, params: dict[str, str]) -> Reply | None:
    """Team.Update with nothing but a requestSerialCode is a question (Fujian, protocol §2.5)."""
    if method.name != "Team.Update":
        return None
    try:
        item = _objects(params)[0]
        if item.get("requestSerialCode") is None or item.get("teamSysNo") is not None:
            return None
        return Reply(replies.OK, "", control.result_opened(call, item))
    except Refused as refused:
        return Reply(refused.code, refused.message())


def _execute(call: Call, method: Write, params: dict[str, str], replay_key: str) -> Reply:
    outcomes: list[Outcome] = []
    whole: list[Refused] = []
    try:
        items = _objects(params)
    except Refused as unreadable:
        items = []
        whole.append(unreadable)
    # Written first, as if all went well, so that a repeat stops here; corrected below when it did not.
    receipt = Receipt(
        serial=joining.new_serial(call, method.serial),
        sender=call.sender,
        replay_key=replay_key,
        method=method.name,
        received_at=call.at,
        status=replies.DONE,
        result=replies.DONE_TEXT,
        accepted=sum(max((len(v) for v in item.raw.values() if isinstance(v, list)), default=1) for item in items),
    )
    try:
        plainly.add(receipt)
    except IntegrityError as error:
        raise _Replayed from error
    call.receipt = receipt
    written = _state(receipt)
    for refused in whole:
        receipt.refused += hold_call(call, refused, kind=method.kind, data=named(params, "data"))
    for index, item in enumerate(items):
        place = f"[{index}]" if len(items) > 1 else ""
        try:
            outcome = method.handle(call, item)
        except Refused as refused:
            whole.append(Refused(place + refused.place, refused.reason, refused.reason_en, code=refused.code))
            receipt.refused += hold_call(call, refused, kind=method.kind, data=item.raw)
            continue
        if method.holds and outcome.faults:
            _hold(call, method, outcome.faults)
        outcomes.append(outcome)
    reply = _settle(receipt, outcomes, whole)
    if (receipt.refused or receipt.waiting) and call.sender.region_code:
        # Rows of projects nobody knows are the officers' of the sender's region.
        HeldRow.objects.filter(receipt=receipt, region_code="").update(region_code=call.sender.region_code)
    if _state(receipt) != written:
        receipt.save(update_fields=["status", "result", "accepted", "refused", "waiting"])
    return reply


def _state(receipt: Receipt) -> tuple[int, str, int, int, int]:
    return receipt.status, receipt.result, receipt.accepted, receipt.refused, receipt.waiting


def _hold(call: Call, method: Write, faults: list[Fault]) -> None:
    for code in {fault.project_code for fault in faults}:
        held.hold(
            kind=method.kind,
            faults=[fault for fault in faults if fault.project_code == code],
            arrival=call.arrival(),
            project=Project.objects.filter(code=code).first() if code else None,
        )


def _settle(receipt: Receipt, outcomes: list[Outcome], whole: list[Refused]) -> Reply:
    """Put what became of the call on its receipt, and say it."""
    faults = [fault for outcome in outcomes for fault in outcome.faults]
    already = [word for outcome in outcomes for word in outcome.already]
    results = [outcome.result for outcome in outcomes if outcome.result is not None]
    words = [refused.message() for refused in whole]
    words += already + [fault.place + fault.reason for fault in sorted(faults, key=_order)]
    waiting = sum(fault.waits for fault in faults)
    receipt.accepted = sum(outcome.accepted for outcome in outcomes)
    receipt.waiting = waiting
    receipt.refused += len(faults) - waiting
    if words:
        receipt.status = replies.REFUSED
        more = f";等{len(words)}条" if len(words) > _SHOWN_FAULTS else ""
        receipt.result = ";".join(words[:_SHOWN_FAULTS]) + more
    elif results:
        shown = results[0] if len(results) == 1 else results
        receipt.result = orjson.dumps(shown).decode()
    data = {"requestSerialCode": receipt.serial}
    if words and not receipt.accepted and not waiting and not already:
        code = whole[0].code if whole else replies.BAD_PARAMETER
        return Reply(code, receipt.result, data)
    return Reply(replies.OK, "", data)


def _order(fault: Fault) -> list[tuple[int, str]]:
    """Faults in the order of their rows: [dataList][2] before [dataList][10]."""
    return [(int(part), "") if part.isdigit() else (-1, part) for part in fault.place.strip("[]").split("][")]
