"""Tables, with and without pipes at the ends of their rows."""

from __future__ import annotations

import re
from collections.abc import Sequence

DELIMITERS = re.compile(r"(?!-[ \t])\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*")
LONGEST_HEAD = 2_000
"""Most characters of a head; a longer line is text."""
PADDED = 20
"""Most cells to which a short row is filled up."""


def is_row(line: str) -> bool:
    """Return whether a line has a pipe between cells."""
    return "|" in line.replace("\\|", "")


def cells_of(line: str) -> list[str]:
    """Return the texts of the cells of a row."""
    row = line.strip(" \t").replace("\\|", "\0").removeprefix("|").removesuffix("|")
    return [cell.replace("\0", "|").strip(" \t") for cell in row.split("|")]


def alignments(header: str, delimiters: str) -> list[str] | None:
    """Return the alignment of each column, "" for none, if two lines are the head of a table."""
    if len(header) > LONGEST_HEAD or not is_row(header):
        return None
    if "|" not in delimiters or not DELIMITERS.fullmatch(delimiters):
        return None
    columns = cells_of(delimiters)
    return [_alignment(column) for column in columns] if len(columns) == len(cells_of(header)) else None


def filled(cells: Sequence[str], columns: int) -> list[str]:
    """Return the cells of a row, with empty ones for those that are missing."""
    return [*cells, *[""] * (min(columns, PADDED) - len(cells))]


def _alignment(delimiter: str) -> str:
    left, right = delimiter.startswith(":"), delimiter.endswith(":")
    return "center" if left and right else "right" if right else "left" if left else ""
