"""The titles of conversations from before the upgrade, which a model may have made of an answer."""

from __future__ import annotations

from collections.abc import Iterable

from .conversation import Conversation
from .heard import tells_of_unheard
from .turns.turn import Turn


def show_earlier_titles(conversations: Iterable[Conversation], reader_id: int) -> None:
    """Give these conversations their earlier titles back, to be shown to a reader who hears all that they may tell of.

    The others keep the titles that were made of their questions. It is one query, if any has an earlier title.
    """
    earlier = {conversation.pk: conversation for conversation in conversations if conversation.earlier_title}
    if not earlier:
        return
    telling = Turn.objects.filter(tells_of_unheard(reader_id), conversation__in=list(earlier)).order_by()
    for pk in earlier.keys() - set(telling.values_list("conversation", flat=True)):
        earlier[pk].title = earlier[pk].earlier_title or earlier[pk].title
