"""Who speaks in subtitles: voices, identifiers, labels of every kind, and nobody."""

from __future__ import annotations

from pathlib import Path

import pytest

from chat.recordings.transcripts import open_sources, read

FIXTURES = Path(__file__).parent / "transcripts"


def said(file: Path) -> list[tuple[str, str]]:
    (source,) = open_sources(file)
    return [(u.speaker, u.text) for u in read(source).utterances]


def captions(folder: Path, *cues: str, identifiers: tuple[str, ...] = (), name: str = "talk.vtt") -> Path:
    """Write cues of a second each; a bar in a cue breaks the line."""
    lines = ["WEBVTT\n"] if name.endswith(".vtt") else []
    for number, cue in enumerate(cues):
        identifier = f"{identifiers[number]}\n" if identifiers else ""
        text = cue.replace("|", "\n")
        lines.append(f"{identifier}00:00:{number:02}.000 --> 00:00:{number + 1:02}.000\n{text}\n")
    file = folder / name
    file.write_text("\n".join(lines), encoding="utf-8")
    return file


def speakers(file: Path) -> list[str]:
    return [speaker for speaker, _ in said(file)]


@pytest.mark.parametrize(
    "identifiers",
    [
        ('1 "Ana Lima" (1906123456)', '2 "Bob Ray" (3382100000)', '3 "Ana Lima" (1906123456)'),
        ('"Ana Lima"', '"Bob Ray"', '"Ana Lima"'),
        ("Ana Lima", "Bob Ray", "Ana Lima"),
        ("1 - Ana Lima", "2 - Bob Ray", "3 - Ana Lima"),
        ("1. Ana Lima", "2. Bob Ray", "3. Ana Lima"),
    ],
)
def test_the_identifier_of_a_cue_may_be_its_speaker(tmp_path: Path, identifiers: tuple[str, ...]) -> None:
    file = captions(tmp_path, "The pump arrived.", "Who signed?", "Nobody.", identifiers=identifiers)

    assert speakers(file) == ["Ana Lima", "Bob Ray", "Ana Lima"]


@pytest.mark.parametrize(
    "identifiers",
    [
        ("1", "2", "3"),
        ("Introduction", "The Pump", "Closing Words"),
        ("3f2a6c1e-0d55/12-0", "3f2a6c1e-0d55/12-1", "3f2a6c1e-0d55/13-0"),
    ],
)
def test_other_identifiers_are_neither_speakers_nor_said(tmp_path: Path, identifiers: tuple[str, ...]) -> None:
    file = captions(tmp_path, "The pump arrived.", "Who signed?", "42", identifiers=identifiers)

    assert said(file) == [("", "The pump arrived."), ("", "Who signed?"), ("", "42")]


def test_webex_names_its_speakers_in_identifiers() -> None:
    assert said(FIXTURES / "webex.vtt") == [
        ("Ana Lima", "The pump arrived on Monday."),
        ("Bob Ray", "Who signed for it?"),
    ]


def test_names_of_every_kind_are_speakers_where_all_cues_have_one() -> None:
    names = ["Ana Lima", "+1 555-010-0199", "🎧 Cleo", "Ana Lima", "Ray, Bob (Sales)", "iPhone", "שרה כהן", "Ana Lima"]
    names += ["+1 555-010-0199", "🎧 Cleo", "Dr. Eva van den Berg (she/her)"]

    assert said(FIXTURES / "odd_names.vtt") == [
        (name, f"Sentence number {number}.") for number, name in enumerate(names, 1)
    ]


@pytest.mark.parametrize(
    "name",
    ["(555) 010-0199", "+15550100199", "1555***0199", "👩‍💻 Ana", "Lima, Ana Maria", "ana", "ana lima", "user42",
     "e.lima@x.org", "3rd Floor", "\u200fשרה", "José Ñandú", "李雷", "O'Neill-Brown, Pat", "ANA",
     "Conference Room 4 (12 people)"],
)  # fmt: skip
@pytest.mark.parametrize("form", ["talk.vtt", "talk.srt", "talk.txt"])
def test_an_unusual_name_is_a_speaker_even_if_it_is_there_once(tmp_path: Path, name: str, form: str) -> None:
    cues = ["Bob Ray: The pump arrived.", "Cleo: On Monday.", f"{name}: Who signed?", "Bob Ray: Nobody."]
    file = captions(tmp_path, *cues, name=form)
    if form == "talk.txt":
        file.write_text("\n".join(cues), encoding="utf-8")

    assert said(file)[2] == (name, "Who signed?")


@pytest.mark.parametrize(
    "sentence", ["and one thing: the price", "So the question is: why?", "He said, and I quote: no", "12: that is all"]
)
def test_a_sentence_with_a_colon_stays_whole(tmp_path: Path, sentence: str) -> None:
    file = captions(tmp_path, "Ana: We begin.", "Ana: The pump.", sentence, "Bob: Who signed?", "Bob: And when?")

    assert said(file)[2] == ("", sentence)


# Nobody, and names that go on


def test_a_voice_called_a_dash_is_nobody() -> None:
    assert said(FIXTURES / "rev.vtt") == [
        ("", "The pump arrived on Monday."), ("", "it is blue"), ("", "Who signed for it?"),
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["-", "–", "???", "…", "_", " "])
def test_a_name_without_letters_is_nobody(tmp_path: Path, name: str) -> None:
    assert speakers(captions(tmp_path, f"<v {name}>The pump arrived.", "<v Ana>Who signed?")) == ["", "Ana"]


def test_a_name_at_a_change_of_speaker_goes_on_until_the_next() -> None:
    assert [speaker for speaker, _ in said(FIXTURES / "name_on_change.srt")] == [
        "Спикер №1", "Спикер №1", "Спикер №2", "Спикер №2",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("cues", "expected"),
    [
        (["<v Ana>One.", "Two.", "<v Bob>Three.", "Four."], ["Ana", "Ana", "Bob", "Bob"]),
        (["SPEAKER_00: One.", *["More."] * 9, "SPEAKER_01: Two.", *["More."] * 9],
         [*["SPEAKER_00"] * 10, *["SPEAKER_01"] * 10]),
        (["[Ana] One.", "Two.", "[Bob] Three.", "Four."], ["Ana", "Ana", "Bob", "Bob"]),
        (["(Ana Lima)|One.", "Two.", "(Bob Ray)|Three.", "Four."], ["Ana Lima", "Ana Lima", "Bob Ray", "Bob Ray"]),
        (["Ana: One.", "[Music]", "Two.", "Bob: Three."], ["Ana", "", "Ana", "Bob"]),
        (["Ana: One.", ">> Two.", "Three.", "Bob: Four."], ["Ana", "", "", "Bob"]),
        (["Ana: One.", "Ana: Two.", "Three.", "Bob: Four."], ["Ana", "Ana", "", "Bob"]),  # each cue has its name
    ],
)  # fmt: skip
def test_where_names_stand_shows_whether_they_go_on(tmp_path: Path, cues: list[str], expected: list[str]) -> None:
    assert speakers(captions(tmp_path, *cues)) == expected


# Nothing that was said is lost


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("00:00:01.000 --> 00:00:02.000\n\na\n\nb\n", ["a b"]),
        ("00:00:01.000 --> 00:00:02.000\na --> b\n", ["a --> b"]),
        ("00:00:01.000 --> 00:00:02.000\n4 --> 5\nb\n", ["4 --> 5 b"]),
        ("00:00:01.000 --> 00:00:02.000\na\n00:00:02.000 --> 00:00:03.000\nb\n", ["a", "b"]),
        ("1\n00:00:01.000 --> 00:00:02.000\na\n2\n00:00:02.000 --> 00:00:03.000\nb\n", ["a", "b"]),
        ("00:00:01.000 --> 00:00:02.000\nit is\n42\n\n00:00:02.000 --> 00:00:03.000\nb\n", ["it is 42", "b"]),
        ("1\n00:00:01.000 --> 00:00:02.000\n2\n\n2\n00:00:02.000 --> 00:00:03.000\nb\n", ["2", "b"]),
        ("1\n\n00:00:01.000 --> 00:00:02.000\na\n\n2\n\n00:00:02.000 --> 00:00:03.000\nb\n", ["a", "b"]),
        ("00:00:0x.000 --> 00:00:02.000\na\n\n00:00:02.000 --> 00:00:03.000\nb\n", ["a", "b"]),
        ("00:00:01.000 -> 00:00:02.000\na\n", ["a"]),
        ("00:00:01.000 --> 00:00:02.000 align:start position:0%\na\n", ["a"]),
    ],
)  # fmt: skip
@pytest.mark.parametrize("head", ["WEBVTT\n\n", ""])
def test_lines_where_none_belong_are_said(tmp_path: Path, head: str, text: str, expected: list[str]) -> None:
    file = tmp_path / "talk.srt"
    file.write_text(head + text)

    assert [spoken for _, spoken in said(file)] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("R&amp;D &#39;n&#x27; more", "R&D 'n' more"),
        ("&lt;b&gt; is a tag", "<b> is a tag"),
        ("It&amp;#39;s escaped twice", "It's escaped twice"),
        ("AT&T &copy2 &unknown; a & b;", "AT&T &copy2 &unknown; a & b;"),
    ],
)
@pytest.mark.parametrize("name", ["talk.srt", "talk.vtt", "talk.sbv"])
def test_html_entities_are_decoded(tmp_path: Path, name: str, text: str, expected: str) -> None:
    assert said(captions(tmp_path, text, name=name)) == [("", expected)]
