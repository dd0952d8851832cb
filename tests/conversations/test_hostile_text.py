"""No user's text becomes markup: a page with hostile text has the same elements as one with harmless text."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from chat.models import Conversation, LoginSession, Recording, Segment, Turn

from ..support.asked import asked, citing, recorded
from ..support.hostile import HOSTILE, Parts, structure

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.any_database,
    pytest.mark.repeats,
    pytest.mark.usefixtures("static_files"),
]

BATCH = 20
BATCHES = [(HOSTILE * 2)[start : start + BATCH] for start in range(0, len(HOSTILE), BATCH)]


def written(texts: list[str], username: str) -> Iterator[str]:
    """Store each text in every field that a user can write, and yield the addresses of all pages that show them."""
    user = User.objects.create_superuser(username)
    login = LoginSession.objects.create(user=user)
    conversation = None
    for number, text in enumerate(texts):
        recording = recorded(" ".join(text.split())[:200], text, text, speaker=text[:120])
        source = citing(recording, excerpt=text)
        source.speaker = text[:120]
        turn = asked(login, text, conversation=conversation, recordings=[recording], citations=[source])
        conversation = turn.conversation
        other = asked(login, state="streaming", answer=text)
        Conversation.objects.filter(pk=other.conversation.pk).update(title=" ".join(text.split())[:80])
        Turn.objects.filter(pk=other.pk).delete()
        yield from (f"/recordings/{recording.uuid}/", f"/turns/{turn.uuid}/")
        if number % 4 == 0:
            yield f"/admin/chat/conversation/{other.conversation.pk}/change/"
            yield from (f"/admin/chat/recording/{recording.pk}/{page}/" for page in ("change", "delete"))
    assert conversation
    yield from (f"/c/{conversation.uuid}/", f"/c/{conversation.uuid}/turns/")
    yield from (f"/c/{conversation.uuid}/?before={turn.uuid}", f"/admin/chat/conversation/{conversation.pk}/change/")
    yield from ("/", "/conversations/", "/conversations/all/", "/recordings/", "/recordings/options/")
    yield from ("/admin/", "/admin/chat/conversation/", "/admin/chat/recording/", "/admin/auth/user/")
    yield f"/admin/auth/user/{user.pk}/change/"


def structures(texts: list[str], username: str) -> list[list[tuple[str, tuple[str, ...]]]]:
    addresses = list(written(texts, username))
    client = Client()
    client.force_login(User.objects.get(username=username))
    pages = [structure(client.get(address).content.decode()) for address in addresses]
    Recording.objects.all().delete()
    User.objects.all().delete()
    return pages


@cache
def harmless_structures() -> list[list[tuple[str, tuple[str, ...]]]]:
    return structures([f"harmless {number}" for number in range(BATCH)], "harmless")


@pytest.mark.parametrize("texts", BATCHES, ids=range(len(BATCHES)))
def test_no_text_changes_the_elements_of_a_page(texts: list[str]) -> None:
    hostile = structures(texts, texts[0][:150])
    harmless = harmless_structures()

    assert len(hostile) == len(harmless)
    for hostile_page, harmless_page in zip(hostile, harmless, strict=True):
        assert hostile_page == harmless_page


@pytest.mark.parametrize("field", ["q", "question", "next", "title"])
def test_no_parameter_changes_the_elements_of_a_page(client: Client, alice: User, field: str) -> None:
    client.force_login(alice)
    conversation = asked(LoginSession.objects.get()).conversation
    nobody = Client()
    pages: dict[str, Callable[[str], list[Any]]] = {
        "q": lambda text: [client.get(page, {"q": text}) for page in ("/", "/recordings/", "/conversations/all/")],
        "question": lambda text: [client.post("/ask/", {"question": text})],
        "next": lambda text: [nobody.get("/accounts/login/", {"next": text})],
        "title": lambda text: [client.post(f"/c/{conversation.uuid}/rename/", {"title": text * 81})],
    }
    ask = pages[field]

    expected = [structure(page.content.decode()) for page in ask("harmless")]

    for text in HOSTILE[::5]:
        assert [structure(page.content.decode()) for page in ask(text)] == expected


@pytest.mark.parametrize("path", ["/turns/{}/", "/admin/chat/conversation/{}/change/"])
def test_answers_run_no_script_and_load_no_resource(client: Client, carol: User, path: str) -> None:
    client.force_login(carol)
    recording = recorded("Planning", "x")
    for text in HOSTILE[::3]:
        turn = asked(LoginSession.objects.get(), answer=text, citations=[citing(recording)])
        html = client.get(path.format(turn.uuid if "turns" in path else turn.conversation.pk)).content.decode()
        for tag, attributes in Parts(html.partition('class="answer"')[2].partition("</div>")[0]).elements:
            assert tag not in {"script", "img", "style", "iframe", "form", "svg", "object", "link", "base"}
            assert not [name for name in attributes if name.startswith("on") or name in {"style", "src", "srcdoc"}]
            assert attributes.get("href", "#").startswith(("http://", "https://", "mailto:", "#"))


def test_segments_are_escaped_one_by_one(client: Client, alice: User) -> None:
    client.force_login(alice)
    recording = recorded("Planning", *HOSTILE)

    html = client.get(recording.get_absolute_url()).content.decode()

    assert html.count('class="segment"') == Segment.objects.count() == len(HOSTILE)
    assert "<script>" not in html
