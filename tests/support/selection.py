"""Which tests of the suite run where: in which part, in which order, on which worker, and which are traced."""

from __future__ import annotations

import os

import pytest

LONGEST = {"test_turn_states", "test_site"}
"""Modules to begin with, so that no worker is left with one of them at the end."""


def select(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep the tests of this part (TEST_PART), the longest first; a module that starts processes on one worker."""
    if os.environ.get("TEST_PART") == "database":
        others = [item for item in items if not _touches_database(item)]
        config.hook.pytest_deselected(items=others)
        items[:] = [item for item in items if _touches_database(item)]
    items.sort(key=lambda item: item.path.stem not in LONGEST)
    for item in items:
        if item.get_closest_marker("faults"):
            item.add_marker(pytest.mark.xdist_group(_sites(item)))
        elif item.get_closest_marker("browser") or item.get_closest_marker("process"):
            item.add_marker(pytest.mark.xdist_group(item.nodeid.partition("::")[0]))
        if item.get_closest_marker("redis") and not os.environ.get("TEST_REDIS_URL"):
            reason = "TEST_REDIS_URL names no Redis server; bin/test starts one (apt-get install redis-server)"
            item.add_marker(pytest.mark.skip(reason=reason))


def only_repeats(item: pytest.Item) -> bool:
    """Whether a test runs no lines that no other test runs; on the second database, only the search is new."""
    if item.get_closest_marker("repeats"):
        return True
    written_anew = {"test_full_text", "test_windows", "test_nudges"}
    return os.environ.get("TEST_PART") == "database" and item.path.stem not in written_anew


def _sites(item: pytest.Item) -> str:
    """A name for the sites that a test breaks, which it shares with others of its kind."""
    parameters = item.callspec.params if isinstance(item, pytest.Function) and hasattr(item, "callspec") else {}
    kind = "calm" if getattr(parameters.get("fault"), "calm", False) else "rough"
    return f"faults {parameters.get('setup', '')} {kind}"


def _touches_database(item: pytest.Item) -> bool:
    """Whether a test may behave differently on another database or channel layer; the page in the browser does not."""
    markers = {marker.name for marker in item.iter_markers()}
    fixtures = set(getattr(item, "fixturenames", ()))
    on_database = {"db", "transactional_db", "prepared_site", "empty_site"}
    return not markers & {"browser", "any_database"} and bool(
        markers & {"django_db", "redis"} or fixtures & on_database
    )
