"""The CWRService view: verify, read, dispatch, answer."""

import logging
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from anxin.intake import values
from anxin.intake.cwr import devices, dictionaries, passes, reading, roster
from anxin.intake.cwr.answers import (
    MALFORMED,
    MISSING,
    NO_SIGNATURE,
    NO_TIMESTAMP,
    NO_VERSION,
    NOT_JSON,
    NOT_OPEN,
    WRONG_KEY,
    WRONG_SIGNATURE,
    WRONG_TIMESTAMP,
    Refusal,
    failure,
    success,
)
from anxin.intake.cwr.reading import Call
from anxin.intake.cwr.signature import holds
from anxin.intake.held import hold
from anxin.intake.models import Receipt, Sender
from anxin.intake.rows import Arrival, Fault
from anxin.intake.senders import find_sender, secrets_of
from anxin.law.civil import SHANGHAI
from anxin.vault import evidence

log = logging.getLogger(__name__)
CLOCK_WINDOW_S = 600
MAX_BODY = 16 * 1024 * 1024
FAILED, DONE = 10, 20

_ASKS: dict[str, Callable[[Call], dict[str, Any]]] = {
    "signin": devices.sign_in,
    "keepalive": devices.keep_alive,
    "queryemplisthash": devices.query_hash,
    "queryemployeelist": devices.query_list,
    "queryemployeeinfo": devices.query_info,
    "queryemployeeidinfo": devices.query_id_info,
    **dict.fromkeys(dictionaries.FUNCTIONS, dictionaries.dictionary),
}
_BRINGS: dict[str, Callable[[Call, Receipt], dict[str, Any]]] = {
    "addcompany": roster.add_company,
    "projectremovecompany": roster.remove_company,
    "addteam": roster.add_team,
    "registeremployee": roster.register_employee,
    "userleaveproject": roster.user_leave_project,
    "uploadsafetyeducation": roster.upload_safety_education,
    "uploadpassedlog": passes.upload_passed_log,
}


@csrf_exempt
@require_POST
def serve(request: HttpRequest, function: str) -> HttpResponse:
    """Answer one call. UploadPayroll and UploadContract are not open: their bodies are nowhere described."""
    at = timezone.now()
    name = function.lower()
    try:
        if name == "uploadimage":
            return success(_upload_image(request, at))
        sender = _sender(request, at=at, body=_body(request))
        if name not in _ASKS and name not in _BRINGS:
            raise Refusal(NOT_OPEN, "该接口未开放!", "This function is not open.")
        call = Call(function, sender, at, request.GET.get("client_serial", "")[:64], reading.read_body(_body(request)))
        return success(_ASKS[name](call)) if name in _ASKS else _bring(call, _BRINGS[name])
    except Refusal as refusal:
        log.info("cwr %s answered %s", name if name in _BRINGS or name in _ASKS else "unknown", refusal.code)
        return failure(refusal)


def _body(request: HttpRequest) -> bytes:
    try:
        body = request.body
    except RequestDataTooBig:
        body = None
    if body is None or len(body) > MAX_BODY:
        raise Refusal(NOT_JSON, "请求体过大,请分批上传!", "The body is too large; send it in parts.")
    return body


def _sender(request: HttpRequest, *, at: datetime, body: bytes) -> Sender:
    """The sender whose key and signature the query string carries."""
    given = request.GET.get("signature", "")
    if not given:
        raise Refusal(NO_SIGNATURE, "缺少签名参数!", "is missing", "signature")
    sender = _by_key(request.GET.get("api_key", ""))
    stamp = request.GET.get("timestamp", "")
    if not stamp:
        raise Refusal(NO_TIMESTAMP, "缺少时间戳!", "is missing", "timestamp")
    try:
        sent = values.moment(stamp.replace("+", " ").replace("T", " ")[:19])
    except (ValueError, OverflowError):
        sent = None
    window = timedelta(seconds=int(sender.settings.get("clock_window_s", CLOCK_WINDOW_S)))
    if sent is None or abs(at.astimezone(SHANGHAI).replace(tzinfo=None) - sent) > window:
        raise Refusal(
            WRONG_TIMESTAMP,
            "时间戳格式不正确或超出允许范围,请校准时钟!",
            "is not yyyy-MM-dd HH:mm:ss or too far from the server's clock; set the sender's clock",
            "timestamp",
        )
    if not request.GET.get("api_version"):
        raise Refusal(NO_VERSION, "缺少接口版本!", "is missing", "api_version")
    parameters = {name: value for name, value in request.GET.items() if isinstance(value, str)}
    if not holds(given=given, secrets=secrets_of(sender, at=at), parameters=parameters, body=body):
        raise Refusal(WRONG_SIGNATURE, "签名错误!", "does not fit", "signature")
    return sender


def _by_key(key: str) -> Sender:
    sender = find_sender("cwr", key) if key and "\0" not in key else None
    if sender is None or not sender.active:
        raise Refusal(WRONG_KEY, "api_key无效!", "is not known or no longer active", "api_key")
    return sender


def _bring(call: Call, take: Callable[[Call, Receipt], dict[str, Any]]) -> HttpResponse:
    """Take data in, in one transaction with its receipt; a call that is refused as a whole is kept as refused."""
    try:
        with transaction.atomic():
            receipt = _receipt(call)
            data = take(call, receipt)
            refused = passes.all_refused(data) if take is passes.upload_passed_log else None
            if refused is not None:
                receipt.status, receipt.result = FAILED, refused.reason
            receipt.save()
    except Refusal as refusal:
        with transaction.atomic():
            _keep(call, refusal)
        raise
    return success(data) if refused is None else failure(refused, data)


def _receipt(call: Call) -> Receipt:
    serial = uuid.uuid4().hex
    return Receipt.objects.create(
        serial=serial,
        sender=call.sender,
        replay_key=f"cwr:{serial}",
        method=call.function,
        received_at=call.at,
        status=DONE,
        accepted=1,
    )


def _keep(call: Call, refusal: Refusal) -> None:
    receipt = _receipt(call)
    receipt.status, receipt.accepted, receipt.refused = FAILED, 0, 1
    receipt.result = f"{refusal.place}{refusal.reason}"
    receipt.save()
    own = call.sender.project
    code = values.text(call.fields.get("project_id"))[:64] or (own.code if own is not None else "")
    arrival = Arrival(source=f"cwr:{call.sender.appid}", at=call.at, sender=call.sender, receipt=receipt)
    row = {"body": reading.without_photos(call.body)}
    fault = Fault(f"[{call.function}]{refusal.place}", refusal.reason, refusal.reason_en, row, project_code=code)
    hold(kind=call.function[:24], faults=[fault], arrival=arrival, project=own)


def _upload_image(request: HttpRequest, at: datetime) -> dict[str, Any]:
    """Keep a picture that other calls name.

    The protocol carries only ``api_key`` and ``file`` here; a signature, where there is one, must hold.
    """
    body = _body(request)
    if request.GET.get("signature"):
        try:
            sender = _sender(request, at=at, body=b"")
        except Refusal:
            sender = _sender(request, at=at, body=body)
    else:
        sender = _by_key(request.GET.get("api_key") or request.POST.get("api_key", ""))
    file = next(iter(request.FILES.values()), None)
    if isinstance(file, list) or file is None:
        raise Refusal(MISSING, "不能为空!", "is missing", "file")
    if (file.size or 0) > reading.MAX_PHOTO:
        raise Refusal(MALFORMED, "大小超过限制2MB!", "is larger than 2 MB", "file")
    content = file.read()
    if not reading.is_picture(content):
        raise Refusal(MALFORMED, "格式无效,目前仅支持:jpg,jpeg,png!", "is not a picture", "file")
    log.info("cwr image of %d bytes from sender %d", len(content), sender.pk)
    return {"image_id": evidence.store(content)}
