"""What the pages say of the model that answers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from chat.conversations.rendering import credit
from chat.llm import chat_model
from chat.models import LoginSession, Turn

from ..support.asked import asked

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("static_files")]

QUOTES = "it quotes word for word what was said, and does not think"
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


def test_the_page_names_the_model_as_soon_as_it_is_loaded(page: Client, named_model: type[NamedModel]) -> None:
    assert "Answers can be wrong" in text(page.get("/"))

    chat_model()

    assert "<bdi>heron-7b</bdi> answers, a language model. It can be wrong" in text(page.get("/"))


@pytest.mark.parametrize("name", SECRET_NAMES)
def test_no_page_shows_an_address_or_a_credential_as_the_name_of_the_model(
    page: Client, named_model: type[NamedModel], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(named_model, "name", name)
    chat_model()

    assert name not in text(page.get("/"))
    assert "Answers can be wrong" in text(page.get("/"))
    assert credit(Turn(model_name=name)) == ""


def test_an_answer_names_the_model_that_gave_it(page: Client, login: LoginSession) -> None:
    turn = asked(login, answer="In March.")

    assert ">Answered by scripted</bdi>" in text(page.get(turn.conversation.get_absolute_url()))
    assert credit(Turn(model_name="embedded")) == "Quoted by the built-in model"
    assert credit(Turn()) == ""
