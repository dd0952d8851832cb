"""A search looks only at what its user hears, and knows no word of anything else."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from pytest_django import Settings

from chat.models import Collection, Filter, IndexedPassage, Membership, Recording, Scope
from chat.passages import Passage
from chat.retrieval import retriever
from chat.retrieval.full_text import FullText
from chat.retrieval.reach import Area
from chat.search.places import places, with_words_in_title
from chat.search.query import parsed

from ..support.library import filler, record
from ..support.two_teams import WORD, Team, team
from ..support.workspace import Workspace

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.pgvector]

QUERIES = [
    "What did they decide about the zephyrine engine?",
    "What does the narwhal report say about the budget?",
    "Where is the narwhale?",
    "narwhal",
    "zephirine budget",
    "the narwhal engine of June",
    "What was this meeting about?",
    "xylophone",
]
"""Questions about what both teams said, what only one of them said, and what comes near to it."""


EVERYTHING = Filter()


def found(user: User, query: str, chosen: Filter = EVERYTHING, limit: int = 8) -> list[Passage]:
    return asyncio.run(retriever().retrieve(query, scope=Scope.begin(user.pk, chosen), limit=limit))


def seen(user: User, query: str) -> list[tuple[str, int, int, float]]:
    """Return what a search tells its user, apart from scores, which only rank."""
    return [
        (each.recording.title, each.segments[0].number, each.segments[-1].number, round(each.relevance, 6))
        for each in found(user, query)
    ]


def places_seen(user: User, query: str) -> tuple[list[str], list[str], bool]:
    scope = Scope.begin(user.pk)
    page = places(parsed(query), scope, 0, 20)
    titles = [recording.title for recording, _ in with_words_in_title(parsed(query), scope)]
    return [place.recording.title for place in page.shown], titles, page.nearest


@pytest.fixture(params=["words", "meaning"])
def searches(request: pytest.FixtureRequest) -> None:
    """Search by words alone, and by meaning too."""
    if request.param == "meaning":
        request.getfixturevalue("workspace")
        request.getfixturevalue("settings").EMBEDDINGS = "openai:fake"


def embed(settings: Settings) -> None:
    if settings.EMBEDDINGS:
        call_command("index_recordings", verbosity=0)


def test_one_query_tells_what_a_user_who_hears_everything_may_search(
    alice: User, django_assert_num_queries: Any
) -> None:
    record("Launch", "We have not decided when the engines are to be delivered.")
    scope = Scope.begin(alice.pk)
    with django_assert_num_queries(1):
        heard = Area.of(scope).heard
        told = heard.is_everything, heard.total(), heard.spoken

    assert told == (True, IndexedPassage.objects.count(), ("en",))


@pytest.mark.usefixtures("searches")
def test_each_finds_only_the_own_recordings(alice: User, bob: User, settings: Settings) -> None:
    teams = [team(alice, "quokka"), team(bob, "narwhal")]
    embed(settings)

    for own in teams:
        for query in (WORD, "zephyrine budget", "What was this meeting about?"):
            assert {each.recording for each in found(own.user, query)} == {own.recording}


@pytest.mark.usefixtures("searches")
@pytest.mark.parametrize("share", ["small", "large"])
def test_what_others_record_changes_nothing_of_what_a_user_is_told(
    alice: User, bob: User, settings: Settings, share: str
) -> None:
    team(alice, "quokka", *filler(3))
    for number in range(8 if share == "large" else 0):
        record(f"Meeting {number}", f"Ana: The price of tomatoes rises, {number} euros.")
    embed(settings)
    before = [(seen(alice, query), places_seen(alice, query)) for query in QUERIES]

    others = team(bob, "narwhal", "The narwhale of June is a xylophone.", *filler(3))
    for number in range(2):
        record(f"Narwhal {number}", "Bob: The narwhal and the xylophone.", collection=others.collection)
    embed(settings)

    assert [(seen(alice, query), places_seen(alice, query)) for query in QUERIES] == before
    assert any(seen(bob, query) != told for query, (told, _) in zip(QUERIES, before, strict=True))


def test_a_word_of_others_is_not_offered_as_the_right_spelling(alice: User, bob: User) -> None:
    team(alice, "quokka")
    team(bob, "narwhal")

    assert all(each.relevance == 0 for each in found(alice, "narwhall"))
    assert found(bob, "narwhall")[0].relevance > 0


@pytest.mark.parametrize("others", [1, 12])
def test_the_best_passages_in_reach_are_found_whatever_is_better_elsewhere(alice: User, bob: User, others: int) -> None:
    foreign = team(bob, "narwhal").collection
    for number in range(others * 10):
        record(f"Better {number}", "Bob: budget budget budget.", collection=foreign)
    for number in range(12):
        record(f"Own {number}", f"Ana: The budget is one of {number} things.")

    passages = found(alice, "budget", limit=12)

    assert {each.recording.title for each in passages} == {f"Own {number}" for number in range(12)}


def test_who_hears_nothing_finds_nothing(alice: User, bob: User) -> None:
    team(bob, "narwhal")

    assert [found(alice, query) for query in QUERIES] == [[]] * len(QUERIES)
    assert [places_seen(alice, query)[:2] for query in QUERIES] == [([], [])] * len(QUERIES)


@pytest.mark.parametrize("change", ["moved", "left", "deleted"])
def test_what_is_lost_while_a_search_runs_is_not_read(
    alice: User, bob: User, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    own, others = team(alice, "quokka"), team(bob, "narwhal")
    hits = FullText.hits

    def lose(self: FullText, *arguments: Any) -> Any:
        result = hits(self, *arguments)
        if change == "moved":
            Recording.objects.filter(pk=own.recording.pk).update(collection=others.collection)
        elif change == "left":
            Membership.objects.filter(user=alice).delete()
        else:
            own.recording.delete()
        return result

    monkeypatch.setattr(FullText, "hits", lose)

    assert found(alice, WORD) == []


def test_a_filter_of_collections_searches_only_them(alice: User, bob: User) -> None:
    own = team(alice, "quokka")
    common = record("Common", f"Ana: The {WORD} engine.")

    assert {each.recording for each in found(alice, WORD)} == {own.recording, common}
    assert {each.recording for each in found(alice, WORD, Filter(collections=(own.collection.uuid,)))} == {
        own.recording
    }


def test_a_filter_of_speakers_quotes_only_what_they_said(alice: User) -> None:
    record("Talk", f"Ana: The {WORD} is late.", f"Bob: No, the {WORD} is early.", "Ana: Well.", "Cid: Hm.")
    record("Other", f"Cid: The {WORD} is red.")

    passages = found(alice, WORD, Filter(speakers=("Bob",)))

    assert [[str(segment) for segment in each.segments] for each in passages] == [[f"Bob: No, the {WORD} is early."]]


@pytest.fixture
def databricks(workspace: Workspace, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    from ..support.vector_search import INDEX, use_the_client

    use_the_client(monkeypatch)
    settings.CHAT_RETRIEVER = f"databricks:{INDEX}"
    return workspace


def rows_of(*teams: Team) -> list[list[object]]:
    return [[str(each.recording.uuid), 1, 2, "id", "text of the index", 0.9] for each in teams]


@pytest.mark.parametrize("named", [True, False])
def test_the_index_of_databricks_shows_only_what_is_heard(
    databricks: Workspace, alice: User, bob: User, monkeypatch: pytest.MonkeyPatch, named: bool
) -> None:
    own, others = team(alice, "quokka"), team(bob, "narwhal")
    databricks.rows = rows_of(others, own)
    if not named:
        monkeypatch.setattr("chat.retrieval.vector_search.REQUESTS", 0)

    assert {each.recording for each in found(alice, WORD)} == {own.recording}
    asked = [query.get("filters_json") or "" for query in databricks.queries]
    assert len(asked) == 1
    assert (str(own.recording.uuid) in asked[0]) == named
    assert str(others.recording.uuid) not in asked[0]


def test_without_a_recording_that_is_heard_the_index_is_not_asked(
    databricks: Workspace, alice: User, bob: User
) -> None:
    databricks.rows = rows_of(team(bob, "narwhal"))

    assert found(alice, WORD) == []
    assert databricks.queries == []


def test_the_default_collection_can_be_closed(alice: User) -> None:
    record("Common", f"Ana: The {WORD} engine.")
    Collection.objects.filter(is_default=True).update(everyone=False)

    assert found(alice, WORD) == []
