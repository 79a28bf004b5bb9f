"""Answers of the CWRService protocol: one shape, two-digit codes, HTTP 200 always."""

from typing import Any

import orjson
from django.http import HttpResponse

NO_SIGNATURE = "24"
WRONG_SIGNATURE = "25"
WRONG_KEY = "29"
NO_TIMESTAMP = "30"
WRONG_TIMESTAMP = "31"
NO_VERSION = "32"
MISSING = "40"
MALFORMED = "41"
REJECTED = "43"
NOT_JSON = "47"
NOT_OPEN = "501"


class Refusal(Exception):
    """A call or a record that is not taken: the protocol's code, the field, the reason in Chinese and in English.

    ``str()`` is the code alone, so that nothing personal reaches a log.
    """

    def __init__(self, code: str, reason: str, reason_en: str, field: str = "") -> None:
        super().__init__(code)
        self.code, self.reason, self.reason_en = code, reason, reason_en
        self.place = f"[{field}]" if field else ""


def _answer(*, result: str, code: str, message: str, detail: str, data: dict[str, Any]) -> HttpResponse:
    # One client takes result == "true" as success, another code == "00": both are always set.
    shape = {
        "result": result,
        "status": 200,
        "code": code,
        "message": message,
        "detail_message": detail,
        "result_data": data,
    }
    return HttpResponse(orjson.dumps(shape), content_type="application/json; charset=utf-8")


def success(data: dict[str, Any], message: str = "", detail: str = "") -> HttpResponse:
    """A call that was done."""
    return _answer(result="true", code="00", message=message, detail=detail, data=data)


def failure(refusal: Refusal, data: dict[str, Any] | None = None) -> HttpResponse:
    """A call that was not: the reason in Chinese as ``message``, in English as ``detail_message``."""
    return _answer(
        result="false",
        code=refusal.code,
        message=f"{refusal.place}{refusal.reason}",
        detail=f"{refusal.place} {refusal.reason_en}".strip(),
        data=data or {},
    )
