from __future__ import annotations

import pytest
from django.db import connection

from chat.models import Recording, Scope, Segment
from chat.retrieval import index
from chat.search.places import Place, places, with_words_in_title
from chat.search.query import parsed

from ..support.hearing import scope_of
from ..support.library import filler, record

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def launch() -> Recording:
    return record(
        "Heron launch review",
        "Ana: The launch moves to October, because the translations are late.",
        "Ben: Then the silicone seal must be decided before the summer, the seal alone.",
        "Ana: The seal, the silicone one, has a price.",
    )


def found(text: str, scope: Scope | None = None) -> list[Place]:
    return places(parsed(text), scope or scope_of(), 0, 20).shown


def numbers(text: str) -> list[int]:
    return [place.segment.number for place in found(text)]


def marked(place: Place) -> list[str]:
    return [part.text for part in place.snippet if part.found]


def test_a_word_is_found_in_any_form_and_marked_as_it_was_said(launch: Recording) -> None:
    [place] = found("translation")

    assert (place.recording, place.segment.number) == (launch, 1)
    assert marked(place) == ["translations"]


def test_all_words_must_have_been_said_together(launch: Recording) -> None:
    record("Other call", "Ana: The price is fine.", "Ben: Nobody knows.")

    assert {place.recording for place in found("price silicone")} == {launch}
    assert numbers("price silicone") == [3]


def test_words_of_neighbouring_segments_are_found_where_most_of_them_are(launch: Recording) -> None:
    assert numbers("october late summer") == [1]


def test_a_phrase_is_found_only_as_it_stands(launch: Recording) -> None:
    assert sorted(numbers("silicone seal")) == [2, 3]
    [place] = found('"silicone seal"')

    assert place.segment.number == 2
    assert marked(place) == ["silicone", "seal"]


def test_speakers_are_searched_and_marked(launch: Recording) -> None:
    [place] = found("Ben decided")

    assert [part.text for part in place.speaker if part.found] == ["Ben"]
    assert marked(place) == ["decided"]


def test_words_of_the_title_need_not_be_said_again(launch: Recording) -> None:
    assert numbers("heron translations") == [1]


def test_a_title_alone_is_no_place(launch: Recording) -> None:
    assert found("heron") == []
    assert [recording for recording, _ in with_words_in_title(parsed("heron"), scope_of())] == [launch]


def test_titles_are_found_by_their_words_and_beginnings(launch: Recording) -> None:
    record("Allotment call", "Cleo: Tomatoes.")

    [(recording, title)] = with_words_in_title(parsed("lau HERON"), scope_of())

    assert recording == launch
    assert [part.text for part in title if part.found] == ["Heron", "launch"]
    assert with_words_in_title(parsed("heron allotment"), scope_of()) == []


def test_a_segment_in_two_passages_is_shown_once() -> None:
    record("Long meeting", *(f"{line} budget" for line in filler(60)))

    shown = places(parsed("budget"), scope_of(), 0, 100).shown

    assert sorted(place.segment.number for place in shown) == list(range(1, 61))


def test_pages_follow_each_other_without_gap_or_repetition() -> None:
    record("Long meeting", *(f"{line} budget" for line in filler(50)))

    pages = [places(parsed("budget"), scope_of(), start, start + 20) for start in (0, 20, 40)]

    shown = [place.segment.number for page in pages for place in page.shown]
    assert sorted(shown) == list(range(1, 51))
    assert [page.has_more for page in pages] == [True, True, False]


def test_without_a_place_that_has_all_words_the_nearest_are_shown(launch: Recording) -> None:
    page = places(parsed("silicon tranlations"), scope_of(), 0, 20)

    assert page.nearest
    assert page.shown[0].recording == launch
    assert any(marked(place) for place in page.shown)


def test_what_nobody_said_is_not_found(launch: Recording) -> None:
    assert places(parsed("xylophone"), scope_of(), 0, 20).shown == []


@pytest.mark.parametrize(
    "text", ['"', "'; DROP TABLE chat_segment; --", "NEAR(a b)", "{a} : b", "^x*", "%_", "\\", "<b>x"]
)
def test_no_text_is_an_error(launch: Recording, text: str) -> None:
    places(parsed(text), scope_of(), 0, 20)
    with_words_in_title(parsed(text), scope_of())


def test_a_recording_is_found_no_more_after_it_is_deleted(launch: Recording) -> None:
    launch.delete()

    assert found("translations") == []


def test_a_place_without_times_or_speaker_is_found() -> None:
    recording = Recording.objects.create(title="Notes", digest="x")
    Segment.objects.create(recording=recording, number=1, text="The Überraschung was nice.")
    index([recording])

    [place] = found("uberraschung")

    assert (marked(place), place.speaker, place.span) == (["Überraschung"], [], "")


def test_the_places_of_a_page_cost_few_queries(launch: Recording, django_assert_max_num_queries: object) -> None:
    for number in range(20):
        record(f"Meeting {number}", "Ana: The budget is fine.")

    scope = scope_of()
    with django_assert_max_num_queries(5, connection=connection):  # type: ignore[operator]
        assert len(found("budget", scope)) == 20
