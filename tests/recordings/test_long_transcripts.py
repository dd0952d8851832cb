"""A transcript of thousands of segments: numbered pages, pieces for a script, and the whole text."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import AsyncClient, Client
from django.test.utils import CaptureQueriesContext

from chat.models import IndexedPassage, Recording, Segment
from chat.recordings.runs import Run, with_asides, within
from chat.retrieval import index

from ..support.asked import recorded
from ..support.hostile import squeezed
from ..support.pages import numbers, text
from .test_runs import LONG, outline, said

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("static_files")]

TOTAL = 4_500


@pytest.fixture
def long() -> Recording:
    """A recording of 4,500 segments of 10 seconds by Ana; Omar speaks of a heron now and then."""
    recording = recorded("Year", *["The price is high."] * TOTAL, audio="a.mp3")
    herons = Segment.objects.filter(recording=recording, number__in=[7, 1_999, 2_001, 4_400])
    herons.update(text="Two herons were seen.", speaker="Omar")
    return recording


def shown(client: Client, recording: Recording, **query: str) -> list[int]:
    return numbers(text(client.get(f"{recording.get_absolute_url()}segments/", query)))


def ends(found: list[int]) -> tuple[int, int, int]:
    return found[0], found[-1], len(found)


# Numbered pages


def test_a_page_has_two_thousand_segments_and_leads_to_the_others(page: Client, long: Recording) -> None:
    first, last = (squeezed(text(page.get(long.get_absolute_url(), query))) for query in ({}, {"page": "3"}))

    assert ends(numbers(first)) == (1, 2_000, 2_000)
    assert ends(numbers(last)) == (4_001, 4_500, 500)
    assert "Segments 1–2,000 of 4,500" in first
    assert "Segments 4,001–4,500 of 4,500" in last
    assert f'href="{long.get_absolute_url()}?page=3" aria-label="Page 3"' in first
    assert f'rel="next" href="{long.get_absolute_url()}?page=2"' in first
    assert f'href="{long.get_absolute_url()}text/">Whole text' in first


def test_a_transcript_that_is_not_long_has_no_pages(page: Client) -> None:
    html = text(page.get(recorded("Day", *["Hello."] * 2_000).get_absolute_url()))

    assert len(numbers(html)) == 2_000
    assert "data-later" not in html
    assert "Whole text" not in html


PAGES: list[tuple[dict[str, str], int]] = (
    [({"page": "99"}, 4_001), ({"page": "0"}, 1), ({"page": "x"}, 1), ({"words": "2001:0-3"}, 2_001),
     ({"words": "9999999:0-3"}, 4_001), ({"words": "2001:0-3", "page": "1"}, 1),
     ({"t": "20005.5"}, 2_001), ({"t": "20005.5", "words": "1:0-3"}, 1), ({"t": "-1"}, 1), ({"t": "1e5"}, 1)]
)  # fmt: skip


def test_a_page_is_the_one_that_is_named(page: Client, long: Recording) -> None:
    assert [(query, shown(page, long, **query)[0]) for query, _ in PAGES] == PAGES


def test_a_link_leads_to_the_page_that_has_the_segment(page: Client, long: Recording) -> None:
    assert long.address_of(2_000) == f"{long.get_absolute_url()}#segment-2000"
    assert long.address_of(2_001) == f"{long.get_absolute_url()}?page=2#segment-2001"

    found = text(page.get(long.get_absolute_url(), {"q": "herons"}))

    assert f'href="{long.address_of(4_400)}"' in found
    index([long])
    assert f'href="{long.address_of(4_400)}"' in text(page.get("/search/", {"q": "herons"}))


# Pieces


PIECES: list[tuple[dict[str, str], int, int]] = (
    [({"after": "2000"}, 2_001, 2_500), ({"after": "4300"}, 4_301, 4_500), ({"before": "2001"}, 1_501, 2_000),
     ({"before": "101"}, 1, 100), ({"around": "3000"}, 2_900, 3_399), ({"around": "50"}, 1, 500),
     ({"around": "999999999"}, 4_400, 4_500), ({"at": "30005.5"}, 2_901, 3_400), ({"at": "0"}, 1, 500),
     ({"at": "999999"}, 4_400, 4_500), ({"after": "-1"}, 1, 2_000), ({"at": "1e5"}, 1, 2_000),
     ({"around": "²"}, 1, 2_000), ({"after": "9999999999"}, 1, 2_000)]
)  # fmt: skip


def test_a_piece_is_asked_for_by_number_or_time(page: Client, long: Recording) -> None:
    found = [(query, *ends(shown(page, long, **query))) for query, _, _ in PIECES]

    assert found == [(query, first, last, last - first + 1) for query, first, last in PIECES]


def test_there_is_nothing_before_the_first_and_after_the_last_segment(page: Client, long: Recording) -> None:
    assert shown(page, long, after=str(TOTAL)) == shown(page, long, before="1") == []


def test_a_piece_says_which_segments_it_has(page: Client, long: Recording) -> None:
    html = squeezed(text(page.get(f"{long.get_absolute_url()}segments/", {"around": "3000"})))

    assert 'data-first="2900" data-last="3399" data-total="4500"' in html


def test_a_piece_marks_the_linked_words(page: Client, long: Recording) -> None:
    html = text(page.get(f"{long.get_absolute_url()}segments/", {"around": "4400", "words": "4400:4-10"}))

    assert "Two <mark>herons</mark> were seen." in html


def test_a_run_goes_on_over_the_border_of_a_piece(page: Client, long: Recording) -> None:
    html = text(page.get(f"{long.get_absolute_url()}segments/", {"after": "2500"}))

    assert '<section class="run" data-run="Ana" data-continues>' in html


def test_what_somebody_throws_in_at_a_border_gets_no_heading() -> None:
    runs = with_asides(said(f"A: {LONG}", "B: Mm.", f"A: {LONG}", f"B: {LONG}"))

    assert outline(within(runs, 1, 2)) == [("A", "AB")]
    assert within(runs, 2, 3) == [Run("A", runs[0].segments[1:], continues=True)]
    assert [run.continues for run in within(runs, 4, 9)] == [False]


def test_pages_and_pieces_read_no_more_than_they_show(page: Client, long: Recording) -> None:
    for query in ({"page": "2"}, {"around": "3000"}, {"at": "30005"}):
        with CaptureQueriesContext(connection) as queries:
            page.get(f"{long.get_absolute_url()}segments/", query)

        assert len(queries) <= 7
        assert not any("OFFSET" in each["sql"] for each in queries)


# Finding


@pytest.mark.parametrize("indexed", [False, True])
def test_words_are_found_throughout(page: Client, long: Recording, *, indexed: bool) -> None:
    if indexed:
        index([long])

    assert shown(page, long, q="heron") == [7, 1_999, 2_001, 4_400]
    assert shown(page, long, q="herons price") == []
    assert shown(page, long, q="price", speaker="Omar") == []
    assert shown(page, long, q="seen", speaker="Omar") == [7, 1_999, 2_001, 4_400]
    assert ends(shown(page, long, q="price", page="45"))[1:] == (4_500, 96)
    assert "4,496 places" in text(page.get(long.get_absolute_url(), {"q": "price"}))


@pytest.mark.parametrize(
    ("spoken", "asked"), [("Our policies.", "policy"), ("One policy.", "policies"), ("They planned.", "planning"),
                          ("The L.C.D. is on.", "lcd"), ("Zoë’s colours", "color"),
     ("予算会議", "会議"), ("It is 100%_ok", "ok")]
)  # fmt: skip
def test_the_index_finds_what_the_text_has(page: Client, spoken: str, asked: str) -> None:
    recording = recorded("Words", *["Hello."] * 400, spoken)
    index([recording])

    assert shown(page, recording, q=asked) == [401]


def test_what_was_found_before_is_found_again_after_a_change(page: Client, long: Recording) -> None:
    index([long])
    assert shown(page, long, q="heron") == [7, 1_999, 2_001, 4_400]

    Segment.objects.filter(recording=long, number=3_000).update(text="A heron!")
    index([long])

    assert shown(page, long, q="heron") == [7, 1_999, 2_001, 3_000, 4_400]


def test_an_index_of_other_words_is_not_asked(page: Client, long: Recording) -> None:
    index([long])
    IndexedPassage.objects.update(terms_version=1, text="other")

    assert shown(page, long, q="heron") == [7, 1_999, 2_001, 4_400]


def test_a_text_that_is_too_long_for_the_index_is_read(page: Client) -> None:
    recording = recorded("Novel", f"{'word ' * 60_000}heron")
    index([recording])

    assert shown(page, recording, q="heron") == [1]


# The whole text


async def whole_text(alice: User, recording: Recording) -> str:
    client = AsyncClient()
    await client.aforce_login(alice)
    response: Any = await client.get(f"/recordings/{recording.uuid}/text/")
    assert response.status_code == 200
    return squeezed(b"".join([part async for part in response.streaming_content]).decode())


async def test_the_whole_text_has_every_segment_once(alice: User, long: Recording) -> None:
    html = await whole_text(alice, long)

    assert numbers(html) == list(range(1, TOTAL + 1))
    assert re.findall(r"<h2><bdi>(\w+)</bdi></h2>", html) == ["Ana", *["Omar", "Ana"] * 4]
    assert html.count("</html>") == 1
    assert re.findall(r"<script[^>]*/(\w+)[.\w]*\.js", html) == ["zone"]  # that of every page, and no other


@pytest.fixture
def hostile() -> Recording:
    return recorded("{segments}<b>", "<script>alert(1)</script>{segments}", speaker="<i>")


async def test_the_whole_text_escapes_what_was_said(alice: User, hostile: Recording) -> None:
    html = await whole_text(alice, hostile)

    assert "&lt;script&gt;alert(1)&lt;/script&gt;{segments}" in html
    assert "<bdi>{segments}&lt;b&gt;</bdi>" in html
    assert "<bdi>&lt;i&gt;</bdi>" in html
