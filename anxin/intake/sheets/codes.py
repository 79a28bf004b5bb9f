"""National codes that people write as names: 钢筋工, 在建, 中国农业银行. Tables in ``codes.json`` (protocol §8)."""

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from anxin.intake.sheets.cells import text

_FILE = Path(__file__).parent / "codes.json"
_SHORT_NAMES = {
    "bank": {
        "工行": "102", "工商银行": "102", "农行": "103", "农业银行": "103", "中行": "104", "中国银行": "104",
        "建行": "105", "建设银行": "105", "交行": "301", "招行": "308", "邮储": "403", "邮政储蓄": "403",
        "农商": "314", "农信": "402", "信用社": "402", "浦发": "310", "民生银行": "305", "光大银行": "303",
    },
    "document": {"身份证": "01", "居民身份证": "01", "军官证": "02", "港澳通行证": "10"},
    "prj_status": {"停缓建": "005", "停缓": "005", "施工": "003", "竣工": "004", "06": "004", "已完": "004"},
    "category": {"房建": "01", "住宅": "01", "市政": "02", "水利": "07", "交通": "05", "矿": "09"},
    "work_type": {"小工": "390", "普工": "390", "木工": "050", "泥工": "010", "瓦工": "010", "电工": "100"},
    "work_role": {"管理": "10", "工人": "20", "务工": "20"},
    "corp_role": {"总包": "009", "劳务": "006", "专业": "001"},
    "attend_type": {"刷脸": "001", "人脸": "001", "指纹": "003", "刷卡": "006", "身份证": "005", "二维码": "010"},
    "contract_period": {"固定": "0", "工作为期限": "1", "任务": "1"},
}  # fmt: skip


@lru_cache(maxsize=1)
def tables() -> dict[str, dict[str, str]]:
    """Table → code → name."""
    return dict(json.loads(_FILE.read_text(encoding="utf-8")))


@lru_cache(maxsize=4096)
def _code(table: str, raw: str) -> str | None:
    names = tables()[table]
    if raw in names:
        return raw
    if raw.isdigit():
        width = len(next(iter(names)))
        for candidate in (raw.zfill(width), raw.lstrip("0").zfill(width)):
            if candidate in names:
                return candidate
    by_name = {name: code for code, name in names.items()}
    if raw in by_name:
        return by_name[raw]
    short = _SHORT_NAMES.get(table, {})
    if raw in short:
        return short[raw]
    if len(raw) >= 2 and not raw.isdigit():
        starting = {code for name, code in by_name.items() if name.startswith(raw)}
        if len(starting) == 1:
            return starting.pop()
        for name, code in by_name.items():
            if name in raw:
                return code
        for name, code in short.items():
            if name in raw:
                return code
    return None


def code_of(table: str, value: Any) -> str | None:
    """The code of a code or a name; None for a blank or for a word the table does not know."""
    raw = text(value)
    return _code(table, raw) if raw else None
