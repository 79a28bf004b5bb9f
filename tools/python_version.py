"""Say plainly when Python is too old."""

import sys

if sys.version_info < (3, 11):  # noqa: UP036
    sys.exit("anxin needs Python 3.11 or newer; name it with `make PYTHON=python3.12 …`.")
