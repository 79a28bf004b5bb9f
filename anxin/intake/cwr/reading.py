"""Reading the fields of a CWRService body: names without regard to case, values in many spellings."""

import base64
import binascii
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import orjson

from anxin.intake import values
from anxin.intake.cwr.answers import MALFORMED, MISSING, NOT_JSON, REJECTED, Refusal
from anxin.intake.judging import may_send
from anxin.intake.models import Sender
from anxin.law.civil import civil_date
from anxin.registry.models import Project

MAX_DEPTH = 6
MAX_PHOTO = 2 * 1024 * 1024
PHOTOS = frozenset({"id_photo", "facephoto", "idphoto_scan", "idphoto_scan2", "site_photo", "edu_photo"})
_PICTURES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"BM", b"GIF8")

Fields = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Call:
    """One verified call: who, when, which terminal (``device``), and the body with lower-case names."""

    function: str
    sender: Sender
    at: datetime
    device: str
    body: Fields | list[Any] = field(repr=False)

    @property
    def fields(self) -> Fields:
        """The body as an object; a bare array has no fields of its own."""
        return self.body if isinstance(self.body, dict) else {}

    @property
    def today(self) -> date:
        return civil_date(self.at)


def read_body(raw: bytes) -> Fields | list[Any]:
    """The JSON body with lower-case names and without NUL characters; a missing body is an empty object."""
    if not raw.strip():
        return {}
    try:
        body = orjson.loads(raw)
    except orjson.JSONDecodeError:
        body = None
    if not isinstance(body, dict | list):
        raise Refusal(NOT_JSON, "JSON解析失败,请检查请求体!", "The body is not a JSON object or array.")
    plain: Fields | list[Any] = _plain(body, 0)
    return plain


def _plain(value: Any, depth: int) -> Any:
    if depth > MAX_DEPTH:
        raise Refusal(NOT_JSON, "JSON嵌套层次过深!", "The body is nested too deeply.")
    if isinstance(value, dict):
        return {key.lower(): _plain(inner, depth + 1) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner, depth + 1) for inner in value]
    return value.replace("\0", "") if isinstance(value, str) else value


def words(fields: Fields, name: str, limit: int = 100) -> str:
    """A text field, empty when missing. Refuses what is longer than ``limit``, or not a plain value."""
    value = fields.get(name.lower())
    if isinstance(value, dict | list):
        raise Refusal(MALFORMED, "类型不正确!", "is not a plain value", name)
    found = values.text(value)
    if len(found) > limit:
        raise Refusal(MALFORMED, f"长度超过限制{limit}!", f"is longer than {limit} characters", name)
    return found


def needed(fields: Fields, name: str, limit: int = 100) -> str:
    """A text field that must be there."""
    found = words(fields, name, limit)
    if not found:
        raise Refusal(MISSING, "不能为空!", "is missing", name)
    return found


def parsed(fields: Fields, name: str, read: Callable[[object], Any], kind: str, kind_en: str) -> Any:
    """A field read by one of ``intake.values``; None when missing, refused with code 41 when nonsense."""
    try:
        return read(words(fields, name, 64))
    except (ValueError, OverflowError):
        raise Refusal(MALFORMED, f"{kind}不正确!", f"is not {kind_en}", name) from None


def day_of(fields: Fields, name: str) -> date | None:
    """A date field, with or without a time behind it."""
    found: date | None = parsed(fields, name, values.day, "时间格式", "a date")
    return found


def items(fields: Fields, name: str, limit: int = 10_000) -> list[Any]:
    """A list that must be there and must not be empty. What it holds is for ``record`` to judge, one by one."""
    found = fields.get(name.lower())
    if found in (None, "", []):
        raise Refusal(MISSING, "不能为空!", "is missing or empty", name)
    if isinstance(found, dict):
        found = [found]
    if not isinstance(found, list) or not any(isinstance(item, dict) for item in found):
        raise Refusal(MALFORMED, "类型不正确!", "is not a list of objects", name)
    if len(found) > limit:
        raise Refusal(MALFORMED, f"一次最多{limit}条!", f"holds more than {limit} items", name)
    return found


def record(item: Any) -> Fields:
    """One item of a list, which must be an object."""
    if not isinstance(item, dict):
        raise Refusal(MALFORMED, "类型不正确!", "is not an object")
    return item


def kept(item: Any) -> Fields:
    """An item as the list of refused rows keeps it: without its pictures."""
    plain = without_photos(item)
    return plain if isinstance(plain, dict) else {"item": plain}


def photo(fields: Fields, name: str) -> bytes | None:
    """A picture in Base64, as a data URI, or ``jpg,<base64>``. None when missing or an id or address of a picture."""
    value = fields.get(name.lower())
    if not isinstance(value, str) or len(value) < 64 or value[:8].lower().startswith(("http:", "https:")):
        return None
    if len(value) > MAX_PHOTO * 4 // 3 + 64:
        raise Refusal(MALFORMED, "大小超过限制2MB!", "is larger than 2 MB", name)
    text = value.rpartition(",")[2]
    try:
        content = base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        return None
    return content if is_picture(content) else None


def is_picture(content: bytes) -> bool:
    """Whether a file begins as JPEG, PNG, BMP or GIF do."""
    return content.startswith(_PICTURES)


def without_photos(value: Any) -> Any:
    """The same body with a note of its length in place of each picture, for the list of refused rows."""
    if isinstance(value, dict):
        return {
            key: f"({len(inner)})" if key in PHOTOS and isinstance(inner, str) else without_photos(inner)
            for key, inner in value.items()
        }
    return [without_photos(inner) for inner in value] if isinstance(value, list) else value


def project_code(call: Call) -> str:
    """Code of the project a call speaks of: the named one, else the sender's own."""
    code = words(call.fields, "Project_ID", 64)
    if not code and call.sender.project is not None:
        code = call.sender.project.code
    if not code:
        raise Refusal(MISSING, "不能为空!", "is missing, and the sender has no project of its own", "Project_ID")
    return code


def project_of(call: Call) -> Project:
    """The project a call speaks of, which must be registered and the sender's to speak for."""
    project = Project.objects.select_related("contractor").filter(code=project_code(call)).first()
    if project is None or not may_send(call.sender, project):
        if project is None and call.sender.project_id is None:
            raise Refusal(REJECTED, "项目不存在,请先登记项目!", "is not registered yet", "Project_ID")
        raise Refusal(REJECTED, "不属于该账号!", "is not this sender's project", "Project_ID")
    return project
