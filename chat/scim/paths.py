"""Filters and paths of RFC 7644, as far as directories use them.

Such as ``userName eq "ana"`` and ``emails[type eq "work"].value``.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from .protocol import ScimError

_NAME = r"(?:urn:[\w.:-]+:)?[A-Za-z$][\w$-]*(?:\.[A-Za-z$][\w$-]*)?"
_VALUE = r'"(?:[^"\\]|\\.)*"|true|false|null|-?\d+(?:\.\d+)?'
_FILTER = re.compile(rf"\s*({_NAME})\s+[eE][qQ]\s+({_VALUE})\s*")
_PATH = re.compile(rf"({_NAME})(?:\[({_NAME})\s+[eE][qQ]\s+({_VALUE})\])?(?:\.([A-Za-z$][\w$-]*))?")
_URN = re.compile(r"urn:[\w.:-]+:")


@dataclass(frozen=True)
class Comparison:
    """``attribute eq value``; the name is in lower case, without the name of its schema."""

    attribute: str
    value: object


@dataclass(frozen=True)
class Path:
    """An attribute, the elements of it that a comparison picks, and a part of them."""

    attribute: str
    picked: Comparison | None = None
    part: str = ""


def comparison(text: str) -> Comparison:
    """Return a filter. Raise ``ScimError`` unless it is one comparison for equality."""
    found = _FILTER.fullmatch(text)
    if not found:
        raise ScimError(400, 'Only filters such as userName eq "ana" are supported.', "invalidFilter")
    return Comparison(_plain(found[1]), json.loads(found[2]))


def path(text: str) -> Path:
    """Return the path of a change. Raise ``ScimError``."""
    found = _PATH.fullmatch(text.strip())
    if not found:
        raise ScimError(400, f"The path {text[:80]!r} is not supported.", "invalidPath")
    attribute, _, part = _plain(found[1]).partition(".")
    picked = Comparison(_plain(found[2]), json.loads(found[3])) if found[2] else None
    return Path(attribute, picked, (found[4] or part).lower())


def _plain(name: str) -> str:
    return _URN.sub("", name).lower()
