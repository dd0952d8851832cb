"""The HTML of a turn that has just ended, which the socket sends: it is what its page shows."""

from __future__ import annotations

from uuid import UUID

import pytest

from chat.conversations import ask_only, rendering, shown_turn
from chat.conversations.rendering import render_ended, render_turn
from chat.models import Citation, Claim, LoginSession, Recording, Turn

from ..support.asked import STATES, asked, citing, ending_as, recorded

pytestmark = pytest.mark.django_db


def _number_requests(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the ids of requests that the forms of turns would send be the same each time."""
    for module in (ask_only, shown_turn):
        monkeypatch.setattr(module, "uuid4", lambda: UUID(int=7))


@pytest.mark.parametrize("state", sorted(set(STATES) - {"queued", "streaming"}))
def test_a_turn_that_has_just_ended_looks_as_on_its_page(
    login: LoginSession, state: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    _number_requests(monkeypatch)
    citations = [] if state == "cancelled" else [citing(recorded(), 1), citing(recorded(), 2)]
    turn = asked(login, state=state, answer="They ship in March [1] and May [2].", citations=citations)

    assert render_ended(turn.uuid) == render_turn(turn)


@pytest.mark.parametrize("state", sorted(set(STATES) - {"queued", "streaming", "cancelled"}))
def test_the_process_that_has_written_a_turn_shows_its_end_as_it_is_stored(
    login: LoginSession, state: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    _number_requests(monkeypatch)
    said = recorded("Launch planning", "We ship in March. Or in May.")
    cited = [Citation.quoting(said, said.segments.get(), 1, "We ship in March.")]
    begun = asked(login, recordings=[said], state="streaming", answer="In March [1].")

    [ending] = Turn.objects.finish_all([(Claim.of(begun), ending_as(state, "In March [1].", cited))])

    assert ending
    assert rendering.render_ending(begun, ending) == render_ended(begun.uuid)


def test_a_recording_that_is_deleted_before_the_end_is_no_source_to_open(login: LoginSession) -> None:
    said = recorded("Launch planning", "We ship in March.")
    cited = [Citation.quoting(said, said.segments.get(), 1, "We ship in March.")]
    begun = asked(login, state="streaming", answer="In March [1].")
    Recording.objects.filter(pk=said.pk).delete()

    [ending] = Turn.objects.finish_all([(Claim.of(begun), ending_as("complete", "In March [1].", cited))])

    assert ending
    assert "(deleted)" in rendering.render_ending(begun, ending)
    assert str(said.uuid) not in rendering.render_ending(begun, ending)


def test_a_removed_turn_is_not_rendered_when_it_ends() -> None:
    with pytest.raises(Turn.DoesNotExist):
        render_ended(UUID(int=7))
