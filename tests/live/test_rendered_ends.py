"""How turns that end together are rendered."""

from __future__ import annotations

import asyncio
from uuid import UUID, uuid4

import pytest

from chat.live import rendered_ends
from chat.live.rendered_ends import AT_ONCE, RenderedEnds

from ..support.sockets import PATIENCE


@pytest.fixture
def rendered(monkeypatch: pytest.MonkeyPatch) -> list[UUID]:
    """Return the turns that were rendered; each takes a minute of the processor."""
    turns = list[UUID]()

    def render(turn_uuid: UUID, _: object) -> tuple[str, float]:
        turns.append(turn_uuid)
        return str(turn_uuid), 60.0

    monkeypatch.setattr(rendered_ends, "_render", render)
    return turns


async def test_a_few_turns_are_rendered_one_after_another_and_others_after_a_pause(rendered: list[UUID]) -> None:
    turns = [uuid4() for _ in range(AT_ONCE + 2)]
    ends = RenderedEnds()

    htmls = [ends.html_of(turn, None) for turn in turns]

    first = await asyncio.wait_for(asyncio.gather(*htmls[:AT_ONCE]), PATIENCE)
    assert first == list(map(str, turns[:AT_ONCE]))
    assert rendered == turns[:AT_ONCE]
    assert not any(html.done() for html in htmls[AT_ONCE:])


async def test_a_turn_that_cannot_be_rendered_holds_up_no_other(
    rendered: list[UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    ends, broken, whole = RenderedEnds(), uuid4(), uuid4()
    render = rendered_ends._render

    def fail(turn_uuid: UUID, run: None) -> tuple[str, float]:
        if turn_uuid == broken:
            raise ValueError("a bug")
        return render(turn_uuid, run)

    monkeypatch.setattr(rendered_ends, "_render", fail)
    htmls = [ends.html_of(turn, None) for turn in (broken, whole)]

    results = await asyncio.wait_for(asyncio.gather(*htmls, return_exceptions=True), PATIENCE)

    assert [type(result) for result in results] == [ValueError, str]


async def test_tabs_share_the_html_of_a_turn(rendered: list[UUID]) -> None:
    ends, turn = RenderedEnds(), uuid4()

    one, other = ends.html_of(turn, None), ends.html_of(turn, None)

    assert await asyncio.wait_for(one, PATIENCE) == await other
    assert rendered == [turn]
