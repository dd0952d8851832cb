"""SQLite knows by ranges of keys which passages are of which recording: of every one, and of no other."""

from __future__ import annotations

import random

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from chat.models import Filter, IndexedPassage, Recording, Scope
from chat.retrieval import index, sqlite
from chat.retrieval.reach import EVERYTHING, reach_of
from chat.retrieval.results import Hit, rows
from chat.retrieval.sqlite import SQLiteIndex
from chat.retrieval.word_index import Term

from ..models.test_upgrade_to_collections import migrate
from ..support.library import record
from ..support.two_teams import WORD, team

pytestmark = [pytest.mark.django_db, pytest.mark.only_on("sqlite")]


def passages_by_range() -> dict[int, int]:
    """Return the recording of each passage, as the ranges say it."""
    ranges = rows("SELECT first, last, recording_id FROM chat_passagerange", ())
    owners = [(key, recording) for first, last, recording in ranges for key in range(first, last + 1)]
    assert len(owners) == len(dict(owners)), "two ranges have the same key"
    existing = set(IndexedPassage.objects.values_list("pk", flat=True))
    return {key: recording for key, recording in owners if key in existing}


def passages() -> dict[int, int]:
    return dict(IndexedPassage.objects.values_list("pk", "recording_id"))


def long(title: str) -> Recording:
    return record(title, *(f"Ana: Line {number} of {title}, {'so it goes, ' * 60}." for number in range(8)))


def add(recording: Recording, place: int, key: int | None = None) -> None:
    IndexedPassage.objects.create(pk=key, recording=recording, first=place, last=place, text="", stems="")


def test_the_ranges_say_of_every_passage_whose_it_is_whatever_happens() -> None:
    chance = random.Random(1)  # noqa: S311  # the same in every run
    recordings = [long(f"Meeting {number}") for number in range(4)]

    for step in range(40):
        recording = chance.choice(recordings)
        match chance.choice(["index", "add", "remove one", "delete", "record"]):
            case "index":
                index([recording])
            case "add":
                add(recording, 1000 + step)
            case "remove one":
                chosen = IndexedPassage.objects.filter(recording=recording).order_by("?").values("pk")[:1]
                IndexedPassage.objects.filter(pk__in=chosen).delete()
            case "delete" if len(recordings) > 2:
                recordings.remove(recording)
                recording.delete()
            case _:
                recordings.append(long(f"Meeting of step {step}"))

        assert passages_by_range() == passages()

    assert len({*passages().values()}) > 2


def test_a_recording_that_is_indexed_in_one_go_has_one_range() -> None:
    recording = long("Meeting")
    index([recording])

    assert IndexedPassage.objects.count() > 2
    assert len(rows("SELECT 1 FROM chat_passagerange", ())) == 1
    recording.delete()
    assert rows("SELECT 1 FROM chat_passagerange", ()) == []


def test_a_key_among_those_of_another_recording_is_refused() -> None:
    first, second = long("First"), long("Second")
    key = IndexedPassage.objects.filter(recording=first).order_by("pk")[1].pk
    IndexedPassage.objects.filter(pk=key).delete()

    with pytest.raises(IntegrityError, match="lies among those of another"), transaction.atomic():
        add(second, 1000, key)
    with pytest.raises(IntegrityError, match="lies among those of another"), transaction.atomic():
        add(second, 1000, -1)
    add(first, 1000, key)

    assert passages_by_range() == passages()


@pytest.mark.parametrize("change", ["id", "recording"])
def test_a_passage_keeps_its_key_and_its_recording(change: str) -> None:
    first, second = long("First"), long("Second")
    passage = IndexedPassage.objects.filter(recording=first)[:1].values("pk")
    changed = {"id": 10_000} if change == "id" else {"recording": second}

    with pytest.raises(IntegrityError, match="keeps its key"), transaction.atomic():
        IndexedPassage.objects.filter(pk__in=passage).update(**changed)
    IndexedPassage.objects.get(pk__in=passage).save()


def test_the_mask_has_the_passages_in_reach_and_no_others(alice: User, bob: User) -> None:
    own, others = team(alice, "quokka"), team(bob, "narwhal")
    everyones = long("Meeting")
    index([own.recording])

    reach = reach_of(Scope.begin(alice.pk))

    in_mask = {key for key, is_in_reach in enumerate(reach.mask, 1) if is_in_reach}
    assert in_mask & passages().keys() == set(
        IndexedPassage.objects.filter(recording__in=[own.recording, everyones]).values_list("pk", flat=True)
    )
    assert not in_mask & set(IndexedPassage.objects.filter(recording=others.recording).values_list("pk", flat=True))
    assert reach.total() == len(in_mask)
    assert SQLiteIndex().counts(['"narwhal"', '"quokka"'], reach) == {'"narwhal"': 0, '"quokka"': 1}


@pytest.mark.parametrize("limit", [1, 5, 100])
def test_who_hears_almost_all_finds_the_best_of_it(
    alice: User, bob: User, monkeypatch: pytest.MonkeyPatch, limit: int
) -> None:
    others = team(bob, "narwhal")
    heard = [record(f"Meeting {number}", f"Ana: A budget{' and more' * number}.") for number in range(20)]
    reach = reach_of(Scope.begin(alice.pk))
    terms = [Term("budget", ("budget",), 21, 1.0, share=0.5, evidence=1), Term(WORD, (WORD,), 1, 3.0, share=0.5)]

    found = SQLiteIndex().rank(terms, reach, limit)

    assert sqlite._ALMOST_ALL < reach.share < 1
    monkeypatch.setattr(sqlite, "_ALMOST_ALL", 1.0)  # looks for the byte of each match
    assert found == SQLiteIndex().rank(terms, reach, limit)
    assert len(found) == min(limit, len(heard))
    assert others.recording not in recordings_of(found)
    assert others.recording in recordings_of(SQLiteIndex().rank(terms, EVERYTHING, 100))


def recordings_of(hits: list[Hit]) -> list[Recording]:
    return list(Recording.objects.filter(indexed_passages__in=[hit.pk for hit in hits]))


def test_nothing_is_in_reach_of_a_scope_whose_recordings_are_gone(alice: User) -> None:
    own = team(alice, "quokka")
    scope = Scope.begin(alice.pk, Filter(recordings=(own.recording.uuid,)))
    own.recording.delete()

    reach = reach_of(scope)

    assert (reach.mask, reach.share, reach.is_everything) == (b"", 0.0, False)


@pytest.mark.django_db(transaction=True)
def test_the_passages_of_the_release_before_get_their_ranges() -> None:
    first, second = long("First"), long("Second")
    index([first])
    IndexedPassage.objects.filter(pk=IndexedPassage.objects.filter(recording=second)[1].pk).delete()
    try:
        migrate("0047_language")
    finally:
        migrate(None)

    assert passages_by_range() == passages()
    assert len({*passages().values()}) == 2
