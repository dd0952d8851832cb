"""Names of settings that somebody has probably misspelt."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

_SHORTEST = 6
"""Letters of the shortest setting that a name in the environment is compared with: other programs use short names."""
_LONG = 8
"""Letters from which on two typing errors still leave a name recognisable."""
_OUR_PREFIXES = ("CHAT_", "EMBEDDINGS_", "SERVE_", "TRANSCRIBER_")


def meant(name: str, known: Collection[str], *, shortest: int = 0) -> str:
    """Return the known name that an unknown one resembles; empty if there is none, or if the name itself is known."""
    suffix = "_FILE" if name.endswith("_FILE") else ""
    bare = name.removesuffix("_FILE")
    if name in known or bare in known:
        return ""
    compared = (each for each in known if len(each) >= shortest and _may_be_near(bare.upper(), each))
    distances = [(_distance(bare.upper(), each), each) for each in compared]
    near = [pair for pair in distances if pair[0] <= (2 if len(pair[1]) >= _LONG else 1)]
    return min(near)[1] + suffix if near else ""


def misspelt(names: Iterable[str], known: Collection[str]) -> Iterator[str]:
    """Yield a sentence for each name in the environment that is probably a misspelt setting."""
    for name in sorted(names):
        similar = meant(name, known, shortest=_SHORTEST)
        if similar:
            yield f"{name} is set in the environment, but there is no such setting. Did you mean {similar}?"
        elif name.startswith(_OUR_PREFIXES) and name.removesuffix("_FILE") not in known:
            yield f"{name} is set, but there is no such setting. docs/settings.md lists the settings."


def _may_be_near(one: str, other: str) -> bool:
    """Return False if more than two typing errors surely lie between the two, which is quick to tell."""
    return abs(len(one) - len(other)) <= 2 and len(set(one) ^ set(other)) <= 4


def _distance(one: str, other: str) -> int:
    """Return how many letters to insert, remove, replace or swap with their neighbour to get from one to the other."""
    before: list[int] = []
    last = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        row = [i]
        for j, its in enumerate(other, 1):
            cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (letter != its))
            if i > 1 and j > 1 and (letter, one[i - 2]) == (other[j - 2], its):
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        before, last = last, row
    return last[-1]
