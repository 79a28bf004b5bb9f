"""Sound and pictures are what their own parts say, from the first byte to the last."""

import random
import struct

import pytest

from anxin.vault import evidence
from anxin.vault.evidence import NotEvidence, kind_of
from anxin.vault.media import sound_of, whole_picture
from tests.cases.claiming import png, wav
from tests.stories.test_bad_actors import JPEG, PROGRAM


def box(name: bytes, body: bytes = b"") -> bytes:
    return struct.pack(">I", 8 + len(body)) + name + body


def ogg_page(body: bytes, number: int) -> bytes:
    sizes = bytes([255] * (len(body) // 255) + [len(body) % 255])
    return b"OggS\x00\x00" + bytes(8) + b"abcd" + struct.pack("<II", number, 0) + bytes([len(sizes)]) + sizes + body


WEBM = (
    b"\x1a\x45\xdf\xa3\x87\x42\x82\x84webm"
    + b"\x18\x53\x80\x67\x01\xff\xff\xff\xff\xff\xff\xff"
    + b"\x86\x86A_OPUS" * 2
)
M4A = box(b"ftyp", b"M4A \x00\x00\x00\x00") + box(b"moov", box(b"hdlr", bytes(8) + b"soun")) + box(b"mdat", bytes(64))
OGG = ogg_page(b"OpusHead" + bytes(11), 0) + ogg_page(b"OpusTags" + bytes(300), 1) + ogg_page(bytes(120), 2)
# MPEG 1 layer III, 64 kbit/s at 44.1 kHz: 208 bytes a frame.
MP3 = (b"\xff\xfb\x50\x00" + bytes(204)) * 6
AMR = b"#!AMR\n" + (b"\x3c" + bytes(31)) * 8
SOUNDS = {"webm": WEBM, "m4a": M4A, "ogg": OGG, "mp3": MP3, "amr": AMR, "wav": wav()}


@pytest.mark.parametrize("name", SOUNDS)
def test_each_kind_is_known_by_its_structure(name):
    assert sound_of(SOUNDS[name]) == name
    assert kind_of(SOUNDS[name]).content_type.startswith("audio/")
    assert evidence.check(SOUNDS[name], kinds=(name,)).name == name


@pytest.mark.parametrize("name", SOUNDS)
def test_the_right_beginning_alone_is_not_enough(name):
    for kept in (4, 6, 8, 12, 16):
        assert sound_of(SOUNDS[name][:kept] + PROGRAM) == ""


def test_an_id3_tag_with_its_picture_is_passed_over():
    tag = b"ID3\x04\x00\x00" + bytes([0, 0, 2, 44]) + bytes(300)
    assert sound_of(tag + MP3) == "mp3"
    assert sound_of(tag + PROGRAM) == ""


def test_sound_is_no_paper_and_a_page_is_no_picture():
    with pytest.raises(NotEvidence):
        evidence.check(M4A)
    assert whole_picture(png())
    assert whole_picture(JPEG)
    for broken in (png()[:-1], png() + b"x", png()[:40], JPEG[:-2], JPEG[:20], b"", b"GIF89a"):
        assert not whole_picture(broken)


def test_a_picture_with_one_bit_changed_in_a_checked_part_is_not_whole():
    whole = png(40)
    for place in range(12, len(whole)):
        broken = bytearray(whole)
        broken[place] ^= 0x10
        assert not whole_picture(bytes(broken)), place


def test_whatever_comes_it_answers():
    """No bytes, however made, raise anything."""
    chance = random.Random(4)
    heads = [*SOUNDS.values(), png(), JPEG]
    for _ in range(3000):
        mixed = bytearray(chance.choice(heads)[: chance.randrange(400)] + chance.randbytes(chance.randrange(60)))
        for _flip in range(chance.randrange(6)):
            if mixed:
                mixed[chance.randrange(len(mixed))] = chance.randrange(256)
        assert sound_of(bytes(mixed)) in {"", *SOUNDS}
        assert whole_picture(bytes(mixed)) in {True, False}
