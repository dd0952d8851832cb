"""JSON of no known service: turns under many names, words grouped into segments, and what is refused."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from chat.models.word_times import WordTime
from chat.recordings.transcripts import Unreadable

from ..support.transcripts import of, rows


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ({"results": {"transcripts": [{"transcript": "The pump arrived."}]}}, "of Amazon Transcribe: there are no"),
        ({"results": {"transcripts": [{"transcript": "Hi."}], "items": [{"word": "Hi"}]}}, "JSON of Amazon Transcribe"),
        ({"audio_url": "https://a/b", "status": "processing", "text": None}, "JSON of AssemblyAI: .* is processing"),
        ({"results": {"channels": [{"alternatives": [{"transcript": "Hi."}]}]}}, "JSON of Deepgram"),
        ({"recognizedPhrases": [{"recognitionStatus": "Failure"}]}, "JSON of Azure Speech"),
        ({"monologues": [{"speaker": 0, "elements": [{"type": "text"}]}]}, "JSON of Rev"),
        ({"result_index": 0, "results": [{"alternatives": [{"transcript": "hi "}]}]}, "timestamps=true"),
        ({"output": {"diarization": [], "turnLevelTranscription": []}}, "JSON of pyannoteAI"),
        ({"text": "hi", "timestamp": {"word": [], "segment": []}}, "timestamps=True"),
        ({"transcripts": {"a": [{"start_timestamp": "x", "source": "system", "text": "hi"}] * 2, "b": [
            {"start_timestamp": "x", "source": "system", "text": "hi"}]}}, "holds 2 meetings"),
        ({"results": {"gs://a": {"transcript": {"results": [{"alternatives": [{"transcript": "a"}]}]}},
                      "gs://b": {"transcript": {"results": [{"alternatives": [{"transcript": "b"}]}]}}}}, "2 files"),
        ({"text": "The pump arrived."}, "its text has neither speakers nor times"),
        ({"page": {"paragraphs": ["The pump arrived."]}}, "make it a list of"),
        ([["Ana", "The pump arrived."], ["Bob", "Who signed?"]], "make it a list of"),
        ([{"text": "Hi.", "von": "Ana"}], "“von”"),
        ([{"text": "Hi.", "speakerTitle": "Ana", "start": 0}], "“speakerTitle”"),
        ([{"speaker": "Ana", "text": "Hi.", "startPosition": 12}], "“startPosition”"),
        ({"action_items": [{"text": "Order a pump."}], "summary": "All is well."}, "make it a list of"),
    ],
)  # fmt: skip
def test_json_that_is_not_wholly_understood_is_refused_and_says_what_to_do(
    tmp_path: Path, value: Any, reason: str
) -> None:
    with pytest.raises(Unreadable, match=reason):
        of(tmp_path, value)


@pytest.mark.parametrize(
    ("turns", "row"),
    [
        ([{"speaker_name": "Ana", "body": "Hi.", "startMs": 1500, "endMs": 2250}], ("Ana", "Hi.", 1.5, 2.25)),
        ([{"user": {"name": "Ana"}, "text": "Hi.", "start_seconds": 1.5, "duration": 0.75}], ("Ana", "Hi.", 1.5, 2.25)),
        ([{"who": None, "participantName": "Ana", "text": "Hi.", "from": "0:01.5"}], ("Ana", "Hi.", 1.5, None)),
        ([{"speaker": "Ana", "text": "Hi.", "timestamp": [1.5, 2.25]}], ("Ana", "Hi.", 1.5, 2.25)),
        ([{"speaker": "Ana", "text": "Hello.", "start": 15000, "end": 15900}], ("Ana", "Hello.", 15.0, 15.9)),
        ([{"speaker": "Ana", "text": "Hi.", "start": "1.500s", "end": "PT2.25S"}], ("Ana", "Hi.", 1.5, 2.25)),
        ([{"speaker": "Ana", "text": "Hi.", "startedAt": "2026-03-04T10:00:00Z"}], ("Ana", "Hi.", 0.0, None)),
        ([{"speaker": "-", "text": "Hi.", "start": 1.5}], ("", "Hi.", 1.5, None)),
    ],
)
def test_turns_have_their_parts_under_many_names(
    tmp_path: Path, turns: Any, row: tuple[str, str, float | None, float | None]
) -> None:
    found = of(tmp_path, {"title": "Pumps", "items": turns})

    assert rows(found) == [row]
    assert found.skipped == {}


def test_turns_of_another_list_of_the_file_are_counted(tmp_path: Path) -> None:
    left = [{"speaker": "Ana", "text": "The pump arrived."}, {"speaker": "Ana", "text": "It is blue."}]
    right = [{"speaker": "Bob", "text": "Who signed?"}]

    assert of(tmp_path, {"left": left, "right": right}).skipped == {"turn in another list of the file": 1}


def test_words_of_turns_keep_their_times(tmp_path: Path) -> None:
    words = [{"text": "Hi", "start": 1.0, "end": 1.2}, {"text": "Bob.", "start": 1.3, "end": 1.5}]
    (said,) = of(tmp_path, {"turns": [{"speaker": "Ana", "text": "Hi Bob.", "start": 1.0, "words": words}]}).utterances

    assert said.words == (WordTime(0, 2, 1.0, 1.2), WordTime(3, 4, 1.3, 1.5))


def groups(tmp_path: Path, words: Sequence[tuple[str, float, str]]) -> list[tuple[str, str]]:
    """Return speakers and texts of the segments that words make; each takes 0.2 seconds."""
    listed = [{"word": word, "start": start, "end": start + 0.2, "speaker": speaker} for word, start, speaker in words]
    return [(u.speaker, u.text) for u in of(tmp_path, listed).utterances]


def test_a_segment_ends_with_its_speaker_and_before_a_long_pause(tmp_path: Path) -> None:
    words = [("Yes.", 0.0, "Ana"), ("Well,", 0.3, "Ana"), ("no.", 5.0, "Ana"), ("Oh.", 5.3, "Bob")]

    assert groups(tmp_path, words) == [("Ana", "Yes. Well,"), ("Ana", "no."), ("Bob", "Oh.")]


def test_a_long_segment_ends_with_its_sentence(tmp_path: Path) -> None:
    sentence = [*["pump"] * 14, "end."]
    words = [(word, number * 0.3, "") for number, word in enumerate(sentence * 2)]

    assert [text for _, text in groups(tmp_path, words)] == [" ".join(sentence)] * 2


def test_words_without_marks_and_pauses_are_cut_all_the_same(tmp_path: Path) -> None:
    texts = [text for _, text in groups(tmp_path, [(f"word{n}", n * 0.3, "") for n in range(500)])]

    assert max(map(len, texts)) <= 800
    assert " ".join(texts).split() == [f"word{n}" for n in range(500)]


def test_a_word_without_a_speaker_belongs_to_the_last_one(tmp_path: Path) -> None:
    words = [("It", 0.0, "Ana"), ("is", 0.3, ""), ("blue.", 0.6, "Ana"), ("Oh.", 0.9, "Bob")]

    assert groups(tmp_path, words) == [("Ana", "It is blue."), ("Bob", "Oh.")]


def test_chinese_words_are_joined_without_blanks(tmp_path: Path) -> None:
    words = [("今天", 0.0, ""), ("水泵", 0.3, ""), ("到了。", 0.6, ""), ("OK", 0.9, ""), ("吗？", 1.2, "")]

    assert groups(tmp_path, words) == [("", "今天水泵到了。 OK 吗？")]
