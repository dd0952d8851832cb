"""How many passages in reach have a word: exactly if they are few, and else in proportion to all that have it."""

from __future__ import annotations

from .reach import Reach

_FEWEST_COUNTED, _MOST_COUNTED = 4, 32


def few_to_count(reach: Reach) -> int:
    """Return how many passages in reach are counted singly: to find all that have a word, each would be looked up.

    Fewer if less is in reach, since there is more between them.
    """
    return max(_FEWEST_COUNTED, round(_MOST_COUNTED * min(1.0, 2 * reach.share)))


def in_proportion(of_all: int, reach: Reach) -> int:
    """Return about how many passages in reach have a word that is in ``of_all`` passages, and in enough in reach."""
    return max(few_to_count(reach), round(of_all * reach.share))
