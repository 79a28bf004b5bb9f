"""The Chinese face of PDFs: one that can be put into the file, so that it reads anywhere, or else one by name alone.

Only faces with TrueType outlines can be embedded (``reportlab``); those of fonts-noto-cjk have PostScript outlines.
"""

import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFError, TTFont

# The predefined Adobe-GB1 face: readers of PDFs bring it along, most of them.
BY_NAME = "STSong-Light"
# Faces of the system with TrueType outlines, the plainest first; file names in small letters.
SYSTEM = (
    "wqy-microhei.ttc", "wqy-zenhei.ttc", "droidsansfallbackfull.ttf", "droidsansfallback.ttf",
    "notosanssc-regular.ttf", "notoserifsc-regular.ttf", "uming.ttc", "simsun.ttc", "simsun.ttf", "simfang.ttf",
    "simhei.ttf", "msyh.ttc",
)  # fmt: skip
PLACES = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"))
# What a face must be able to write: it stands in every pack.
MUST_WRITE = "证据包农民工工资考勤银行元薪〔〕"


@dataclass(frozen=True)
class Face:
    """A face by its name in the PDF. ``file``: what is embedded; None: it is named alone."""

    name: str
    file: Path | None


def own_file() -> Path:
    """Where an office puts its own face."""
    return Path(settings.DATA) / "papers" / "font.ttf"


def own_is_bad() -> bool:
    """Whether an office has put a face there that cannot be used."""
    return own_file().exists() and _embedded(own_file()) is None


def face() -> Face:
    """The face to set Chinese in, registered: the office's own, else one of the system's, else the one by name."""
    for file in (own_file(), *_of_the_system()):
        if file.exists() and (name := _embedded(file)) is not None:
            return Face(name, file)
    pdfmetrics.registerFont(UnicodeCIDFont(BY_NAME))
    return Face(BY_NAME, None)


@lru_cache(maxsize=1)
def _of_the_system() -> tuple[Path, ...]:
    found: dict[str, Path] = {}
    for place in PLACES:
        for folder, _, names in os.walk(place):
            found |= {name.lower(): Path(folder) / name for name in names if name.lower() in SYSTEM}
    return tuple(found[name] for name in SYSTEM if name in found)


def _embedded(file: Path) -> str | None:
    try:
        state = file.stat()
    except OSError:
        return None
    return _registered(file, state.st_mtime_ns, state.st_size)


@lru_cache(maxsize=8)
def _registered(file: Path, _changed: int, _size: int) -> str | None:
    """The name under which a file's face is registered; None for one that cannot be embedded or lacks the signs."""
    name = f"anxin-{file.stem}"
    try:
        font = TTFont(name, str(file))
    except (TTFError, OSError, ValueError, KeyError, IndexError):
        return None
    if any(ord(sign) not in font.face.charToGlyph for sign in MUST_WRITE):
        return None
    pdfmetrics.registerFont(font)
    return name
