"""A search for what one speaker says: the passages in which that speaker says the words come first."""

from __future__ import annotations

import asyncio

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from pytest_django import Settings

from chat.models import Filter, Recording, Scope
from chat.passages import Passage
from chat.retrieval import MIN_RELEVANCE, retriever

from ..support.library import filler, record
from ..support.vector_search import INDEX, use_the_client
from ..support.workspace import Workspace

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.pgvector]


def said_by(user: User, query: str, *speakers: str, limit: int = 8) -> list[Passage]:
    scope = Scope.begin(user.pk, Filter(speakers=speakers))
    return asyncio.run(retriever().retrieve(query, scope=scope, limit=limit))


def recordings(passages: list[Passage]) -> list[Recording]:
    return [passage.recording for passage in passages]


@pytest.fixture(params=["words", "meaning"])
def searches(request: pytest.FixtureRequest, settings: Settings) -> None:
    """Search by words alone, and by meaning too."""
    if request.param == "meaning":
        request.getfixturevalue("workspace")
        settings.EMBEDDINGS = "openai:fake"


def embed(settings: Settings) -> None:
    if settings.EMBEDDINGS:
        call_command("index_recordings", verbosity=0)


@pytest.mark.usefixtures("searches")
def test_a_passage_in_which_the_speaker_says_it_precedes_those_in_which_others_do(
    alice: User, settings: Settings
) -> None:
    others = record("Others", "Ana: The harbour crane, the crane of the harbour.", "Bob: Hm.", "Ana: A harbour crane.")
    own = record("Own", *filler(4), "Ana: And then?", "Bob: A crane came into the harbour, I think.", *filler(2))
    embed(settings)

    assert recordings(said_by(alice, "Where is the harbour crane?", "Bob")) == [own, others]
    assert recordings(said_by(alice, "Where is the harbour crane?", "Ana"))[0] == others


def test_a_speaker_is_found_among_many_passages_in_which_others_say_it_more_often(alice: User) -> None:
    for number in range(150):
        record(f"Recording {number}", "Ana: A valve, a valve, and a valve.", "Bob: Hm.")
    own = record("Own", *filler(5), "Bob: The pipe has a valve, if I remember well.")

    assert recordings(said_by(alice, "valve", "Bob", limit=1)) == [own]


def test_what_only_others_say_does_not_answer(alice: User) -> None:
    record("Others", "Ana: The crane stands in the harbour.", "Bob: It does not rain.")

    [passage] = said_by(alice, "Where is the harbour crane?", "Bob")

    assert [str(segment) for segment in passage.segments] == ["Bob: It does not rain."]
    assert passage.relevance < MIN_RELEVANCE
    assert said_by(alice, "Where is the harbour crane?", "Ana")[0].relevance > MIN_RELEVANCE


def test_a_speaker_may_say_a_form_of_the_word(alice: User) -> None:
    record("Others", "Ana: The relations, all relations.", "Bob: Hm.")
    own = record("Own", *filler(3), "Bob: Both are closely related.")

    passage = said_by(alice, "relations", "Bob")[0]

    assert passage.recording == own
    assert passage.relevance == pytest.approx(1.0)


@pytest.mark.parametrize("query", ["greenhuose", "greenhouse", "green-house"])
def test_a_speaker_is_found_by_another_spelling_too(alice: User, query: str) -> None:
    record("Others", "Ana: The greenhouse, the greenhouse.", "Bob: Hm.")
    own = record("Own", *filler(3), "Bob: A greenhouse would be fine.")

    passage, anybody = said_by(alice, query, "Bob")[0], said_by(alice, query)[0]

    assert passage.recording == own
    assert passage.relevance == pytest.approx(anybody.relevance)


def test_two_words_that_a_speaker_writes_as_one_must_follow_each_other(alice: User) -> None:
    apart = record("Apart", "Bob: The board is white, the other board is white, too.", "Ana: A white board.")
    own = record("Own", *filler(3), "Bob: There is a white board.")

    assert recordings(said_by(alice, "whiteboard", "Bob")) == [own, apart]


def test_the_title_counts_for_what_a_passage_answers_and_not_for_its_place(alice: User) -> None:
    titled = record("The harbour", "Bob: Well, well.", "Ana: The crane.")
    own = record("Own", *filler(3), "Bob: I have seen the harbour, and it was full of ships, large and small.")

    passages = said_by(alice, "harbour", "Bob")

    assert recordings(passages) == [own, titled]
    assert all(passage.relevance > MIN_RELEVANCE for passage in passages)


def test_the_name_of_a_speaker_may_be_asked_for(alice: User) -> None:
    own = record("Own", "Bob: The crane is yellow.", *filler(3))
    for number in range(5):
        record(f"Recording {number}", "Bob: Good morning.", f"Ana: The crane is {number} metres high.")

    passages = said_by(alice, "What did Bob say about the crane?", "Bob")

    assert passages[0].recording == own
    assert [passage.relevance > MIN_RELEVANCE for passage in passages] == [True] + [False] * 5


def test_of_the_passages_that_mean_the_question_those_come_first_that_are_mostly_by_the_speaker(
    alice: User, settings: Settings, workspace: Workspace
) -> None:
    settings.EMBEDDINGS = "openai:fake"
    little = record("Talk", "Ana: The ship leaves the yard, and the ship that we love has a name.", "Bob: Hm.")
    much = record("Talk", "Bob: The ship leaves the yard, and the ship that we love has a name.", "Ana: Hm.")
    embed(settings)

    assert recordings(said_by(alice, "launch", "Bob")) == [much, little]
    assert recordings(said_by(alice, "launch", "Ana")) == [little, much]


def test_a_question_about_nothing_in_particular_gets_passages_in_which_the_speaker_speaks(alice: User) -> None:
    long = record("Long", *filler(60), "Bob: At last.")

    passages = said_by(alice, "What was said in this meeting?", "Bob", limit=2)

    assert recordings(passages) == [long]
    assert [str(segment) for passage in passages for segment in passage.segments] == ["Bob: At last."]


def test_of_the_places_of_an_index_those_come_first_that_are_mostly_by_the_speaker(
    alice: User, settings: Settings, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_the_client(monkeypatch)
    settings.CHAT_RETRIEVER = f"databricks:{INDEX}"
    none = record("None", "Ana: The crane.", "Cid: Which crane?", "Bob: I know of none.")
    little = record("Little", "Ana: The crane stands in the harbour, and nobody moves it.", "Bob: Hm.")
    much = record("Much", "Ana: Hm.", "Bob: The crane stands in the harbour, and nobody moves it.")
    workspace.rows = [
        [str(each.uuid), 1, 2, "id", "text", score] for each, score in ((none, 0.9), (little, 0.8), (much, 0.7))
    ]

    assert recordings(said_by(alice, "crane", "Bob", limit=2)) == [much, little]
