"""The data of a user as Markdown, for people to read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from django.utils import timezone

from ..conversations.markup.misquotes import Misquote
from ..conversations.misquotes import misquotes_in
from ..conversations.notices import notice
from ..conversations.shown_turn import ShownTurn
from ..display import clock, day_and_time, shown
from ..models import Citation, Conversation

_LISTS = {
    "sign_ins": "Sign-ins",
    "api_tokens": "API tokens",
    "second_factors": "Second factors",
    "linked_identities": "Identities at the provider of single sign-on",
    "collections": "Collections",
    "daily_use": "Questions and tokens that count towards a budget",
    "invitations": "Invitations",
    "consent_notes_written": "Consent notes that you wrote",
    "files_sent": "Files that you sent",
    "recordings_begun": "Recordings that are made of them",
    "labels_given": "Labels that you gave as a reviewer",
    "reads_by_others": "Reads of what you asked",
    "changes_of_rights": "Changes of your account and rights",
    "changes_in_admin": "What you changed in the admin",
    "own_accesses": "What you did that is recorded",
}
_SPECIAL = re.compile(r"([\\`*_\[\]<>#|~])")
_NOT_IN_NAMES = re.compile(r"[^\w .,()-]+")
_NAME_LENGTH = 60


def account_text(document: dict[str, Any]) -> str:
    """Return everything but the conversations."""
    return "\n".join([*_account(document), ""])


def conversation_text(conversation: Conversation, turns: Sequence[ShownTurn]) -> str:
    """Return a conversation with its answers, which are Markdown already, and their sources."""
    times = f"Begun {moment(conversation.created_at)}, last asked {moment(conversation.asked_at)}."
    lines = [f"# {escaped(conversation.title)}", "", times]
    for each in turns:
        lines += ["", *_turn(each)]
    return "\n".join([*lines, ""])


def file_name(number: int, conversation: Conversation) -> str:
    """Return the name of the file of a conversation: its number keeps the order, and makes it unique."""
    title = _NOT_IN_NAMES.sub(" ", shown(conversation.title))[:_NAME_LENGTH].strip(" .") or "Conversation"
    return f"conversations/{number:04} {title}.md"


def moment(at: datetime | None) -> str:
    """Return a moment in the time zone of the export, which it names."""
    if at is None:
        return "never"
    local = timezone.localtime(at)
    return f"{day_and_time(local)} ({local:%Z})"


def escaped(text: str) -> str:
    """Return a text on one line that Markdown shows as it is."""
    return _SPECIAL.sub(r"\\\1", " ".join(shown(text).split()))


def _account(document: dict[str, Any]) -> Iterator[str]:
    yield "# Your account"
    yield ""
    for name, value in document["profile"].items():
        yield f"* {_words(name)}: {_value(value)}"
    for key, heading in _LISTS.items():
        yield from ("", f"## {heading}", "")
        rows = document[key]
        yield from (f"* {_row(row)}" for row in rows) if rows else ["None."]


def _row(row: dict[str, Any]) -> str:
    filled = {name: value for name, value in row.items() if value not in (None, "", [], {})}
    return "; ".join(f"{_words(name)}: {_value(value)}" for name, value in filled.items())


def _value(value: object) -> str:
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(escaped(str(each)) for each in value) or "none"
    return escaped(str(value)) if value not in (None, "") else "none"


def _words(name: str) -> str:
    return name.removesuffix("_at").replace("_", " ")


def _turn(each: ShownTurn) -> Iterator[str]:
    turn = each.turn
    yield f"## {escaped(turn.question)[:200]}"
    yield ""
    yield from (f"> {shown(line)}" for line in turn.question.splitlines())
    yield from ("", f"*{moment(turn.created_at)}*", "")
    if each.text:
        yield shown(each.text)
    if said := notice(turn):
        yield from ("", f"*{escaped(str(said))}*")
    if each.credit:
        yield from ("", f"*{escaped(each.credit)}*")
    if sources := [citation for citation in each.citations if citation.cited]:
        yield from ("", "Sources:", "", *(_source(citation) for citation in sources))
    if misquotes := misquotes_in(each.text, each.quotations):
        yield from ("", "Quotations that are not what was said:", "", *map(_misquote, misquotes))
    yield from _judged(each)


def _misquote(misquote: Misquote) -> str:
    words = f": “{escaped(misquote.words)}”" if misquote.words else ""
    return f"* {escaped(misquote.quotation)}: {escaped(misquote.note)}{words}"


def _source(citation: Citation) -> str:
    parts = [citation.recording_title, citation.speaker, clock(citation.start)]
    place = ", ".join(escaped(part) for part in parts if part)
    excerpt = f": “{escaped(citation.excerpt)}”" if citation.excerpt else ""
    return f"{citation.number}. {place}{excerpt}"


def _judged(each: ShownTurn) -> Iterator[str]:
    feedback, check = each.judged.feedback, each.judged.check
    if feedback:
        words = [feedback.get_thumb_display(), feedback.get_reason_display() if feedback.reason else "", feedback.text]
        yield from ("", f"You: {escaped('. '.join(word for word in words if word))}")
    if check:
        yield from ("", f"You asked for a check, {moment(check.asked_at)}. {escaped(check.note)}".rstrip())
    for label in each.judged.labels:
        name = label.reviewer.get_username() if label.reviewer else "A reviewer"
        comment = f": {label.comment}" if label.comment else ""
        yield from ("", escaped(f"{name}, {label.get_verdict_display()}{comment}"))
