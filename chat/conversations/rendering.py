"""Turns as HTML, with one template for past, running and finished answers, and the pages of turns."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID, uuid4

from django.db.models import BigIntegerField, OuterRef, Prefetch, QuerySet, Subquery, UUIDField
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString

from ..display import revealed
from ..llm import credit
from ..models import Chunk, Citation, Conversation, Prepared, Recording, Segment, State, Turn, unretracted
from . import markdown
from .sources import Source, sources_of

PAGE = 50
"""Most turns that a page shows at once."""

ASKABLE = 3
"""Most recordings that are offered to be asked alone, those first that the answer cites first."""

_FINISH_NOTICES = {
    "length": "The answer reached the maximum length and is cut off here.",
    "content_filter": "The model's content filter ended this answer.",
}


@dataclass(frozen=True, kw_only=True)
class ShownTurn:
    """A turn at one moment: ``text`` is its answer or, while it runs, exactly its chunks 1..``seq``.

    ``position`` is its place in the queue, from 1. ``existing`` has the recordings of its filter that
    its user still hears.
    """

    turn: Turn
    text: str = ""
    seq: int = 0
    position: int | None = None
    citations: Sequence[Citation] = ()
    existing: frozenset[str] = frozenset()

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
        is_broken = not self.turn.is_complete or self.turn.finish_reason in _FINISH_NOTICES
        return markdown.render(text, names, prefix=f"source-{self.turn.uuid}-", is_broken=is_broken)

    @cached_property
    def sources(self) -> Sequence[Source]:
        """The citations as the page shows them."""
        return sources_of([citation for citation in self.citations if citation.cited], self.text)

    @property
    def given(self) -> Sequence[Source]:
        """What the model got for an answer that cites nothing."""
        return sources_of([citation for citation in self.citations if not citation.cited], "")

    @property
    def credit(self) -> str:
        """The line that says that an AI has written the answer, and which; empty without a text."""
        return credit(self.turn.model_name) if self.text else ""

    @property
    def may_lie_elsewhere(self) -> bool:
        """Whether the turn has searched some recordings only, and its answer has nothing from them."""
        is_refusal = self.turn.finish_reason == Turn.NOTHING_FOUND or not self.sources
        return self.turn.is_complete and bool(self.turn.recordings) and is_refusal

    def html(self, csrf_token: str = "") -> SafeString:
        """Render ``_turn.html``. Without JavaScript its forms work only with a token."""
        return render_to_string("chat/_turn.html", self._context() | {"csrf_token": csrf_token})

    def _context(self) -> dict[str, object]:
        searched = [recording | {"exists": recording["id"] in self.existing} for recording in self.turn.recordings]
        return {
            "turn": self.turn,
            "text": self.text,
            "seq": self.seq,
            "position": self.position,
            "answer": self.answer if self.turn.is_terminal else "",
            "notice": notice(self.turn),
            "sources": self.sources,
            "askable": self._askable(),
            "given": self.given,
            "filter": searched,
            "filter_ids": " ".join(recording["id"] for recording in self.turn.recordings),
            "chosen": json.dumps([{"id": each["id"], "title": each["title"]} for each in searched if each["exists"]]),
            "retry_id": uuid4(),
            "retry_url": reverse("chat:turn-retry", args=[self.turn.uuid]),
            "credit": self.credit,
            "everywhere_id": uuid4() if self.may_lie_elsewhere else None,
        }

    def _askable(self) -> list[dict[str, object]]:
        """Return the recordings of an answer that cites several, each with a request id to ask only there."""
        cited = {each.recording_id: each.recording for each in self.citations if each.cited and each.recording}
        if len(cited) < 2 or not self.turn.is_terminal:
            return []
        return [{"recording": recording, "request_id": uuid4()} for recording in list(cited.values())[:ASKABLE]]


@dataclass(frozen=True)
class TurnPage:
    """Consecutive turns of a conversation, oldest first, and whether there are more on either side."""

    turns: list[ShownTurn]
    earlier: bool = False
    later: bool = False


def turns_of(conversation: Conversation, *, before: Turn | None = None) -> TurnPage:
    """Return the last turns of a conversation, or the last ones before a turn; at most 50."""
    rows = Turn.objects.filter(conversation=conversation).order_by("-pk")
    shown = _shown(rows.filter(pk__lt=before.pk) if before else rows, _chunks(conversation), limit=PAGE + 1)
    return TurnPage(shown[:PAGE][::-1], earlier=len(shown) > PAGE, later=before is not None)


def turns_after(conversation: Conversation, turn: Turn | None) -> list[ShownTurn]:
    """Return the turns that follow ``turn`` (None: from the first on), oldest first; at most 50."""
    newer = Turn.objects.filter(conversation=conversation, pk__gt=turn.pk if turn else 0).order_by("pk")
    return _shown(newer, _chunks(conversation), limit=PAGE)


def render_turn(turn: Turn, *, csrf_token: str = "") -> str:
    """Return the HTML of a turn as it is now. Raise ``Turn.DoesNotExist`` if it has been removed."""
    chunks = Chunk.objects.none() if turn.is_terminal else Chunk.objects.filter(turn=turn)
    shown = _shown(Turn.objects.filter(pk=turn.pk), chunks, limit=1)
    if not shown:
        raise Turn.DoesNotExist
    return shown[0].html(csrf_token)


def render_ended(turn_uuid: UUID) -> str:
    """Return the HTML of a turn that has just ended, with queries that are compiled once.

    Raise ``Turn.DoesNotExist`` if it has been removed.
    """
    turn = _turn.first(uuid=turn_uuid)
    if turn is None:
        raise Turn.DoesNotExist
    citations = _citations.fetch(turn=turn.pk)
    shown = ShownTurn(turn=turn, text=turn.answer, seq=turn.seq, citations=citations, existing=_existing([turn]))
    return shown.html()


def render_blank_turn(csrf_token: str = "") -> str:
    """Return the HTML that the script clones for a question that was just sent."""
    return ShownTurn(turn=Turn(uuid=UUID(int=0))).html(csrf_token)


def blank_conversation() -> Conversation:
    """Return the conversation for whose id the script puts that of the one that was just begun."""
    return Conversation(uuid=UUID(int=0), title="")


def notice(turn: Turn) -> str:
    """Return the notice below the answer of a turn; empty if it needs none."""
    if turn.state == State.STOPPED:
        return "Stopped."
    if turn.state == State.CANCELLED:
        return "Cancelled before it was answered."
    return turn.message or _FINISH_NOTICES.get(turn.finish_reason, "")


def _chunks(conversation: Conversation) -> QuerySet[Chunk]:
    return Chunk.objects.filter(turn__conversation=conversation)


def _shown(turns: QuerySet[Turn], chunks: QuerySet[Chunk], *, limit: int) -> list[ShownTurn]:
    # Read the chunks before the rows: a turn that ends in between is then shown as ended. The other way round it would
    # be shown as running, but without its chunks.
    texts = _texts(chunks)
    citations = Prefetch("citations", _known_citations())
    rows = list(turns.select_related("conversation").prefetch_related(citations)[:limit])
    positions, existing = _positions(rows), _existing(rows)
    return [
        ShownTurn(
            turn=turn,
            text=turn.answer if turn.is_terminal else texts.get(turn.pk, ("", 0))[0],
            seq=turn.seq if turn.is_terminal else texts.get(turn.pk, ("", 0))[1],
            position=positions.get(turn.uuid),
            citations=list(turn.citations.all()),
            existing=existing,
        )
        for turn in rows
    ]


def _known_citations() -> QuerySet[Citation]:
    """Return the citations with their recordings and, as ``said``, the texts of their segments."""
    cited = Segment.objects.filter(recording=OuterRef("recording"), number=OuterRef("segment")).values("text")
    return Citation.objects.select_related("recording").annotate(said=Subquery(cited[:1]))


_turn = Prepared(lambda uuid: Turn.objects.select_related("conversation").filter(uuid=uuid), uuid=UUIDField())
_citations = Prepared(lambda turn: _known_citations().filter(turn=turn), turn=BigIntegerField())


def _texts(chunks: QuerySet[Chunk]) -> dict[int, tuple[str, int]]:
    """Return the text so far and the last seq of each turn that has chunks."""
    pieces: dict[int, list[str]] = {}
    for turn_id, text in chunks.order_by("turn_id", "seq").values_list("turn_id", "text"):
        pieces.setdefault(turn_id, []).append(text)
    return {turn_id: (unretracted("".join(texts)), len(texts)) for turn_id, texts in pieces.items()}


def _positions(turns: Iterable[Turn]) -> dict[UUID, int]:
    queues = {turn.login_session_id for turn in turns if turn.state == State.QUEUED}
    return {
        uuid: position
        for queue in queues
        for uuid, position in Turn.objects.filter(login_session_id=queue).positions().items()
    }


def _existing(turns: Sequence[Turn]) -> frozenset[str]:
    """Return the recordings in the filters of these turns, which are of one user, that this user still hears."""
    ids = {recording["id"] for turn in turns for recording in turn.recordings}
    heard = Recording.objects.heard_by(turns[0].user_id).filter(uuid__in=ids) if ids else Recording.objects.none()
    return frozenset(map(str, heard.values_list("uuid", flat=True)))
