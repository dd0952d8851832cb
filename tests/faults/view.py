"""The views of all turns in all tabs, rebuilt from the history."""

from __future__ import annotations

import re
from collections.abc import Iterable

from .history import History, Record

_CITED = re.compile(r"\[\d+\]")


class View:
    """A turn as one tab showed it."""

    def __init__(self, tab: str, turn: str) -> None:
        self.tab, self.turn = tab, turn
        self.text, self.seq = "", 0
        self.is_exact = True
        self.lengths: dict[int, int] = {}
        """The length of the text at each seq, unless the tab showed it rendered."""
        self.ended_at_seq: int | None = None
        self.jumps: list[str] = []
        self.shrunk: list[str] = []

    def take(self, record: Record) -> None:
        """Update the view with a record."""
        data = record.data
        if record.what == "page":
            self.is_exact = self.is_exact and not data["rendered"]
            if not begins(data["text"], self.text, exactly=self.is_exact):
                self.shrunk.append(f"{self.tab} loaded {self.turn} with less text than it had shown")
            self.text, self.seq = data["text"], data["seq"]
        elif data["type"] == "token" and data.get("applied", True):
            if data["after"] != self.seq or data["seq"] <= data["after"]:
                self.jumps.append(f"{self.tab} showed {data['after']}–{data['seq']} of {self.turn} after {self.seq}")
            self.text, self.seq = self.text + data["content"], data["seq"]
        elif data["type"] in ("done", "error"):
            self.ended_at_seq = data.get("seq")
        if self.is_exact:
            self.lengths[self.seq] = len(self.text)


class Wire:
    """The text of a turn as one connection delivered it, shown or not."""

    def __init__(self, tab: str, socket: int, turn: str) -> None:
        self.name = f"{tab}, socket {socket}"
        self.turn = turn
        self.jumps: list[str] = []
        self._seq: int | None = None
        self._starts: list[int] = []

    def take(self, record: Record) -> None:
        """Check a record: text continues, or starts where one of the later ``follow``s asked for it."""
        data = record.data
        if data["type"] == "follow":
            self._starts.append(data["after"])
        elif data["type"] == "accepted":
            self._starts.append(0)
        elif data["type"] == "token":
            self._go_on(data["after"], data["seq"])

    def _go_on(self, after: int, seq: int) -> None:
        if after != self._seq and after in self._starts:
            del self._starts[: self._starts.index(after) + 1]
        elif after != self._seq:
            self.jumps.append(f"{self.name} received {after}–{seq} of {self.turn} after {self._seq}")
        if seq <= after:
            self.jumps.append(f"{self.name} received {after}–{seq} of {self.turn}")
        self._seq = seq


def wires(history: History) -> Iterable[Wire]:
    """Return every turn on every connection."""
    by_key: dict[tuple[str, int, str], Wire] = {}
    for record in history.records:
        if record.what in ("sent", "event") and (turn := record.data.get("turn")):
            key = (record.tab, record.socket, turn)
            by_key.setdefault(key, Wire(*key)).take(record)
    return by_key.values()


def views(history: History) -> Iterable[View]:
    """Return every turn in every tab."""
    by_tab: dict[tuple[str, str], View] = {}
    for record in history.records:
        turn = record.data.get("turn")
        is_shown = record.what == "page" or (
            record.what == "event" and record.data["type"] in ("token", "done", "error")
        )
        if turn and is_shown:
            by_tab.setdefault((record.tab, turn), View(record.tab, turn)).take(record)
    return by_tab.values()


def begins(whole: str, beginning: str, *, exactly: bool = True) -> bool:
    """Return whether a text begins with another: exactly, or word by word for text from a rendered page."""
    if exactly:
        return whole.startswith(beginning)
    return _words(whole).startswith(_words(beginning))


def _words(text: str) -> str:
    return " ".join(_CITED.sub(" ", text).split())
