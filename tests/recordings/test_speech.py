"""The JSON of speech recognisers and meeting services: each variant has a file as its service writes it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from chat.models.word_times import WordTime
from chat.recordings.transcripts import Transcript, open_sources, read

from ..support.transcripts import of, rows

FIXTURES = Path(__file__).parent / "transcripts" / "services"
FIRST, SECOND = "The pump arrived on Monday.", "Who signed for it?"
TALK = (
    ("The", 0.5, 0.7), ("pump", 0.8, 1.1), ("arrived", 1.2, 1.6), ("on", 1.7, 1.8), ("Monday", 1.9, 2.3),
    ("Who", 3.0, 3.2), ("signed", 3.3, 3.7), ("for", 3.8, 3.9), ("it", 4.0, 4.2),
)  # fmt: skip
"""The words of both, with their times in the files that have times of words."""
SPEAKERS = {
    "amazon_call.json": ("AGENT", "CUSTOMER"),
    "amazon_channels.json": ("ch_0", "ch_1"),
    "amazon_old_items.json": ("spk_0", "spk_1"),
    "amazon_segments.json": ("spk_0", "spk_1"),
    "amazon_speakers.json": ("spk_0", "spk_1"),
    "assemblyai_sentences.json": ("Speaker A", "Speaker B"),
    "assemblyai_utterances.json": ("Speaker A", "Speaker B"),
    "assemblyai_word_speakers.json": ("Speaker A", "Speaker B"),
    "azure_batch.json": ("Speaker 1", "Speaker 2"),
    "azure_channels.json": ("Channel 0", "Channel 1"),
    "azure_fast.json": ("Speaker 1", "Speaker 2"),
    "azure_sdk.json": ("Guest-1", "Guest-2"),
    "crispasr_full.json": ("", ""),
    "crispasr_segments.json": ("", ""),
    "crispasr_ticks.json": ("", ""),
    "deepgram_channels.json": ("Channel 0", "Channel 1"),
    "deepgram_utterances.json": ("Speaker 0", "Speaker 1"),
    "deepgram_words.json": ("Speaker 0", "Speaker 1"),
    "elevenlabs.json": ("speaker_0", "speaker_1"),
    "elevenlabs_channels.json": ("Channel 0", "Channel 1"),
    "gladia.json": ("Speaker 0", "Speaker 1"),
    "google_channels.json": ("Channel 1", "Channel 2"),
    "google_snake.json": ("Speaker 1", "Speaker 2"),
    "google_v1.json": ("Speaker 1", "Speaker 2"),
    "google_v2.json": ("Speaker 1", "Speaker 2"),
    "google_v2_batch.json": ("Speaker 1", "Speaker 2"),
    "insanely_fast_whisper_words.json": ("SPEAKER_00", "SPEAKER_01"),
    "nemo.json": ("", ""),
    "nemo_diarization.json": ("speaker_0", "speaker_1"),
    "openai_verbose.json": ("", ""),
    "podcast_words.json": ("Ana Lima", "Bob Ray"),
    "pyannote_words.json": ("SPEAKER_00", "SPEAKER_01"),
    "pyannote_words_alone.json": ("SPEAKER_00", "SPEAKER_01"),
    "recall.json": ("Ana Lima", "Bob Ray"),
    "rev_ai.json": ("Speaker 0", "Speaker 1"),
    "rev_ai_named.json": ("Ana Lima", "Bob Ray"),
    "rev_com.json": ("Ana Lima", "Bob Ray"),
    "soniox.json": ("Speaker 1", "Speaker 2"),
    "speechmatics.json": ("S1", "S2"),
    "speechmatics_channels.json": ("Agent", "Caller"),
    "whisper_cpp_full.json": ("", ""),
    "whisper_timestamped.json": ("", ""),
    "whisper_words.json": ("", ""),
    "whisperx_words.json": ("SPEAKER_00", "SPEAKER_01"),
    "word_list.json": ("Ana Lima", "Bob Ray"),
    "word_list_milliseconds.json": ("Speaker 1", "Speaker 2"),
}
"""Files that have the times of the words, and two turns."""
ONE_STREAM = (
    "assemblyai_words.json",
    "google_operation.json",
    "hugging_face_words.json",
    "nemo_words.json",
    "openai_words.json",
    "speechmatics_unknown.json",
)
"""Files that have the times of the words, but no speakers."""
LOWER_CASE = {
    "deepgram_default.json": ["the pump arrived on monday who signed for it"],
    "watson.json": ["the pump arrived on monday", "who signed for it"],
    "watson_one_result.json": ["the pump arrived on monday", "who signed for it"],
    "watson_stream.json": ["the pump arrived on monday", "who signed for it"],
    "word_list_vosk.json": ["the pump arrived on monday who signed for it"],
}
UTTERANCES = {
    "crispasr_stream.jsonl": ("Speaker 1", "Speaker 2"),
    "deepgram_paragraphs.json": ("Speaker 0", "Speaker 1"),
    "fireflies.json": ("Ana Lima", "Bob Ray"),
    "fireflies_export.json": ("Ana Lima", "Bob Ray"),
    "fireflies_sentences.json": ("Ana Lima", "Bob Ray"),
    "graph.vtt": ("Ana Lima", "Bob Ray"),
    "graph_identifiers.vtt": ("Ana Lima", "Bob Ray"),
    "graph_wrapped.vtt": ("Ana Lima", "Bob Ray"),
    "insanely_fast_whisper.json": ("SPEAKER_00", "SPEAKER_01"),
    "insanely_fast_whisper_alone.json": ("", ""),
    "mistral.json": ("speaker_1", "speaker_2"),
    "podcast.json": ("Ana Lima", "Bob Ray"),
    "podcast_lines.json": ("Ana Lima", "Bob Ray"),
    "pyannote_turns.json": ("SPEAKER_00", "SPEAKER_01"),
}
"""Files that have the times of turns alone."""
DATED = {
    "granola.json": ("Ana Lima", "Bob Ray"),
    "granola_api.json": ("microphone", "Speaker B"),
    "granola_cache.json": ("microphone", "system"),
    "meet.json": ("Participant 1", "Participant 2"),
    "meet_pages.json": ("Participant 1", "Participant 2"),
    "meet_participants.json": ("Ana Lima", "Bob Ray"),
}
"""Files whose times are dates."""


def transcript(name: str) -> Transcript:
    (source,) = open_sources(FIXTURES / name)
    return read(source)


def timed(found: Transcript) -> list[tuple[str, float, float]]:
    """Return each word as its segment spells it, without the marks beside it, with its times."""
    return [
        (u.text[word.at : word.at + word.length].strip(".?"), word.start, word.end)
        for u in found.utterances
        for word in u.words
    ]


@pytest.mark.parametrize(("name", "speakers"), SPEAKERS.items())
def test_a_service_names_speakers_texts_times_and_the_times_of_words(name: str, speakers: tuple[str, str]) -> None:
    found = transcript(name)

    assert rows(found) == [(speakers[0], FIRST, 0.5, 2.3), (speakers[1], SECOND, 3.0, 4.2)]
    assert timed(found) == list(TALK)
    assert found.skipped == {}


@pytest.mark.parametrize("name", ONE_STREAM)
def test_words_without_speakers_are_said_once(name: str) -> None:
    found = transcript(name)

    assert rows(found) == [("", f"{FIRST} {SECOND}", 0.5, 4.2)]
    assert timed(found) == list(TALK)


@pytest.mark.parametrize(("name", "texts"), LOWER_CASE.items())
def test_words_without_marks_are_joined_as_they_are(name: str, texts: list[str]) -> None:
    found = transcript(name)

    assert [u.text for u in found.utterances] == texts
    assert timed(found) == [(word.lower(), start, end) for word, start, end in TALK]


@pytest.mark.parametrize(("name", "speakers"), UTTERANCES.items())
def test_turns_may_have_times_where_words_have_none(name: str, speakers: tuple[str, str]) -> None:
    found = transcript(name)

    assert rows(found) == [(speakers[0], FIRST, 0.5, 2.3), (speakers[1], SECOND, 3.0, 4.2)]
    assert timed(found) == []


@pytest.mark.parametrize(("name", "speakers"), DATED.items())
def test_dates_become_seconds_since_the_first(name: str, speakers: tuple[str, str]) -> None:
    found = transcript(name)

    assert rows(found) == [(speakers[0], FIRST, 0.0, 1.8), (speakers[1], SECOND, 2.5, 3.7)]
    assert found.recorded_on == date(2026, 3, 4)


def test_a_participant_is_called_by_the_displayed_name_before_the_id() -> None:
    assert rows(transcript("meeting_participants.json")) == [
        ("Ana Lima", FIRST, 0.0, None),
        ("Bob Ray", SECOND, 2.5, None),
    ]


def test_the_last_end_of_a_hugging_face_pipeline_may_be_unknown() -> None:
    assert rows(transcript("hugging_face_chunks.json")) == [("", FIRST, 0.5, 2.3), ("", SECOND, 3.0, None)]


def test_events_are_text_without_a_time() -> None:
    found = transcript("elevenlabs_events.json")

    assert [u.text for u in found.utterances] == [f"{FIRST} (laughter)", SECOND]
    assert timed(found) == list(TALK)


@pytest.mark.parametrize(
    ("name", "count"), [("granola.json", 1), ("watson_stream.json", 1), ("crispasr_stream.jsonl", 2)]
)
def test_results_that_are_not_final_are_counted_and_left_out(name: str, count: int) -> None:
    assert transcript(name).skipped == {"result that is not final": count}


@pytest.mark.parametrize(
    ("name", "title", "recorded_on"),
    [
        ("fireflies.json", "Pump review", date(2026, 3, 4)),
        ("granola_api.json", "Pump review", date(2026, 3, 4)),
        ("google_operation.json", "Google operation", None),  # its name is a number
        ("deepgram_words.json", "Deepgram words", None),  # the date is that of the transcription
    ],
)
def test_title_and_date_may_stand_deeper_in_the_file(name: str, title: str, recorded_on: date | None) -> None:
    found = transcript(name)

    assert (found.title, found.recorded_on) == (title, recorded_on)


def test_every_file_of_a_service_is_tested() -> None:
    named = {*SPEAKERS, *ONE_STREAM, *LOWER_CASE, *UTTERANCES, *DATED}
    alone = {"meeting_participants.json", "hugging_face_chunks.json", "elevenlabs_events.json"}

    assert {path.name for path in FIXTURES.iterdir()} == named | alone


def test_numbers_that_whisperx_could_not_align_have_no_time(tmp_path: Path) -> None:
    words = [{"word": "In", "start": 0.1, "end": 0.2}, {"word": "2024,"}, {"word": "twice.", "start": 1.0, "end": 1.4}]
    (said,) = of(
        tmp_path, {"segments": [{"start": 0.1, "end": 1.4, "text": " In 2024, twice.", "words": words}]}
    ).utterances

    assert said.words == (WordTime(0, 2, 0.1, 0.2), WordTime(9, 6, 1.0, 1.4))


def test_words_spelt_in_another_way_are_found_in_the_text(tmp_path: Path) -> None:
    phrase = {
        "recognitionStatus": "Success",
        "offsetInTicks": 0,
        "durationInTicks": 40_000_000,
        "nBest": [
            {
                "display": "It's 25 e-mails, isn't it?",
                "words": [
                    {"word": word, "offsetInTicks": number * 5_000_000, "durationInTicks": 4_000_000}
                    for number, word in enumerate(("it's", "twenty", "five", "emails", "isn't", "it"))
                ],
            }
        ],
    }
    (said,) = of(tmp_path, {"recognizedPhrases": [phrase]}).utterances

    assert [said.text[word.at : word.at + word.length] for word in said.words] == ["It's", "e-mails", "isn't", "it"]
    assert said.words[1].start == 1.5
