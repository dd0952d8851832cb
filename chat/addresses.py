"""The addresses of what has a UUID: a page has a hundred of them, and Django looks at all patterns for each."""

from __future__ import annotations

from functools import cache
from uuid import UUID

from django.urls import get_script_prefix, reverse

_PLACE = UUID(int=0)


def address(name: str, uuid: UUID | str) -> str:
    """Return the address with this name, whose only argument is a UUID, as ``reverse`` does."""
    before, after = _around(name, get_script_prefix())
    return f"{before}{uuid}{after}"


@cache
def _around(name: str, _prefix: str) -> tuple[str, str]:
    before, _, after = reverse(name, args=[_PLACE]).partition(str(_PLACE))
    return before, after
