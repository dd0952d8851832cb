"""The conversations of a user in which the words of a search occur: in a question, answer, source or the title."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from ..models import Conversation, TitleWord, Turn
from .full_text import TURNS
from .heard_turns import HeardTexts, heard_texts, listed, no_longer_found
from .marks import Part, Word, count, snippet, spans
from .places import marked_title
from .query import Query
from .terms_found import numbered

_SHOWN = ("uuid", "conversation_id", "question", "answer", "recordings", "state", "failure", "created_at")


@dataclass(frozen=True)
class Found:
    """A conversation with the newest turn that has all words; ``others`` counts its other ones.

    ``label`` says which part of the turn the snippet is from. Without a turn, only the title has the words.
    """

    conversation: Conversation
    title: Sequence[Part] = ()
    turn: Turn | None = None
    label: str = ""
    snippet: Sequence[Part] = ()
    others: int = 0

    @property
    def address(self) -> str:
        """The address of the turn on the page of the conversation, or of one with a label that is new to its owner."""
        turn = self.turn.uuid if self.turn else getattr(self.conversation, "unseen_turn", None)
        return self.conversation.get_absolute_url() + (f"?turn={turn}" if turn else "")


def in_conversations(
    query: Query, conversations: QuerySet[Conversation], *, reader_id: int, among: QuerySet[Turn] | None = None
) -> QuerySet[Conversation]:
    """Return those of these conversations in which all words occur together, in one turn or in the title.

    What the reader may no longer hear is not found. ``among`` has the turns that may be found, if these are not all.
    """
    if not query.terms:
        return conversations.none()
    turns = turns_with(query, conversations, reader_id=reader_id, among=among).order_by()
    return conversations.filter(Q(pk__in=TitleWord.naming(query.words)) | Q(pk__in=turns.values("conversation")))


def details(query: Query, conversations: Sequence[Conversation], user_id: int) -> list[Found]:
    """Return what was found in each of these conversations of the user, without what the user may no longer hear."""
    own = Conversation.objects.found_of(user_id).filter(pk__in=[conversation.pk for conversation in conversations])
    matching = _matching(query, no_longer_found(query, own, user_id)).filter(conversation__in=own.values("pk"))
    turns: dict[int, list[Turn]] = {}
    for turn in matching.only(*_SHOWN).order_by("-pk"):
        turns.setdefault(turn.conversation_id, []).append(turn)
    newest = [found[0] for found in turns.values()]
    texts = heard_texts(newest, user_id)
    marked = TURNS.marked(query.terms, [pk for pk, heard in texts.items() if not heard.is_masked])
    marked |= {pk: heard.found(query) for pk, heard in texts.items() if heard.is_masked}
    return [
        _found(query, conversation, turns.get(conversation.pk, []), texts, marked) for conversation in conversations
    ]


def turns_with(
    query: Query, conversations: QuerySet[Conversation], *, reader_id: int, among: QuerySet[Turn] | None = None
) -> QuerySet[Turn]:
    """Return the turns that have all words, but those of these conversations that the reader no longer hears."""
    matching = _matching(query, no_longer_found(query, conversations, reader_id))
    return matching if among is None else matching & among


def _matching(query: Query, but_not: Sequence[int]) -> QuerySet[Turn]:
    matching = Turn.objects.filter(pk__in=TURNS.matching(query.terms))
    return matching.exclude(pk__in=listed(but_not)) if but_not else matching


def _found(
    query: Query,
    conversation: Conversation,
    turns: Sequence[Turn],
    texts: dict[int, HeardTexts],
    marked: dict[int, list[Word]],
) -> Found:
    title = marked_title(conversation.title, query)
    if not turns or turns[0].pk not in marked:
        return Found(conversation, title)
    label, parts = _best_part(query, texts[turns[0].pk].texts, marked[turns[0].pk])
    return Found(conversation, title, turns[0], label, parts, others=len(turns) - 1)


def _best_part(query: Query, texts: Sequence[tuple[str, str]], found: Sequence[Word]) -> tuple[str, list[Part]]:
    """Return the label and the snippet of the text with most terms: rather of the answer than of the question."""
    numbers, at = numbered(found, query), 0
    parts = []
    for label, text in texts:
        size = count(text)
        values = numbers[at : at + size]
        at += size
        terms = len(set(values) - {None})
        parts.append(((terms, label == "Answer", label == "Source"), label, text, values))
    _, label, text, values = max(parts, key=lambda part: part[0])
    return label, snippet(text, spans(text, [value is not None for value in values]))
