"""Whatever answers and transcripts consist of: quotations have places in both, and misquotations are marked."""

from __future__ import annotations

from random import Random

import pytest

from chat.answers.comparing import compared
from chat.conversations.markdown import render
from chat.conversations.misquotes import misquotes_in
from chat.models import Citation, Fidelity, Recording, Segment
from chat.passages import Passage

PIECES = [
    "We ship", "in March", "not", "İ", "ß", "ﬁ", "e\u0301", "ŉ", "ǰ", "我们三月", "1,000", "“", "”", '"', "'", "’", "‘",
    "„", "«", "»", "[", "]", "…", "...", "[1]", "[T]", "**", "_", "`", "\n", "- ", " ", "Ana", " said: ", "\u200b",
    "&amp;", "<b>", "|", "\\", "!", "?", ".", " never ",
]  # fmt: skip


@pytest.mark.parametrize("seed", range(4))
def test_a_comparison_has_places_in_the_answer_and_in_the_transcript(seed: int) -> None:
    random = Random(seed)  # noqa: S311
    recording = Recording(pk=1, title="Planning")
    for _ in range(150):
        texts = ["".join(random.choices(PIECES, k=random.randint(1, 14))) for _ in range(random.randint(1, 4))]
        speakers = random.choices(["Ana", "Ben Ω", "", "Dr. İ"], k=len(texts))
        said = [
            Segment(recording_id=1, number=number, speaker=speakers[number - 1], text=text)
            for number, text in enumerate(texts, 1)
        ]
        pieces = PIECES + texts + [f"“{text}”" for text in texts]
        answer = "".join(random.choices(pieces, k=random.randint(1, 25)))
        cited = Citation.quoting(recording, said[0], 1, said[0].text)

        quotations = compared(answer, [Passage(recording, tuple(said), 1.0, 1.0)], [cited])

        for each in quotations:
            assert 0 <= each.begin < each.end <= len(answer)
            assert (each.fidelity == Fidelity.DIFFERS) == bool(each.words)
            if each.segment:
                assert 0 <= each.place[0] < each.place[1] <= len(texts[each.segment - 1])
        misquotes = misquotes_in(answer, quotations)
        assert render(answer, misquotes=misquotes).count("misquote__note") == len(misquotes)
