"""Settings of the test run: a throw-away data folder, quick password hashing, SQLite in a file as it is served.

SQLite in memory answers a second connection "table is locked" at once where the real file makes it wait, so tests of
calls at the same time would meet faults that nobody else can.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

os.environ["ANXIN_DATA"] = tempfile.mkdtemp(prefix="anxin-test-")
atexit.register(shutil.rmtree, os.environ["ANXIN_DATA"], ignore_errors=True)

from anxin.settings import *  # noqa: F403

if "sqlite3" in DATABASES["default"]["ENGINE"]:  # noqa: F405
    DATABASES["default"]["TEST"] = {"NAME": str(Path(os.environ["ANXIN_DATA"]) / "test.sqlite3")}  # noqa: F405
    # Who cuts the power (tests/stories) starts processes with settings of their own.
    DATABASES["default"]["OPTIONS"]["init_command"] += " PRAGMA synchronous=OFF;"  # noqa: F405

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
LOGGING = {"version": 1, "disable_existing_loggers": False}
