"""Text on its way into a cell of somebody's spreadsheet: what others typed must not run there, nor break the file."""

import re

# The signs a formula begins with, also in the wide spelling that spreadsheets of East Asia take, and the blanks that
# may stand before one (OWASP, CSV injection).
_FORMULA_STARTS = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")
# What XML 1.0 knows no sign for; a workbook is XML.
_NO_SIGNS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def disarmed(text: str) -> str:
    """The text without signs that no sheet holds; an apostrophe before what a spreadsheet would take for a formula."""
    held = _NO_SIGNS.sub("", text)
    return "'" + held if held.startswith(_FORMULA_STARTS) else held
