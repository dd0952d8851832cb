"""The conversations in the sidebar as HTML: every page has sixty, for which a template takes several times as long."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import cache
from itertools import groupby
from uuid import UUID

from django.utils import timezone
from django.utils.safestring import SafeString

from ..display import ago, day_group, shown
from ..html import formatted, joined
from ..models import Conversation

_DAY = '<li class="conversations__day" data-day>{}</li>\n'


def rows_html(conversations: Iterable[Conversation], current: UUID | None) -> SafeString:
    """Return these conversations by days, those with ``is_active`` as answering, and ``current`` as the open one."""
    return joined(_rows(conversations, current))


def _rows(conversations: Iterable[Conversation], current: UUID | None) -> Iterator[SafeString]:
    now = timezone.localtime()
    for day, of_day in groupby(conversations, key=lambda conversation: day_group(conversation.asked_at, now)):
        yield formatted(_DAY, day)
        yield from (_row(conversation, now, is_current=conversation.uuid == current) for conversation in of_day)


def _row(conversation: Conversation, now: datetime, *, is_current: bool) -> SafeString:
    unseen: UUID | None = conversation.unseen_turn  # type: ignore[attr-defined]  # set by ``note_unseen``
    return formatted(
        _form(is_current, conversation.is_active, unseen is not None),  # type: ignore[attr-defined]  # annotated
        conversation.get_absolute_url() + (f"?turn={unseen}" if unseen else ""),
        shown(conversation.title),
        timezone.localtime(conversation.asked_at).isoformat(),
        ago(conversation.asked_at, now),
    )


@cache
def _form(is_current: bool, is_active: bool, has_unseen: bool) -> str:  # keys of a cache
    """Return the HTML of a row, with its values in braces."""
    return (
        '<li><a href="{}"'
        + (' aria-current="page"' if is_current else "")
        + (" data-active" if is_active else "")
        + (" data-unseen" if has_unseen else "")
        + "><bdi>{}</bdi>"
        + (' <span class="visually-hidden">(a reviewer has labelled an answer)</span>' if has_unseen else "")
        + (' <span class="visually-hidden">(answering)</span>' if is_active else "")
        + '<time class="conversations__time" datetime="{}" data-relative>{}</time></a></li>\n'
    )
