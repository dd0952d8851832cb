"""What the pages say of the model that answers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from chat.llm import chat_model, credit
from chat.models import LoginSession

from ..support.asked import asked

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("static_files")]

QUOTES = "it quotes word for word what was said, and does not think"
AN_AI = "Answers are written by an AI{}. Check the sources."
SECRET_NAMES = ["http://10.0.0.5:8000/v1", "https://user:word@host", "sk-abcdef123456"]


class NamedModel:
    """A model with a name that the test chooses."""

    name = "heron-7b"


@pytest.fixture
def named_model(settings: Any) -> Iterator[type[NamedModel]]:
    """The site answers with ``NamedModel``, which is not loaded yet."""
    settings.CHAT_MODEL = f"python:{__name__}:NamedModel"
    chat_model.cache_clear()
    yield NamedModel
    chat_model.cache_clear()


@pytest.fixture
def page(client: Client, login: LoginSession) -> Client:
    """The browser of alice, who is signed in."""
    client.force_login(login.user)
    return client


def text(response: Any) -> str:
    return str(response.content.decode())


def test_the_page_says_that_the_embedded_model_quotes_and_does_not_think(page: Client, settings: Any) -> None:
    assert QUOTES in text(page.get("/"))
    settings.CHAT_MODEL = "openai:gpt"
    assert QUOTES not in text(page.get("/"))


@pytest.mark.parametrize("kind", ["openai:", "databricks:", "databricks-legacy:", "anthropic:"])
def test_the_page_says_that_an_ai_writes_the_answers_and_which(page: Client, settings: Any, kind: str) -> None:
    settings.CHAT_MODEL = f"{kind}heron-7b"
    chat_model.cache_clear()

    assert AN_AI.format(" (<bdi>heron-7b</bdi>)") in text(page.get("/"))


def test_the_page_names_a_model_of_your_own_as_soon_as_it_is_loaded(
    page: Client, named_model: type[NamedModel]
) -> None:
    assert AN_AI.format("") in text(page.get("/"))

    chat_model()

    assert AN_AI.format(" (<bdi>heron-7b</bdi>)") in text(page.get("/"))


@pytest.mark.parametrize("name", SECRET_NAMES)
def test_no_page_shows_an_address_or_a_credential_as_the_name_of_the_model(
    page: Client, named_model: type[NamedModel], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(named_model, "name", name)
    chat_model()

    assert name not in text(page.get("/"))
    assert AN_AI.format("") in text(page.get("/"))
    assert credit(name) == "Written by an AI"


def test_an_answer_names_the_model_that_gave_it(page: Client, login: LoginSession) -> None:
    turn = asked(login, answer="In March.")
    asked(login, state="failed", answer="", conversation=turn.conversation)

    page_of_both = text(page.get(turn.conversation.get_absolute_url()))
    assert page_of_both.count("Written by an AI (scripted)</bdi>") == 1
    assert ">Written by an AI (scripted)</bdi>" in text(page.get(turn.conversation.get_absolute_url()))
    assert credit("embedded") == "Quoted by the built-in model"
    assert credit("") == ""
