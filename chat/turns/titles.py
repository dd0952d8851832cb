"""The titles of conversations that the model gives, after the first answer, which never waits for them."""

from __future__ import annotations

from contextlib import suppress

from django.conf import settings

from ..database import in_database
from ..database.outage import UNAVAILABLE
from ..llm import is_quote_only, loaded_model
from ..llm.short_call import short_call
from ..models import Conversation, State, Turn
from ..models.conversation import title_from
from ..prompts import read_title, title_prompt


async def entitle(turn: Turn) -> None:
    """Let the model name the conversation of its first answered turn, unless somebody has renamed it.

    A call that fails leaves the old title, as does an owner who renames the conversation meanwhile.
    """
    if is_quote_only() or not settings.CHAT_TITLES:
        return
    with suppress(*UNAVAILABLE):  # a title is worth no second attempt
        if not await in_database(_is_first, turn):
            return
        prompt = title_prompt(turn.question)
        reply = await short_call(await loaded_model(), prompt, read_title, step="a title of its own")
        if reply.value:
            await in_database(_store, turn, reply.value)


def _is_first(turn: Turn) -> bool:
    untitled = Conversation.objects.filter(
        pk=turn.conversation_id, title=title_from(turn.question), earlier_title=None, deleted_at=None
    )
    answered = Turn.objects.filter(conversation=turn.conversation_id, state=State.COMPLETE, pk__lt=turn.pk)
    return untitled.exists() and not answered.exists()


def _store(turn: Turn, title: str) -> None:
    """Replace the title that was made of the question; a title of the owner stays, whenever it came."""
    Conversation.objects.filter(pk=turn.conversation_id, title=title_from(turn.question)).rename(title)
