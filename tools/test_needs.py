"""Install what the tests need from the system: PostgreSQL, Chromium with a Chinese font, Java for Spark.

As root on Debian or Ubuntu they are installed; otherwise one plain sentence says what to install.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

NEEDS = {
    "postgresql": lambda: bool(list(Path("/usr/lib/postgresql").glob("*/bin/initdb"))),
    "chromium": lambda: bool(shutil.which("chromium") or shutil.which("chromium-browser")),
    "fonts-noto-cjk": lambda: any(Path("/usr/share/fonts").rglob("NotoSansCJK*")),
    "default-jre-headless": lambda: bool(shutil.which("java")),
}


def main() -> None:
    missing = [package for package, there in NEEDS.items() if not there()]
    if not missing:
        return
    command = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *missing]
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        sys.exit(f"The tests need these system packages: {' '.join(missing)} (as root: {' '.join(command)}).")
    quiet = {"stdout": subprocess.DEVNULL, "env": {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}}
    subprocess.run(["apt-get", "update", "-qq"], check=True, **quiet)
    subprocess.run(command, check=True, **quiet)


if __name__ == "__main__":
    main()
