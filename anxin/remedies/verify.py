"""Prove an evidence pack, offline, with nothing but Python (3.9 or later):  python verify.py PACK.zip

It reads the pack, hashes every part and every link of the trail anew, and names what does not fit. The same file proves
packs inside the system. What it cannot know is whether the whole pack was made up: for that, compare the seal's number
and digest, which it prints, with what the authority's system says of the same link.
"""

from __future__ import annotations

import hashlib
import json
import sys
import zipfile
import zlib
from typing import Any

FORMAT = "anxin-evidence-pack/1"
MANIFEST = "manifest.json"
MOST_BYTES = 1 << 30


def root_of(parts: list[dict[str, Any]]) -> str:
    """SHA-256 over the list of parts: a line "sha256  bytes  name" each, by name."""
    lines = sorted(f"{one['sha256']}  {one['bytes']}  {one['name']}\n" for one in parts)
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def verify(file: Any, noted: tuple[int, str] | None = None) -> list[str]:
    """What is wrong with a pack, one sentence each; an empty list when it holds. ``file``: a path or an open file.

    ``noted``: number and digest of a link that somebody wrote down outside.
    """
    try:
        with zipfile.ZipFile(file) as pack:
            names = [one.filename for one in pack.infolist()]
            doubled = sorted({name for name in names if names.count(name) > 1})
            if doubled:
                return [f"{name}: occurs twice" for name in doubled]
            if sum(one.file_size for one in pack.infolist()) > MOST_BYTES:
                return ["the pack is too large"]
            try:
                manifest = json.loads(_read(pack, MANIFEST))
                return _parts(pack, manifest, names) + _links(manifest, noted)
            except (KeyError, ValueError, TypeError, AttributeError, RecursionError):
                return [f"{MANIFEST}: cannot be read"]
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError, EOFError):
        return ["the pack is no whole zip file"]


def seal_of(file: Any) -> tuple[int, str, str]:
    """Number, digest and moment of the link that seals a pack."""
    with zipfile.ZipFile(file) as pack:
        seal = json.loads(pack.read(MANIFEST))["trail"]["links"][-1]
    return seal["number"], seal["digest"], json.loads(seal["content"])["at"]


def _read(pack: zipfile.ZipFile, name: str) -> bytes:
    try:
        return pack.read(name)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError):
        raise ValueError(name) from None


def _parts(pack: zipfile.ZipFile, manifest: Any, names: list[str]) -> list[str]:
    wrong = []
    if manifest["format"] != FORMAT:
        wrong.append(f"{MANIFEST}: format {manifest['format']} is not known")
    told = {one["name"]: one for one in manifest["parts"]}
    if len(told) != len(manifest["parts"]):
        wrong.append(f"{MANIFEST}: names a part twice")
    for name, one in told.items():
        if name not in names:
            wrong.append(f"{name}: is missing")
            continue
        try:
            content = _read(pack, name)
        except ValueError:
            wrong.append(f"{name}: its content was changed")
            continue
        if len(content) != one["bytes"] or hashlib.sha256(content).hexdigest() != one["sha256"]:
            wrong.append(f"{name}: its content was changed")
    wrong += [f"{name}: does not belong to the pack" for name in names if name not in told and name != MANIFEST]
    if root_of(manifest["parts"]) != manifest["root"]:
        wrong.append(f"{MANIFEST}: the list of parts was changed")
    return wrong


def _links(manifest: Any, noted: tuple[int, str] | None) -> list[str]:
    wrong: list[str] = []
    before: tuple[int, str] | None = None
    links = manifest["trail"]["links"]
    for link in links:
        number, digest, content = link["number"], link["digest"], link["content"]
        if content is not None:
            if hashlib.sha256(content.encode()).hexdigest() != digest:
                wrong.append(f"link {number}: its content was changed")
            elif json.loads(content)["number"] != number:
                wrong.append(f"link {number}: its number was changed")
            elif before and number == before[0] + 1 and json.loads(content)["previous"] != before[1]:
                wrong.append(f"link {number}: it does not join the link before it")
        if before and number <= before[0]:
            wrong.append(f"link {number}: it is out of order")
        if noted and number == noted[0] and digest != noted[1]:
            wrong.append(f"link {number}: it is not the link that was noted")
        before = (number, digest)
    if not links or links[-1]["content"] is None:
        return [*wrong, "the pack has no seal"]
    seal = json.loads(links[-1]["content"])
    if seal["action"] != "evidence-pack" or seal["changes"].get("root") != manifest["root"]:
        wrong.append(f"link {seal['number']}: it does not seal these parts")
    return wrong


def main() -> int:
    """Prove the pack named on the command line; exit code 1 when it does not hold."""
    if len(sys.argv) != 2:
        sys.stdout.write("usage: python verify.py PACK.zip\n")
        return 2
    wrong = verify(sys.argv[1])
    if wrong:
        sys.stdout.write("\n".join(["DOES NOT HOLD 不成立", *wrong, ""]))
        return 1
    number, digest, at = seal_of(sys.argv[1])
    sys.stdout.write(f"HOLDS 成立\nsealed {at} by link 封存于留痕链 {number}:{digest}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
