"""A command that documents, pages and messages tell people to run is there."""

import re
from pathlib import Path

import click
import pytest

from anxin.cli import main

ROOT = Path(__file__).resolve().parents[2]
TOLD = [
    *(ROOT / "docs").glob("*.md"),
    *ROOT.glob("*.md"),
    *(file for file in (ROOT / "anxin").rglob("*.py") if "migrations" not in file.parts),
    *(ROOT / "anxin").rglob("*.html"),
]
# `anxin doctor`, .venv/bin/anxin user add …, 执行 anxin organisations seed 生成
CALL = re.compile(r"(?:`|/bin/|执行 )anxin ([a-z-]+)(?: ([a-z-]+))?")


def calls() -> set[tuple[str, str]]:
    return {found for file in TOLD for found in CALL.findall(file.read_text(encoding="utf-8"))}


@pytest.mark.parametrize(("name", "then"), sorted(calls()))
def test_it_is_there(name, then):
    command = main.commands.get(name)
    assert command is not None, f"anxin {name}"
    if isinstance(command, click.Group) and then:
        assert then in command.commands, f"anxin {name} {then}"
