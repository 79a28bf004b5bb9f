"""Settings of the test run: a throw-away data folder, quick password hashing."""

import os
import tempfile

os.environ["ANXIN_DATA"] = tempfile.mkdtemp(prefix="anxin-test-")

from anxin.settings import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
LOGGING = {"version": 1, "disable_existing_loggers": False}
