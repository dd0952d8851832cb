"""Garbage is not collected while a site is imported, and is from then on."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest
from django.core.management import call_command

from chat.management.commands.serve import Command
from chat.serving import garbage
from chat.serving.opening import Opening

from ..support.programs import printed_by

PRINT_COLLECTOR = """
import gc, sys
from chatsite.commands import Commands
try:
    Commands(["manage.py", *sys.argv[1:]]).execute()
except SystemExit:
    print(gc.isenabled())
"""


class Node:
    """An object that is garbage as soon as nobody has it, and stays until it is collected."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture(autouse=True)
def paused() -> Iterator[None]:
    """Pause the collector, as while a site is imported."""
    gc.disable()
    yield
    gc.enable()


@pytest.mark.parametrize(("command", "is_collecting"), [("serve", "False"), ("migrate", "True")])
def test_the_serving_process_collects_no_garbage_while_it_is_imported(command: str, is_collecting: str) -> None:
    assert printed_by(PRINT_COLLECTOR, command) == is_collecting


@pytest.mark.django_db
def test_a_site_that_is_prepared_and_serves_collects_garbage(monkeypatch: pytest.MonkeyPatch) -> None:
    collects = []

    class Server:
        failure = ""

        def run(self) -> None:
            collects.append(gc.isenabled())

    def prepare(_: Opening) -> list[str]:
        collects.append(gc.isenabled())
        return []

    monkeypatch.setattr(Opening, "open", prepare)
    monkeypatch.setattr(Command, "_server", lambda *_: Server())

    call_command("serve", skip_checks=True)

    assert collects == [True, True]


def test_what_was_imported_is_looked_at_no_more() -> None:
    imported = weakref.ref(Node())
    garbage.resume()
    made = weakref.ref(Node())

    gc.collect()

    assert imported() is not None
    assert made() is None
