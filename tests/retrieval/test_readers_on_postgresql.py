"""On PostgreSQL every reader finds what the passages in reach are alone, however many of the collections it hears."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.db import connection

from chat.models import Collection, IndexedPassage, Membership, Recording, Scope
from chat.retrieval import postgres
from chat.retrieval.masks import bit_mask, has_bit
from chat.retrieval.postgres import PostgresIndex
from chat.retrieval.reach import Reach, reach_of
from chat.retrieval.results import execute, rows
from chat.retrieval.word_index import Term

pytestmark = [pytest.mark.django_db, pytest.mark.only_on("postgresql")]

WORDS = ["budget", "quokka", "narwhal", "engine", "harbour"]
RARITIES = [1.0, 2.0, 4.0, 8.0, 16.0]
TERMS = [
    Term(word, (word,), 12_000, rarity, share=0.2, evidence=1) for word, rarity in zip(WORDS, RARITIES, strict=True)
]
ENOUGH = 29
"""What counts in proportion is at least this."""


@pytest.fixture
def collections() -> list[Collection]:
    """Return collections that nobody hears yet; words are as unlike in them as they are at random."""
    chance = random.Random(1)  # noqa: S311  # the same in every run
    made = [Collection.objects.create(name=f"Collection {number}") for number in range(20)]
    for collection in made:
        for _ in range(chance.randint(1, 5)):
            said = [" ".join(chance.choices(WORDS, [8, 6, 4, 2, 1], k=chance.randint(1, 8))) for _ in range(4)]
            passages(collection, *said)
    return made


def passages(collection: Collection, *said: str) -> Recording:
    """Make a recording with a passage of each of these words, which are stems already."""
    recording = Recording.objects.create(title="Meeting", digest=uuid4().hex, collection=collection)
    IndexedPassage.objects.bulk_create(
        IndexedPassage(recording=recording, first=place, last=place, text=words, stems=words)
        for place, words in enumerate(said, 1)
    )
    return recording


def reach(user: User, heard: list[Collection]) -> Reach:
    Membership.objects.bulk_create(Membership(user=user, collection=each) for each in heard)
    return reach_of(Scope.begin(user.pk))


def words_by_passage(reach: Reach) -> dict[int, set[str]]:
    """Return the words of each passage in reach, as the site has them for itself."""
    stems = IndexedPassage.objects.filter(recording__in=reach.recordings()).values_list("pk", "stems")
    return {pk: set((words or "").split()) for pk, words in stems}


def best(found: dict[int, set[str]], limit: int) -> set[int]:
    """Return the passages whose words are the rarest."""
    rarities: defaultdict[int, float] = defaultdict(float)
    for pk, words in found.items():
        for word in words:
            rarities[pk] += RARITIES[WORDS.index(word)]
    return set(sorted(rarities, key=lambda pk: (-rarities[pk], pk))[:limit])


def ranked(reach: Reach) -> list[tuple[int, float, float, float]]:
    return [
        (hit.pk, round(hit.score, 6), round(hit.relevance, 6), hit.evidence)
        for hit in PostgresIndex().rank(TERMS, reach, 100)
    ]


@pytest.mark.parametrize("heard", [19, 18, 10, 5, 2, 1])
def test_every_reader_finds_the_best_of_what_is_heard_in_whatever_way_it_is_looked_for(
    collections: list[Collection], alice: User, monkeypatch: pytest.MonkeyPatch, heard: int
) -> None:
    own = reach(alice, random.Random(heard).sample(collections, heard))  # noqa: S311  # the same in every run
    unmasked = replace(own, mask=b"", listed=())
    found = ranked(own)

    assert {pk for pk, *_ in found} == best(words_by_passage(own), 100)
    for share in (0.9, 0.5, 0.1):
        assert ranked(replace(own, share=share)) == ranked(replace(unmasked, share=share)) == found
    monkeypatch.setattr(postgres, "_SPARE", 0.3)  # so that the first of all are too few
    assert ranked(own) == found


@pytest.mark.parametrize("heard", [19, 10, 1])
def test_every_reader_counts_exactly_what_is_heard_unless_it_is_much(
    collections: list[Collection], alice: User, monkeypatch: pytest.MonkeyPatch, heard: int
) -> None:
    own = reach(alice, collections[:heard])
    words = Counter(word for each in words_by_passage(own).values() for word in each)

    for each in (own, replace(own, mask=b"", listed=())):
        assert PostgresIndex().counts(WORDS, replace(each, share=0.5)) == words
        assert are_exact_if_few(PostgresIndex().counts(WORDS, replace(each, share=0.9)), words)
        with monkeypatch.context() as patch:
            patch.setattr(PostgresIndex, "rows_at_once", 5)  # of the passages with a word look at the first alone
            assert are_exact_if_few(PostgresIndex().counts(WORDS, replace(each, share=0.5)), words)


def are_exact_if_few(counts: dict[str, int], words: Counter[str]) -> bool:
    return all(number == words[word] or min(number, words[word]) >= ENOUGH for word, number in counts.items())


@pytest.mark.parametrize("share", [0.9, 0.5, 0.1])
def test_what_came_after_a_search_began_is_not_in_reach_of_it(
    collections: list[Collection], alice: User, share: float
) -> None:
    own = replace(reach(alice, collections[1:]), share=share)
    before = ranked(own)

    passages(collections[0], " ".join([*WORDS, "platypus"]))

    assert ranked(own) == before
    assert PostgresIndex().counts(["platypus"], own) == {"platypus": 0}


@pytest.mark.parametrize("keys", [[], [1], [7, 8], [15], [3, 16, 200]])
def test_a_mask_has_its_keys_and_no_higher_one(keys: list[int]) -> None:
    mask = bit_mask(keys)

    statement = f"SELECT key FROM generate_series(0, 300) AS key WHERE {has_bit('key', mask)}"  # noqa: S608  # our own
    found = rows(statement, [mask])

    assert [key for (key,) in found] == keys


def test_of_many_words_in_few_passages_the_index_is_asked_for_each(alice: User) -> None:
    own, foreign = Collection.objects.create(name="Own"), Collection.objects.create(name="Foreign")
    said = [" ".join(f"word{number * place % 97}" for place in range(40)) for number in range(20)]
    for number in range(30):
        passages(own if number < 4 else foreign, *said)
    execute("ANALYZE chat_indexedpassage")
    terms = [Term(f"word{number}", (f"word{number}",), 100, 1.0, share=0.1) for number in range(32)]
    statements: list[tuple[str, Any]] = []

    def keep(run: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        statements.append((sql, params))
        return run(sql, params, many, context)

    few = reach(alice, [own])
    with connection.execute_wrapper(keep):
        PostgresIndex().rank(terms, few, 100)

    assert few.is_small
    [(sql, params)] = statements
    plan = "\n".join(line for (line,) in rows(f"EXPLAIN {sql}", params))
    assert "Index Cond: (terms @@ asked" in plan
    assert "Join Filter: (passage.terms @@" not in plan
