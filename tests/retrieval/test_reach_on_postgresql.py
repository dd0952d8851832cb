"""PostgreSQL finds the same in whatever way it leaves out what is not in reach."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.contrib.auth.models import User

from chat.models import Scope
from chat.retrieval import postgres
from chat.retrieval import reach as reach_module
from chat.retrieval.postgres import PostgresIndex
from chat.retrieval.reach import EVERYTHING, Reach, reach_of
from chat.retrieval.word_index import Term

from ..support.library import filler, record
from ..support.two_teams import team

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.only_on("postgresql")]

TERMS = [
    Term("budget", ("budget",), 120, 1.0, share=0.5, evidence=1),
    Term("quokka", ("quokka",), 60, 2.0, share=0.5, evidence=3),
]


@pytest.fixture
def almost_all(alice: User, bob: User) -> Reach:
    """What somebody hears who does not hear a few recordings that have more of the words than all others."""
    foreign = team(bob, "narwhal").collection
    for number in range(8):
        record(f"Foreign {number}", "Bob: budget quokka narwhal, budget quokka.", collection=foreign)
    for number in range(110):
        record(f"Own {number}", f"Ana: The budget, {number} euros, is {'a quokka' if number % 2 else 'a number'}.")
    reach = reach_of(Scope.begin(alice.pk))
    assert reach.share > postgres._ALMOST_ALL
    return reach


def ranked(reach: Reach, terms: list[Term] = TERMS) -> list[tuple[int, float, float]]:
    return [(hit.pk, round(hit.score, 6), hit.relevance) for hit in PostgresIndex().rank(terms, reach, 100)]


def test_the_first_of_all_that_are_in_reach_are_the_first_in_reach(
    almost_all: Reach, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = ranked(almost_all)
    monkeypatch.setattr(postgres, "_SPARE", 0.7)
    too_few_at_first = ranked(almost_all)
    monkeypatch.setattr(postgres, "_ALMOST_ALL", 1.0)

    assert found == too_few_at_first == ranked(almost_all)
    assert len(found) == 100
    assert {pk for pk, *_ in found} != {pk for pk, *_ in ranked(EVERYTHING)}


@pytest.mark.parametrize("share", [0.9, 0.5, 0.01])
def test_a_word_is_counted_in_reach_alone_however_common_it_is_elsewhere(almost_all: Reach, share: float) -> None:
    counts = PostgresIndex().counts(["narwhal", "quokka", "budget"], replace(almost_all, share=share))

    assert counts["narwhal"] == 0
    assert counts["quokka"] > 0
    assert counts["budget"] > 0


def test_a_few_passages_are_counted_exactly(alice: User, bob: User) -> None:
    team(bob, "narwhal", *filler(3))
    for number in range(20):
        record(f"Own {number}", f"Ana: {'The budget' if number < 15 else 'The weather'}.")

    counts = PostgresIndex().counts(["budget", "weather", "narwhal"], reach_of(Scope.begin(alice.pk)))

    assert counts == {"budget": 15, "weather": 5, "narwhal": 0}


def test_the_words_of_a_small_reach_are_the_same_whether_the_index_or_its_passages_are_read(
    alice: User, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = team(alice, "quokka", "The quokkas of Quebec ask a quick question.")
    for number in range(12):
        team(User.objects.create(username=f"user {number}"), f"quantity{number}")
    reach = reach_of(Scope.begin(own.user.pk))
    assert reach.is_small
    few = PostgresIndex().stems("qu", reach)
    monkeypatch.setattr(postgres, "_FEW_TO_READ", 0)

    assert few == PostgresIndex().stems("qu", reach)
    assert set(few) == {"quokka", "quebec", "quick", "question"}


def test_words_are_counted_alike_whether_the_recordings_in_reach_have_a_mask_or_not(
    almost_all: Reach, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    masked = replace(reach_of(Scope.begin(alice.pk)), share=0.5)
    monkeypatch.setattr(reach_module, "HIGHEST_BIT", max(masked.listed) - 1)
    asked = replace(reach_of(Scope.begin(alice.pk)), share=0.5)

    assert sorted(masked.listed) == sorted(asked.recordings())
    assert (asked.mask, asked.listed) == (b"", ())
    words = ["quokka", "budget", "narwhal"]
    assert PostgresIndex().counts(words, masked) == PostgresIndex().counts(words, asked)
