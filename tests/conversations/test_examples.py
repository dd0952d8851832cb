"""The questions worth asking on the home page: about what was said, never absurd, and answered."""

from __future__ import annotations

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import User

from chat.answers import rag
from chat.conversations.examples import Example, examples
from chat.conversations.ideas import ideas_of
from chat.database import in_database
from chat.models import Recording, Segment
from chat.retrieval.indexing import index
from chat.terms import terms
from chat.upkeep import demo

from ..support.asked import recorded
from ..support.hearing import scope_of

pytestmark = pytest.mark.django_db(transaction=True)

MEETINGS = {
    "Planning": (
        "So the touch screen is what we all want, and I think that it is not too dear.",
        "Yeah. I mean, the thing is the same thing as before, you know.",
        "We have decided that the touch screen is what we take. The solar cell costs too much.",
        "The trade fair is 12,000 euros for us, and it was 9,000 in the year before this one.",
        "We should ask Berlin first, before we say more about it.",
        "It was Berlin that made the offer to us.",
    ),
    "Review": (
        "I have looked at the rubber button, and it is what the older ones like.",
        "The import duty is 4 percent if it is made there, and nobody had told us that.",
        "And what about the import duty? It would be ours, as far as I know.",
    ),
}


def questions(recording: Recording) -> list[str]:
    return [idea.question for idea in ideas_of(recording.uuid)]


def meetings() -> list[Recording]:
    """Store the meetings and the demo, indexed."""
    demo.load()
    stored = [recorded(title, *said, speaker="Ana Silva") for title, said in MEETINGS.items()]
    index(stored)
    return list(Recording.objects.all())


def test_they_ask_for_decisions_numbers_and_names() -> None:
    recording = recorded("Planning", *MEETINGS["Planning"], speaker="Ana Silva")

    asked = questions(recording)

    assert "What was decided about the touch screen?" in asked
    assert "Which numbers were named for the trade fair?" in asked
    assert "What was said about Berlin?" in asked
    assert "What was said about the touch screen?" in asked


def test_a_short_sentence_says_what_the_next_one_is() -> None:
    decided, agreed, unsure = (
        recorded(f"Meeting {number}", f"{before} From June on we all have the silicone seal, and it is free.")
        for number, before in enumerate(("Decided.", "We are agreed.", "Nobody of us knows what was decided."))
    )

    assert "What was decided about the silicone seal?" in questions(decided)
    assert "What was decided about the silicone seal?" in questions(agreed)
    assert "What was decided about the silicone seal?" not in questions(unsure)


@pytest.mark.parametrize(
    "said",
    [
        "It is the same thing, and that is a good idea, and the other way is fine.",
        "I think the gateway ran out of memory when it was on the crews finish.",
        "The acidity reading drifts. The supplier delivers. We had it when the price changed.",
        "He said that on Monday in March and then it is the last time for us and for them.",
        "It is on <script>alert(1)</script> and the {} is 5 %s, so we have it.",
        "Is that what the touch screen is?",
        "THE TOUCH SCREEN IS WHAT WE ALL WANT, AND IT IS NOT TOO DEAR FOR US.",
    ],
)
def test_what_is_no_subject_is_not_asked_about(said: str) -> None:
    assert questions(recorded("Planning", said)) == []


def test_a_name_is_no_word_that_only_begins_with_a_capital() -> None:
    said = ["We looked at Budget and it is what we have. I know that Budget is it.", "It is in the budget as it was."]

    assert not any("Budget" in question for question in questions(recorded("Planning", *said)))


def test_what_the_title_says_is_not_asked_about() -> None:
    assert questions(recorded("Touch screens", "It is the touch screen, and it is for us.")) == []


def test_a_recording_in_another_language_has_none() -> None:
    said = "Wir haben beschlossen, dass Berlin die Farbe wählt, und dann nimmt Berlin das Angebot an."

    assert questions(recorded("Planung", said)) == []


def test_three_are_shown_of_different_recordings_and_kinds(alice: User) -> None:
    meetings()

    shown = examples(alice.pk)

    assert len({example.question for example in shown}) == 3
    assert len({example.recording for example in shown}) == 3
    assert [example.question for example in shown] == [example.question for example in examples(alice.pk)]


def test_one_recording_may_have_all_of_them(alice: User) -> None:
    recorded("Planning", *MEETINGS["Planning"], speaker="Ana Silva")

    shown = examples(alice.pk)

    assert len({example.question for example in shown}) == 3
    assert [_begins(example) for example in shown] == ["What was decided", "Which numbers were", "What was said"]


def test_an_example_leads_to_the_moment_that_answers_it(alice: User) -> None:
    recording = recorded("Planning", "Hello.", "It is the touch screen, and it is for us.", audio="a.mp3")

    (example,) = examples(alice.pk)

    assert example.source.citation.segment == 2
    assert example.source.audio == f"/recordings/{recording.uuid}/audio/"


def test_without_recordings_there_is_none(alice: User) -> None:
    assert examples(alice.pk) == []


async def test_every_question_is_answered_from_its_recording() -> None:
    recordings = await sync_to_async(meetings)()
    asked = [(recording, idea) for recording in recordings for idea in await sync_to_async(ideas_of)(recording.uuid)]

    assert len(asked) >= 10
    for recording, idea in asked:
        scope = await in_database(scope_of, recording.uuid)
        parts = [part async for part in rag.answer(idea.question, history=(), scope=scope)]
        answered = parts[-1]
        assert isinstance(answered, rag.Answered)
        assert [citation for citation in answered.citations if citation.cited], idea
        said = await sync_to_async(_said)(answered)
        assert set(terms(idea.phrase)) <= set(terms(said)), idea


def _begins(example: Example) -> str:
    return " ".join(example.question.split()[:3])


def _said(answered: rag.Answered) -> str:
    """Return the text of the cited segments."""
    cited = {citation.segment for citation in answered.citations}
    return " ".join(
        Segment.objects.filter(recording__uuid=answered.citations[0].recording_uuid, number__in=cited).values_list(
            "text", flat=True
        )
    )
