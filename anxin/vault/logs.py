"""The last fence of the log: whatever a library or a traceback puts into it, numbers of people do not get through."""

import logging

from anxin.vault.fields import mask_text


class MaskingFormatter(logging.Formatter):
    """A formatter that hides phones, identity numbers and cards in the finished text, tracebacks included."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, masked."""
        return mask_text(super().format(record))
