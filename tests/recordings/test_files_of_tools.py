"""A file of each tool, as the tool writes it with invented words."""

from __future__ import annotations

from pathlib import Path

import pytest

from chat.recordings.transcripts import open_sources, read

FIXTURES = Path(__file__).parent / "transcripts"

SAID = {
    "blank_after_time.vtt": (
        "| The pump arrived on Monday. | 2715.64 | 2716.76",
        "| Who signed for it? | 2716.96 | 2720.6",
        "| Nobody did. | 2720.92 | 2722.04",
    ),
    "arrow.vtt": (
        "| We go from draft --> review --> done. That is the whole process. | 772.172 | 777.11",
        "| Agreed. | 778.0 | 779.0",
    ),
    "youtube.vtt": (
        "| the pump arrived | 0.16 | 3.429",
        "| on Monday morning | 3.439 | 5.749",
        "| nobody signed | 5.759 | 8.0",
    ),
    "rolling.xml": (
        "| the pump arrived | 0.0 | 2.0",
        "| on Monday | 2.0 | 4.0",
        "| nobody signed | 4.0 | 6.0",
    ),
    "entities.srt": (
        "| >> It's R&D work. | 1.0 | 2.0",
        '| I said "no". | 3.0 | 4.0',
    ),
    "meet.sbv": (
        "Ana Lima | The pump arrived on Monday. | 1.0 | 4.0",
        "Bob Ray | Who signed for it? | 4.0 | 6.5",
        "Ana Lima | Nobody did. | 4.0 | 6.5",
    ),
    "actors.ass": (
        "Ana Lima | The pump arrived on Monday. | 1.0 | 4.0",
        "Bob Ray | Who signed, and when? | 4.0 | 6.5",
    ),
    "labels.ssa": (
        "Ana | The pump arrived. | 1.0 | 4.0",
        "Bob | Who signed? | 4.0 | 6.5",
    ),
    "agents.ttml": (
        "Ana Lima | The pump arrived on Monday. | 1.0 | 4.0",
        "Bob Ray | Who signed & when? | 4.2 | 6.7",
    ),
    "labels.dfxp": (
        "Ana | The pump arrived. | 1.0 | 4.0",
        "Bob | Who signed? | 4.0 | 6.5",
    ),
    "youtube.srv1": (
        "| The pump arrived. | 0.16 | 3.36",
        "| It's blue. | 3.5 | 5.5",
    ),
    "youtube.srv2": (
        "| The pump arrived. | 0.16 | 3.36",
        "| It's blue. | 3.5 | 5.5",
    ),
    "youtube.srv3": (
        "| The pump arrived. | 0.16 | 3.36",
        "| It's blue. | 3.5 | 5.5",
    ),
    "youtube.json3": (
        "| The pump arrived. | 0.16 | 3.36",
        "| It's blue. | 3.5 | 5.5",
    ),
    "whisper.tsv": (
        "| The pump arrived. | 0.0 | 1.5",
        "| It works. | 1.5 | 3.25",
    ),
    "meet.txt": (
        "Ana Lima | The pump arrived on Monday. | 0.0 |",
        "Bob Ray | Who signed for it? |  |",
        "Cleo Nyberg's Presentation | the slides say twelve. |  |",
        "Ana Lima | Nobody did. | 310.0 |",
    ),
    "meet_markdown.txt": (
        "Ana Lima | The pump arrived on Monday. | 0.0 |",
        "Bob Ray | Who signed for it? |  |",
        "Ana Lima | Nobody did. | 310.0 |",
    ),
    "fathom.txt": (
        "Ana Lima (Acme) | The pump arrived on Monday. | 0.0 |",
        "Bob Ray | Who signed for it? | 12.0 |",
        "Ana Lima (Acme) | Nobody did. | 3725.0 |",
    ),
    "fathom.md": (
        "Ana Lima (Acme) | The pump arrived on Monday. | 0.0 |",
        "Bob Ray | Who signed for it? | 12.0 |",
    ),
    "granola.markdown": (
        "Me | The pump arrived on Monday. |  |",
        "Them | Who signed for it? |  |",
        "Me | Nobody did. |  |",
    ),
    "sonix.txt": (
        "Ana Lima | The pump arrived on Monday. | 5.0 |",
        "Bob Ray | Who signed for it? | 12.0 |",
    ),
    "tabs.txt": (
        "Ana Lima | The pump arrived on Monday. | 5.0 |",
        "Bob Ray | Who signed for it? | 12.0 |",
    ),
    "teams.docx": (
        "Ana Lima | The pump arrived on Monday. | 3.0 |",
        "Bob Ray | Who signed for it? | 3729.0 |",
    ),
}
"""By file: speaker, text, start and end of what is said."""


@pytest.mark.parametrize("name", SAID)
def test_the_file_of_a_tool_is_read(name: str) -> None:
    (source,) = open_sources(FIXTURES / name)

    said = [(u.speaker, u.text, _seconds(u.start), _seconds(u.end)) for u in read(source).utterances]

    assert [" | ".join(parts).strip() for parts in said] == list(SAID[name])


def _seconds(time: float | None) -> str:
    return "" if time is None else str(round(time, 3))
