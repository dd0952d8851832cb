"""The published rule by which turns are picked for the review (``REVIEW_RULE``)."""

from __future__ import annotations

import hmac
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Self
from uuid import UUID

from django.conf import settings
from django.db.models import Q

from .feedback import Feedback
from .turns.state import State

FAILED = "failed"
NO_SOURCES = "no_sources"
THUMBS_DOWN = "thumbs_down"
SHARE = "share"
PARTS = (FAILED, NO_SOURCES, THUMBS_DOWN, f"{SHARE}:<percent>")
"""What a rule may have, as the setting spells it."""

_WORDS = {
    FAILED: "answers that failed or broke off",
    NO_SOURCES: "answers without sources",
    THUMBS_DOWN: "answers with a thumbs down",
}
_STEPS = 2**64


@dataclass(frozen=True)
class Rule:
    """Which turns are picked: those of some ``kinds``, and a random ``share`` of all questions, in percent."""

    kinds: tuple[str, ...] = ()
    share: float = 0

    @classmethod
    def read(cls, parts: Sequence[str]) -> Self:
        """Return the rule with these parts, such as ``failed`` or ``share:5``.

        Raise ``ValueError``, which says what is wrong.
        """
        kinds, share = [], 0.0
        for part in parts:
            name, _, value = part.lower().partition(":")
            if name == SHARE:
                share = _percent(value)
            elif part.lower() in _WORDS:
                kinds.append(part.lower())
            else:
                raise ValueError(f"{part!r} is unknown")
        return cls(tuple(dict.fromkeys(kinds)), share)

    @property
    def is_empty(self) -> bool:
        """Whether it picks nothing."""
        return not self.kinds and not self.share

    def picks(self) -> Q:
        """Return the condition for the turns that it picks."""
        conditions = {
            FAILED: ~Q(failure=""),
            NO_SOURCES: Q(state=State.COMPLETE) & ~Q(citations__cited=True),
            THUMBS_DOWN: Q(feedback__thumb=Feedback.Thumb.DOWN),
        }
        picked = Q(pk__in=())
        for kind in self.kinds:
            picked |= conditions[kind]
        return picked | Q(is_drawn=True) if self.share else picked

    def draws(self, turn: UUID) -> bool:
        """Return whether the turn belongs to the random share. Only who has the secret key of the site can know it."""
        digest = hmac.digest(settings.SECRET_KEY.encode(), b"share of review " + turn.bytes, sha256)
        return int.from_bytes(digest[:8]) < self.share / 100 * _STEPS

    def in_words(self) -> str:
        """Return what it picks, for the people who ask."""
        words = list(self._words())
        return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)

    def _words(self) -> Iterator[str]:
        yield from (_WORDS[kind] for kind in self.kinds)
        if self.share:
            yield f"a random {self.share:g} % of all questions"


def _percent(value: str) -> float:
    try:
        share = float(value)
    except ValueError:
        raise ValueError(f"{SHARE}:{value} is no percentage") from None
    if not 0 < share <= 100:
        raise ValueError(f"{SHARE}:{value} is not above 0 and at most 100")
    return share
