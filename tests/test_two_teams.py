"""Two teams that say the same word: nothing of the other's reaches a page, an answer, a model or the log."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client
from pytest_django import Settings

from chat.answers import rag
from chat.database import in_database
from chat.llm import Delta
from chat.models import Collection, Recording, Scope

from .support.answering import ScriptedModel
from .support.two_teams import WORD, Team, team

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("static_files"),
]

PAGES = [
    "/",
    "/recordings/",
    f"/recordings/?q={WORD}",
    "/recordings/?q=Title",
    "/recordings/options/",
    "/recordings/options/?q=Title",
    f"/search/?q={WORD}",
    f"/search/?q={WORD}+narwhal",
    "/search/?q=narwhall",
    "/search/?q=Title",
    "/conversations/all/",
    f"/conversations/all/?q={WORD}",
    "/api/recordings",
    "/api/conversations",
]
QUESTIONS = [f"What about the {WORD} engine?", "What does the narwhal report say?", "What was this meeting about?"]


@pytest.fixture
def teams(alice: User, bob: User, settings: Settings, tmp_path: Path) -> tuple[Team, Team]:
    settings.MEDIA_ROOT = tmp_path
    return team(alice, "quokka"), team(bob, "narwhal")


@pytest.fixture(params=[pytest.param("words"), pytest.param("meaning", marks=pytest.mark.pgvector)])
def searches(request: pytest.FixtureRequest, settings: Settings, teams: tuple[Team, Team]) -> None:
    """Search by words alone, and by meaning too."""
    if request.param == "meaning":
        request.getfixturevalue("workspace")
        settings.EMBEDDINGS = "openai:fake"
        call_command("index_recordings", verbosity=0)


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> ScriptedModel:
    """A model that is not embedded, whose messages are kept."""
    model = ScriptedModel(Delta("As decided [1]."), Delta("", "stop", None))

    async def loaded_model() -> ScriptedModel:
        return model

    monkeypatch.setattr(rag, "loaded_model", loaded_model)
    monkeypatch.setattr(rag, "is_quote_only", lambda: False)
    return model


async def answered(question: str, user: User) -> str:
    """Return all that an answer is made of: its text, and its citations with titles, names and excerpts."""
    scope = await in_database(Scope.begin, user.pk)
    return "\n".join([_shown(part) async for part in rag.answer(question, history=(), scope=scope)])


def _shown(part: rag.Part) -> str:
    citations = part.citations if isinstance(part, rag.Answered) else ()
    return "\n".join([str(part), *(f"{c.recording_title} {c.speaker} {c.excerpt}" for c in citations)])


@pytest.mark.parametrize("page", PAGES)
def test_no_page_has_anything_of_the_other_team(client: Client, teams: tuple[Team, Team], page: str) -> None:
    own, others = teams
    client.force_login(own.user)

    html = client.get(page).content.decode()

    typed = page.partition("?q=")[2]  # stands in the field, in the title and in the links of a page
    for form in filter(None, (typed, typed.replace("+", " "), typed.replace("+", "%20"))):
        html = html.replace(form, "")
    assert others.secret not in html
    assert str(others.recording.uuid) not in html


@pytest.mark.usefixtures("searches")
@pytest.mark.parametrize("question", QUESTIONS)
async def test_no_quoted_answer_has_anything_of_the_other_team(
    teams: tuple[Team, Team], question: str, caplog: pytest.LogCaptureFixture
) -> None:
    own, others = teams
    with caplog.at_level(logging.DEBUG):
        text = await answered(question, own.user)

    assert own.secret in text
    assert others.secret not in text + caplog.text


@pytest.mark.usefixtures("searches")
@pytest.mark.parametrize("question", QUESTIONS)
async def test_no_model_gets_anything_of_the_other_team(
    teams: tuple[Team, Team], model: ScriptedModel, question: str
) -> None:
    own, others = teams

    text = await answered(question, own.user)

    prompt = "\n".join(message.content for message in model.messages).replace(question, "")
    assert own.secret in prompt
    assert others.secret not in prompt + text


async def test_who_hears_nothing_is_answered_at_once_without_a_model(
    teams: tuple[Team, Team], model: ScriptedModel, carol: User
) -> None:
    text = await answered(QUESTIONS[0], carol)

    assert "There are no recordings to search yet." in text
    assert not model.messages


@pytest.mark.usefixtures("searches")
async def test_a_recording_that_moves_while_an_answer_streams_is_not_searched_again(
    teams: tuple[Team, Team], model: ScriptedModel
) -> None:
    own, others = teams
    scope = await in_database(Scope.begin, own.user.pk)
    parts = rag.answer(QUESTIONS[0], history=(), scope=scope)
    found = [part async for part in parts if isinstance(part, rag.Found)]
    assert found[0].passages[0].recording == own.recording

    await in_database(_move, own.recording, others.collection)

    again = rag.Search(QUESTIONS[0], (), scope)  # of the same question, which has begun before
    async for _ in again.steps():
        pass
    assert again.passages == []
    assert own.secret not in await answered(QUESTIONS[0], own.user)
    assert own.secret in await answered(QUESTIONS[0], others.user)


def _move(recording: Recording, to: Collection) -> None:
    Recording.objects.filter(pk=recording.pk).update(collection=to)
