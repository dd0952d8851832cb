"""Which event loop a command makes for Daphne's reactor, which exists as soon as Django has loaded its apps."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.util import find_spec

import pytest

from ..support.processes import ROOT

PRINT_LOOP = """
import sys
from chatsite.commands import Commands
try:
    Commands(["manage.py", *sys.argv[1:]]).execute()
except SystemExit:
    pass
from twisted.internet import reactor
print(type(reactor._asyncioEventloop).__module__)
"""


@pytest.mark.skipif(find_spec("uvloop") is None, reason="uvloop has no wheel for this Python")
@pytest.mark.parametrize(("command", "module"), [("serve", "uvloop"), ("migrate", "asyncio.unix_events")])
def test_the_serving_process_runs_daphne_on_uvloop_and_no_other_command_does(command: str, module: str) -> None:
    environ = os.environ | {"DJANGO_SETTINGS_MODULE": "chatsite.settings"}
    arguments = [sys.executable, "-c", PRINT_LOOP, command, "--help"]

    printed = subprocess.run(arguments, cwd=ROOT, env=environ, capture_output=True, text=True, check=True).stdout

    assert printed.splitlines()[-1] == module
