"""The embedded chat model."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chat.llm.embedded import QuotingModel, quote
from chat.llm.quoting import AT_ONE_PLACE, OF_ONLY, QUOTES
from chat.llm.statements import LONGEST
from chat.models import Recording, Segment
from chat.passages import Passage
from chat.prompts import Message, answer_prompt


def passage(*lines: tuple[str, str], title: str = "Launch") -> Passage:
    recording = Recording(pk=1, title=title)
    segments = [
        Segment(recording=recording, number=n, speaker=who, text=text) for n, (who, text) in enumerate(lines, 1)
    ]
    return Passage(recording=recording, segments=tuple(segments), score=1, relevance=1)


def prompt(question: str, *passages: Passage) -> list[Message]:
    return [answer_prompt(question, passages, [])[-1]]


MEETING = passage(
    ("Mara", "Good morning. Today we settle the launch."),
    ("Tom", "When do we launch the Heron?"),
    ("Mara", "On 28 April."),
    ("Tom", "The warehouse has a new roof."),
)


def test_it_quotes_what_answers_with_its_speaker_and_marker() -> None:
    text = quote(prompt("What about the roof of the warehouse?", MEETING))

    assert "- **Tom:** “The warehouse has a new roof.” [1]" in text
    assert "Good morning" not in text


def test_the_reply_is_quoted_instead_of_the_question_that_somebody_asked() -> None:
    text = quote(prompt("When does the Heron launch?", MEETING))

    assert "- **Mara:** “On 28 April.” [1]" in text
    assert "When do we launch" not in text


def test_a_reply_is_more_than_a_word_and_no_question() -> None:
    meeting = passage(("Tom", "When do we launch the Heron?"), ("Mara", "Mm-hmm."), ("Eve", "Who asks?"),
                      ("Mara", "It ships in April."))  # fmt: skip

    assert "- **Mara:** “It ships in April.” [1]" in quote(prompt("When does the Heron launch?", meeting))


def test_a_question_that_nobody_answers_is_better_than_nothing() -> None:
    meeting = passage(("Tom", "When do we launch the Heron?"), ("Tom", "Well."))

    assert "When do we launch the Heron?" in quote(prompt("When does the Heron launch?", meeting))


def test_short_sentences_are_quoted_together_with_what_their_speaker_says_next() -> None:
    meeting = passage(("Mara", "The Heron is late. We are sorry for that."), ("Mara", "The hinges came from Turin."),
                      ("Tom", "The hall is booked."))  # fmt: skip

    text = quote(prompt("What of the Heron?", meeting))

    assert "- **Mara:** “The Heron is late. We are sorry for that.” [1] “The hinges came from Turin.” [1]" in text
    assert "hall" not in text


def test_a_long_speech_is_not_quoted_whole() -> None:
    speech = " ".join(f"Point {number} is about nothing in particular." for number in range(40))

    text = quote(prompt("What of the Heron?", passage(("Mara", f"{speech} The Heron is late. {speech}"))))

    quoted = text.partition("“")[2].partition("”")[0]
    assert "The Heron is late." in quoted
    assert len(quoted) <= LONGEST


FAR = passage(("Eve", "The budget of the canteen is fine. We also saw a heron at the pond."), title="Canteen")


def test_quotes_are_grouped_under_their_recordings_with_the_nearest_in_one_line_on_top() -> None:
    text = quote(prompt("What of the budget?", passage(("Mara", "The budget of the pump is spent.")), FAR))

    assert text.splitlines() == [
        "Two recordings speak of this; nearest: **Launch**. In their words:",
        "",
        "**Launch**",
        "",
        "- **Mara:** “The budget of the pump is spent.” [1]",
        "",
        "**Canteen**",
        "",
        "- **Eve:** “The budget of the canteen is fine. We also saw a heron at the pond.” [2]",
    ]


def test_the_best_recording_comes_first_even_if_its_passage_does_not() -> None:
    pump = passage(("Mara", "The pump is old."))

    assert "**Canteen**" in quote(prompt("What of the budget for the heron pump?", pump, FAR)).splitlines()[0]


def test_of_two_recordings_each_is_quoted_at_most_twice() -> None:
    said = [("Mara", f"The budget of pump number {number} is spent.") for number in range(5)]
    pumps = passage(*[("Tom" if n % 2 else who, text) for n, (who, text) in enumerate(said)])

    text = quote(prompt("What of the budget?", pumps, FAR))

    assert (text.count("[1]"), text.count("[2]")) == (2, 1)


def test_a_recording_that_clearly_leads_is_quoted_alone() -> None:
    meeting = passage(("Mara", "The Heron launches in April, as the board has decided."))

    text = quote(prompt("When does the board launch the Heron?", meeting, FAR))

    assert text.startswith("One recording speaks of this: **Launch**. In its words:\n\n- **Mara:**")
    assert "[2]" not in text


def test_words_of_the_question_that_name_a_recording_choose_it() -> None:
    first = passage(("Mara", "The Heron launches in April, as the board has decided."), title="Board meeting")

    text = quote(prompt("What was said about the launch of the heron in Canteen planning?", first,
                        passage(("Eve", "We saw a heron at the pond."), title="Canteen planning")))  # fmt: skip

    assert text.startswith("One recording speaks of this: **Canteen planning**.")


def test_a_passage_far_below_the_best_of_its_recording_is_not_quoted() -> None:
    near = passage(("Mara", "The Heron launches in April, as the board has decided."))
    far = passage(("Mara", "In April it rains, and the canteen is closed for two weeks of repairs."))

    assert "rains" not in quote(prompt("When does the board launch the Heron, in April?", near, near, near, far))


def test_from_the_only_recording_fewer_statements_are_quoted() -> None:
    speakers = [f"Speaker {number}" for number in range(9)]
    lines = [
        (who, f"The roof leaks above the desk of {who}, and it did so in the last storm, too.") for who in speakers
    ]

    assert quote(prompt("What about the roof?", passage(*lines))).count("\n- ") == OF_ONLY < QUOTES


def roofs(count: int) -> list[tuple[str, str]]:
    places = ("desk", "door", "stairs", "lift", "kitchen", "archive")[:count]
    return [("Tom" if n % 2 else "Mara", f"The roof of the hall leaks above the {it}.") for n, it in enumerate(places)]


def test_if_the_best_statements_are_in_one_passage_what_was_said_in_between_is_quoted_too() -> None:
    lines = roofs(6)
    lines.insert(3, ("Eve", "Somebody has put buckets there since Monday."))
    elsewhere = passage(("Tom", "The hall is booked for the whole of May."), ("Mara", "A roof is a roof."))

    text = quote(prompt("What about the roof of the hall?", passage(*lines), elsewhere))

    assert "- **Eve:** “Somebody has put buckets there since Monday.” [1]" in text
    assert OF_ONLY < text.count("\n- ") == len(lines) <= AT_ONE_PLACE
    assert "[2]" not in text


def test_if_the_best_statements_are_in_several_passages_few_are_quoted() -> None:
    here, there = passage(*roofs(6)), passage(*[(who, text.replace("leaks", "drips")) for who, text in roofs(6)])

    assert quote(prompt("What about the roof of the hall?", here, there)).count("\n- ") == OF_ONLY


def test_of_one_place_at_most_ten_statements_are_quoted() -> None:
    lines = roofs(6) + [(who, text.replace("leaks", "drips")) for who, text in roofs(6)]

    text = quote(prompt("What about the roof of the hall?", passage(*lines), passage(("Tom", "May is hot."))))

    assert text.count("\n- ") == AT_ONE_PLACE


def test_what_the_asked_speaker_says_is_preferred() -> None:
    others = [("Tom", f"The hinges of number {number} are weak, and the paint comes off.") for number in range(9)]
    meeting = passage(*others, ("Mara", "The hinges are strong, and the paint holds in every weather."))

    assert "- **Mara:** “The hinges are strong" in quote(prompt("What did Mara say about the hinges?", meeting))


def test_a_statement_that_two_passages_share_is_quoted_once() -> None:
    assert quote(prompt("When does the Heron launch?", MEETING, MEETING)).count("On 28 April") == 1


def test_what_was_said_twice_in_the_same_words_is_quoted_once() -> None:
    launch = "The Heron launches on 28 April, as the board has decided."
    meeting = passage(
        ("Mara", launch), ("Tom", "The hall is booked, and the banners are on their way."), ("Eve", launch)
    )

    assert quote(prompt("When does the Heron launch?", meeting)).count("28 April") == 1


def test_what_completes_a_statement_is_not_quoted_again() -> None:
    readers = passage(
        ("Anna", "The new badge readers arrive on Tuesday."),
        ("Anna", "Visitors keep paper badges until the end of the year."),
    )

    text = quote(prompt("When do the badge readers arrive?", readers))

    assert text.count("arrive on Tuesday") == 1
    assert text.count("Visitors keep paper badges") == 1


def test_markdown_in_a_transcript_is_escaped() -> None:
    markup = passage(("*Eve*", "Launch [now](http://evil) with <b>bold</b> `code` [1]."))

    text = quote(prompt("Launch now", markup))

    assert "\\[now\\](http://evil)" in text
    assert "\\<b\\>" in text
    assert "**\\*Eve\\*:**" in text


def test_without_anything_to_quote_it_says_so() -> None:
    assert quote([Message("user", "When?")]) == "The recordings do not say."


async def test_it_streams_what_it_generates_with_finish_reason_and_usage() -> None:
    messages = [
        Message("system", "Answer."), Message("assistant", "Hello."), *prompt("When does the Heron launch?", MEETING),
    ]  # fmt: skip

    *words, end = [delta async for delta in QuotingModel().stream(messages)]

    assert "".join(delta.text for delta in words) == quote(messages)
    assert len(words) > 5
    assert end.finish_reason == "stop"
    assert end.usage == {
        "input_tokens": sum(len(each.content.split()) for each in messages),
        "output_tokens": len(words),
    }


@settings(max_examples=50)
@given(st.text(max_size=40), st.lists(st.tuples(st.text(max_size=10), st.text(max_size=80)), min_size=1, max_size=5))
def test_any_question_and_any_transcript_give_an_answer_of_few_quotes(
    question: str, lines: list[tuple[str, str]]
) -> None:
    text = quote(prompt(question, passage(*lines)))

    lines_quoted = text.count("\n- ")
    assert text == "The recordings do not say." or text.count("” [1]") >= lines_quoted in range(1, AT_ONE_PLACE + 1)


@pytest.mark.process
def test_nothing_heavy_is_imported_or_compiled_for_it() -> None:
    heavy = ("langchain_core", "pydantic", "numpy", "openai", "aiohttp", "httpx")
    code = (
        "import sys, chatsite.asgi, chat.llm; assert chat.llm.chat_model().name == 'embedded';"
        f"print([name for name in {heavy} if name in sys.modules]);"
        "print(chat.answers.spellings.marker_pattern.cache_info().currsize)"
    )
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "chatsite.settings", "CHAT_MODEL": "embedded"}

    printed = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)

    assert printed.stdout.split() == ["[]", "0"]
