"""The HTML of a turn that has just ended, which the socket sends: it is what its page shows."""

from __future__ import annotations

from uuid import UUID

import pytest

from chat.conversations import rendering
from chat.conversations.rendering import render_ended, render_turn
from chat.models import LoginSession, Turn

from ..support.asked import STATES, asked, citing, recorded

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("state", sorted(set(STATES) - {"queued", "streaming"}))
def test_a_turn_that_has_just_ended_looks_as_on_its_page(
    login: LoginSession, state: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rendering, "uuid4", lambda: UUID(int=7))  # the ids of requests that its forms would send
    citations = [] if state == "cancelled" else [citing(recorded(), 1), citing(recorded(), 2)]
    turn = asked(login, state=state, answer="They ship in March [1] and May [2].", citations=citations)

    assert render_ended(turn.uuid) == render_turn(turn)


def test_a_removed_turn_is_not_rendered_when_it_ends() -> None:
    with pytest.raises(Turn.DoesNotExist):
        render_ended(UUID(int=7))
