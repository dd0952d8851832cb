from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.db import connection

from chat.models import Conversation, IndexedTurn, LoginSession, TitleWord, Turn
from chat.search.conversations import Found, details, in_conversations
from chat.search.query import parsed

from ..support.asked import STATES, asked, citing, recorded

pytestmark = pytest.mark.django_db(transaction=True)

Search = Callable[[str], list[Found]]


def searched(user: User, text: str) -> list[Found]:
    query = parsed(text)
    conversations = list(in_conversations(query, Conversation.objects.of(user.pk), reader_id=user.pk))
    return details(query, conversations, user.pk)


@pytest.fixture
def search(alice: User) -> Search:
    """Search as alice."""
    return lambda text: searched(alice, text)


@pytest.fixture
def turn(login: LoginSession) -> Turn:
    """A question of alice, its answer and its source."""
    citation = citing(recorded("Heron planning"), excerpt="The gaskets are made of rubber.")
    return asked(
        login, "Which seals do we buy?", answer="We buy **silicone** seals [1], for 480 euros.", citations=[citation]
    )


def marked(found: Found) -> list[str]:
    return [part.text for part in found.snippet if part.found]


@pytest.mark.parametrize(
    ("text", "label", "words"),
    [
        ("buys", "Answer", ["buy"]),
        ("which", "", []),
        ("which seal", "Answer", ["seals"]),
        ("silicone 480", "Answer", ["silicone", "480"]),
        ('"silicone seals"', "Answer", ["silicone", "seals"]),
        ("gasket", "Source", ["gaskets"]),
        ("ana heron", "Source", ["Heron", "Ana"]),
    ],
)
def test_questions_answers_and_sources_are_found(
    turn: Turn, search: Search, text: str, label: str, words: list[str]
) -> None:
    found = search(text)

    assert [(item.turn, item.label) for item in found] == ([(turn, label)] if label else [])
    assert [word for item in found for word in marked(item)] == words


def test_the_snippet_of_an_answer_has_no_markdown(turn: Turn, search: Search) -> None:
    asked(turn.login_session, "Lists?", answer="# Zinc\n\n- **Zinc** [2]\n- not `lead`\n")
    [silicone], [zinc] = search("silicone"), search("zinc lead")

    assert "".join(part.text for part in silicone.snippet) == "We buy silicone seals , for 480 euros."
    assert "".join(part.text for part in zinc.snippet).split() == ["Zinc", "Zinc", "not", "lead"]


def test_a_new_title_is_found_at_once(turn: Turn, search: Search) -> None:
    Conversation.objects.all().rename("Purchases in spring")

    [found] = search("purchases")

    assert (found.turn, [part.text for part in found.title if part.found]) == (None, ["Purchases"])


@pytest.mark.parametrize(
    ("text", "is_found"),
    [
        ("planned", True),
        ("PLANS", True),
        ("plann", True),
        ("zoe colour", True),
        ("gasket colors", False),
        ("lanning", False),
        ("東京", True),
    ],
)
def test_titles_are_found_by_beginnings_and_roots_of_all_words(
    turn: Turn, search: Search, text: str, is_found: bool
) -> None:
    Conversation.objects.all().rename("Zoë’s planning of colors, 東京都")

    assert [found.conversation for found in search(text)] == ([turn.conversation] if is_found else [])


def test_an_old_title_is_not_found_any_more(turn: Turn, search: Search) -> None:
    Conversation.objects.all().rename("Purchases")
    Conversation.objects.all().rename("Deliveries")

    assert search("purchases") == []
    assert len(search("deliveries")) == 1


def test_the_migration_indexes_the_titles_that_there_are(turn: Turn, search: Search) -> None:
    Conversation.objects.all().rename("Purchases")
    TitleWord.objects.all().delete()

    import_module("chat.migrations.0021_found_by_index").index_titles(apps, None)

    assert len(search("purchases")) == 1


def test_the_newest_turn_of_a_conversation_is_shown_and_the_others_are_counted(turn: Turn, search: Search) -> None:
    newer = asked(turn.login_session, "And older seals?", conversation=turn.conversation)
    asked(turn.login_session, "And the rest?", conversation=turn.conversation)

    [found] = search("seals")

    assert (found.turn, found.others) == (newer, 1)


def test_words_in_different_turns_do_not_match(turn: Turn, search: Search) -> None:
    asked(turn.login_session, "And the compost?", conversation=turn.conversation)

    assert search("silicone compost") == []


@pytest.mark.parametrize("state", STATES)
def test_a_turn_is_found_as_soon_as_it_has_ended(login: LoginSession, search: Search, state: str) -> None:
    turn = asked(login, "Where is the Xanadu?", state=state)
    Conversation.objects.all().rename("Untitled")

    assert [found.turn for found in search("xanadu")] == ([turn] if turn.is_terminal else [])


def test_nobody_finds_anything_of_another_user(turn: Turn, bob: User, search: Search) -> None:
    own = asked(LoginSession.objects.create(user=bob), "Which seals are mine?", answer="None.")

    assert [found.turn for found in searched(bob, "seals")] == [own]
    assert searched(bob, "silicone") == searched(bob, "gasket") == []
    assert [found.turn for found in search("seals")] == [turn]
    assert details(parsed("seals"), [turn.conversation], bob.pk)[0].turn is None


def test_a_deleted_conversation_is_never_found(turn: Turn, search: Search) -> None:
    turn.conversation.discard()

    assert search("silicone") == search("seals") == []


def test_a_removed_turn_is_removed_from_the_index(turn: Turn, login: LoginSession, search: Search) -> None:
    other = asked(login, "Another seal?")
    turn.delete()

    assert search("silicone") == []
    assert list(IndexedTurn.objects.values_list("turn", flat=True)) == [other.pk]
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO chat_turnfulltext (chat_turnfulltext) VALUES ('integrity-check')")


def test_the_migration_indexes_what_was_asked_before(turn: Turn, login: LoginSession, search: Search) -> None:
    running = asked(login, "Still running?", state="streaming")
    before = dict(IndexedTurn.objects.values_list("turn", "text"))
    IndexedTurn.objects.all().delete()

    import_module("chat.migrations.0011_conversation_search").index_ended_turns(apps, None)

    assert dict(IndexedTurn.objects.values_list("turn", "text")) == before
    assert running.pk not in before
    assert [found.turn for found in search("gasket")] == [turn]


def test_a_turn_of_any_length_can_be_indexed(login: LoginSession, search: Search) -> None:
    long = asked(login, "Where is the Xanadu?", answer=" ".join(f"word{number}" for number in range(60_000)))

    assert [found.turn for found in search("xanadu word7")] == [long]
