"""``python -m anxin.cli`` is ``anxin``."""

from anxin.cli import main

main()
