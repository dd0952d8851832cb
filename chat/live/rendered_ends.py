"""The HTML of turns that end: rendered once for all tabs that show a turn, and several turns one after another."""

from __future__ import annotations

import asyncio
from collections import deque
from functools import partial
from time import thread_time
from typing import NamedTuple
from uuid import UUID

from ..conversations.rendering import render_ended, render_ending
from ..database import in_database, text_first
from ..turns.run import Run

RENDERING_SHARE = 1 / 4
"""Share of the processor for rendering turns when many end at once.

Their readers already have the text, so the turns that still stream come first.
"""
AT_ONCE = 4
"""The most turns that are rendered one after another, as long as no text is on its way.

What the first one has brought into the processor's caches makes the others cheaper.
"""


class _Ended(NamedTuple):
    turn_uuid: UUID
    run: Run | None
    html: asyncio.Future[str]


class RenderedEnds:
    """Renders the turns that have ended, in the order in which they are asked for."""

    def __init__(self) -> None:
        self._asked: dict[UUID, asyncio.Future[str]] = {}
        self._waiting: deque[_Ended] = deque()
        self._rendering: asyncio.Task[None] | None = None

    def html_of(self, turn_uuid: UUID, run: Run | None) -> asyncio.Future[str]:
        """Return the future with the HTML of a turn, which all tabs that show the turn share.

        It raises what rendering raises. ``run`` has written the turn, if this process has.
        """
        if turn_uuid not in self._asked:
            html = self._asked[turn_uuid] = asyncio.get_running_loop().create_future()
            html.add_done_callback(partial(self._forget, turn_uuid))
            self._waiting.append(_Ended(turn_uuid, run, html))
            if self._rendering is None or self._rendering.done():
                self._rendering = asyncio.create_task(self._render_all())
        return self._asked[turn_uuid]

    async def _render_all(self) -> None:
        while self._waiting:
            seconds = 0.0
            for _ in range(min(AT_ONCE, len(self._waiting))):
                await text_first.over()  # their own readers have all of the text already
                seconds += await _render_one(self._waiting.popleft())
            await asyncio.sleep(seconds * (1 / RENDERING_SHARE - 1))

    def _forget(self, turn_uuid: UUID, html: asyncio.Future[str]) -> None:
        del self._asked[turn_uuid]
        if not html.cancelled():
            html.exception()  # mark it as retrieved: every tab that awaited it may be gone


async def _render_one(ended: _Ended) -> float:
    """Render a turn, and return the processor time in seconds that it took."""
    try:
        is_quick = ended.run is not None and _is_quick(ended.run)
        render = partial(_render, ended.turn_uuid, ended.run)
        html, seconds = render() if is_quick else await in_database(render)
    except Exception as error:
        if not ended.html.done():
            ended.html.set_exception(error)
        return 0.0
    if not ended.html.done():
        ended.html.set_result(html)
    return seconds


def _is_quick(run: Run) -> bool:
    """Return whether rendering takes a millisecond and no query: a thread would have to wait for this one anyway."""
    return run.ending is not None and run.ending.is_short and not run.turn.recordings


def _render(turn_uuid: UUID, run: Run | None) -> tuple[str, float]:
    """Return the HTML, and the processor time in seconds that it took."""
    began = thread_time()
    ending = run.ending if run else None
    html = render_ending(run.turn, ending) if run and ending else render_ended(turn_uuid)
    return html, thread_time() - began


rendered_ends = RenderedEnds()
"""The ends that this process renders."""
