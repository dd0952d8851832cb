"""What is in reach as one value that a statement compares with the key of each match.

To look a key up in a table, for each match of each word, would take longer than to rank the match.
"""

from __future__ import annotations

from collections.abc import Sequence

HIGHEST_BIT = 200_000
"""The highest key in a mask of bits, which then has 25 kB; several statements of a search send it."""


def byte_mask(ranges: Sequence[tuple[int, int]]) -> bytes:
    """Return a byte for each key, from 1 on, which is 1 in these ranges, each from its first to its last key."""
    mask = bytearray(max((last for _, last in ranges), default=0))
    for first, last in ranges:
        mask[first - 1 : last] = b"\1" * (last - first + 1)
    return bytes(mask)


def bit_mask(keys: Sequence[int]) -> bytes:
    """Return a bit for each key, from 0 on, which is 1 for these; the last bit is 0, and stands for all higher keys."""
    mask = bytearray((max(keys, default=-1) + 1) // 8 + 1)
    for key in keys:
        mask[key >> 3] |= 1 << (key & 7)
    return bytes(mask)


def has_bit(column: str, mask: bytes) -> str:
    """Return the condition of PostgreSQL that the mask of bits, a parameter, has the key in this column.

    With "= 1" the planner would think that next to no row has it, and find all others first.
    """
    return f"get_bit(%s::bytea, LEAST({column}, {8 * len(mask) - 1})) <> 0"
