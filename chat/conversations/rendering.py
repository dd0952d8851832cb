"""Turns as HTML: the pages of turns, and single ones as they are now or have just ended."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from django.db.models import BigIntegerField, QuerySet, UUIDField

from ..answers.unheard import unheard_answers
from ..models import Chunk, Citation, Conversation, Ending, Prepared, Quotation, Turn
from .cited import citations_for
from .judged import NOT_JUDGED, judged
from .misquotes import quotations_for, telling_of_quotations
from .running import positions_of, texts_of
from .shown_turn import ShownTurn
from .unheard import heard_in_filters, running_unheard

PAGE = 50
"""Most turns that a page shows at once."""


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
