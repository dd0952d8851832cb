"""Runs each fault as a test on every set-up, with one cluster of each for the whole folder."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack
from functools import cache

import pytest

from tests.support.processes import Missing

from .cluster import SETUPS, Cluster, cluster
from .fault import Fault


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that takes a ``fault`` with every fault of its module, on every set-up of the fault."""
    if {"fault", "setup"} <= set(metafunc.fixturenames):
        faults = [each for each in vars(metafunc.module).values() if isinstance(each, Fault) and not each.long]
        cases = [(each, setup) for setup in SETUPS for each in faults if setup in each.setups]
        names = [f"{each.number}-{setup}" for each, setup in cases]
        metafunc.parametrize(("fault", "setup"), cases, ids=names)


@pytest.fixture(scope="session")
async def clusters() -> AsyncIterator[Callable[[str], Cluster]]:
    """A function that returns the running cluster of a set-up, and starts it on first use."""
    with ExitStack() as stack:

        @cache
        def of(setup: str) -> Cluster:
            try:
                return stack.enter_context(cluster(setup))
            except Missing as missing:
                pytest.skip(str(missing))

        yield of
