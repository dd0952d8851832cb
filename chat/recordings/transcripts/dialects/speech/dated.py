"""Entries whose times are dates: seconds count from the first of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from ...clock import moment
from ...draft import Draft
from .entries import Keys, first


def since_first(draft: Draft, found: Iterable[Any], keys: Keys) -> Keys:
    """Return the keys with the first moment of the entries as origin, and note its date in the draft."""
    moments = [then for entry in found if (then := _start(entry, keys))] if keys.start else []
    if not moments:
        return keys
    origin = min(moments)
    draft.recorded_on = origin.date()
    return replace(keys, origin=origin)


def _start(entry: Any, keys: Keys) -> datetime | None:
    return moment(first(entry, keys.start))
