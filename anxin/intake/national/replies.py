"""What the door says: codes and the texts that clients match on (protocol §1.7, §1.9)."""

from dataclasses import dataclass
from typing import Any

import orjson

OK = 0
BAD_PARAMETER = -1
BAD_SIGNATURE = -2
NO_ACCESS = -3
BAD_ADDRESS = -4
TOO_OFTEN = -5
FAILED = 9999

WAITING, REFUSED, DONE = 0, 10, 20  # states of a receipt

EMPTY = "不能为空!"
MALFORMED = "格式不正确!"
OUT_OF_RANGE = "值超出范围或无效!"
NOT_OWN = "不属于该账号!"
DONE_TEXT = "处理成功"
AREA_WRONG = "参数值不正确,请参见行政区划字典表!"


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer; always HTTP 200."""

    code: int
    message: str = ""
    data: Any = None


class Refused(Exception):
    """A call, a row or a field that cannot be taken. ``place`` is ``[list][index][field]`` in the sender's names."""

    def __init__(self, place: str, reason: str, reason_en: str, *, code: int = BAD_PARAMETER) -> None:
        super().__init__(place + reason)
        self.place, self.reason, self.reason_en, self.code = place, reason, reason_en, code

    def message(self) -> str:
        """The text as the sender sees it."""
        text = self.place + self.reason
        return f"无API访问权限:{text}" if self.code == NO_ACCESS else text


def refuse(field: str, reason: str, reason_en: str, *, code: int = BAD_PARAMETER) -> Refused:
    """A refusal of one named field."""
    return Refused(f"[{field}]", reason, reason_en, code=code)


def encode(reply: Reply, *, data_as_text: bool = False) -> bytes:
    """The reply as one line of JSON. ``data_as_text``: some clients expect ``data`` to be a JSON text itself."""
    data = reply.data
    if data_as_text and data is not None:
        data = orjson.dumps(data).decode()
    return orjson.dumps({"code": reply.code, "message": reply.message, "data": data})
