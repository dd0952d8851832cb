"""A turn in a tab, and how events change it, as in turn.js and cursor.js."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

ENDINGS = {"complete", "stopped", "cancelled", "failed", "interrupted"}


@dataclass
class Reading:
    """The state of a turn in one tab."""

    seq: int = 0
    text: str = ""
    state: str = "queued"
    end: dict[str, Any] | None = None
    has_gap: bool = False
    followed_at: float = 0.0
    last_event_at: float = 0.0

    @property
    def is_live(self) -> bool:
        """Whether the turn has not ended."""
        return self.state not in ENDINGS

    def apply(self, token: dict[str, Any]) -> bool:
        """Append a token if it continues the text, and return whether it did; otherwise skip it or note a gap."""
        if not self.is_live or token["seq"] <= self.seq:
            return False
        self.has_gap = token["after"] != self.seq
        if self.has_gap:
            return False
        self.seq, self.text = token["seq"], self.text + token["content"]
        return True

    def advance(self, event: dict[str, Any]) -> None:
        """Update the state for any event of this turn."""
        self.last_event_at = time.monotonic()
        if event["type"] in ("started", "phase", "token") and self.is_live:
            self.state = "streaming"
        elif event["type"] == "done":
            self.state, self.end = event["state"], event
        elif event["type"] == "error":
            self.state = "interrupted" if event["code"] == "INTERRUPTED" else "failed"
            self.end = event
