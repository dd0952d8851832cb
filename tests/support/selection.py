"""The selection of tests for a part of the suite, their order, their worker, and their tracing."""

from __future__ import annotations

import os
import re
from collections import Counter
from pathlib import Path

import pytest
from django.db import connection

LONGEST = {"test_turn_states", "test_site"}
"""Modules to start with, so that no worker has one of them left at the end."""
TRACED_CASES = 1
"""Cases of a parametrised test that are traced for coverage: the others nearly always run the same lines."""
IN_FILES = ("faults", "waits", "pgvector")
"""Markers by which bin/test finds the files of a stage, so that no worker collects all the others."""


def select(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Select the tests of this part (TEST_PART), longest first; keep modules that start processes on one worker."""
    deselected = [item for item in items if not _is_of_part(item)]
    config.hook.pytest_deselected(items=deselected)
    items[:] = [item for item in items if _is_of_part(item)]
    _check_files(items)
    items.sort(key=lambda item: item.path.stem not in LONGEST)
    cases: Counter[str] = Counter()
    for item in items:
        function = item.nodeid.partition("[")[0]
        cases[function] += 1
        if cases[function] > TRACED_CASES:
            item.add_marker(pytest.mark.repeats)
        if item.get_closest_marker("faults"):
            item.add_marker(pytest.mark.xdist_group(_sites(item)))
        elif item.get_closest_marker("browser") or item.get_closest_marker("process"):
            item.add_marker(pytest.mark.xdist_group(item.nodeid.partition("::")[0]))
        if item.get_closest_marker("redis") and not os.environ.get("TEST_REDIS_URL"):
            reason = "TEST_REDIS_URL names no Redis server; bin/test starts one (apt-get install redis-server)"
            item.add_marker(pytest.mark.skip(reason=reason))


def names(path: Path, marker: str) -> bool:
    """Return whether a file, or its path, has the name of a marker; a stage of bin/test collects only such files."""
    return marker in path.parts or re.search(rf"\b{marker}\b", path.read_text()) is not None


def _check_files(items: list[pytest.Item]) -> None:
    """Raise unless the stages of bin/test find every test of theirs by the names in its file."""
    for path, marker in {(item.path, mark) for item in items for mark in IN_FILES if item.get_closest_marker(mark)}:
        if not names(path, marker):
            raise pytest.UsageError(f"{path} has tests with the marker {marker}, so it must name it")


def is_traced(item: pytest.Item) -> bool:
    """Return whether a test is traced for coverage, which doubles its time.

    Sites run in processes of their own, so tracing the tests that look at them from outside shows nothing.
    """
    from_outside = item.get_closest_marker("browser") or item.get_closest_marker("process")
    return not (from_outside or only_repeats(item))


def only_repeats(item: pytest.Item) -> bool:
    """Return whether a test covers only lines that others cover, too; on PostgreSQL all but the search tests do."""
    if item.get_closest_marker("repeats"):
        return True
    specific = ("test_full_text", "test_windows", "test_nudges", "test_postgresql")  # of code for each kind of server
    return os.environ.get("TEST_PART") == "database" and not item.path.stem.startswith(specific)


def _sites(item: pytest.Item) -> str:
    """Return a name for the sites that a fault test shares with others of its kind."""
    parameters = item.callspec.params if isinstance(item, pytest.Function) and hasattr(item, "callspec") else {}
    kind = "calm" if getattr(parameters.get("fault"), "calm", False) else "rough"
    return f"faults {parameters.get('setup', '')} {kind}"


def _is_of_part(item: pytest.Item) -> bool:
    """Return whether a test has something to say in this part, on this kind of database."""
    is_of_kind = all(connection.vendor in mark.args for mark in item.iter_markers("only_on"))
    return is_of_kind and (os.environ.get("TEST_PART") != "database" or _touches_database(item))


def _touches_database(item: pytest.Item) -> bool:
    """Return whether a test may behave differently on another database or channel layer. Browser tests do not."""
    markers = {marker.name for marker in item.iter_markers()}
    fixtures = set(getattr(item, "fixturenames", ()))
    on_database = {"db", "transactional_db", "prepared_site", "empty_site"}
    return not markers & {"browser", "any_database"} and bool(
        markers & {"django_db", "redis"} or fixtures & on_database
    )
