"""Conversations are found, shown and counted by what their reader still hears of their answers."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from chat.models import Conversation, LoginSession
from chat.search import heard_turns
from chat.search.conversations import Found, details, in_conversations
from chat.search.query import parsed

from ..support.asked import asked, citing
from ..support.withdrawing import KEPT, OPEN, SECRET, WITHDRAWN, Change, delete_collection, move, quoted, quoted_unnamed

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("static_files")]


def searched(user: User, text: str) -> list[Found]:
    query = parsed(text)
    conversations = list(in_conversations(query, Conversation.objects.found_of(user.pk), reader_id=user.pk))
    return details(query, conversations, user.pk)


def snippet(found: Found) -> str:
    return "".join(part.text for part in found.snippet)


@pytest.mark.parametrize("change", WITHDRAWN)
def test_words_that_were_withdrawn_are_not_found(login: LoginSession, change: Change) -> None:
    scene = quoted(login)
    assert len(searched(login.user, SECRET)) == 1
    change(scene)

    assert searched(login.user, SECRET) == []
    assert searched(login.user, f"{OPEN} {SECRET}") == []


@pytest.mark.parametrize("change", WITHDRAWN)
def test_words_quoted_of_a_source_that_is_not_named_are_not_found(login: LoginSession, change: Change) -> None:
    scene = quoted_unnamed(login)
    assert len(searched(login.user, SECRET)) == 1
    change(scene)

    assert searched(login.user, SECRET) == []
    [found] = searched(login.user, OPEN)
    assert SECRET not in snippet(found)


@pytest.mark.parametrize("change", KEPT)
def test_words_that_are_still_heard_are_found(login: LoginSession, change: Change) -> None:
    scene = quoted(login)
    change(scene)

    [found] = searched(login.user, SECRET)
    assert SECRET in snippet(found)


@pytest.mark.parametrize(
    ("text", "label"), [("which engine", "Question"), (OPEN, "Answer"), (f'"{OPEN} bay"', "Answer")]
)
def test_what_else_a_turn_has_is_found_without_the_withdrawn_words(login: LoginSession, text: str, label: str) -> None:
    scene = quoted(login)
    move(scene)

    [found] = searched(login.user, text)
    assert (found.turn, found.label) == (scene.turn, label)
    assert SECRET not in snippet(found)
    assert any(part.found for part in found.snippet)


def test_other_turns_are_counted_without_those_that_lost_the_words(login: LoginSession) -> None:
    scene = quoted(login)
    for _ in range(2):
        asked(login, "And?", conversation=scene.conversation, answer=f"Her {SECRET} is known.")
    assert searched(login.user, SECRET)[0].others == 2
    move(scene)

    assert searched(login.user, SECRET)[0].others == 1


def test_a_filter_that_was_withdrawn_is_not_found_in_an_answer_that_names_it(login: LoginSession) -> None:
    scene = quoted(login)
    answer = f"I searched **Title {SECRET}** and found nothing."
    asked(login, "Why?", recordings=[scene.secret], answer=answer, finish_reason="nothing_found")
    move(scene)

    assert searched(login.user, SECRET) == []


def test_only_the_newest_of_many_turns_are_read_again(login: LoginSession, monkeypatch: pytest.MonkeyPatch) -> None:
    scene = quoted(login)
    again = citing(scene.secret, excerpt=f"The {SECRET} engine is what we take.")
    newer = asked(login, "Engine again?", answer=f"So {SECRET} [1].", citations=[again])
    move(scene)
    assert len(searched(login.user, "engine")) == 2
    monkeypatch.setattr(heard_turns, "CHECKED", 1)

    assert [found.turn for found in searched(login.user, "engine") if found.turn] == [newer]


def test_a_reader_who_hears_everything_costs_one_query_more(
    login: LoginSession, django_assert_num_queries: Any
) -> None:
    quoted(login)
    query = parsed(OPEN)

    with django_assert_num_queries(3):
        assert list(in_conversations(query, Conversation.objects.found_of(login.user_id), reader_id=login.user_id))


def test_neither_page_shows_or_counts_what_was_withdrawn(client: Client, login: LoginSession) -> None:
    scene = quoted(login)
    client.force_login(login.user)
    delete_collection(scene)
    paths = [f"{path}?q={text}" for text in (SECRET, "engine") for path in ("/conversations/all/", "/search/")]
    pages = [client.get(path).content.decode().split("<main")[1] for path in paths]

    assert all("Which" not in page for page in pages[:2])
    assert all("Which" in page and SECRET not in page for page in pages[2:])


def test_reviewers_find_by_their_own_ears(review: Client, carol: User, login: LoginSession) -> None:
    quoted(login)
    everyone = Conversation.objects.kept()

    assert not in_conversations(parsed(SECRET), everyone, reader_id=carol.pk)
    assert in_conversations(parsed(OPEN), everyone, reader_id=carol.pk)
    assert in_conversations(parsed(SECRET), everyone, reader_id=login.user_id)
