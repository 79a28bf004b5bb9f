"""The Word templates: ours, and an office's own in ``ANXIN_DATA/papers/<region>/<kind>.docx``, nearest place first.

``000000`` as region is for everybody. An office's file is checked when it is brought and by ``anxin doctor``.
"""

import hashlib
import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction

from anxin.people import trail
from anxin.people.models import User
from anxin.registry.regions import nearest_first
from anxin.remedies.filling import BadTemplate, fill, names_in
from anxin.remedies.kinds import FOLDER, Kind, kinds, needed, placeholders

EVERYWHERE = "000000"


@dataclass(frozen=True)
class Found:
    """A template: its content, its hash and whose it is (a region code; blank: ours)."""

    content: bytes
    digest: str
    region: str


def _own(region: str, kind: str) -> Path:
    if kind not in kinds() or len(region) != 6 or not (region.isascii() and region.isdecimal()):
        raise FileNotFoundError("There is no such template.")
    return Path(settings.DATA) / "papers" / region / f"{kind}.docx"


def shipped(kind: str) -> bytes:
    """Our own template. Raises FileNotFoundError on an unknown kind."""
    if kind not in kinds():
        raise FileNotFoundError("There is no such template.")
    return (FOLDER / "zh" / f"{kind}.docx").read_bytes()


def find(kind: str, region_code: str) -> Found:
    """The template that holds in a place: county's, city's, province's, everybody's, ours."""
    for place in (*nearest_first(region_code), EVERYWHERE):
        file = _own(place, kind)
        if file.exists():
            content = file.read_bytes()
            return Found(content, hashlib.sha256(content).hexdigest(), place)
    content = shipped(kind)
    return Found(content, hashlib.sha256(content).hexdigest(), "")


def examine(kind: Kind, content: bytes) -> list[tuple[str, str]]:
    """What is wrong with a template of this kind, in Chinese and English; nothing when it can be used."""
    sample = sample_of(kind)
    try:
        used = names_in(content, sample)
    except BadTemplate as bad:
        return [(bad.zh, bad.en)]
    wrong = []
    for name in sorted(used - placeholders(kind)):
        wrong.append((f"不认识的名称：{name}", f"Unknown name: {name}"))
    for name in sorted(needed(kind) - used):
        wrong.append((f"缺少必须的名称：{name}", f"A needed name is missing: {name}"))
    if not wrong:
        try:
            fill(content, sample)
        except BadTemplate as bad:
            wrong.append((bad.zh, bad.en))
    return wrong


def sample_of(kind: Kind) -> dict[str, object]:
    """Invented values for every name a template of this kind may use."""
    known: dict[str, object] = dict.fromkeys(placeholders(kind), "示例文字")
    person = {"months": "2026年3月", "days": "23", "rate": "280.00", "sum": "6,440.00"}
    return {
        **known,
        "title": kind.title["zh"],
        "article": kind.article["zh"],
        "unit": "某某县人力资源和社会保障局",
        "number": f"某人社监{kind.mark}〔2026〕第1号",
        "addressee": "某某建设有限公司",
        "employer": "某某建设有限公司",
        "project": "某某项目",
        "people": "2",
        "months": "2026年3月",
        "sum": "12,880.00",
        "sum_words": "壹万贰仟捌佰捌拾元整",
        "signed_on": "2026年4月20日",
        "due_on": "2026年4月27日",
        "rows": [{"no": str(n), "who": f"工友{stem}-0000", **person} for n, stem in enumerate("甲乙", 1)],
        "instalments": [{"no": str(n), "on": f"2026年{4 + n}月10日", "sum": "6,440.00"} for n in (1, 2)],
    }


@transaction.atomic
def replace(*, kind: Kind, region: str, content: bytes, by: User, at: datetime) -> str:
    """Put an office's own template in place of the one above it. Answers its hash. Raises BadTemplate."""
    wrong = examine(kind, content)
    if wrong:
        raise BadTemplate("；".join(zh for zh, _ in wrong), "; ".join(en for _, en in wrong))
    digest = hashlib.sha256(content).hexdigest()
    trail.record(by=by, at=at, action="paper-template", subject="paper-template", subject_id=f"{region}:{kind.key}",
                 changes={"sha256": digest})  # fmt: skip
    file = _own(region, kind.key)
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_suffix(f".{secrets.token_hex(8)}.draft")
    with draft.open("wb") as handle:
        handle.write(content)
        handle.flush()
        os.fsync(handle.fileno())
    draft.replace(file)
    return digest


@transaction.atomic
def restore(*, kind: Kind, region: str, by: User, at: datetime) -> bool:
    """Take an office's own template away; False when there was none."""
    file = _own(region, kind.key)
    if not file.exists():
        return False
    trail.record(by=by, at=at, action="paper-template-restore", subject="paper-template",
                 subject_id=f"{region}:{kind.key}")  # fmt: skip
    file.unlink(missing_ok=True)
    return True


def faults() -> Iterator[tuple[str, str]]:
    """Every office's template that cannot be used, however it came there: its place in the folder, and why."""
    folder = Path(settings.DATA) / "papers"
    for file in sorted(folder.glob("*/*.docx")):
        place = file.relative_to(folder).as_posix()
        kind = kinds().get(file.stem)
        if kind is None:
            yield place, "there is no such kind of paper"
            continue
        for _zh, en in examine(kind, file.read_bytes()):
            yield place, en
