"""Makes the collection of the tests cheap: every worker collects all of them, which takes seconds."""

from __future__ import annotations

import contextlib
import gc
import sys
from collections.abc import Iterator

import pytest


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """Collect no garbage, since all that is made stays to the end; later passes over it would slow down the tests."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.collect()
        gc.freeze()
        gc.set_threshold(50_000, 20, 100)
        gc.enable()


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector: pytest.Collector) -> Iterator[None]:
    """Trace what a module of tests imports for coverage, but not how pytest makes tests of it."""
    if isinstance(collector, pytest.Module):
        with contextlib.suppress(Exception, pytest.skip.Exception):  # pytest imports it again, and reports that
            _ = collector.obj
    with untraced():
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems() -> Iterator[None]:
    """Do not trace how tests are selected."""
    with untraced():
        return (yield)


@contextlib.contextmanager
def untraced() -> Iterator[None]:
    """Trace nothing for coverage within the block."""
    trace = sys.gettrace()
    sys.settrace(None)
    try:
        yield
    finally:
        sys.settrace(trace)
