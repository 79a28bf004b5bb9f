"""Data folders of their own for stories that run the real command in processes of its own."""

import os
import subprocess
import sys
from pathlib import Path

import psycopg

ROOT = Path(__file__).parents[2]
ANXIN = [sys.executable, "-m", "anxin.cli"]


def folder(path: Path, name: str) -> dict[str, str]:
    """The environment of a new data folder; on PostgreSQL with an empty database of its own."""
    env = {**os.environ, "ANXIN_DATA": str(path / name), "DJANGO_SETTINGS_MODULE": "anxin.settings",
           "PYTHONPATH": str(ROOT)}  # fmt: skip
    env.pop("PYTEST_CURRENT_TEST", None)
    url = os.environ.get("DATABASE_URL")
    if url:
        database = f"story_{name}_{os.getpid()}_{abs(hash(str(path))) % 10**8}"
        with psycopg.connect(url, autocommit=True) as server:
            server.execute(f"CREATE DATABASE {database}")
        env["DATABASE_URL"] = url.rsplit("/", 1)[0] + "/" + database
    return env


def command(env: dict[str, str], *arguments: str, code: int = 0) -> subprocess.CompletedProcess[str]:
    """Run ``anxin`` there; the exit code must be the wanted one."""
    done = subprocess.run([*ANXIN, *arguments], env=env, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == code, done.stdout + done.stderr
    return done


def python(env: dict[str, str], code: str) -> str:
    """Run Python there, with Django set up; answers what it printed."""
    setup = "import django; django.setup()\n"
    done = subprocess.run([sys.executable, "-c", setup + code], env=env, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout
