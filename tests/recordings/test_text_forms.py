"""The forms of text that tools write: each as it is in their files, and as people change it."""

from __future__ import annotations

import zipfile
from datetime import date
from pathlib import Path
from xml.sax.saxutils import escape

import pytest

from chat.recordings.transcripts import Transcript, Unreadable, open_sources, read

FIXTURES = Path(__file__).parent / "transcripts"

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
ANA, BOB = ("Ana Lima", "The pump arrived."), ("Bob Ray", "Who signed?")


def transcript(file: Path) -> Transcript:
    (source,) = open_sources(file)
    return read(source)


def rows(file: Path) -> list[tuple[str, str, float | None, float | None]]:
    return [(u.speaker, u.text, u.start, u.end) for u in transcript(file).utterances]


def written(folder: Path, name: str, content: str) -> Path:
    file = folder / name
    file.write_text(content, encoding="utf-8")
    return file


def word_document(folder: Path, *paragraphs: str, name: str = "talk.docx", head: str = "") -> Path:
    lines = ("<w:br/>".join(f'<w:t xml:space="preserve">{escape(line)}</w:t>' for line in text.split("\n"))
             for text in paragraphs)  # fmt: skip
    body = "".join(f"<w:p><w:r>{line}</w:r></w:p>" for line in lines)
    with zipfile.ZipFile(folder / name, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "word/document.xml", f'{head}<w:document xmlns:w="{WORD}"><w:body>{body}</w:body></w:document>'
        )
    return folder / name


@pytest.mark.parametrize(
    "content",
    [
        "Ana Lima: {a}\nBob Ray: {b}",
        "Ana Lima – 00:05\n{a}\nBob Ray – 00:09\n{b}",
        "00:05 – Ana Lima\n{a}\n00:09 – Bob Ray\n{b}",
        "@0:05 - **Ana Lima**\n{a}\n\n@0:09 - **Bob Ray**\n{b}",
        "Ana Lima: [00:05] {a}\nBob Ray: [00:09] {b}",
        "Ana Lima: 00:05 {a}\nBob Ray: 00:09 {b}",
        "Ana Lima [00:05]: {a}\nBob Ray [00:09]: {b}",
        "Ana Lima (00:00:05 - 00:00:08): {a}\nBob Ray (00:00:09 - 00:00:11): {b}",
        "[Ana Lima 00:05] {a}\n[Bob Ray 00:09] {b}",
        "[00:05 Ana Lima] {a}\n[00:09 Bob Ray] {b}",
        "[00:00:05.000 --> 00:00:08.000] Ana Lima: {a}\n[00:00:09.000 --> 00:00:11.000] Bob Ray: {b}",
        "[00:05] [Ana Lima] {a}\n[00:09] [Bob Ray] {b}",
        "(Ana Lima)\n{a}\n\n(Bob Ray)\n{b}",
        "Ana Lima:\n{a}\n\nBob Ray:\n{b}",
        "Ana Lima\t0:05\n{a}\nBob Ray\t0:09\n{b}",
        "0:05\tAna Lima\t{a}\n0:09\tBob Ray\t{b}",
        "Ana Lima\t0:05\t{a}\nBob Ray\t0:09\t{b}",
        "0:05 | Ana Lima | {a}\n0:09 | Bob Ray | {b}",
        "start\tend\tspeaker\ttext\n5.0\t8.0\tAna Lima\t{a}\n9.0\t11.0\tBob Ray\t{b}",
        "### 00:00:05\n\n**Ana Lima:** {a}\n\n### 00:00:09\n\n**Bob Ray:** {b}",
        "**Ana Lima** (00:05)\n{a}\n\n**Bob Ray** (00:09)\n{b}",
        "**Ana Lima**: {a}\n\n**Bob Ray**: {b}",
        "- **Ana Lima** [00:05]: {a}\n- **Bob Ray** [00:09]: {b}",
        "**[00:05] Ana Lima:** {a}\n**[00:09] Bob Ray:** {b}",
        "Ana Lima\n0:05\n{a}\n\nBob Ray\n0:09\n{b}",
        "0:05\nAna Lima\n{a}\n\n0:09\nBob Ray\n{b}",
        "Ana Lima 10:05 AM\n{a}\nBob Ray 10:09 AM\n{b}",
        "00:00:05.000 --> 00:00:08.000\nAna Lima\n{a}\n\n00:00:09.000 --> 00:00:11.000\nBob Ray\n{b}",
        "1\n00:00:05,000 --> 00:00:08,000\nAna Lima: {a}\n\n2\n00:00:09,000 --> 00:00:11,000\nBob Ray: {b}",
        "WEBVTT\n\n00:05,000 --> 00:08,000\n<v Ana Lima>{a}\n\n00:09,000 --> 00:11,000\n<v Bob Ray>{b}",
    ],
)
def test_names_and_times_stand_in_many_orders(tmp_path: Path, content: str) -> None:
    file = written(tmp_path, "talk.txt", content.format(a=ANA[1], b=BOB[1]))

    assert [(u.speaker, u.text) for u in transcript(file).utterances] == [ANA, BOB]
    starts = [u.start for u in transcript(file).utterances]
    assert starts in ([None, None], [5.0, 9.0], [0.0, 240.0])
    assert (starts[0] is None) == ("5" not in content)


def test_headings_are_names_if_one_comes_back(tmp_path: Path) -> None:
    text = "# Pump review\n\n## Ana Lima\nThe pump arrived.\n\n## Bob Ray\nWho signed?\n\n## Ana Lima\nNobody."

    assert [row[:2] for row in rows(written(tmp_path, "talk.md", text))] == [ANA, BOB, ("Ana Lima", "Nobody.")]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("talk.vtt", "1\n00:00:01,000 --> 00:00:02,000\nAna: The pump arrived.\n"),
        ("talk.srt", "WEBVTT\n\n00:01.000 --> 00:02.000\n<v Ana>The pump arrived.\n"),
        ("talk.txt", "0:00:01.000,0:00:02.000\nAna: The pump arrived.\n"),
        ("talk.md", "WEBVTT\n\n00:01.000 --> 00:02.000\nAna: The pump arrived.\n"),
        ("talk.txt", "[Script Info]\n[Events]\nDialogue: 0,0:00:01.00,0:00:02.00,,Ana,0,0,0,,The pump arrived.\n"),
        ("talk.txt", '<tt><body><p begin="1s" end="2s">Ana: The pump arrived.</p></body></tt>'),
        (
            "talk.xml",
            '<?xml version="1.0" encoding="UTF-16"?><tt><p begin="1s" end="2s">Ana: The pump arrived.</p></tt>',
        ),
    ],
)
def test_the_content_decides_and_not_the_name(tmp_path: Path, name: str, content: str) -> None:
    assert rows(written(tmp_path, name, content)) == [("Ana", "The pump arrived.", 1.0, 2.0)]


# Text without speakers


def test_text_without_names_is_read_line_by_line_and_counted() -> None:
    whisper = transcript(FIXTURES / "whisper.txt")

    assert [u.text for u in whisper.utterances] == [
        "The pump arrived.", "Remember: it is blue.", "It works.", "We leave at 12:30.", "12:45 is too late.",
    ]  # fmt: skip
    assert {u.speaker for u in whisper.utterances} == {""}
    assert whisper.skipped == {"line without speaker and time (text kept)": 5}


def test_a_time_that_somebody_says_is_no_time_of_a_turn(tmp_path: Path) -> None:
    text = "Ana: It is due at 12:30.\nBob: 12:30 works for me\nAna: Good. (12:45) is late.\n12:50 too."

    assert rows(written(tmp_path, "talk.txt", text)) == [
        ("Ana", "It is due at 12:30.", None, None),
        ("Bob", "12:30 works for me", None, None),
        ("Ana", "Good. (12:45) is late. 12:50 too.", None, None),
    ]


def test_sentences_with_colons_are_no_names_beside_times(tmp_path: Path) -> None:
    lines = ["[00:01] The pump arrived.", "[00:02] Remember: it is blue.", "[00:03] It works.", "[00:04] We leave."]

    assert {row[0] for row in rows(written(tmp_path, "talk.txt", "\n".join(lines)))} == {""}


# Rolling captions


@pytest.mark.parametrize(
    ("cues", "said"),
    [
        (["a b", "a b", "a b|c d", "c d", "c d|e f"], "a b c d e f"),
        (["a b", "a b|a b", "a b", "a b|c d", "c d|e f"], "a b a b c d e f"),  # said twice
        (["a", "a b", "a b c", "a b c|d", "a b c|d e", "d e"], "a b c d e"),  # shown word by word
        (["a|b", "b|c", "c|d", "d|e"], "a b c d e"),
        (["Yes.", "Yes.", "Yes.", "No.", "No."], "Yes. Yes. Yes. No. No."),  # a chorus
        (["a", "b", "b", "c|d", "e", "f"], "a b b c d e f"),
    ],
)
@pytest.mark.parametrize("name", ["talk.vtt", "talk.srt"])
def test_captions_that_roll_are_said_once(tmp_path: Path, name: str, cues: list[str], said: str) -> None:
    timed = (f"00:00:{n:02}.000 --> 00:00:{n + 1:02}.000\n{cue.replace('|', chr(10))}\n" for n, cue in enumerate(cues))
    head = "WEBVTT\n\n" if name == "talk.vtt" else ""

    assert " ".join(row[1] for row in rows(written(tmp_path, name, head + "\n".join(timed)))) == said


def test_a_line_that_comes_back_after_a_pause_is_said_again(tmp_path: Path) -> None:
    text = "00:00:01.000 --> 00:00:02.000\na\n\n00:00:02.000 --> 00:00:03.000\na\nb\n\n"
    text += "00:00:03.000 --> 00:00:04.000\nb\nc\n\n00:00:09.000 --> 00:00:10.000\nc\n"

    assert [row[1] for row in rows(written(tmp_path, "talk.srt", text))] == ["a", "b", "c", "c"]


# What programs remark


@pytest.mark.parametrize(
    "remark",
    [
        "Transcription ended after 00:06:02",
        "### Transcription ended after 00:06:02",
        "This editable transcript was computer generated and might contain errors. People can also change the text.",
        "Ana Lima started transcription",
        "**Bob Ray** stopped recording",
        "Transcribed by https://otter.ai",
        "Generated by Fathom",
        "VIEW RECORDING - 12 mins (No highlights): https://example.org/calls/1",
        "ACTION ITEM: Order a seal - WATCH: https://fathom.video/share/x?timestamp=9.0",
    ],
)
def test_remarks_of_programs_are_left_out_and_counted(tmp_path: Path, remark: str) -> None:
    talk = transcript(written(tmp_path, "talk.txt", f"Ana Lima: The pump arrived.\n{remark}\nBob Ray: Who signed?\n"))

    assert [(u.speaker, u.text) for u in talk.utterances] == [ANA, BOB]
    assert talk.skipped == {"remark of a program": 1}


@pytest.mark.parametrize(
    "text",
    ["He started transcription of the tapes.", "We view recording - and so on - as a task.", "Generated by whom?"],
)
def test_a_sentence_like_a_remark_is_kept(tmp_path: Path, text: str) -> None:
    assert rows(written(tmp_path, "talk.txt", f"Ana Lima: Well.\n{text}"))[0][1] == f"Well. {text}"


# Word documents


def test_title_and_date_stand_at_the_top_of_a_document() -> None:
    teams = transcript(FIXTURES / "teams.docx")

    assert (teams.title, teams.recorded_on) == ("Pump review", date(2026, 3, 4))
    assert teams.skipped == {"remark of a program": 2, "line before the first speaker": 3}


@pytest.mark.parametrize(
    "paragraphs",
    [
        ("Ana Lima   0:03\nThe pump arrived.", "Bob Ray   0:12\nWho signed?"),
        ("0:0:3.0 --> 0:0:8.40", "Ana Lima", "The pump arrived.", "0:0:12.0 --> 0:0:14.0", "Bob Ray", "Who signed?"),
        ("Pump review - Transcript", "00:00:00", "Ana Lima: The pump arrived.", "Bob Ray: Who signed?",
         "Transcription ended after 00:01:00"),
        ("[00:00:03] Ana Lima: The pump arrived.", "[00:00:12] Bob Ray: Who signed?"),
    ],
)  # fmt: skip
def test_a_word_document_is_read_like_text(tmp_path: Path, paragraphs: tuple[str, ...]) -> None:
    talk = transcript(word_document(tmp_path, *paragraphs))

    assert [(u.speaker, u.text) for u in talk.utterances] == [ANA, BOB]


def test_a_document_that_unpacks_to_too_much_is_refused_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chat.recordings.transcripts.word_document.LARGEST_DOCUMENT", 2**20)
    bomb = word_document(tmp_path, "Ana: " + "hi " * 2**19)

    assert bomb.stat().st_size < 2**16
    with pytest.raises(Unreadable, match="unpacks to 2 MB; a Word document may have 1 MB"):
        open_sources(bomb)


def test_entities_of_a_document_are_refused(tmp_path: Path) -> None:
    laughs = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'

    with pytest.raises(Unreadable, match="may be harmful"):
        open_sources(word_document(tmp_path, "Ana: hi", head=laughs))


def test_another_archive_is_refused_with_what_to_do(tmp_path: Path) -> None:
    file = tmp_path / "talk.txt"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("talk.vtt", "WEBVTT")

    with pytest.raises(Unreadable, match="an archive, but not a Word document; unpack it"):
        open_sources(file)
