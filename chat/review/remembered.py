"""What a reviewer has given a reason for within the last hour, so that nobody is asked again on every page."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass
from typing import Any

from ..models import Conversation

SECONDS = 3600
LIMIT = 200
"""Most entries: the oldest ones are forgotten."""
_KEY = "review"


@dataclass(frozen=True)
class Search:
    """A search in texts: what was searched for, and why."""

    words: str
    reason: str


class Remembered:
    """What is kept in a Django session of a reviewer: it ends with the sign-in."""

    def __init__(self, session: Any) -> None:
        self._session = session

    def reason(self, conversation: Conversation) -> str:
        """Return why the reviewer opens this conversation; empty if they have not said so."""
        return str(self._find(f"reason {conversation.uuid}") or "")

    def reasons(self) -> list[str]:
        """Return the reasons given before, the latest first, each once."""
        given = [str(value) for name, (value, _) in self._valid().items() if name.startswith("reason ")]
        return list(dict.fromkeys(reversed(given)))

    def keep_reason(self, conversation: Conversation, reason: str) -> None:
        self._keep(f"reason {conversation.uuid}", reason)

    def is_unmasked(self, conversation: Conversation) -> bool:
        """Return whether the reviewer has given a reason to see the name of the owner."""
        return bool(self._find(f"unmasked {conversation.uuid}"))

    def unmask(self, conversation: Conversation) -> None:
        self._keep(f"unmasked {conversation.uuid}", True)

    def search(self, name: str) -> Search | None:
        """Return the search with this name, by which addresses refer to it: words are in no address."""
        found = self._find(f"search {name}")
        return Search(*found) if found else None

    def keep_search(self, search: Search) -> str:
        """Keep a search, and return its name."""
        name = secrets.token_urlsafe(9)
        self._keep(f"search {name}", [search.words, search.reason])
        return name

    def _find(self, name: str) -> Any:
        value, _ = self._valid().get(name, (None, 0))
        return value

    def _keep(self, name: str, value: Any) -> None:
        kept = self._valid()
        kept.pop(name, None)
        kept[name] = [value, time.time() + SECONDS]
        self._session[_KEY] = dict(list(kept.items())[-LIMIT:])

    def _valid(self) -> dict[str, Any]:
        now = time.time()
        return {name: entry for name, entry in self._session.get(_KEY, {}).items() if entry[1] > now}
