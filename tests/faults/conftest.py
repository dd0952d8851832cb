"""One cluster of each set-up for all tests of this folder, and each fault as a test on both."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack
from functools import cache

import pytest

from tests.support.processes import Missing

from .cluster import SETUPS, Cluster, cluster
from .fault import Fault


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that takes a ``fault`` runs with every fault of its module, on every set-up that the fault is for."""
    if {"fault", "setup"} <= set(metafunc.fixturenames):
        faults = [each for each in vars(metafunc.module).values() if isinstance(each, Fault) and not each.long]
        cases = [(each, setup) for setup in SETUPS for each in faults if setup in each.setups]
        names = [f"{each.number}-{setup}" for each, setup in cases]
        metafunc.parametrize(("fault", "setup"), cases, ids=names)


@pytest.fixture(scope="session")
async def clusters() -> AsyncIterator[Callable[[str], Cluster]]:
    """The running cluster of a set-up, started when it is first asked for."""
    with ExitStack() as stack:

        @cache
        def of(setup: str) -> Cluster:
            try:
                return stack.enter_context(cluster(setup))
            except Missing as missing:
                pytest.skip(str(missing))

        yield of
