"""Which event loop a command makes for Daphne's reactor, which exists as soon as Django has loaded its apps."""

from __future__ import annotations

from importlib.util import find_spec

import pytest

from ..support.programs import printed_by

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
    assert printed_by(PRINT_LOOP, command) == module
