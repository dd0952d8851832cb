"""Who acts at the moment, for events that are recorded far from where that is known."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from .event import Actor
from .kinds import How

_acting: ContextVar[tuple[Actor, How]] = ContextVar("acting", default=(None, How.PROGRAM))


@contextmanager
def acting(actor: Actor, how: How) -> Iterator[None]:
    """Let a user (None: the site) be the one who changes groups and accounts in the block, in this way."""
    token = _acting.set((actor, how))
    try:
        yield
    finally:
        _acting.reset(token)


def who_acts() -> tuple[Actor, How]:
    """Return who acts, and in which way: outside of ``acting``, a program."""
    return _acting.get()
