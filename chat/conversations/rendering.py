"""Turns as HTML, with one template for past, running and finished answers, and the pages of turns."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any
from uuid import UUID, uuid4

from django.db.models import BigIntegerField, QuerySet, UUIDField
from django.utils import timezone
from django.utils.safestring import SafeString

from ..addresses import address
from ..answers.masking import masks_of, shown_with
from ..answers.unheard import hidden_in, unheard_answers
from ..display import revealed, shown
from ..html import joined
from ..llm import credit
from ..models import Chunk, Citation, Conversation, Ending, HeardOf, Prepared, Quotation, Turn
from . import markdown
from .ask_only import ask_only
from .cited import citations_for
from .filled import Value, filled
from .filter_note import filter_note
from .judged import NOT_JUDGED, Judged, judged
from .misquotes import misquotes_in, quotations_for, shown_beside, telling_of_quotations
from .notices import FINISH_NOTICES, erased_on, notice
from .running import positions_of, texts_of
from .source_html import source_html
from .sources import Source, counted, sources_of
from .unheard import heard_in_filters, known_filter, known_limits, running_unheard

PAGE = 50
"""Most turns that a page shows at once."""

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
        prefix = f"source-{self.turn.uuid}-"
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
        ids = {"uuid": str(self.turn.uuid), "csrf_token": csrf_token, "reads": reads}
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
            "phase": turn.get_phase_display(),
            "notice": notice(turn),
            "erased": erased_on(turn),
            "asked": f"{asked.day} {asked:%b %Y, %H:%M}" if asked else "",
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
            "sources": _cards(self.sources, self.turn),
            "can_be_heard": any(source.audio for source in self.sources),
            "sources_count": counted(self.sources, "source"),
            "given": _cards(self.given, self.turn),
            "given_count": counted(self.given, "passage"),
        }

    def _offers(self, csrf_token: str) -> dict[str, Value]:
        """Return the forms and links of the turn, and its filter."""
        turn, searched = self.turn, self.filter
        retry_url = address("chat:turn-retry", turn.uuid)
        return {
            "filter": filter_note(searched, self.limits, turn.searched),
            "limits": json.dumps(self.limits) if self.limits else "",
            "filter_ids": " ".join(each["id"] for each in searched if each["id"]),
            "chosen": json.dumps([{"id": each["id"], "title": each["title"]} for each in searched if each["exists"]]),
            "ask_only": ask_only(turn, self.citations, retry_url, csrf_token),
            "retry_id": str(uuid4()),
            "retry_url": retry_url,
            "stop_url": "" if turn.is_terminal else address("chat:turn-stop", turn.uuid),
            "edit_url": f"{turn.conversation.get_absolute_url()}?edit={turn.uuid}" if turn.is_terminal else "",
            "everywhere_id": str(uuid4()) if self.may_lie_elsewhere else "",
        }


@dataclass(frozen=True)
class TurnPage:
    """Consecutive turns of a conversation, oldest first, and whether there are more on either side."""

    turns: list[ShownTurn]
    earlier: bool = False
    later: bool = False


def turns_of(
    conversation: Conversation, reader_id: int, *, before: Turn | None = None, among: QuerySet[Turn] | None = None
) -> TurnPage:
    """Return the last turns of a conversation, or ``among`` them, or those before one, as a user may read them."""
    read: Callable[[], Iterable[Turn]] = partial(_last.fetch, conversation=conversation.pk)
    if before or among is not None:
        rows = _newest_first(Turn.objects.filter(conversation=conversation) if among is None else among)
        read = (rows.filter(pk__lt=before.pk) if before else rows)[: PAGE + 1].all
    found = _shown(read, Chunk.objects.filter(turn__conversation=conversation), reader_id)
    return TurnPage(found[:PAGE][::-1], earlier=len(found) > PAGE, later=before is not None)


def turns_after(
    conversation: Conversation, reader_id: int, turn: Turn | None, *, among: QuerySet[Turn] | None = None
) -> list[ShownTurn]:
    """Return the turns that follow ``turn`` (None: from the first on), oldest first, for a reader; at most 50."""
    rows = Turn.objects.filter(conversation=conversation) if among is None else among
    newer = _told(rows.filter(pk__gt=turn.pk if turn else 0).order_by("pk"))[:PAGE]
    return _shown(newer.all, Chunk.objects.filter(turn__conversation=conversation), reader_id)


def render_turn(turn: Turn, *, csrf_token: str = "") -> str:
    """Return the HTML of a turn as it is now, for its user. Raise ``Turn.DoesNotExist`` if it has been removed."""
    chunks = Chunk.objects.none() if turn.is_terminal else Chunk.objects.filter(turn=turn)
    found = _shown(_told(Turn.objects.filter(pk=turn.pk)).all, chunks, turn.user_id)
    if not found:
        raise Turn.DoesNotExist
    return found[0].html(csrf_token)


def render_ended(turn_uuid: UUID) -> str:
    """Return the HTML of a turn that has just ended, for the user who asked, with queries that are compiled once.

    Raise ``Turn.DoesNotExist`` if it has been removed.
    """
    turn = _turn.first(uuid=turn_uuid)
    if turn is None:
        raise Turn.DoesNotExist
    citations = citations_for([turn], turn.user_id)
    is_unheard = bool(unheard_answers([turn], citations, turn.user_id))
    return _ended(turn, citations[turn.pk], quotations_for([turn], turn.user_id)[turn.pk], is_unheard=is_unheard)


def render_ending(turn: Turn, ending: Ending) -> str:
    """Return the same HTML in the process that has written the turn, which knows how it has ended."""
    return _ended(turn.ended_with(ending), ending.citations, ending.quotations)


def render_blank_turn(csrf_token: str = "") -> str:
    """Return the HTML that the script clones for a question that was just sent."""
    return ShownTurn(turn=Turn(uuid=UUID(int=0))).html(csrf_token)


def blank_conversation() -> Conversation:
    """Return the conversation for whose id the script puts that of the one that was just begun."""
    return Conversation(uuid=UUID(int=0), title="")


def _ended(
    turn: Turn, citations: Sequence[Citation], quotations: Sequence[Quotation], *, is_unheard: bool = False
) -> str:
    return ShownTurn(
        turn=turn,
        text=turn.answer,
        seq=turn.seq,
        citations=citations,
        quotations=quotations,
        heard=heard_in_filters([turn], turn.user_id),
        is_unheard=is_unheard,
    ).html()


def _cards(sources: Sequence[Source], turn: Turn) -> SafeString:
    return joined([source_html(source, turn.uuid) for source in sources])


def _told(turns: QuerySet[Turn]) -> QuerySet[Turn]:
    return telling_of_quotations(turns.select_related("conversation"))


def _newest_first(turns: QuerySet[Turn]) -> QuerySet[Turn]:
    return _told(turns).order_by("-pk")


def _shown(read: Callable[[], Iterable[Turn]], chunks: QuerySet[Chunk], reader_id: int) -> list[ShownTurn]:
    # Read the chunks before the rows: a turn that ends in between is then shown as ended. The other way round it would
    # be shown as running, but without its chunks.
    texts = texts_of(chunks)
    rows = list(read())
    citations, quotations = citations_for(rows, reader_id), quotations_for(rows, reader_id)
    positions = positions_of(rows)
    heard, judgements = heard_in_filters(rows, reader_id), judged(rows)
    unheard = running_unheard(rows, reader_id) | unheard_answers(rows, citations, reader_id)
    return [
        ShownTurn(
            turn=turn,
            text=turn.answer if turn.is_terminal else texts.get(turn.pk, ("", 0))[0],
            seq=turn.seq if turn.is_terminal else texts.get(turn.pk, ("", 0))[1],
            position=positions.get(turn.uuid),
            citations=citations[turn.pk],
            quotations=quotations[turn.pk],
            judged=judgements.get(turn.pk, NOT_JUDGED),
            heard=heard,
            is_unheard=turn.pk in unheard,
        )
        for turn in rows
    ]


_turn = Prepared(lambda uuid: _told(Turn.objects.filter(uuid=uuid)), uuid=UUIDField())
_last = Prepared(
    lambda conversation: _newest_first(Turn.objects.filter(conversation=conversation))[: PAGE + 1],
    conversation=BigIntegerField(),
)
