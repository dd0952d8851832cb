"""What a user may no longer hear is masked for the user's programs."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from chat.database import in_database
from chat.models import LoginSession

from ..support.asked import asked
from ..support.withdrawing import OPEN, SECRET, Quoted, broken_off, move, quoted, quoted_unnamed
from .client import Program

pytestmark = pytest.mark.django_db(transaction=True)


async def turns_after_move(program: Program, scene: Quoted) -> list[dict[str, Any]]:
    """Move the secret recording out of reach, and return the turns as the user's program gets them."""
    await in_database(move, scene)
    answer = await program.get(f"/api/conversations/{scene.conversation.uuid}")
    return list((await answer.json())["turns"])


async def test_an_answer_is_masked_with_its_sources_and_its_filter(program: Program, login: LoginSession) -> None:
    scene = await in_database(quoted, login)
    [turn] = await turns_after_move(program, scene)

    assert SECRET not in str(turn)
    assert str(scene.secret.uuid) not in str(turn)
    assert (
        turn["answer"] == f"[A sentence from a source that you may no longer hear.] The {OPEN} stays in {OPEN} bay [2]."
    )
    assert turn["citations"][0] == {
        "number": 1,
        "recording_id": None,
        "recording_title": "A source that you may no longer hear",
        "excerpt": "",
        "speaker": "",
        "start": None,
        "end": None,
        "hidden": True,
    }
    assert turn["citations"][1]["excerpt"] == f"The {OPEN} stays in {OPEN} bay."
    assert turn["recordings"][0] == {"id": None, "title": "a recording that you may no longer hear"}
    assert turn["recordings"][1]["title"] == f"Title {OPEN}"


async def test_what_an_answer_quotes_of_a_source_that_it_does_not_name_is_masked(
    program: Program, login: LoginSession
) -> None:
    scene = await in_database(quoted_unnamed, login)
    [turn] = await turns_after_move(program, scene)

    assert SECRET not in str(turn)
    assert str(scene.secret.uuid) not in str(turn)
    assert turn["quotations"] == []
    assert turn["answer"] == (
        f"The {OPEN} stays in {OPEN} bay [1]. [A sentence from a source that you may no longer hear.] So it is."
    )


async def test_what_a_model_got_for_an_answer_without_sources_is_masked(program: Program, login: LoginSession) -> None:
    scene = await in_database(quoted, login)
    given = await in_database(scene.turn.citations.get, number=1)
    given.pk, given.cited = None, False
    ask = partial(asked, login, conversation=scene.conversation, answer=f"Maybe {SECRET}.", citations=[given])
    await in_database(ask)
    [_, turn] = await turns_after_move(program, scene)

    assert SECRET not in str(turn)
    assert turn["given"][0]["hidden"]


async def test_an_answer_that_broke_off_without_a_marker_is_masked_as_a_whole(
    program: Program, login: LoginSession
) -> None:
    scene = await in_database(broken_off, login)
    turn = (await turns_after_move(program, scene))[-1]

    assert SECRET not in str(turn)
    assert turn["answer"] == "[An answer from a source that you may no longer hear.]"
    assert (turn["citations"], turn["given"]) == ([], [])
