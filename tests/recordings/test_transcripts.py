"""Every dialect of transcripts, each with a file that was written for its test."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from chat.recordings.transcripts import SUFFIXES, Transcript, open_sources, read

FIXTURES = Path(__file__).parent / "transcripts"


def transcript(name: str) -> Transcript:
    (source,) = open_sources(FIXTURES / name)
    return read(source)


def rows(name: str) -> list[tuple[str, str, float | None, float | None]]:
    return [(u.speaker, u.text, u.start, u.end) for u in transcript(name).utterances]


def test_each_voice_of_a_webvtt_cue_is_a_turn_of_its_own() -> None:
    assert rows("teams.vtt")[:3] == [
        ("Ana Lima", "Shall we ship on <Friday>?", 1.0, 4.5),
        ("Bob Ray", "No.", 4.5, 6.0),
        ("Ana Lima", "Why & since when?", 4.5, 6.0),
    ]


def test_odd_webvtt_cues_keep_their_text_and_are_counted() -> None:
    assert rows("teams.vtt")[3:] == [
        ("Bob Ray", "This cue has commas in its times.", 7.0, 8.0),
        ("Bob Ray", "This cue ends before it starts.", 12.0, None),
        ("", "A line that has no time.", 13.0, 14.0),
    ]
    assert transcript("teams.vtt").skipped == {"end before start (text kept)": 1}


def test_zooms_names_become_speakers_and_other_colons_stay() -> None:
    assert rows("zoom.vtt") == [
        ("Ana Lima", "Let us begin.", 2.0, 5.0),
        ("Bob Ray", "There is one thing: the budget.", 5.5, 7.0),
        ("Bob Ray", "and it is small", 8.0, 3723.25),
    ]


def test_a_colon_in_one_cue_of_many_is_no_speaker() -> None:
    assert rows("lecture.vtt")[1] == ("", "Remember: the exam is in May.", 2.0, 3.0)


def test_srt_has_names_before_colons_and_in_brackets() -> None:
    assert rows("labelled.srt") == [
        ("Ana", "Good morning.", 1.0, 2.5),
        ("Bob", "Morning, Ana.", 3.0, 4.0),
        ("Ana", "Ready?", 5.0, 6.0),
        ("Bob", "Always.", 5.0, 6.0),
        ("Bob", "Nobody knows when I say this.", None, None),
        ("", "[Music]", 9.0, 10.0),
    ]
    assert transcript("labelled.srt").skipped == {"cue with an unreadable time (text kept)": 1}


@pytest.mark.parametrize(
    ("name", "speakers"),
    [
        ("whisper.json", ("", "")),
        ("whisper_cpp.json", ("", "")),
        ("whisperx.json", ("SPEAKER_00", "SPEAKER_01")),
        ("openai_diarized.json", ("agent", "Speaker A")),
        ("deepgram.json", ("Speaker 0", "Speaker 1")),
        ("assemblyai.json", ("Speaker A", "Speaker B")),
        ("pyannote.json", ("SPEAKER_00", "SPEAKER_01")),
        ("amazon.json", ("spk_0", "spk_1")),
    ],
)
def test_the_json_of_every_recogniser_is_read_alike(name: str, speakers: tuple[str, str]) -> None:
    (_, _, first_start, _), second = rows(name)

    assert [row[0] for row in rows(name)] == list(speakers)
    assert second[1:] == ("It works.", 1.5, 3.25)
    assert first_start == pytest.approx(0, abs=0.03)
    assert transcript(name).skipped == {}


def test_otters_export_has_starts_and_its_footer_is_not_speech() -> None:
    assert rows("otter.txt") == [
        ("Ana Lima", "The pump arrived on Monday. It is blue.", 3.0, None),
        ("Bob Ray", "Who signed for it?", 3729.0, None),
    ]
    assert transcript("otter.txt").duration == 3729.0


def test_zooms_captions_take_title_and_date_from_their_folder_and_go_past_midnight() -> None:
    zoom = transcript("zoom/2026-03-04 16.38.10 Pump review 91234567890/meeting_saved_closed_caption.txt")

    assert (zoom.title, zoom.recorded_on) == ("Pump review", date(2026, 3, 4))
    assert [(u.speaker, u.text, u.start) for u in zoom.utterances] == [
        ("Ana Lima", "The pump arrived. It is blue.", 0),
        ("Bob Ray", "Who signed for it?", 15),
    ]


def test_lines_of_plain_text_belong_to_one_speaker_until_the_next() -> None:
    assert rows("plain.txt") == [
        ("Ana Lima", "The pump arrived on Monday. It is blue: a deep blue.", None, None),
        ("Bob de la Cruz (Operations)", "Who signed for it?", None, None),
        ("ana lima", "I did.", None, None),
        ("ana lima", "Twice.", None, None),
    ]


def test_plain_text_may_have_title_and_date_above_the_first_speaker() -> None:
    plain = transcript("plain.txt")

    assert (plain.title, plain.recorded_on) == ("Pump review", date(2026, 3, 4))
    assert plain.skipped == {"line before the first speaker": 3}


def test_plain_text_may_have_times_in_many_places() -> None:
    assert rows("timed.txt") == [
        ("Ana", "The pump arrived.", 5.0, None),
        ("Bob", "Who signed for it?", 12.0, None),
        ("Ana", "I did.", 3630.0, None),
        ("Bob", "Thanks.", 3631.0, None),
        ("", "Someone laughs.", 3635.0, 3637.0),
        ("Ana", "Back to work.", 3640.0, None),
    ]


def test_json_turns_may_be_a_list() -> None:
    assert rows("turns.json") == [("Ana", "The pump arrived.", None, None), ("Bob", "Who signed for it?", None, None)]
    assert transcript("turns.json").skipped == {"no text": 1, "entry that is not a turn": 1}


def test_json_turns_may_be_in_an_object_with_title_and_date() -> None:
    meeting = transcript("meeting.json")

    assert (meeting.title, meeting.recorded_on) == ("Pump review", date(2026, 3, 4))
    assert rows("meeting.json") == [
        ("Ana", "The pump arrived.", 5.0, 7.0),
        ("Bob", "Who signed for it?", None, None),
    ]
    assert meeting.skipped == {"unusable time (text kept)": 1}


def test_each_json_line_may_be_a_meeting_with_a_title_of_its_own() -> None:
    sources = open_sources(FIXTURES / "meetings.jsonl")

    assert [source.line for source in sources] == [1, 3]
    assert [read(source).title for source in sources] == ["The pump (Meetings 1)", "The pump (Meetings 2)"]
    assert len({source.digest for source in sources}) == 2


def test_each_json_line_may_be_a_turn() -> None:
    assert rows("lines.jsonl") == [
        ("Ana", "The pump arrived.", 5.0, None),
        ("Bob", "Who signed for it?", 7.5, None),
    ]


@pytest.mark.parametrize(
    ("name", "title", "recorded_on"),
    [
        ("2026-03-04_pump_review.vtt", "Pump review", date(2026, 3, 4)),
        ("GMT20260304-163810_Recording.transcript.vtt", "Recording", date(2026, 3, 4)),
        ("20260304 1638 pump review.vtt", "Pump review", date(2026, 3, 4)),
        ("2026-03-04.vtt", "2026-03-04", date(2026, 3, 4)),
        ("2026-13-44 pumps.vtt", "2026-13-44 pumps", None),
        ("pump-review.mp3.vtt", "Pump review", None),
        ("e-mail review.vtt", "E-mail review", None),
        ("Pump review-20260304_163810-Meeting Recording.vtt", "Pump review", date(2026, 3, 4)),
        ("Pump review-20260304_163810UTC-Meeting Transcript.txt", "Pump review", date(2026, 3, 4)),
        ("Prüfung-20260304_163810-Besprechungsaufzeichnung.vtt", "Prüfung", date(2026, 3, 4)),
        ("Pump review_2026-03-04.vtt", "Pump review", date(2026, 3, 4)),
        ("Pump review (2026-03-04 16_38 GMT+1) - Transcript.txt", "Pump review", date(2026, 3, 4)),
        ("Pump review (2026-03-04 at 08_38 GMT-8) - Transcript.txt", "Pump review", date(2026, 3, 4)),
        ("Pump review - 2026_03_04 16_38 CET - Notes by Gemini.md", "Pump review", date(2026, 3, 4)),
        ("GMT20260304-163810_Recording.cc.vtt", "Recording", date(2026, 3, 4)),
        ("GMT20260304-163810_Pump-review.transcript.vtt", "Pump review", date(2026, 3, 4)),
        ("Pump review-20260304 1638-1.vtt", "Pump review", date(2026, 3, 4)),
        ("Ana's Room-20260304 1638-2.vtt", "Ana's Room", date(2026, 3, 4)),
        ("Pump review_otter_ai.txt", "Pump review", None),
        ("GMT20260304-163810_Recording_otter_ai.txt", "Recording", date(2026, 3, 4)),
        ("Pump review 04.03.2026.vtt", "Pump review", date(2026, 3, 4)),
        ("Pump review (2).vtt", "Pump review", None),
        ("Pumps [dQw4w9WgXcQ].en.vtt", "Pumps", None),
        ("Order 20261399 pumps.vtt", "Order 20261399 pumps", None),
    ],
)
def test_a_file_name_has_title_and_date(tmp_path: Path, name: str, title: str, recorded_on: date | None) -> None:
    file = tmp_path / name
    file.write_text("WEBVTT\n\n00:01.000 --> 00:02.000\nHello\n")

    (source,) = open_sources(file)

    assert (read(source).title, read(source).recorded_on) == (title, recorded_on)


def test_every_known_ending_has_a_fixture() -> None:
    tested = {path.suffix for path in FIXTURES.rglob("*") if path.is_file()}

    assert tested | {".ndjson"} == SUFFIXES
