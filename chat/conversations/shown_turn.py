"""A turn as HTML at one moment, for one reader: one template for past, running and finished answers."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.safestring import SafeString

from ..addresses import address
from ..answers.masking import masks_of, shown_with
from ..answers.unheard import hidden_in
from ..display import day_and_time, revealed, shown
from ..html import joined
from ..llm import credit
from ..models import Citation, HeardOf, Quotation, Turn
from . import markdown
from .ask_only import ask_only
from .filled import Value, filled
from .filter_note import filter_note
from .judged import NOT_JUDGED, Judged
from .misquotes import misquotes_in, shown_beside
from .notices import FINISH_NOTICES, erased_on, notice
from .source_html import source_html
from .sources import Source, counted, sources_of
from .unheard import known_filter, known_limits

LONG = 200
"""Characters from which on a question is folded."""


@dataclass(frozen=True, kw_only=True)
class ShownTurn:
    """A turn at one moment, for one reader: ``text`` is its answer or, while it runs, exactly its chunks 1..``seq``.

    What the reader may no longer hear is masked: in ``text``, in ``citations``, in ``quotations`` and in ``filter``.
    These are given as ``for_reader``, and ``heard`` says of which recordings in the filter the reader may know;
    ``is_unheard`` says that all of the answer may be from what the reader does not hear. ``position`` is its place in
    the queue, from 1.
    """

    turn: Turn
    text: str = ""
    seq: int = 0
    position: int | None = None
    citations: Sequence[Citation] = ()
    quotations: Sequence[Quotation] = ()
    judged: Judged = NOT_JUDGED
    heard: HeardOf = field(default_factory=HeardOf)
    is_unheard: bool = False

    def __post_init__(self) -> None:
        hidden = hidden_in(self.turn, self.citations, self.quotations, self.heard, is_unheard=self.is_unheard)
        masks = masks_of(self.text, hidden, is_broken=not self.turn.is_complete) if hidden else []
        object.__setattr__(self, "quotations", shown_beside(masks, self.quotations) if self.quotations else [])
        if hidden:
            object.__setattr__(self, "text", shown_with(masks, self.text))
            object.__setattr__(self, "citations", [citation.as_heard() for citation in self.citations])

    @cached_property
    def uuid(self) -> str:
        """The id of the turn as text, which its HTML has twenty times."""
        return str(self.turn.uuid)

    @property
    def answer(self) -> SafeString:
        """The answer so far, as HTML."""
        return self._rendered(self.text)

    @property
    def revealed_answer(self) -> SafeString:
        """The answer as reviewers see it: with its hidden characters made visible."""
        return self._rendered(revealed(self.text))

    def _rendered(self, text: str) -> SafeString:
        names = {source.citation.number: source.name for source in self.sources}
        is_broken = not self.turn.is_complete or self.turn.finish_reason in FINISH_NOTICES
        misquotes = misquotes_in(self.text, self.quotations)
        prefix = f"source-{self.uuid}-"
        return markdown.render(text, names, prefix=prefix, is_broken=is_broken, misquotes=misquotes)

    @cached_property
    def sources(self) -> Sequence[Source]:
        """The citations as the page shows them."""
        return sources_of([citation for citation in self.citations if citation.cited], self.text, self.quotations)

    @property
    def given(self) -> Sequence[Source]:
        """What the model got for a complete answer that cites nothing."""
        given = [citation for citation in self.citations if not citation.cited]
        return sources_of(given, "") if self.turn.is_complete else []

    @property
    def filter(self) -> list[dict[str, Any]]:
        """The recordings of the filter: ``id`` and ``title``, if the reader may know them, and whether they exist."""
        return known_filter(self.turn.recordings, self.heard)

    @property
    def limits(self) -> dict[str, Any]:
        """What else the question searches only, as the turn has stored it; it names what the reader may know."""
        return known_limits(self.turn.limits, self.heard)

    @property
    def credit(self) -> str:
        """The line that says that an AI has written the answer, and which; empty without a text."""
        return credit(self.turn.model_name) if self.text else ""

    @property
    def may_lie_elsewhere(self) -> bool:
        """Whether the turn has not searched everything, and its answer has nothing from what it searched."""
        is_refusal = self.turn.finish_reason == Turn.NOTHING_FOUND or not self.sources
        return self.turn.is_complete and bool(self.turn.recordings or self.limits) and is_refusal

    def html(self, csrf_token: str = "", *, reads: str = "") -> SafeString:
        """Render ``_turn.html`` with the HTML of ``reads_of``. Without JavaScript its forms work only with a token."""
        ids = {"uuid": self.uuid, "csrf_token": csrf_token, "reads": reads}
        said_of_it = self.judged.values(self.turn, csrf_token) if self.turn.is_terminal else {}
        return filled("chat/_turn.html", ids | self._state() | self._said() | self._offers(csrf_token) | said_of_it)

    def _state(self) -> dict[str, Value]:
        turn = self.turn
        asked = timezone.localtime(turn.created_at) if hasattr(turn.created_at, "tzinfo") else None  # it is blank
        return {
            "state": turn.state,
            "seq": str(self.seq),
            "is_queued": turn.is_queued,
            "is_streaming": turn.is_streaming,
            "is_terminal": turn.is_terminal,
            "is_complete": turn.is_complete,
            "position": str(self.position or ""),
            "phase": turn.get_phase_display() if turn.is_streaming else "",
            "notice": notice(turn),
            "erased": erased_on(turn),
            "asked": day_and_time(asked) if asked else "",
            "asked_at": asked.isoformat() if asked else "",
        }

    def _said(self) -> dict[str, Value]:
        is_terminal = self.turn.is_terminal
        return {
            "question": shown(self.turn.question),
            "is_long": len(self.turn.question) > LONG,
            "has_text": bool(self.text),
            "text": "" if is_terminal else self.text,
            "answer": self.answer if is_terminal else "",
            "credit": shown(self.credit),
            "sources": _cards(self.sources, self.uuid),
            "can_be_heard": any(source.audio for source in self.sources),
            "sources_count": counted(self.sources, "source"),
            "given": _cards(self.given, self.uuid),
            "given_count": counted(self.given, "passage"),
        }

    def _offers(self, csrf_token: str) -> dict[str, Value]:
        """Return the forms and links of the turn, and its filter."""
        turn, searched = self.turn, self.filter
        retry_url = address("chat:turn-retry", self.uuid)
        return {
            "filter": filter_note(searched, self.limits, turn.searched),
            "limits": json.dumps(self.limits) if self.limits else "",
            "filter_ids": " ".join(each["id"] for each in searched if each["id"]),
            "chosen": json.dumps([{"id": each["id"], "title": each["title"]} for each in searched if each["exists"]]),
            "ask_only": ask_only(turn, self.citations, retry_url, csrf_token),
            "retry_id": str(uuid4()),
            "retry_url": retry_url,
            "stop_url": "" if turn.is_terminal else address("chat:turn-stop", self.uuid),
            "edit_url": f"{turn.conversation.get_absolute_url()}?edit={self.uuid}" if turn.is_terminal else "",
            "everywhere_id": str(uuid4()) if self.may_lie_elsewhere else "",
        }


def _cards(sources: Sequence[Source], turn_uuid: str) -> SafeString:
    return joined([source_html(source, turn_uuid) for source in sources])
