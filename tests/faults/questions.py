"""The questions of the fault suite: each tells the model how to answer it, and bears a number of its own."""

from __future__ import annotations

import re

ABOUT = "When does the Heron launch?"
SCRIPT = re.compile(r"k(\d+)p(\d+)w(\d+)z(\d+)(?:h(\d+))?(?:e(\d+))?(?:c(\d+))?(?:_(\w+))?\b")
_UPSTREAM = re.compile(r"k\d+[uv]([0-9a-f]+)\b")
_BEFORE_SCRIPT = " {{ "


def question(
    number: int,
    *,
    words: int = 40,
    pace: int = 20,
    letters: int = 0,
    halt_at: int | None = None,
    error_at: int | None = None,
    cut_at: int | None = None,
    dies_when: str = "",
) -> str:
    """A question that is answered with ``words`` words, ``pace`` a second (0: at once), each marked with ``number``.

    The model falls silent (``halt_at``), fails (``error_at``) or ends without a finish reason (``cut_at``) after that
    many words. ``letters`` are added to every word. ``dies_when`` names a place (``failpoints``) at which the process
    ends. The script is one word, which hardly disturbs the search.
    """
    breaks = {"h": halt_at, "e": error_at, "c": cut_at}
    tail = "".join(f"{letter}{at}" for letter, at in breaks.items() if at is not None)
    return f"{ABOUT} k{number}p{pace}w{words}z{letters}{tail}{dies_when and '_' + dies_when}"


def upstream_question(number: int, script: str, *, begun: bool = False) -> str:
    """A question that is passed on to the scripted upstream (``upstream_script.py``), with a script for it.

    Where the answer has ``begun`` before the upstream says a word, its failures do not make the site leave it alone.
    """
    return f"{ABOUT} k{number}{'v' if begun else 'u'}{script.encode().hex()}"


def upstream_script(text: str) -> str:
    """The script for the upstream in a question; empty when it has none."""
    found = _UPSTREAM.search(text)
    return bytes.fromhex(found[1]).decode() if found else ""


def for_upstream(asked: str, script: str) -> str:
    """The message that the upstream is sent: with its script as it wants it."""
    return f"{asked}{_BEFORE_SCRIPT}{script} }}}}"


def passed_on(message: str) -> str:
    """The question in the message that the upstream is sent."""
    return message.partition(_BEFORE_SCRIPT)[0]


def mark(text: str) -> str:
    """The mark of a question, which every word of its answer bears: ``k<number>``."""
    found = SCRIPT.search(text)
    return f"k{found[1]}" if found else ""


def place_of(text: str) -> str:
    """The place at which the process of a question ends; empty when it need not."""
    found = SCRIPT.search(text)
    return (found and found[8]) or ""
