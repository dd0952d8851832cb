"""The time zones that a user can choose from, by their part of the world."""

from __future__ import annotations

from functools import cache
from zoneinfo import available_timezones

_REGIONS = ("Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")
Choices = list[tuple[str, list[tuple[str, str]]]]


@cache
def zones() -> Choices:
    """Return the parts of the world, each with the names of its zones, and those names as people write them."""
    names = sorted(available_timezones())
    groups = [
        (region, [(name, _written(name)) for name in names if name.startswith(f"{region}/")]) for region in _REGIONS
    ]
    return [("World", [("UTC", "UTC")]), *((region, found) for region, found in groups if found)]


def _written(name: str) -> str:
    return name.partition("/")[2].replace("_", " ").replace("/", ", ")
