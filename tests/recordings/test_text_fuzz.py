"""Random talks in every text form: each word is imported once and in order, or the file is refused with a reason."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from html import escape
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chat.recordings.transcripts import Unreadable, open_sources, read


class Turn(NamedTuple):
    """What a person says in a second of a talk."""

    number: int
    name: str
    text: str

    def clock(self, point: str = ".", seconds: int = 0) -> str:
        """Return the time at which it begins, or some seconds later."""
        at = self.number * 3 + seconds
        return f"{at // 3600:02}:{at // 60 % 60:02}:{at % 60:02}{point}000"

    @property
    def short_clock(self) -> str:
        """The time without fractions."""
        return self.clock()[:8]


Form = Callable[[Sequence[Turn]], str]


def each(write: Callable[[Turn], str], head: str = "", tail: str = "", between: str = "\n") -> Form:
    """Return a form that writes the turns one after the other."""
    return lambda turns: head + between.join(map(write, turns)) + tail


def timed(turn: Turn, point: str = ".") -> str:
    return f"{turn.clock(point)} --> {turn.clock(point, 2)}"


def dialogue(turn: Turn) -> str:
    times = f"{turn.clock()[1:11]},{turn.clock(seconds=2)[1:11]}"
    return f"Dialogue: 0,{times},Default,{turn.name},0,0,0,,{turn.text}"


def json3(turns: Sequence[Turn]) -> str:
    return json.dumps(
        {
            "events": [
                {"tStartMs": turn.number * 3000, "dDurationMs": 2000, "segs": [{"utf8": turn.text}]} for turn in turns
            ]
        }
    )


def rolling(turns: Sequence[Turn]) -> str:
    """Write what YouTube writes: each line with the one before it, then alone."""
    cues, shown = [], ""
    for turn in turns:
        text = escape(turn.text, quote=False)
        cues.append(f"{timed(turn)}\n{shown}\n{text}\n\n{turn.clock(seconds=2)} --> {turn.clock(seconds=3)}\n{text}\n ")
        shown = text
    return "WEBVTT\nKind: captions\n\n" + "\n\n".join(cues)


def named_at_changes(turns: Sequence[Turn]) -> str:
    names = ["", *(turn.name for turn in turns)]
    cues = (
        f"{turn.number}\n{timed(turn, ',')}\n{'' if turn.name == before else turn.name + ': '}{turn.text}\n"
        for turn, before in zip(turns, names, strict=False)
    )
    return "\n".join(cues)


FORMS: dict[str, tuple[str, Form]] = {
    "teams.vtt": (".vtt", each(lambda t: f"{timed(t)}\n<v {t.name}>{escape(t.text)}</v>\n", "WEBVTT\n\n")),
    "zoom.vtt": (".vtt", each(lambda t: f"{t.number}\n{timed(t)}\n{t.name}: {escape(t.text)}\n", "WEBVTT\n\n")),
    "commas.vtt": (".vtt", each(lambda t: f"{timed(t, ',')}\n{t.name}: {escape(t.text)}\n", "WEBVTT\n\n")),
    "blank.vtt": (".vtt", each(lambda t: f"{timed(t)}\n\n{t.name}: {escape(t.text)}\n", "WEBVTT\n\n")),
    "webex.vtt": (".vtt", each(lambda t: f'{t.number} "{t.name}" (1)\n{timed(t)}\n{escape(t.text)}\n', "WEBVTT\n\n")),
    "rolling.vtt": (".vtt", rolling),
    "names.srt": (".srt", each(lambda t: f"{t.number}\n{timed(t, ',')}\n{t.name}: {t.text}\n")),
    "changes.srt": (".srt", named_at_changes),
    "brackets.srt": (".txt", each(lambda t: f"{t.number}\n{timed(t, ',')}\n[{t.name}] {t.text}\n")),
    "meet.sbv": (".sbv", each(lambda t: f"{t.clock()[1:]},{t.clock(seconds=2)[1:]}\n({t.name})\n{t.text}\n")),
    "actors.ass": (".ass", each(dialogue, "[Script Info]\n\n[Events]\n")),
    "labels.ttml": (
        ".ttml",
        each(
            lambda t: f'<p begin="{t.clock()}" dur="2s">{escape(t.name)}: {escape(t.text)}</p>',
            "<tt><body><div>",
            "</div></body></tt>",
        ),
    ),
    "youtube.json3": (".json3", json3),
    "whisper.tsv": (
        ".tsv",
        each(lambda t: f"{t.number * 3000}\t{t.number * 3000 + 2000}\t{t.text}", "start\tend\ttext\n"),
    ),
    "table.txt": (".txt", each(lambda t: f"{t.short_clock}\t{t.name}\t{t.text}")),
    "otter.txt": (
        ".txt",
        each(lambda t: f"{t.name}  {t.short_clock}\n{t.text}\n", tail="\nTranscribed by https://otter.ai"),
    ),
    "fathom.txt": (".txt", each(lambda t: f"{t.short_clock} - {t.name}\n  {t.text}\n")),
    "labels.txt": (".txt", each(lambda t: f"{t.name}: {t.text}")),
    "before.txt": (".txt", each(lambda t: f"[{t.short_clock}] {t.name}: {t.text}")),
    "after.txt": (".txt", each(lambda t: f"{t.name}: [{t.short_clock}] {t.text}")),
    "within.txt": (".txt", each(lambda t: f"[{t.name} {t.short_clock}] {t.text}")),
    "alone.txt": (".txt", each(lambda t: f"({t.name})\n{t.text}\n")),
    "meet.md": (".md", each(lambda t: f"### {t.short_clock}\n\n**{t.name}:** {t.text}\n", "# Talk - Transcript\n\n")),
    "bold.md": (".md", each(lambda t: f"**{t.name}** ({t.short_clock})\n{t.text}\n")),
}

WORDS = [
    "pump",
    "arrived",
    "Monday",
    "R&D",
    "a<b",
    "“fine”",
    "don't",
    "насос",
    "ポンプ",
    "42",
    "12:30",
    "(12:45)",
    "-->",
]
WORDS += ["e-mail", "https://x.org/a?b=1", "50%", "#1", "*", "a|b", "[sic]", "Note:", "so:", "—", "C++", "&amp;", "Ana"]
ENDS = ["pump.", "Monday?", "насос.", "ポンプ。", "fine!"]
NAMES = ["Ana Lima", "Bob Ray", "Cleo", "Dr. Eva van den Berg", "Борис", "李雷"]


@st.composite
def talks(draw: st.DrawFn) -> list[Turn]:
    """Return turns whose sentences have a number, so that no two are alike, and begin and end with plain words."""
    count = draw(st.integers(2, 8))
    names = draw(st.lists(st.sampled_from(NAMES), min_size=2, max_size=3, unique=True))
    turns = []
    for number in range(1, count + 1):
        middle = draw(st.lists(st.sampled_from(WORDS), max_size=6))
        text = " ".join(["Well", f"w{number}", *middle, draw(st.sampled_from(ENDS))])
        turns.append(Turn(number, names[number % len(names)] if number <= 3 else draw(st.sampled_from(names)), text))
    return turns


@pytest.mark.parametrize("name", FORMS)
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(turns=talks())
def test_every_word_of_a_talk_is_imported_once_and_in_order(name: str, turns: list[Turn], tmp_path: Path) -> None:
    suffix, form = FORMS[name]
    file = tmp_path / f"talk{suffix}"
    file.write_text(form(turns), encoding="utf-8")
    plain = {"&amp;": "&"}  # an entity is decoded, also where it was escaped twice

    (source,) = open_sources(file)
    said = " ".join(utterance.text for utterance in read(source).utterances).split()

    spoken = " ".join(turn.text for turn in turns).split()
    assert [plain.get(word, word) for word in said] == [plain.get(word, word) for word in spoken]


# A damaged line of rolling captions is another line than the whole one that is shown again.
@pytest.mark.parametrize("name", sorted(FORMS.keys() - {"rolling.vtt"}))
@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(turns=talks(), cut=st.floats(0, 1), noise=st.sampled_from(["", "\0", "\n\n", "-->", "{", "<", "00:0", "\ufffd"]))
def test_a_damaged_file_is_imported_or_refused_with_a_reason(
    name: str, turns: list[Turn], cut: float, noise: str, tmp_path: Path
) -> None:
    suffix, form = FORMS[name]
    whole = form(turns)
    at = int(cut * len(whole))
    file = tmp_path / f"talk{suffix}"
    file.write_text(whole[:at] + noise + whole[at + len(noise) :], encoding="utf-8")

    outcome = imported(file)

    if isinstance(outcome, Unreadable):
        assert outcome.reason
        assert outcome.line
    else:
        numbers = [word for word in outcome if word in _NUMBERS]
        assert numbers == sorted(set(numbers), key=lambda word: int(word[1:]))


def imported(file: Path) -> list[str] | Unreadable:
    """Return the words that the file says, or why it is refused."""
    try:
        return " ".join(u.text for source in open_sources(file) for u in read(source).utterances).split()
    except Unreadable as error:
        return error


_NUMBERS = {f"w{number}" for number in range(1, 9)}
