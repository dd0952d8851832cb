"""On which cores the benchmark keeps what it measures, and what drives it."""

from __future__ import annotations

import os
import subprocess
import sys

from ..support.processes import ROOT

CORES = """
import os
from bin._bench.measuring import client_core, pinned_to, server_core
with pinned_to(client_core(), os.getpid()):
    print(server_core().isdisjoint(client_core()), os.sched_getaffinity(0) == client_core())
"""


def test_servers_share_no_core_with_the_readers_and_the_model_if_there_are_two() -> None:
    are_two = len(os.sched_getaffinity(0)) > 1
    printed = subprocess.run([sys.executable, "-c", CORES], cwd=ROOT, check=True, capture_output=True, text=True)

    assert printed.stdout.split() == [str(are_two), "True"]
