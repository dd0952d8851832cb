"""One line per log event, whatever its text contains."""

import logging

from typing_extensions import override

_ESCAPES = {code: f"\\x{code:02x}" for code in (*range(0x20), *range(0x7F, 0xA0))}
_ESCAPES |= {0x2028: "\\u2028", 0x2029: "\\u2029", ord("\n"): "\\n", ord("\r"): "\\r", ord("\t"): "\\t"}


class OneLineFormatter(logging.Formatter):
    """Formats ``time level logger message`` with control characters escaped, so that no question can forge a line.

    A traceback keeps its lines, each indented, because Python writes them.
    """

    default_msec_format = "%s.%03d"

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")

    @override
    def formatMessage(self, record: logging.LogRecord) -> str:
        """Escape the control characters of the line."""
        return super().formatMessage(record).translate(_ESCAPES)

    @override
    def formatException(self, ei: object) -> str:
        """Indent the traceback, and escape its control characters."""
        lines = super().formatException(ei).splitlines()  # type: ignore[arg-type]
        return "\n".join("    " + line.translate(_ESCAPES) for line in lines)
