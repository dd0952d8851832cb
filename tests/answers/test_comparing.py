"""The words that an answer quotes, compared with what was said."""

from __future__ import annotations

from uuid import UUID

import pytest

from chat.answers.comparing import compared
from chat.models import Citation, Fidelity, Quotation, Recording, Segment
from chat.passages import Passage

RECORDING = Recording(pk=1, uuid=UUID(int=1), title="Launch planning for the Heron")
SAID = [
    ("Mara Quist", "We will not ship the Heron in March. It costs 1,480 euros, and that's final."),
    ("Tom Adeyemi", "Who pays for the recalibration after the first year? I do not know."),
    ("Mara Quist", "The customers pay for it from the second year on, as I see it."),
    ("", "We meet again on Friday at nine."),
]
PASSAGE = Passage(
    RECORDING,
    tuple(Segment(recording=RECORDING, number=n, speaker=name, text=text) for n, (name, text) in enumerate(SAID, 1)),
    score=1.0,
    relevance=1.0,
)


def judged(answer: str, *citations: Citation) -> list[Quotation]:
    return compared(answer, [PASSAGE], citations, question="What about the “go or no go” decision?")


def found(answer: str) -> list[tuple[str, str]]:
    """Return what becomes of each quotation in an answer, with the words of the transcript instead."""
    return [(each.fidelity, each.words) for each in judged(answer)]


@pytest.mark.parametrize(
    "answer",
    [
        "“We will not ship the Heron in March.”", "“we will NOT ship, the Heron in March!”", '"that’s final"',
        "“We will not … in March”", "“We will not ship […] in March”", "“We will not ship [it] in March”",
        "“[w]e will not ship the Heron”", "“We will **not** ship the Heron [1] in March”", "“it costs 1480 euros”",
        "“We will not ship the Heron ... The customers pay for it”", "Mara said: “We will not ship the Heron”",
        "“We will not ship the Heron”, said Mara Quist.", "Tom asked Mara: “Who pays for the recalibration?”",
        "When Tom asked, the answer was: “The customers pay for it”", "To Tom’s question: “The customers pay for it”",
        "**Mara Quist:** “The customers pay for it”", "“The customers pay for it.” Tom disagreed.",
        "Ms. Quist said “The customers pay for it”", "Tom Adeyemi said: “We meet again on Friday”",
    ],
)  # fmt: skip
def test_trivial_differences_and_honest_omissions_are_the_same_words(answer: str) -> None:
    assert [fidelity for fidelity, _ in found(answer)] == [Fidelity.SAME]


@pytest.mark.parametrize(
    ("said", "quoted", "fidelity"),
    [
        ("It took 1.5 million years.", "It took 15 million years", Fidelity.DIFFERS),
        ("Das kostet 2,50 Euro im Monat.", "Das kostet 250 Euro im Monat", Fidelity.DIFFERS),
        ("We need 3-4 weeks for it.", "We need 34 weeks for it", Fidelity.DIFFERS),
        ("It was -5 degrees outside.", "It was 5 degrees outside", Fidelity.DIFFERS),
        ("It took 1.5 million years.", "It took 1,5 million years", Fidelity.SAME),
        ("It costs 1 480 euros now.", "It costs 1,480 euros now", Fidelity.SAME),
        ("We need 3-4 weeks for it.", "We need 3 – 4 weeks for it", Fidelity.SAME),
        ("We meet at 10:30, room 7.", "We meet at 10.30 room 7", Fidelity.SAME),
        ("There are 10² of them here.", "There are 10^2 of them here", Fidelity.SAME),
        ("There are 10² of them here.", "There are 102 of them here", Fidelity.DIFFERS),
        ("It took 1½ hours in all.", "It took 1 1/2 hours in all", Fidelity.SAME),
        ("It took 1½ hours in all.", "It took 112 hours in all", Fidelity.DIFFERS),
        ("It took 1/2 of them all.", "It took 12 of them all", Fidelity.DIFFERS),
        ("It costs １，４８０ euros.", "It costs 1,480 euros", Fidelity.SAME),
        ("It costs ２，５０ euros.", "It costs 250 euros", Fidelity.DIFFERS),
    ],
)
def test_signs_within_numbers_count_and_their_spelling_does_not(said: str, quoted: str, fidelity: str) -> None:
    segment = Segment(recording=RECORDING, number=1, speaker="Ana", text=said)
    passage = Passage(RECORDING, (segment,), score=1.0, relevance=1.0)

    assert [each.fidelity for each in compared(f"“{quoted}”", [passage], [])] == [fidelity]


@pytest.mark.parametrize(
    ("said", "quoted"),
    [
        ("会議は１２時に始まります。", "会議は12時に始まります"),
        ("The ＡＢＣ team said so.", "The ABC team said so"),
        ("The ﬁnal oﬀer is ﬂat.", "The final offer is flat"),
        ("We need 50 m² of it.", "We need 50 m2 of it"),
        ("We need 50 m2 of it.", "We need 50 m² of it"),
        ("They store CO₂ in it now.", "They store CO2 in it now"),
        ("ｶﾞｲﾄﾞを読みました", "ガイドを読みました"),
    ],
)
def test_other_forms_of_letters_and_digits_are_the_same_words(said: str, quoted: str) -> None:
    segment = Segment(recording=RECORDING, number=1, speaker="Ana", text=said)
    passage = Passage(RECORDING, (segment,), score=1.0, relevance=1.0)

    [quotation] = compared(f"“{quoted}”", [passage], [])

    assert quotation.fidelity == Fidelity.SAME
    assert said[slice(*quotation.place)] == said.rstrip(".。")


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("“We will ship the Heron in March.”", "We will not ship the Heron in March."),
        ("“We will … ship the Heron in March.”", "We will not ship the Heron in March."),
        ("“We [will] ship the Heron in March.”", "We will not ship the Heron in March."),
        ("“We will not ship the Heron in April.”", "We will not ship the Heron in March."),
        ("“Who pays after the first year? The customers pay.”", SAID[1][1][:52]),
        ("Tom said: “We will not ship the Heron”", "We will not ship the Heron in March."),
        ("“The customers pay for it”, says Tom.", SAID[2][1]),
        ("According to Tom, “The customers pay for it”.", SAID[2][1]),
    ],
)
def test_other_words_and_other_speakers_differ(answer: str, words: str) -> None:
    assert found(answer) == [(Fidelity.DIFFERS, words)]


def test_what_nobody_said_is_not_found() -> None:
    assert found("“Our shareholders demand bigger dividends immediately.”") == [(Fidelity.NOT_FOUND, "")]


@pytest.mark.parametrize(
    "answer",
    [
        "They call it “soft launch”.", "In “Launch planning for the Heron” they met.", "The “Annual Plan of the Team”.",
        "You asked about the “go or no go” decision.", "`“Our shareholders demand bigger dividends”`",
    ],
)  # fmt: skip
def test_terms_names_titles_and_the_question_are_not_judged(answer: str) -> None:
    assert found(answer) == []


def test_a_quotation_has_its_places_in_the_answer_and_in_the_segment() -> None:
    cited = Citation.quoting(RECORDING, PASSAGE.segments[0], 7, "It costs 1,480 euros")
    answer = "Yes: “It costs 1,480 euros” [7]."

    [quotation] = judged(answer, cited)

    assert answer[quotation.begin : quotation.end] == "“It costs 1,480 euros”"
    assert SAID[0][1][quotation.first : quotation.last] == "It costs 1,480 euros"
    assert (quotation.number, quotation.segment, quotation.speaker) == (7, 1, "Mara Quist")
    assert quotation.is_marked


def test_five_words_in_a_row_of_a_cited_segment_are_quoted_without_marks() -> None:
    cited = Citation.quoting(RECORDING, PASSAGE.segments[2], 1, SAID[2][1])

    [quotation] = judged("Later the customers pay for it from the third year [1].", cited)

    assert not quotation.is_marked
    assert SAID[2][1][quotation.first : quotation.last] == "The customers pay for it from the"
    assert judged("Later the customers pay for it from the third year.") == []


def test_the_statement_of_one_speaker_goes_on_in_the_next_segment() -> None:
    texts = ("We ship in", "March or in May.")
    segments = tuple(Segment(recording=RECORDING, number=n, speaker="Ana", text=t) for n, t in enumerate(texts, 1))

    [quotation] = compared("“We ship in March or in May”", [Passage(RECORDING, segments, 1.0, 1.0)], ())

    assert (quotation.fidelity, quotation.segment) == (Fidelity.SAME, 1)
    assert texts[0][quotation.first : quotation.last] == "We ship in"


def test_letters_of_any_script_are_compared() -> None:
    texts = (
        "Wir liefern die Zähler frühestens im März aus.",
        "我们三月发货，不是四月。",
        "İstanbul’da ölçüm yapıldı, e\u0301te\u0301.",
    )
    segments = tuple(Segment(recording=RECORDING, number=n, speaker="", text=t) for n, t in enumerate(texts, 1))
    passage = Passage(RECORDING, segments, 1.0, 1.0)

    quotations = compared(
        "„Wir liefern die Zähler frühestens im März“, „wir liefern die Zähler nie im März“, 「三月发货」,"
        " 「五月发货吗」, “İstanbul’da ölçüm yapıldı, été”",
        [passage],
        (),
    )

    assert [each.fidelity for each in quotations] == ["same", "differs", "same", "not_found", "same"]
