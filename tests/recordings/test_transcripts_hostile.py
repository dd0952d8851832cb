"""Files that are broken, unusual or malicious."""

from __future__ import annotations

import json
import math
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from chat.recordings.transcripts import SUFFIXES, Transcript, Unreadable, find_transcripts, open_sources, read
from chat.recordings.transcripts.draft import LONGEST_TEXT
from chat.recordings.transcripts.file import LARGEST_FILE

SENTENCE = "Ana: Gr\u00fc\u00dfe, it\u2019s \u201cfine\u201d."
VTT = "WEBVTT\n\n00:01.000 --> 00:02.000\n<v Ana>Hello</v>\n"


def read_all(file: Path, content: bytes) -> list[Transcript]:
    file.write_bytes(content)
    return [read(source) for source in open_sources(file)]


def refusal(file: Path, content: bytes) -> Unreadable:
    with pytest.raises(Unreadable) as caught:
        read_all(file, content)
    return caught.value


def pieces() -> st.SearchStrategy[bytes]:
    """Return fragments of every dialect, so that random files resemble valid ones."""
    scraps = [b"WEBVTT\n\n", b"1\n", b"\n\n", b"00:00:01,000 --> 00:00:02,000\n", b"00:01.000 --> 00:00.500\n", b"-->"]
    scraps += [b"<v Ana>", b"<v", b"</v>", b"Ana: hi\n", b"[Bob] ", b"[Ana Lima] 16:38:14\n", b"Ana  1:02\n", b"&lt;"]
    scraps += [
        b'{"segments": [',
        b'{"text": "hi", "start": ',
        b"1e999",
        b"-1",
        b"NaN",
        b'"speaker": ',
        b"}",
        b"]}",
        b",",
    ]
    scraps += [b"0:00:01.000,0:00:02.000\n", b"(Ana)\n", b"### 00:10:00\n", b"**Ana:** ", b"0:05 - ", b"Ana\t", b" | "]
    scraps += [b"[Script Info]\n", b"Dialogue: 0,0:00:01.00,0:00:02.00,,Ana,0,0,0,,hi\n", b"start\tend\ttext\n", b"0\t"]
    scraps += [
        b"<tt><body>",
        b'<p begin="1s" end="2s">',
        b"</p>",
        b"</body></tt>",
        b'{"events": [{"segs": [{"utf8": "hi"}',
    ]
    scraps += [b"\xcd\xe0\xf1\xee\xf1 ", b"\x82\xcd\x82\xa2", b"PK\x03\x04", b"Transcription ended after 1:00"]
    scraps += [b"\xff\xfe", b"\xef\xbb\xbf", b"\x00", b"\\ud800", b"[" * 50, b"9" * 30, b":", b"NOTE "]
    return st.lists(st.sampled_from(scraps) | st.binary(max_size=8), max_size=30).map(b"".join)


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=400) | pieces(), suffix=st.sampled_from([*sorted(SUFFIXES), ".pdf", ""]))
@example(content=b'{"segments": [{"text": "hi", "start": NaN, "end": 1e999}]}', suffix=".json")
@example(content=b"1\n99999999999:00:00,000 --> 00:00:01,000\nhi", suffix=".srt")
def test_any_bytes_are_a_transcript_or_unreadable(content: bytes, suffix: str, tmp_path: Path) -> None:
    try:
        transcripts = read_all(tmp_path / f"any{suffix}", content)
    except Unreadable:
        return

    for utterance in (utterance for transcript in transcripts for utterance in transcript.utterances):
        assert utterance.text == " ".join(utterance.text.split()) != ""
        assert "\x00" not in (utterance.text + utterance.speaker).encode().decode()
        assert all(time is None or (math.isfinite(time) and time >= 0) for time in (utterance.start, utterance.end))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"])
def test_text_is_read_in_the_encodings_that_programs_write(tmp_path: Path, encoding: str) -> None:
    (transcript,) = read_all(tmp_path / "talk.txt", f"{SENTENCE}\r\nBob: Yes.".encode(encoding))

    assert [u.text for u in transcript.utterances] == [SENTENCE.removeprefix("Ana: "), "Yes."]


def test_the_same_text_in_another_encoding_is_the_same_recording(tmp_path: Path) -> None:
    digests = set()
    for encoding, newline in [("utf-8", "\n"), ("utf-8-sig", "\r\n"), ("utf-16", "\r")]:
        file = tmp_path / "talk.txt"
        file.write_bytes(f"{SENTENCE}{newline}Bob: Yes.{newline}".encode(encoding))
        digests |= {source.digest for source in open_sources(file)}

    assert len(digests) == 1


def test_bytes_that_are_not_cp1252_are_read_as_latin_1(tmp_path: Path) -> None:
    (transcript,) = read_all(tmp_path / "talk.txt", b"Ana: caf\xe9 \x81 noir")

    assert transcript.utterances[0].text == "café noir"


def test_control_characters_and_lone_surrogates_do_not_reach_the_database(tmp_path: Path) -> None:
    turns = json.dumps([{"speaker": "A\u0000na", "content": "a\u0000b\u0007c \ud800 \u0085d"}])

    (transcript,) = read_all(tmp_path / "talk.json", turns.encode())

    assert (transcript.utterances[0].speaker, transcript.utterances[0].text) == ("Ana", "abc \ufffd d")


@pytest.mark.parametrize(
    ("name", "content", "line", "reason"),
    [
        ("a.vtt", b"", 1, "empty"),
        ("a.vtt", b"\xef\xbb\xbf \r\n", 1, "empty"),
        ("a.vtt", b"only words", 1, "no line with a time"),
        ("a.vtt", b"WEBVTT\n\n00:01.000 --> 00:02.000\n", 1, "1 × no text"),
        ("a.srt", b"only words", 1, "no line with a time"),
        ("a.json", b'{"a":\n 1,\n oops}', 3, "not JSON"),
        ("a.json", b"[" * 100_000, 1, "nested too deeply"),
        ("a.json", b"[" + b"9" * 5000 + b"]", 1, "unsupported JSON"),
        ("a.json", b'{"text": "no turns"}', 1, "without turns"),
        ("a.json", b'[{"text": ""}]', 1, "no speech"),
        ("a.jsonl", b'[{"text": "hi"}]\nnot json', 2, "not JSON"),
        ("a.jsonl", b'{"turns": [{"text": "hi"}]}\n{"turns": []}', 2, "without turns"),
        ("a.md", b"Once upon a time there was a pump.\n" * 30, 1, "without turns"),
        ("a.txt", b"0001 4f 2e 11 00 93\n" * 30, 1, "without turns"),
        ("a.txt", bytes(range(32)) * 9, 1, "not text"),
        ("a.docx", b"Ana: hi", 1, "not a Word document"),
        ("a.docx", b"PK\x03\x04damaged", 1, "a damaged Word document"),
        ("a.pdf", b"Ana: hi", None, "not a transcript"),
        ("a.ttml", b"<tt>\n<p>", 2, "not XML"),
        ("a.xml", b"<rss/>", 1, "its root is rss"),
        ("a.ttml", b'<!DOCTYPE tt [<!ENTITY a "b">]><tt><p>&a;</p></tt>', 1, "may be harmful"),
        ("a.ass", b"[Script Info]\n", 1, "no line that begins with Dialogue:"),
        ("a.tsv", b"a\tb\tc\td\n", 1, "without columns for time and text"),
    ],
)
def test_an_unreadable_file_is_refused_with_line_and_reason(
    tmp_path: Path, name: str, content: bytes, line: int | None, reason: str
) -> None:
    error = refusal(tmp_path / name, content)

    assert reason in error.reason
    assert error.line == line


def test_a_huge_file_is_refused_unread(tmp_path: Path) -> None:
    file = tmp_path / "huge.vtt"
    with file.open("wb") as sparse:
        sparse.truncate(LARGEST_FILE + 1)

    with pytest.raises(Unreadable, match="at most 100 MB"):
        open_sources(file)


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    (tmp_path / "folder.vtt").mkdir()

    for name, reason in [("nowhere.vtt", "no such file"), ("folder.vtt", "not a file")]:
        with pytest.raises(Unreadable, match=reason):
            open_sources(tmp_path / name)


def test_a_turn_too_long_to_be_searched_is_refused(tmp_path: Path) -> None:
    assert "turn 1 has 200,001 characters" in refusal(tmp_path / "a.txt", b"Ana: " + b"x" * (LONGEST_TEXT + 1)).reason


def test_names_and_titles_are_cut_to_fit_their_columns(tmp_path: Path) -> None:
    content = json.dumps({"title": "t" * 999, "turns": [{"speaker": "s" * 999, "text": "hi"}]})

    (transcript,) = read_all(tmp_path / "a.json", content.encode())

    assert (len(transcript.title), len(transcript.utterances[0].speaker)) == (200, 120)


@pytest.mark.parametrize("start", ["-1", "NaN", "1e999", '"soon"', "1700000000", "true", '{"a": 1}', "1" + "0" * 400])
def test_a_time_that_makes_no_sense_is_left_out_and_counted(tmp_path: Path, start: str) -> None:
    (transcript,) = read_all(tmp_path / "a.json", b'[{"text": "hi", "start": %s, "end": 2}]' % start.encode())

    assert (transcript.utterances[0].start, transcript.utterances[0].end) == (None, None)
    assert transcript.skipped == {"unusable time (text kept)": 1}


@pytest.mark.parametrize(
    ("name", "row"),
    [
        ("a.vtt", "WEBVTT\n\n00:01.000 --> 00:02.000\n" + "<v " * 60_000),
        ("a.srt", "1\n00:00:01,000 --> 00:00:02,000\n" + "9" * 180_000),
        ("a.srt", "9" * 180_000 + " --> 00:00:02,000\n\n00:00:01,000 --> 00:00:02,000\nhi"),
        ("a.srt", "00:00:01,000 --> 00:00:02,000\nhi" + "\n" * 180_000 + "1"),
        ("a.txt", "Ana: hi\n" + "[" * 180_000),
        ("a.txt", "Ana: hi\n" + "a  " * 60_000),
        ("a.txt", "Ana: hi\n" + "(" * 90_000 + "Bob" + ")" * 90_000 + ": hi"),
        ("a.txt", "Ana: hi\n" + "1:" * 90_000),
    ],
)
def test_reading_takes_time_in_proportion_to_the_length(tmp_path: Path, name: str, row: str) -> None:
    started = time.process_time()

    read_all(tmp_path / name, row.encode())

    assert time.process_time() - started < 2  # anything quadratic takes minutes


def test_a_folder_is_searched_without_leaving_it(tmp_path: Path) -> None:
    inside, outside = tmp_path / "inside", tmp_path / "outside"
    for folder in (inside / "deeper", inside / ".hidden", outside):
        folder.mkdir(parents=True)
    for file in (inside / "b.vtt", inside / "deeper/a.VTT", inside / ".hidden/c.vtt", outside / "d.vtt"):
        file.write_text(VTT)
    (inside / "notes.pdf").touch()
    (inside / "link.vtt").symlink_to(outside / "d.vtt")
    (inside / "linked").symlink_to(outside)

    contents = find_transcripts(inside)

    assert [path.name for path in contents.transcripts] == ["b.vtt", "a.VTT"]
    assert contents.ignored == 4  # the notes, the hidden folder and the two links
