"""One line per event in the log, whatever its text contains."""

import logging

_ESCAPES = {code: f"\\x{code:02x}" for code in (*range(0x20), *range(0x7F, 0xA0))}
_ESCAPES |= {0x2028: "\\u2028", 0x2029: "\\u2029", ord("\n"): "\\n", ord("\r"): "\\r", ord("\t"): "\\t"}


class OneLineFormatter(logging.Formatter):
    """``time level logger message``, with control characters escaped: a question cannot forge a line of the log.

    A traceback keeps its lines, each indented, because it is ours.
    """

    default_msec_format = "%s.%03d"

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 (the name is logging's)
        """The line without its traceback."""
        return super().formatMessage(record).translate(_ESCAPES)

    def formatException(self, ei: object) -> str:  # noqa: N802
        """The traceback, indented, its control characters escaped."""
        lines = super().formatException(ei).splitlines()  # type: ignore[arg-type]
        return "\n".join("    " + line.translate(_ESCAPES) for line in lines)
