"""The endpoints of ``/api/v1``."""

import hashlib
from collections.abc import Callable

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import NinjaAPI, Query
from ninja.errors import ValidationError

from anxin.intake.bulk import decoding, receiving, schemas
from anxin.intake.bulk.decoding import Turned
from anxin.intake.bulk.endpoints import ATTENDANCE, MOVEMENTS, PAYMENTS, PAYROLL, Endpoint
from anxin.intake.bulk.receiving import Answer
from anxin.intake.bulk.signing import Signed, SignedForBulk, body_of
from anxin.intake.models import HeldRow, Receipt, Sender

DESCRIPTION = """Bulk intake of attendance, payroll, payments and account movements, and what became of earlier calls.

Sign every call: `X-Signature` = hex HMAC-SHA256 with your secret over `timestamp + "\\n" + path + "\\n" +
hex SHA-256 of the body as it travels`. A row that breaks a rule is refused in words, a row whose person, project or
account is not known yet waits and flows on by itself; the rest of the batch goes in.
"""
MAX_KEY = 200
PAGE = 200
STATUSES = frozenset({"refused", "waiting", "released", "discarded", "repeated", "mended"})

_View = Callable[[HttpRequest], Answer]

api = NinjaAPI(title="安薪 anxin bulk API", version="1", description=DESCRIPTION, urls_namespace="bulk")
_SENDS = {200: schemas.BatchAnswer, frozenset({400, 401, 403, 409, 413, 415}): schemas.Fault}
_READS = {frozenset({400, 401, 404}): schemas.Fault}


@api.exception_handler(Turned)
def _turned(request: HttpRequest, turned: Turned) -> HttpResponse:
    said = {"code": turned.code, "reason": turned.reason, "reason_en": turned.reason_en}
    return api.create_response(request, said, status=turned.status)


@api.exception_handler(ValidationError)
def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    names = ", ".join(sorted({str(found["loc"][-1]) for found in error.errors}))
    return _turned(request, Turned(400, "parameter", f"参数无效:{names}!", f"These parameters do not fit: {names}."))


def _take(request: HttpRequest, endpoint: Endpoint) -> Answer:
    """Verify, decode, judge, write, answer."""
    at = timezone.now()
    sender: Sender = request.auth  # type: ignore[attr-defined]
    key = request.headers.get("Idempotency-Key", "").strip()
    if not key or len(key) > MAX_KEY:
        raise Turned(
            400, "idempotency_key", "缺少Idempotency-Key请求头或过长!", "Idempotency-Key is missing or too long."
        )
    body = body_of(request)
    kind, encoding = request.content_type or "", request.headers.get("Content-Encoding", "").strip().lower()
    digest = hashlib.sha256(f"{endpoint.name} {kind} {encoding} ".encode() + body).hexdigest()
    earlier = receiving.earlier(sender, key, digest)
    if earlier is not None:
        return earlier
    rows = decoding.read_rows(decoding.unpack(body, encoding), kind, endpoint.columns)
    return receiving.receive(endpoint, rows, sender=sender, key=key, digest=digest, at=at)


def _batches(path: str, row: type[schemas.Schema]) -> Callable[[_View], _View]:
    """Make a view the door for batches of one kind of row."""
    return api.post(
        path,
        operation_id=f"send_{path.strip('/').replace('-', '_')}",
        auth=SignedForBulk(),
        response=_SENDS,
        openapi_extra={"requestBody": schemas.request_body(row), "parameters": schemas.SENDING},
        tags=["send"],
    )


@_batches("/attendance", schemas.AttendanceRow)
def attendance(request: HttpRequest) -> Answer:
    """Attendance 考勤: one row a passing of the gate."""
    return _take(request, ATTENDANCE)


@_batches("/payroll", schemas.PayrollRow)
def payroll(request: HttpRequest) -> Answer:
    """Payroll 工资表: one row a worker's line on a wage sheet."""
    return _take(request, PAYROLL)


@_batches("/payments", schemas.PaymentRow)
def payments(request: HttpRequest) -> Answer:
    """Payments 发放: one row a payout, paid or failed, as the bank reports it."""
    return _take(request, PAYMENTS)


@_batches("/account-movements", schemas.MovementRow)
def account_movements(request: HttpRequest) -> Answer:
    """Account movements 专户流水: one row a booking on a wage account, or a balance."""
    return _take(request, MOVEMENTS)


@api.get(
    "/receipts/{serial}",
    operation_id="get_receipt",
    auth=Signed(),
    response={200: schemas.ReceiptAnswer, **_READS},
    openapi_extra={"parameters": schemas.READING},
    tags=["look"],
)
def receipt(request: HttpRequest, serial: str) -> Receipt:
    """What became of a call: how many rows were accepted, refused, or wait."""
    found = _own(request).filter(serial=serial).first() if "\0" not in serial else None
    if found is None:
        raise Turned(404, "no_receipt", "没有此回执!", "There is no receipt of yours under this number.")
    return found


@api.get(
    "/held",
    operation_id="list_held",
    auth=Signed(),
    response={200: schemas.HeldPage, **_READS},
    openapi_extra={"parameters": schemas.READING},
    tags=["look"],
)
def held(
    request: HttpRequest,
    status: str = Query("", description="refused, waiting, released, discarded, repeated or mended; all when missing."),
    receipt: str = Query("", max_length=64, description="Only the rows of this receipt."),
    before: int | None = Query(None, ge=1, le=2**62, description="Only rows older than this id."),
    limit: int = Query(PAGE, ge=1, le=1000),
) -> dict[str, object]:
    """The sender's rows that were refused or wait, newest first, whichever door they came through."""
    if (status and status not in STATUSES) or "\0" in receipt:
        raise Turned(400, "parameter", "参数无效:status!", f"status is one of {', '.join(sorted(STATUSES))}.")
    rows = HeldRow.objects.filter(sender=request.auth).select_related("receipt").order_by("-id")  # type: ignore[attr-defined]
    if status:
        rows = rows.filter(status=status)
    if receipt:
        rows = rows.filter(receipt__serial=receipt)
    if before is not None:
        rows = rows.filter(id__lt=before)
    page = list(rows[: limit + 1])
    more = len(page) > limit
    return {"items": [_told(row) for row in page[:limit]], "before": page[limit - 1].pk if more else None}


def _own(request: HttpRequest) -> QuerySet[Receipt]:
    return Receipt.objects.filter(sender=request.auth)  # type: ignore[attr-defined]


def _told(row: HeldRow) -> dict[str, object]:
    number, field = receiving.place_parts(row.place)
    return {
        "id": row.pk,
        "kind": row.kind,
        "project_code": row.project_code,
        "place": row.place,
        "row": number,
        "field": field,
        "status": row.status,
        "reason": row.reason,
        "reason_en": row.reason_en,
        "received_at": row.received_at,
        "settled_at": row.settled_at,
        "receipt": row.receipt.serial if row.receipt is not None else None,
        "times": row.times,
    }
