"""Which conversations a socket shows, so that it learns of what is asked in them elsewhere."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from ..models import Turn


class OpenConversations:
    """Conversations, each with the turns of it that the client knows."""

    def __init__(self) -> None:
        self._since: dict[int, int] = {}
        self._known: set[UUID] = set()

    def expect(self, request_id: UUID) -> None:
        """The client is about to ask this, and will be told by itself."""
        self._known.add(request_id)

    def open(self, turn: Turn) -> None:
        """The client shows ``turn``. Reads the database when its conversation was not open before."""
        self._known.add(turn.request_id)
        if turn.conversation_id not in self._since:
            newest = Turn.objects.filter(conversation=turn.conversation_id).order_by("-pk").values_list("pk", flat=True)
            self._since[turn.conversation_id] = newest[0]

    def news(self, turns: Iterable[Turn]) -> list[Turn]:
        """Those of ``turns`` that were asked elsewhere since, each of them once."""
        new = [turn for turn in turns if self._is_new(turn)]
        self._known.update(turn.request_id for turn in new)
        return new

    def _is_new(self, turn: Turn) -> bool:
        since = self._since.get(turn.conversation_id)
        return since is not None and turn.pk > since and turn.request_id not in self._known


def find(user_id: int, name: UUID) -> Turn | None:
    """A turn that this user may see."""
    return Turn.objects.of(user_id).filter(uuid=name).select_related("conversation").first()
