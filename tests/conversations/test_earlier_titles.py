"""A title that a model made of an answer before the upgrade is shown to those alone who hear what it may tell of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.test import Client

from chat.models import ApiToken, Conversation, LoginSession, TitleWord, Turn, show_earlier_titles
from chat.search.conversations import in_conversations
from chat.search.query import parsed

from ..models.test_upgrade_to_collections import migrate
from ..support.asked import asked, recorded
from ..support.reviewing import opened, page_of
from ..support.withdrawing import (
    KEPT,
    SECRET,
    WITHDRAWN,
    Change,
    broken_off,
    move,
    quoted,
    quoted_unnamed,
    remove_member,
)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("static_files")]

EARLIER = f"The choice of the {SECRET}"
QUESTION = "Which engine?"


def entitled(turn: Turn) -> Turn:
    """Give the conversation of a turn a title of the release before, as it is after the upgrade."""
    Conversation.objects.filter(pk=turn.conversation_id).update(earlier_title=EARLIER)
    return turn


def shown_title(turn: Turn, reader: int) -> str:
    conversation = Conversation.objects.get(pk=turn.conversation_id)
    show_earlier_titles([conversation], reader)
    return conversation.title


# The upgrade


def test_an_upgrade_names_conversations_after_their_questions_and_keeps_other_titles(login: LoginSession) -> None:
    turns = [asked(login, question) for question in (QUESTION, "When do we ship?")]
    Conversation.objects.filter(pk=turns[0].conversation_id).rename(EARLIER)
    try:
        migrate("0030_first_run_link")
        before = dict(TitleWord.objects.filter(conversation=turns[0].conversation_id).values_list("word", "pk"))
    finally:
        migrate(None)

    conversations = [Conversation.objects.get(pk=turn.conversation_id) for turn in turns]
    assert [(each.title, each.earlier_title) for each in conversations] == [
        (QUESTION, EARLIER),
        ("When do we ship?", None),
    ]
    assert SECRET in before
    assert not TitleWord.objects.filter(word=SECRET).exists()
    assert TitleWord.objects.filter(word="engine").exists()


# What is shown


@pytest.mark.parametrize("change", WITHDRAWN)
def test_it_is_not_shown_once_a_source_was_withdrawn(login: LoginSession, change: Change) -> None:
    scene = quoted(login)
    entitled(scene.turn)
    change(scene)

    assert shown_title(scene.turn, login.user_id) == QUESTION


@pytest.mark.parametrize("change", KEPT)
def test_it_is_shown_to_those_who_still_hear_all_sources(login: LoginSession, change: Change) -> None:
    scene = quoted(login)
    entitled(scene.turn)
    change(scene)

    assert shown_title(scene.turn, login.user_id) == EARLIER


def test_a_quotation_of_a_source_that_is_not_named_counts_as_well(login: LoginSession) -> None:
    scene = quoted_unnamed(login)
    entitled(scene.turn)
    assert shown_title(scene.turn, login.user_id) == EARLIER
    move(scene)

    assert shown_title(scene.turn, login.user_id) == QUESTION


def test_an_answer_that_broke_off_and_a_filter_count_as_well(login: LoginSession) -> None:
    scene = broken_off(login)
    only = recorded(f"Title {SECRET}", "Something.", collection=scene.collection)
    filtered = entitled(asked(login, QUESTION, recordings=[only], answer=f"Nothing in Title {SECRET}."))
    assert shown_title(filtered, login.user_id) == EARLIER
    remove_member(scene)

    assert shown_title(entitled(scene.turn), login.user_id) == QUESTION
    assert shown_title(filtered, login.user_id) == QUESTION


Surface = Callable[[Client, Turn], str]


def of_a_page(path: str) -> Surface:
    return lambda client, turn: client.get(path.format(turn=turn)).content.decode()


def of_the_api(path: str) -> Surface:
    def read(client: Client, turn: Turn) -> str:
        _, secret = ApiToken.issue(turn.user, str(uuid4()))
        program = Client(headers={"authorization": f"Bearer {secret}"})
        return program.get(path.format(turn=turn)).content.decode()

    return read


SURFACES = {
    "page": of_a_page("/c/{turn.conversation.uuid}/"),
    "sidebar": of_a_page("/conversations/"),
    "archive": of_a_page("/conversations/all/"),
    "found": of_a_page("/conversations/all/?q=engine"),
    "search": of_a_page("/search/?q=engine"),
    "api list": of_the_api("/api/conversations"),
    "api": of_the_api("/api/conversations/{turn.conversation.uuid}"),
}


@pytest.mark.parametrize("surface", SURFACES)
def test_no_surface_shows_it_after_that(client: Client, login: LoginSession, surface: str) -> None:
    scene = quoted(login, answer="The engine is what we take [1].")
    entitled(scene.turn)
    client.force_login(login.user)
    before = SURFACES[surface](client, scene.turn)
    move(scene)
    after = SURFACES[surface](client, scene.turn)

    assert SECRET in before
    assert SECRET not in after
    assert QUESTION.rstrip("?") in after


def test_a_reviewer_sees_it_only_with_ears_for_it(review: Client, login: LoginSession, carol: User) -> None:
    heard = entitled(asked(login, QUESTION, answer="Plain."))
    unheard = entitled(quoted(login).turn)

    pages = [opened(review, page_of(turn)).content.decode() for turn in (heard, unheard)]

    assert [EARLIER in page for page in pages] == [True, False]


def test_a_search_finds_no_word_of_it(login: LoginSession) -> None:
    entitled(asked(login, QUESTION, answer="Plain."))

    assert not in_conversations(parsed(SECRET), Conversation.objects.found_of(login.user_id), reader_id=login.user_id)


def test_a_new_title_replaces_it(client: Client, login: LoginSession) -> None:
    turn = entitled(asked(login, QUESTION, answer="Plain."))
    client.force_login(login.user)
    client.post(f"/c/{turn.conversation.uuid}/rename/", {"title": "Engines"})

    assert shown_title(turn, login.user_id) == "Engines"
    assert Conversation.objects.get(pk=turn.conversation_id).earlier_title is None


def test_a_list_without_earlier_titles_needs_no_query(login: LoginSession, django_assert_num_queries: Any) -> None:
    conversations = [asked(login).conversation]

    with django_assert_num_queries(0):
        show_earlier_titles(conversations, login.user_id)
