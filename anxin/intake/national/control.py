"""AsyncHandleResult.Query and CheckSign.Query: what became of a call, and whether the account works."""

from typing import Any

import orjson

from anxin.intake.models import Receipt
from anxin.intake.national.calls import Call
from anxin.intake.national.fields import Fields
from anxin.intake.national.replies import WAITING, refuse


def receipt_of(call: Call, item: Fields) -> Receipt:
    """The receipt a sender asks for; only its own."""
    serial = item.text("requestSerialCode", "requestCode", limit=64)
    if not serial:
        raise refuse("requestSerialCode", "不能为空!", "is missing")
    found = Receipt.objects.filter(serial=serial, sender=call.sender).first()
    if found is None:
        raise refuse("requestSerialCode", "不存在!", "is not a receipt of this sender")
    return found


def result(call: Call, item: Fields) -> dict[str, Any]:
    """State and result of a call. The result is a text, empty while the call waits (protocol §1.8)."""
    found = receipt_of(call, item)
    text = "" if found.status == WAITING else found.result
    return {"requestSerialCode": found.serial, "status": found.status, "result": text}


def result_opened(call: Call, item: Fields) -> dict[str, Any]:
    """The same with the result as an object, as one Fujian client reads it after Team.Update."""
    answer = result(call, item)
    try:
        opened = orjson.loads(answer["result"])
    except orjson.JSONDecodeError:
        return answer
    if isinstance(opened, dict) and "teamSysNo" in opened:
        opened["teamSysno"] = opened["teamSysNo"]
    return {**answer, "result": opened}


def check_sign(call: Call, item: Fields) -> dict[str, Any]:
    """The signature was right, or the call would not have come here."""
    return {}
