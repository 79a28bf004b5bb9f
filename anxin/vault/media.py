"""Sound and pictures told by their structure: a file is what its own parts say, walked from its first byte to its last.

Nothing is decoded: the walk reads lengths and marks only, so that a hostile file finds no decoder here. What it
refuses is a file that is something else under a right beginning: a program called voice.m4a, a page with a GIF's mark.
"""

import struct
import zlib

_EBML = b"\x1a\x45\xdf\xa3"
_MP4_BRANDS = {b"M4A ", b"M4B ", b"mp41", b"mp42", b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"dash", b"qt  ",
               b"3gp4", b"3gp5", b"3gp6", b"MSNV"}  # fmt: skip
_MP3_KBPS = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0)
_MP3_KBPS_2 = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0)
_MP3_RATES = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}
_AMR_SIZES = {False: (12, 13, 15, 17, 19, 20, 26, 31, 5), True: (17, 23, 32, 36, 40, 46, 50, 58, 60, 5)}


def sound_of(content: bytes) -> str:
    """The kind of a sound file: webm, ogg, m4a, mp3, amr or wav; empty when its structure is none of these."""
    for name, fits in (("webm", _webm), ("ogg", _ogg), ("m4a", _mp4), ("wav", _wav), ("amr", _amr), ("mp3", _mp3)):
        try:
            if fits(content):
                return name
        except (IndexError, struct.error):
            continue
    return ""


def whole_picture(content: bytes) -> bool:
    """Whether a JPEG or PNG hangs together from its beginning to its end mark."""
    try:
        if content.startswith(b"\xff\xd8\xff"):
            return _jpeg(content)
        if content.startswith(b"\x89PNG\r\n\x1a\n"):
            return _png(content)
    except (IndexError, struct.error):
        pass
    return False


def _jpeg(content: bytes) -> bool:
    place, size = 2, False
    while place + 4 <= len(content):
        if content[place] != 0xFF:
            return False
        mark = content[place + 1]
        if mark == 0xFF:
            place += 1
            continue
        length = int.from_bytes(content[place + 2 : place + 4], "big")
        if length < 2:
            return False
        size = size or mark in {0xC0, 0xC1, 0xC2}
        if mark == 0xDA:
            # Telephones write a thumbnail or a little film behind the end mark: it must be there, not be the last.
            return size and content.rfind(b"\xff\xd9") > place
        place += 2 + length
    return False


def _png(content: bytes) -> bool:
    place, first, pixels = 8, True, False
    while place + 12 <= len(content):
        length, name = struct.unpack(">I4s", content[place : place + 8])
        end = place + 12 + length
        if end > len(content) or (first and (name != b"IHDR" or length != 13)):
            return False
        checked = zlib.crc32(content[place + 4 : end - 4]) == int.from_bytes(content[end - 4 : end], "big")
        if not checked:
            return False
        first, pixels = False, pixels or name == b"IDAT"
        if name == b"IEND":
            return pixels and end == len(content)
        place = end
    return False


def _vint(content: bytes, place: int, *, keep: bool) -> tuple[int, int]:
    """(value, bytes) of an EBML number; ``keep`` leaves the length mark in, as identifiers have it."""
    first = content[place]
    if not first:
        raise IndexError
    width = 9 - first.bit_length()
    raw = content[place : place + width]
    if len(raw) < width:
        raise IndexError
    value = int.from_bytes(raw, "big")
    return (value if keep else value & ((1 << (7 * width)) - 1)), width


def _webm(content: bytes) -> bool:
    if not content.startswith(_EBML):
        return False
    length, width = _vint(content, 4, keep=False)
    head_end = 4 + width + length
    head = content[4 + width : head_end]
    if length > 200 or (b"\x42\x82\x84webm" not in head and b"\x42\x82\x88matroska" not in head):
        return False
    segment, width = _vint(content, head_end, keep=True)
    # A segment (0x18538067) with sound in it; a recorder in a browser leaves its length open.
    return segment == 0x18538067 and any(codec in content[:65536] for codec in (b"A_OPUS", b"A_VORBIS", b"A_AAC"))


def _ogg(content: bytes) -> bool:
    place, pages, sound = 0, 0, False
    while place + 27 <= len(content):
        if content[place : place + 4] != b"OggS" or content[place + 4] != 0:
            return False
        count = content[place + 26]
        sizes = content[place + 27 : place + 27 + count]
        body = place + 27 + count
        end = body + sum(sizes)
        if len(sizes) < count or end > len(content):
            # A recording cut off in its last page is a recording.
            return pages > 1 and sound
        sound = sound or content[body : body + 8] == b"OpusHead" or content[body : body + 7] == b"\x01vorbis"
        pages, place = pages + 1, end
        if pages == 1 and not sound:
            return False
    return pages > 1 and sound and place == len(content)


def _mp4(content: bytes) -> bool:
    if content[4:8] != b"ftyp" or content[8:12] not in _MP4_BRANDS:
        return False
    place, seen = 0, set()
    while place + 8 <= len(content):
        size, name = struct.unpack(">I4s", content[place : place + 8])
        if size == 1:
            size = int.from_bytes(content[place + 8 : place + 16], "big")
        elif size == 0:
            size = len(content) - place
        if size < 8 or place + size > len(content) or not all(32 <= sign < 127 for sign in name):
            return False
        seen.add(name)
        place += size
    return place == len(content) and b"mdat" in seen and (b"moov" in seen or b"moof" in seen) and b"soun" in content


def _wav(content: bytes) -> bool:
    if content[:4] != b"RIFF" or content[8:12] != b"WAVE":
        return False
    place, seen = 12, set()
    while place + 8 <= len(content):
        name, size = struct.unpack("<4sI", content[place : place + 8])
        seen.add(name)
        if name == b"fmt " and size < 14:
            return False
        if name == b"data":
            # A recorder that was stopped hard leaves the length at 0 or beyond the end.
            return b"fmt " in seen
        place += 8 + size + size % 2
    return False


def _amr(content: bytes) -> bool:
    wide = content.startswith(b"#!AMR-WB\n")
    if not wide and not content.startswith(b"#!AMR\n"):
        return False
    place, frames = (9 if wide else 6), 0
    while place < len(content):
        kind, sizes = (content[place] >> 3) & 0x0F, _AMR_SIZES[wide]
        if content[place] & 0x83 or not (kind < len(sizes) or kind in (14, 15)):
            return False
        place += 1 + (sizes[kind] if kind < len(sizes) else 0)
        frames += 1
    return frames > 3


def _mp3(content: bytes) -> bool:
    place = 0
    if content.startswith(b"ID3"):
        a, b, c, d = struct.unpack_from("4B", content, 6)
        if max(a, b, c, d) > 127:
            return False
        place = 10 + (a << 21 | b << 14 | c << 7 | d)
    frames = 0
    while place + 4 <= len(content):
        if content[place : place + 3] == b"TAG" or content[place : place + 8] == b"APETAGEX":
            break
        head = int.from_bytes(content[place : place + 4], "big")
        version, layer = (head >> 19) & 3, (head >> 17) & 3
        kbps, rate = (head >> 12) & 15, (head >> 10) & 3
        if head >> 21 != 0x7FF or version == 1 or layer != 1 or rate == 3 or kbps in (0, 15):
            return False
        table, factor = (_MP3_KBPS, 144) if version == 3 else (_MP3_KBPS_2, 72)
        place += factor * table[kbps] * 1000 // _MP3_RATES[version][rate] + ((head >> 9) & 1)
        frames += 1
    return frames > 3
