"""Who has read what a user asked: what the owner sees below each turn, and all together on a page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.urls import reverse
from django.utils import timezone

from ..display import day_and_time, shown
from ..html import formatted, joined
from ..models import AccessEvent, Conversation, How, Kind, show_earlier_titles
from .filled import Value, filled

SHOWN = 20
"""Most reads below one turn, the latest ones; the page of all reads has the others."""
LOOKED_AT = 500
"""Events of a conversation among which those of its turns are found, the latest ones."""

_DONE: dict[tuple[str, str], str] = {
    (Kind.READ, How.PRINT): "Opened to be printed",
    (Kind.READ, How.HISTORY): "History opened",
    (Kind.FOUND, How.SEARCH): "Found in a search",
    (Kind.EXPORTED, How.CSV): "Listed in an exported file",
}
_OTHERWISE: dict[str, str] = {
    Kind.READ: "Read",
    Kind.FOUND: "Found",
    Kind.EXPORTED: "Exported",
    Kind.UNMASKED: "Your name was shown",
}


@dataclass(frozen=True)
class ShownRead:
    """One read, as its owner sees it. ``conversation`` is None if it was deleted, or is the one of the page."""

    event: AccessEvent
    conversation: Conversation | None = None

    @property
    def done(self) -> str:
        """What was done, in words that the name of the reader follows."""
        event = self.event
        words = _DONE.get((event.kind, event.how)) or _OTHERWISE.get(event.kind)
        return words or event.what.capitalize()

    @property
    def joint(self) -> str:
        """The word between what was done and the name of the reader."""
        return "to" if self.event.kind == Kind.UNMASKED else "by"

    @property
    def address(self) -> str:
        """The address of the first turn that was read, or of its conversation; empty without one."""
        turn = f"?turn={self.event.turns[0]}" if self.event.turns else ""
        return self.conversation.get_absolute_url() + turn if self.conversation else ""


def reads_of(turns: Iterable[UUID], conversation: Conversation) -> dict[UUID, str]:
    """Return HTML with the reads by others of these turns of a conversation, the latest first; one query finds them.

    Only pages have them: nobody has read a turn that just ended.
    """
    reads: dict[UUID, list[ShownRead]] = {turn: [] for turn in turns}
    by_others = AccessEvent.objects.of_conversation(conversation.uuid).exclude(actor_id=conversation.user_id)
    events = by_others[:LOOKED_AT] if reads else ()
    for event in events:
        for uuid in event.turn_uuids & reads.keys():
            reads[uuid].append(ShownRead(event))
    least = "at least " if len(events) == LOOKED_AT else ""
    lists = {uuid: tuple(found) for uuid, found in reads.items()}
    rendered = {found: _html(found, conversation, least) for found in set(lists.values())}  # mostly one for all turns
    return {uuid: rendered[found] for uuid, found in lists.items()}


def _html(reads: Sequence[ShownRead], conversation: Conversation, least: str) -> str:
    if not reads:
        return ""
    lines = [filled("chat/_read.html", _values(read)) for read in reads[:SHOWN]]
    values: dict[str, Value] = _values(reads[0]) | {
        "count": f"{least}{len(reads)}",
        "single": lines[0] if len(reads) == 1 else "",
        "items": joined(formatted("<li>{}</li>", line) for line in lines),
        "all_reads": f"{reverse('reads')}?of={conversation.uuid}",
    }
    return filled("chat/_reads.html", values)


def _values(read: ShownRead) -> dict[str, Value]:
    event, at = read.event, timezone.localtime(read.event.at)
    return {
        "done": read.done,
        "joint": read.joint,
        "reader": shown(event.actor_name),
        "at": at.isoformat(),
        "day_and_time": day_and_time(at),
        "reason": shown(event.reason),
    }


def shown_reads(events: Iterable[AccessEvent], user_id: int) -> Sequence[ShownRead]:
    """Return events with the conversations of their owner that are not deleted; one query finds these."""
    events = list(events)
    named = {event.conversation for event in events if event.conversation}
    own = {conversation.uuid: conversation for conversation in Conversation.objects.of(user_id).filter(uuid__in=named)}
    show_earlier_titles(own.values(), user_id)
    return [ShownRead(event, own.get(event.conversation) if event.conversation else None) for event in events]
