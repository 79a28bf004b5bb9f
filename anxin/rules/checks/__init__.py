"""Checks, one subject a file. Importing a file declares its checks."""

from importlib import import_module
from pkgutil import iter_modules


def load_checks() -> None:
    """Import every file of this folder once."""
    for module in iter_modules(__path__):
        import_module(f"{__name__}.{module.name}")
