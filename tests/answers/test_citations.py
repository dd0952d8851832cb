from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.answers.citations import EXCERPT_LIMIT, Sources
from chat.answers.verbatim import words
from chat.models import Recording, Segment
from chat.passages import Passage

LAUNCH = Recording(pk=1, title="Launch")


def passage(*lines: str) -> Passage:
    segments = tuple(
        Segment(
            recording=LAUNCH,
            number=n,
            speaker=line.partition(": ")[0],
            text=line.partition(": ")[2],
            start=n,
            end=n + 1,
        )
        for n, line in enumerate(lines, 1)
    )
    return Passage(recording=LAUNCH, segments=segments, score=1, relevance=1)


MEETING = passage("Ana: We launch in May.", "Tom: The price is 480 euros.", "Ana: Returns are the risk.")


def test_each_claim_cites_the_segment_that_says_it() -> None:
    sources = Sources([MEETING], "What was decided?")

    numbers = [sources.cite(1, claim) for claim in ("It costs 480 euros", "They launch in May", "The price: 480 euros")]

    assert numbers == [1, 2, 1]
    assert [(c.number, c.speaker, c.excerpt, c.start) for c in sources.citations] == [
        (1, "Tom", "The price is 480 euros.", 2),
        (2, "Ana", "We launch in May.", 1),
    ]


def test_a_claim_without_shared_words_cites_the_segment_closest_to_the_question() -> None:
    sources = Sources([MEETING], "What is the biggest risk?")

    sources.cite(1, "Hmm")

    assert sources.citations[0].excerpt == "Returns are the risk."


@pytest.mark.parametrize("number", [-1, 0, 2, 999])
def test_a_passage_that_the_model_did_not_get_cannot_be_cited(number: int) -> None:
    sources = Sources([MEETING], "?")

    assert sources.cite(number, "We launch in May") is None
    assert not sources.citations


def test_the_excerpt_of_a_long_segment_contains_the_claim() -> None:
    speech = " ".join(f"Point {n} is about nothing in particular." for n in range(50))
    sources = Sources([passage(f"Ana: {speech} The Heron ships in May. {speech}")], "?")

    sources.cite(1, "The Heron ships in May")

    assert "The Heron ships in May." in sources.citations[0].excerpt


def test_a_quotation_cites_the_segment_where_it_stands_and_not_one_with_more_of_the_words() -> None:
    meeting = passage(
        "Ana: Well, what would the ten digits be for, if the ten digits are on the screen of the remote anyway?",
        "Tom: The ten digits?",
        "Ana: Wiener filter is what the ten digits need.",
    )
    sources = Sources([meeting], "What about the ten digits on the screen of the remote?")

    sources.cite(1, "- **Tom:** “The ten digits?”")

    assert [(c.segment, c.excerpt) for c in sources.citations] == [(2, "The ten digits?")]


def test_a_run_of_five_words_cites_the_segment_where_it_stands() -> None:
    meeting = passage("Ana: The budget, the pump, the summer and the board.", "Tom: Nobody has asked for it yet.")
    sources = Sources([meeting], "?")

    sources.cite(1, "The board learned about budget, pump and summer that nobody has asked for it")

    assert sources.citations[0].segment == 2


def test_the_passages_that_nothing_cites_are_given_with_what_is_closest_to_the_question() -> None:
    sources = Sources([MEETING, passage("Eve: Nobody.")], "What is the biggest risk?")

    given = [(citation.number, citation.excerpt, citation.cited) for citation in sources.given()]

    assert given == [(1, "Returns are the risk.", False), (2, "Nobody.", False)]
    assert not sources.citations


LONG = " ".join(f"Point {n} is about nothing in particular." for n in range(50))


def test_two_stretches_of_one_long_segment_are_two_citations() -> None:
    sources = Sources([passage(f"Ana: The Heron ships in May. {LONG} The price is 480 euros. {LONG}")], "?")

    claims = ("“The Heron ships in May.”", "The price is 480 euros", "“the price is 480 euros”")
    numbers = [sources.cite(1, claim) for claim in claims]

    assert numbers == [1, 2, 2]
    assert "The Heron ships in May." in sources.citations[0].excerpt
    assert "The price is 480 euros." in sources.citations[1].excerpt


def test_a_quotation_whose_number_names_another_passage_cites_where_it_stands() -> None:
    other = passage("Eve: Nobody", "Eve: We have rented the hall until the end of June.")
    sources = Sources([MEETING, other], "?")

    sources.cite(1, "Eve: “rented the hall until the end of June”")

    assert sources.citations[0].segment == 2
    assert "hall" in sources.citations[0].excerpt


@given(st.data())
def test_every_quotation_is_in_the_excerpt_that_its_number_leads_to(data: st.DataObject) -> None:
    spoken = st.text("abcdef .!?\n", min_size=1, max_size=1500)
    text = data.draw(spoken)
    start = data.draw(st.integers(0, len(text) - 1))
    quoted = text[start : start + data.draw(st.integers(1, EXCERPT_LIMIT))].replace("\n", " ")
    sources = Sources([passage(f"Ana: {text}", f"Tom: {data.draw(spoken)}")], "?")

    number = sources.cite(1, f"Ana: “{quoted}”")

    assert number == 1
    shown = " ".join(words(sources.citations[0].excerpt))
    assert " ".join(words(quoted)[1:-1]) in shown  # its first and last word may be cut out of longer ones


@given(st.text(min_size=1, max_size=3000), st.text(max_size=50))
def test_every_excerpt_is_verbatim_from_its_segment(text: str, claim: str) -> None:
    sources = Sources([passage(f"Ana: {text}")], "What?")
    spoken = sources._passages[0].segments[0].text

    sources.cite(1, claim)

    assert sources.citations[0].excerpt in spoken
    assert len(sources.citations[0].excerpt) <= EXCERPT_LIMIT
