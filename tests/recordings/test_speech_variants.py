"""Further forms of services that write the same talk in several: without speakers, in parts, with empty ones."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from chat.recordings.transcripts import Unreadable, open_sources, read

from ..support.transcripts import of, rows

Row = tuple[str, str, float | None, float | None]
FIRST, SECOND = "The pump arrived.", "Who signed?"
SAID = (("The", 0.5, 0.7), ("pump", 0.8, 1.1), ("arrived.", 1.2, 1.6)), (("Who", 3.0, 3.2), ("signed?", 3.3, 3.7))
"""The words of both."""


def both(first: str, second: str) -> list[Row]:
    """Return the rows of both, said by these speakers."""
    return [(first, FIRST, 0.5, 1.6), (second, SECOND, 3.0, 3.7)]


def lower(rows: list[Row]) -> list[Row]:
    """Return the rows without capitals and marks."""
    return [(speaker, text.lower().strip(".?"), start, end) for speaker, text, start, end in rows]


def joined(speaker: str = "") -> list[Row]:
    return [(speaker, f"{FIRST} {SECOND}", 0.5, 3.7)]


def relative(said: int, **times: Any) -> list[Any]:
    """Return the words as Recall.ai writes them."""
    return [
        {"text": word, "start_timestamp": {"relative": start}, "end_timestamp": {"relative": end}}
        for word, start, end in SAID[said]
    ]


def by(name: str | None, words: list[Any], number: int = 7) -> dict[str, Any]:
    return {"participant": {"id": number, "name": name}, "words": words}


def event(kind: str, turn: Any) -> dict[str, Any]:
    return {"event": f"transcript.{kind}", "data": {"data": turn, "transcript": {"id": "t"}}}


def tokens(said: int, **more: Any) -> list[Any]:
    """Return the words as Soniox's tokens."""
    return [
        {"text": f" {word}", "start_ms": round(start * 1000), "end_ms": round(end * 1000), **more}
        for word, start, end in SAID[said]
    ]


def message(*found: Any) -> dict[str, Any]:
    return {"tokens": list(found), "final_audio_proc_ms": 3700, "total_audio_proc_ms": 3700}


def timed(said: int, start: str = "start", end: str = "end", **more: Any) -> list[Any]:
    return [{"word": f" {word}", start: first, end: last, **more} for word, first, last in SAID[said]]


def utterance(said: int, **more: Any) -> dict[str, Any]:
    words = SAID[said]
    return {"text": (FIRST, SECOND)[said], "start": words[0][1], "end": words[-1][2], **more}


def result(said: int, key: str = "word") -> dict[str, Any]:
    """Return a result as Vosk writes it."""
    words = [
        {"conf": 1.0, key: word.lower().strip(".?"), "start": start, "end": end} for word, start, end in SAID[said]
    ]
    return {"result": words, "text": (FIRST, SECOND)[said].lower().strip(".?")}


def term(said: int) -> dict[str, Any]:
    words = result(said, "text")["result"]
    return {"speaker": {"id": "unknown", "name": None}, "start": 0, "end": 0, "terms": words}


RECALL: dict[str, tuple[Any, list[Row], dict[str, int]]] = {
    "seconds instead of objects": (
        [{"speaker": "Ana", "speaker_id": 1, "language": "en", "words": [
            {"text": "Hi.", "start_timestamp": 0.5, "end_timestamp": 0.9}]}],
        [("Ana", "Hi.", 0.5, 0.9)], {},
    ),
    "participants without a name": (
        [by(None, relative(0), 100), by("", relative(1), 200)], both("Speaker 100", "Speaker 200"), {},
    ),
    "captions of a whole sentence without an end": (
        [by("Åsa Ünlü", [{"text": FIRST, "start_timestamp": {"relative": 0.5}, "end_timestamp": None}])],
        [("Åsa Ünlü", FIRST, 0.5, None)], {},
    ),
    "somebody who says nothing": (
        [by("Ana", relative(0)), by("Bob", []), by("Ana", relative(1))], both("Ana", "Ana"), {},
    ),
    "one participant alone": (by("田中", relative(0)), [("田中", FIRST, 0.5, 1.6)], {}),
    "events": (
        [event("partial_data", by("Ana", relative(0)[:1])), event("data", by("Ana", relative(0))),
         event("data", by("Bob", relative(1)))],
        both("Ana", "Bob"), {"result that is not final": 1},
    ),
}  # fmt: skip
SONIOX: dict[str, tuple[Any, list[Row], dict[str, int]]] = {
    "no speakers": ({"id": "s", "tokens": [*tokens(0), *tokens(1)]}, joined(), {}),
    "with a translation": (
        {"tokens": [*tokens(0, speaker="1", translation_status="original"),
                    {"text": " Die", "speaker": "1", "translation_status": "translation"},
                    {"text": " Pumpe", "speaker": "1", "translation_status": "translation"},
                    *tokens(1, speaker="2", translation_status="none")]},
        both("Speaker 1", "Speaker 2"), {"part of a translation": 2},
    ),
    "with the marks of ends": (
        {"tokens": [*tokens(0), {"text": "<end>"}, *tokens(1), {"text": "<fin>"}]},
        joined(), {"remark of a program": 2},
    ),
    "messages, some of which are not final": (
        [message(*tokens(0, is_final=True), *tokens(1, is_final=False)[:1]), message(*tokens(1, is_final=True))],
        joined(), {"result that is not final": 1},
    ),
    "a script without blanks": (
        {"tokens": [{"text": text, "start_ms": at * 1000, "end_ms": at * 1000 + 400, "speaker": "1"}
                    for at, text in enumerate(["今天", "水泵", "到了", "。", "谁", "签收", "？"])]},
        [("Speaker 1", "今天水泵到了。谁签收？", 0.0, 6.4)], {},
    ),
}  # fmt: skip
GLADIA: dict[str, tuple[Any, list[Row], dict[str, int]]] = {
    "channels and no speakers": (
        {"result": {"transcription": {"utterances": [
            utterance(0, channel=0, words=timed(0)), utterance(1, channel=1, words=timed(1))]}}},
        both("Speaker 0", "Speaker 1"), {},
    ),
    "a translation beside it": (
        {"status": "done", "result": {
            "translation": {"results": [{"languages": ["fr"], "utterances": [utterance(0, text="La pompe.")] * 3}]},
            "transcription": {"utterances": [utterance(0, speaker=0, words=[]), utterance(1, speaker=1, words=[])]}}},
        both("Speaker 0", "Speaker 1"), {},
    ),
    "version 1": (
        {"prediction": [
            {"transcription": FIRST, "time_begin": 0.5, "time_end": 1.6, "speaker": "speaker_0",
             "words": timed(0, "time_begin", "time_end")},
            {"transcription": SECOND, "time_begin": 3.0, "time_end": 3.7, "speaker": "speaker_1", "words": []}]},
        both("speaker_0", "speaker_1"), {},
    ),
    "an utterance without text": (
        {"result": {"transcription": {"utterances": [utterance(0, text="", speaker=1), utterance(1, speaker=1)]}}},
        both("", "Speaker 1")[1:], {"no text": 1},
    ),
}  # fmt: skip
MISTRAL: dict[str, tuple[Any, list[Row], dict[str, int]]] = {
    "no speakers": (
        {"model": "voxtral-mini-2507", "text": FIRST, "segments": [utterance(0), utterance(1)]}, both("", ""), {},
    ),
    "words": (
        {"model": "voxtral-mini-2602", "segments": [
            {"text": word, "start": start, "end": end, "type": "transcription_segment", "speaker_id": None}
            for said in SAID for word, start, end in said]},
        joined(), {},
    ),
    "speakers that are null or say nothing": (
        {"segments": [utterance(0, speaker_id=None), utterance(0, text=" ", speaker_id="speaker_1"),
                      utterance(1, speaker_id="speaker_2")]},
        both("", "speaker_2"), {"no text": 1},
    ),
    "events": (
        [{"type": "transcription.language", "audio_language": "en"},
         {"type": "transcription.text.delta", "text": FIRST},
         {"type": "transcription.segment", **utterance(0, speaker_id="speaker_1")},
         {"type": "transcription.text.delta", "text": f" {SECOND}"},
         {"type": "transcription.segment", **utterance(1, speaker_id="speaker_2")},
         {"type": "transcription.done", "text": f"{FIRST} {SECOND}", "segments": []}],
        both("speaker_1", "speaker_2"), {"result that is not final": 2},
    ),
    "events whose last one has all segments": (
        [{"type": "transcription.text.delta", "text": FIRST},
         {"type": "transcription.done", "text": FIRST, "segments": [utterance(0, speaker_id="speaker_1")]}],
        both("speaker_1", "")[:1], {"result that is not final": 1},
    ),
}  # fmt: skip
VOSK: dict[str, tuple[Any, list[Row], dict[str, int]]] = {
    "results": ([result(0), {"text": ""}, result(1)], lower(both("", "")), {"no text": 1}),
    "results and partial ones": (
        [{"partial": "the"}, {"partial": "the pump", "partial_result": []}, result(0)],
        lower(both("", ""))[:1], {"result that is not final": 2},
    ),
    "alternatives": (
        [{"alternatives": [{"confidence": 300.0, **result(said)}, {"confidence": 1.0, "text": " the bump"}]}
         for said in (0, 1)],
        lower(both("", "")), {},
    ),
    "the numbers of a voice": ({"spk": [0.1, -0.2], "spk_frames": 200, **result(0)}, lower(both("", ""))[:1], {}),
    "a result without words": ([result(0), {"text": "да"}], [*lower(both("", ""))[:1], ("", "да", None, None)], {}),
    "vosk-transcriber": (
        {"schemaVersion": "2.0", "monologues": [term(0), term(1)], "text": [FIRST, SECOND]}, lower(both("", "")), {},
    ),
}  # fmt: skip
ALL = {
    f"{service}: {name}": variant
    for service, variants in (
        ("Recall.ai", RECALL), ("Soniox", SONIOX), ("Gladia", GLADIA), ("Mistral", MISTRAL), ("Vosk", VOSK)
    )
    for name, variant in variants.items()
}  # fmt: skip


@pytest.mark.parametrize(("value", "said", "skipped"), ALL.values(), ids=ALL)
def test_each_form_of_a_service_says_the_same(
    tmp_path: Path, value: Any, said: list[Row], skipped: dict[str, int]
) -> None:
    found = of(tmp_path, value)

    assert (rows(found), found.skipped) == (said, skipped)


@pytest.mark.parametrize("name", [name for name, (value, *_) in ALL.items() if isinstance(value, list)])
def test_the_lines_of_a_stream_are_one_recording(tmp_path: Path, name: str) -> None:
    value, said, skipped = ALL[name]
    file = tmp_path / "talk.jsonl"
    file.write_text("\n".join(map(json.dumps, value)))

    (source,) = open_sources(file)
    found = read(source)

    assert (rows(found), found.skipped) == (said, skipped)


def test_a_script_without_blanks_keeps_the_times_of_its_words(tmp_path: Path) -> None:
    (said,) = of(tmp_path, SONIOX["a script without blanks"][0]).utterances

    assert [(said.text[word.at : word.at + word.length], word.start) for word in said.words] == [
        ("今天", 0.0), ("水泵", 1.0), ("到了。", 2.0), ("谁", 4.0), ("签收？", 5.0),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ([by("Ana", [])], "Recall.ai: its words have no text"),
        ({"tokens": tokens(0, is_final=False)}, "no speech; skipped: 3 × result that is not final"),
        ({"id": "g", "status": "queued", "result": None}, "without turns"),
        ([{"type": "transcription.done", "text": FIRST, "segments": []}], "Mistral: its events have no segments"),
        ({"text": "the pump arrived"}, "neither speakers nor times"),
        ({"monologues": [{"terms": []}]}, r"Vosk: its results have no words; .*SetWords"),
    ],
)
def test_what_a_service_wrote_without_what_is_read_is_refused(tmp_path: Path, value: Any, reason: str) -> None:
    with pytest.raises(Unreadable, match=reason):
        of(tmp_path, value)
