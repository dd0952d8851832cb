"""The questions of the fault suite: each contains a script for the model and a unique number."""

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
    """Return a question for an answer of ``words`` words, ``pace`` per second (0: at once), marked with ``number``.

    The model falls silent (``halt_at``), fails (``error_at``) or ends without a finish reason (``cut_at``) after that
    many words. Every word is longer by ``letters``. ``dies_when`` names a failpoint at which the process dies. The
    script is one word, which hardly affects the search.
    """
    breaks = {"h": halt_at, "e": error_at, "c": cut_at}
    tail = "".join(f"{letter}{at}" for letter, at in breaks.items() if at is not None)
    return f"{ABOUT} k{number}p{pace}w{words}z{letters}{tail}{dies_when and '_' + dies_when}"


def upstream_question(number: int, script: str, *, begun: bool = False) -> str:
    """Return a question that is passed on to the scripted upstream (``upstream_script.py``), with a script for it.

    If the answer has ``begun`` before the upstream is called, its failures do not open the circuit breaker.
    """
    return f"{ABOUT} k{number}{'v' if begun else 'u'}{script.encode().hex()}"


def upstream_script(text: str) -> str:
    """Return the script for the upstream in a question; empty if it has none."""
    match = _UPSTREAM.search(text)
    return bytes.fromhex(match[1]).decode() if match else ""


def for_upstream(question: str, script: str) -> str:
    """Return the message for the upstream, with the script in its form."""
    return f"{question}{_BEFORE_SCRIPT}{script} }}}}"


def passed_on(message: str) -> str:
    """Return the question in a message for the upstream."""
    return message.partition(_BEFORE_SCRIPT)[0]


def mark(text: str) -> str:
    """Return the mark of a question, which is in every word of its answer: ``k<number>``."""
    match = SCRIPT.search(text)
    return f"k{match[1]}" if match else ""


def marks_of(persons: dict[str, str]) -> dict[str, str]:
    """Return the person of each mark; ``persons`` maps questions to persons."""
    return {mark(question): person for question, person in persons.items()}


def place_of(text: str) -> str:
    """Return the failpoint at which the process of a question dies; empty if there is none."""
    match = SCRIPT.search(text)
    return (match and match[8]) or ""
