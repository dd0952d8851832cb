"""An answer ends when one of its recordings is withdrawn, whichever search has found its passages."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from pytest_django import Settings

from chat.answers.rag import Found, Part
from chat.conversations.rendering import render_turn
from chat.database import in_database
from chat.models import Collection, LoginSession, Membership, Phase, Scope, Submission, Turn
from chat.prompts import Exchange
from chat.retrieval import retriever
from chat.turns import events
from chat.turns.owner import Owner
from chat.turns.runner import TurnRunner

from ..support.turns import read, stored, text_of
from ..support.two_teams import WORD, Team, team
from ..support.workspace import Workspace

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.pgvector]

SECRET = "quokka"


def move(own: Team) -> None:
    own.recording.collection = Collection.objects.create(name="Elsewhere")
    own.recording.save()


def remove(own: Team) -> None:
    Membership.objects.all().delete()


def delete_after_removal(own: Team) -> None:
    remove(own)
    own.recording.delete()


async def endless(question: str, *, history: Sequence[Exchange], scope: Scope) -> AsyncIterator[Part]:
    """Search as the site does, say what was found, and never end."""
    passages = await retriever().retrieve(question, scope=scope, limit=8)
    assert passages
    yield Found(passages)
    yield Phase.ANSWERING
    yield f"{passages[0].recording.title} says: {passages[0].segments[0].text}"
    await asyncio.Event().wait()


@pytest.fixture
def own(alice: User) -> Team:
    return team(alice, SECRET)


@pytest.fixture(params=["words", "meaning", "databricks"])
def searches(request: pytest.FixtureRequest, settings: Settings, own: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    """Search by words alone, by meaning too, or in an index of Databricks."""
    if request.param == "meaning":
        request.getfixturevalue("workspace")
        settings.EMBEDDINGS = "openai:fake"
        call_command("index_recordings", verbosity=0)
    elif request.param == "databricks":
        from ..support.vector_search import INDEX, use_the_client

        workspace: Workspace = request.getfixturevalue("workspace")
        use_the_client(monkeypatch)
        settings.CHAT_RETRIEVER = f"databricks:{INDEX}"
        workspace.rows = [[str(own.recording.uuid), 1, 2, "id", "text of the index", 0.9]]


@pytest.mark.usefixtures("searches")
@pytest.mark.parametrize("change", [move, remove, delete_after_removal])
async def test_an_answer_ends_whatever_has_found_its_passages(
    login: LoginSession, own: Team, tmp_path: Path, change: object
) -> None:
    runner = TurnRunner(answer=endless, owner=Owner(tmp_path))
    await runner.start()
    try:
        submission = Submission(request_id=uuid4(), question=f"What about the {WORD} engine?")
        turn = await in_database(Turn.objects.submit, login, submission)
        seen = await read(runner, turn, lambda event: isinstance(event, events.Token))
        assert SECRET in text_of(seen)

        await in_database(change, own)  # type: ignore[arg-type]
        [*_, error] = await read(runner, turn)

        assert isinstance(error, events.Error)
        assert error.code == "WITHDRAWN"
        assert SECRET not in text_of(await read(runner, turn))
        assert SECRET not in await in_database(render_turn, await stored(turn))
    finally:
        await runner.drain(0)
