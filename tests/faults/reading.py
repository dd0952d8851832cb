"""A turn as a tab shows it, and what the events do to it: as turn.js and cursor.js have it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

ENDINGS = {"complete", "stopped", "cancelled", "failed", "interrupted"}


@dataclass
class Reading:
    """A turn as this tab shows it."""

    seq: int = 0
    text: str = ""
    state: str = "queued"
    end: dict[str, Any] | None = None
    has_gap: bool = False
    followed_at: float = 0.0
    heard_at: float = 0.0

    @property
    def is_live(self) -> bool:
        """Whether there is more to come."""
        return self.state not in ENDINGS

    def apply(self, token: dict[str, Any]) -> bool:
        """Show a stretch of text, if it is what comes next; anything else is skipped or a gap."""
        if not self.is_live or token["seq"] <= self.seq:
            return False
        self.has_gap = token["after"] != self.seq
        if self.has_gap:
            return False
        self.seq, self.text = token["seq"], self.text + token["content"]
        return True

    def advance(self, event: dict[str, Any]) -> None:
        """Take note of any event of this turn."""
        self.heard_at = time.monotonic()
        if event["type"] in ("started", "phase", "token") and self.is_live:
            self.state = "streaming"
        elif event["type"] == "done":
            self.state, self.end = event["state"], event
        elif event["type"] == "error":
            self.state = "interrupted" if event["code"] == "INTERRUPTED" else "failed"
            self.end = event
