"""The page of a recording reduced to a speaker, or to the places where words are said."""

from __future__ import annotations

import pytest
from django.test import Client

from chat.models import Recording, Segment

from ..support.asked import recorded
from ..support.hostile import squeezed
from ..support.pages import numbers, shown, text

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("static_files")]


@pytest.fixture
def meeting(page: Client) -> Recording:
    """A recording in which Ana, Omar and somebody unknown speak of the price."""
    said = ["The price of the L.C.D. is high.", "Mm.", "We order in May.", "Which prices <do> you mean?", "Any."]
    recording = recorded("Planning", *said)
    Segment.objects.filter(recording=recording, number__in=[2, 4]).update(speaker="Omar")
    Segment.objects.filter(recording=recording, number=5).update(speaker="")
    return recording


def test_brief_words_get_no_heading_but_keep_their_speaker(page: Client, meeting: Recording) -> None:
    html = shown(page, meeting)

    assert html.count("<h2") == 3
    aside = html[html.index('id="segment-2"') : html.index('id="segment-3"')]
    assert "<bdi>Omar</bdi>:" in aside
    assert 'aria-hidden="true">O</span>' in aside


def test_the_segments_of_one_speaker_are_shown(page: Client, meeting: Recording) -> None:
    html = shown(page, meeting, speaker="Omar")

    assert numbers(html) == [2, 4]
    assert "2 places of<bdi>Omar</bdi>" in html
    assert f'href="{meeting.get_absolute_url()}#segment-4"' in html
    assert numbers(shown(page, meeting, speaker="?")) == [5]
    assert '<option value="Omar" selected>' in squeezed(text(page.get(meeting.get_absolute_url(), {"speaker": "Omar"})))


@pytest.mark.parametrize(
    ("words", "found"),
    [("price", [1, 4]), ("PRICES  the", [1]), ("lcd", [1]), ("mm", [2]), ("orde", [3]), ("do", [4]), ("zebra", [])],
)
def test_words_are_found_in_a_transcript(page: Client, meeting: Recording, words: str, found: list[int]) -> None:
    assert numbers(shown(page, meeting, q=words)) == found


def test_what_was_found_is_marked(page: Client, meeting: Recording) -> None:
    html = shown(page, meeting, q="price", speaker="Omar")

    assert "Which<mark>prices</mark>&lt;do&gt; you mean?" in html
    assert "1 place of<bdi>Omar</bdi>with “<bdi>price</bdi>”" in html


def test_a_search_without_success_says_so_and_offers_more(page: Client, meeting: Recording) -> None:
    html = shown(page, meeting, q="zebra crossing")

    assert "No places" in html
    assert "with “<bdi>zebra crossing</bdi>”" in html
    assert 'href="/search/?q=zebra%20crossing"' in html
    assert "Show the whole transcript" in html
    assert "There is no word in this to search for." in shown(page, meeting, q="…!")
    assert numbers(shown(page, meeting, q="\0", speaker="\0")) == [1, 2, 3, 4, 5]


def test_many_places_are_shown_a_hundred_at_a_time(page: Client) -> None:
    recording = recorded("Planning", *["The price is high."] * 130)

    first, second = shown(page, recording, q="price"), shown(page, recording, q="price", page="2")

    assert (len(numbers(first)), len(numbers(second))) == (100, 30)
    assert "130 places" in first
    assert 'href="?q=price&amp;page=2"' in first
    assert numbers(shown(page, recording, q="price", page="99")) == numbers(second)
