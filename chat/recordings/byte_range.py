"""The one range of bytes that a request asks for."""

from __future__ import annotations

import re
from collections.abc import Mapping

from django.utils.http import http_date

from ..storage import Stored

_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.ASCII)


def asked_range(headers: Mapping[str, str], file: Stored) -> range | None:
    """Return the bytes that a request asks for, empty if they are outside of the file; None for the whole file.

    Ignore a header that is not exactly one range of bytes, as RFC 9110 allows: who asks for several gets the whole. So
    does who asks for a range of another content (``If-Range``).
    """
    if headers.get("If-Range", file.tag) not in (file.tag, http_date(file.modified.timestamp())):
        return None
    match = _RANGE.fullmatch(headers.get("Range", "").replace(" ", ""))
    if not match or not any(match.groups()):
        return None
    first, last = match.groups()
    if not first:
        return range(max(0, file.size - int(last)), file.size)
    if last and int(last) < int(first):
        return None
    return range(int(first), min(int(last) + 1, file.size) if last else file.size)
