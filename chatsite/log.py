"""One line per log event, whatever its text contains, and one a minute for each kind of refused request."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from threading import Lock
from time import monotonic
from typing import Any

from typing_extensions import override

_ESCAPES = {code: f"\\x{code:02x}" for code in (*range(0x20), *range(0x7F, 0xA0))}
_ESCAPES |= {0x2028: "\\u2028", 0x2029: "\\u2029", ord("\n"): "\\n", ord("\r"): "\\r", ord("\t"): "\\t"}

_SECRETS = re.compile(r"(/accounts/(?:first|invitation|forgotten|link/[^/\s]+)/)[^/\s\"']+")
"""Paths of links that let somebody in; what follows the group is their secret."""

_MALFORMED = ("Invalid HTTP request", "Invalid UTF-8 sequence")
"""How lines of uvicorn begin about what a client sent."""

REFUSAL_SECONDS = 60.0
"""The least time between two lines about refusals of one kind: scanners send hundreds of them."""


def configuration(level: str) -> dict[str, Any]:
    """Return Django's setting ``LOGGING``: everything goes to standard error."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": "chatsite.log.OneLineFormatter"}},
        "filters": {"refusals": {"()": "chatsite.log.RefusalFilter"}},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["refusals"]}},
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            "django": {"handlers": [], "level": "WARNING", "propagate": True},
            # It logs a traceback twice a second while Redis is unreachable; chat.turns.relay logs the outage once.
            "channels_redis": {"level": "CRITICAL"},
            "openai": {"level": "INFO"},  # below that it logs what it sends: questions and transcripts
            "databricks": {"level": "INFO"},  # below that it logs what it receives: passwords of the database
            "psycopg.pool": {"level": "ERROR"},  # it warns of every attempt; we log an outage once
        },
    }


class OneLineFormatter(logging.Formatter):
    """Formats ``time level logger message`` with control characters escaped, so that no question can forge a line.

    A traceback keeps its lines, each indented, because Python writes them.
    """

    default_msec_format = "%s.%03d"

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")

    @override
    def formatMessage(self, record: logging.LogRecord) -> str:
        """Escape the control characters of the line, and leave out the secrets of links."""
        return _without_secrets(super().formatMessage(record).translate(_ESCAPES))

    @override
    def formatException(self, ei: object) -> str:
        """Indent the traceback, and escape its control characters."""
        lines = super().formatException(ei).splitlines()  # type: ignore[arg-type]
        return "\n".join("    " + _without_secrets(line.translate(_ESCAPES)) for line in lines)


class RefusalFilter(logging.Filter):
    """Lets one record a minute pass for each kind of refused request, without its traceback.

    The next one of that kind says how many were left out. Everything else passes unchanged.
    """

    def __init__(self, *, clock: Callable[[], float] = monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._lock = Lock()
        self._last: dict[str, float] = {}
        self._left_out: dict[str, int] = {}

    @override
    def filter(self, record: logging.LogRecord) -> bool:
        kind = refusal_kind(record)
        if not kind:
            return True
        with self._lock:
            now = self._clock()
            if now - self._last.get(kind, float("-inf")) < REFUSAL_SECONDS:
                self._left_out[kind] = self._left_out.get(kind, 0) + 1
                return False
            self._last[kind] = now
            count = self._left_out.pop(kind, 0)
        record.exc_info = record.exc_text = None  # where in Django a stranger's request fails says nothing
        record.msg, record.args = f"{record.getMessage()}{_hint(kind)}{_left_out(count)}", ()
        return True


def refusal_kind(record: logging.LogRecord) -> str:
    """Return the kind of refusal that a record is about: ``host``, ``origin`` or a status; empty if about none."""
    if kind := getattr(record, "refused", ""):
        return str(kind)
    if record.name == "django.security.DisallowedHost":
        return "host"
    if record.name == "django.security.csrf":
        return "origin" if "Origin checking failed" in record.getMessage() else "form"
    if record.name.startswith("django.security."):
        return record.name
    if record.name == "uvicorn.error" and record.getMessage().startswith(_MALFORMED):
        return "malformed"
    status = getattr(record, "status_code", 0)
    return str(status) if record.name == "django.request" and 400 <= status < 500 else ""


def _without_secrets(line: str) -> str:
    return _SECRETS.sub(r"\1…", line)


def _hint(kind: str) -> str:
    return " ORIGINS lists the origins of the site." if kind == "origin" else ""


def _left_out(count: int) -> str:
    return f" ({count} more of this kind since the last such line)" if count else ""
