"""HTML of many small values: an answer with three sources has a hundred, for which Django's functions take long."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from django.utils.safestring import SafeString


def formatted(template: str, *values: object) -> SafeString:
    """Return HTML with these values, escaped unless they are HTML, which takes ``format_html`` three times as long."""
    # All has been escaped; ``mark_safe`` takes five times as long.
    return SafeString(template.format(*map(_escaped, values)))


def joined(pieces: Iterable[object]) -> SafeString:
    """Return pieces one after another, escaped unless they are HTML, as ``format_html_join`` does."""
    return SafeString("".join(map(_escaped, pieces)))


def _escaped(value: object) -> str:
    return value if type(value) is SafeString else escape(str(value))
