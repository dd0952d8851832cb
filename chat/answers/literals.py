"""Parts of a text in which a number in brackets is no marker: code, addresses and mathematics."""

from __future__ import annotations

import re
from dataclasses import dataclass

MATH_LIMIT = 200
"""Maximum of characters between the dollar signs of a formula in a line."""

_DOLLAR = re.compile(r"\\.|\$")
_PRICE = re.compile(r"\$\d[\d.,]*(?=[\s.,;:!?)\]]|\Z)")
_CLOSING_DOLLAR = re.compile(r"(?<![\s\\])\$(?![\d$])")


@dataclass
class Literal:
    """A part of the text that is shown as it is, up to what closes it.

    ``stops`` finds what may close it, with a beginning of that at the end of the text. One that ends with its paragraph
    or its line needs no closing. ``depth`` counts the brackets that are open in an address.
    """

    kind: str
    stops: re.Pattern[str]
    ends_with_paragraph: bool = True
    is_in_line: bool = False
    depth: int = 0


def code(run: str) -> Literal:
    """Return the code that a run of backticks opens."""
    return Literal(run, re.compile(r"`+"), ends_with_paragraph=len(run) < 3)


def tildes() -> Literal:
    """Return the block of code that ``~~~`` opens."""
    return Literal("~~~", re.compile(r"~{3,}|~{1,2}\Z"), ends_with_paragraph=False)


def tagged(tag: str) -> Literal:
    """Return the code in a ``<code>`` or a ``<pre>``."""
    end = f"</{tag}>"
    halves = "|".join(re.escape(end[:length]) for length in range(len(end), 0, -1))
    return Literal(end, re.compile(rf"(?i:{re.escape(end)}|(?:{halves})\Z)"))


def formula(opening: str) -> Literal:
    r"""Return the formula that ``$$``, ``\[`` or ``\(`` opens."""
    end = {"$$": "$$", "\\[": "\\]", "\\(": "\\)"}[opening]
    return Literal(end, re.compile(rf"{re.escape(end)}|{re.escape(end[0])}\Z"))


def destination() -> Literal:
    """Return the destination of a link, after its ``](``."""
    return Literal("destination", re.compile(r"[()]"), is_in_line=True)


def closes(literal: Literal, stop: str) -> bool:
    """Return whether what ``stops`` has found closes it, or else count it among the brackets in it."""
    kind = literal.kind
    if kind[0] == "`":
        return len(stop) == len(kind) or (len(kind) >= 3 and len(stop) > len(kind))
    if kind != "destination":
        return len(stop) >= len(kind)
    if stop == "(":
        literal.depth += 1
        return False
    if stop == ")" and literal.depth:
        literal.depth -= 1
        return False
    return True


def opens_formula(line: str) -> bool:
    """Return whether a dollar sign in the line so far may open a formula that is not closed."""
    is_open = False
    for found in _DOLLAR.finditer(line):
        at = found.start()
        if found[0] != "$":
            continue
        before, after = line[at - 1 : at], line[at + 1 : at + 2]
        if is_open and before.strip() and not after.isdigit():
            is_open = False
        elif not after.isspace() and not _PRICE.match(line, at):
            is_open = True
    return is_open


def closes_formula(following: str, *, is_whole: bool) -> bool | None:
    """Return whether a dollar sign in the text that follows closes a formula in this line.

    Return None if that depends on text that is still to come.
    """
    line, is_ended, _ = following.partition("\n")
    is_known = is_ended or is_whole or len(following) > MATH_LIMIT
    closing = _CLOSING_DOLLAR.search(line[: MATH_LIMIT + 1])
    if closing and closing.end() <= MATH_LIMIT and (closing.end() < len(line) or is_known):
        return True
    return False if is_known else None
