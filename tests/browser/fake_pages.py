"""Pages as the site renders them, of turns that are in no database."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date, datetime
from types import SimpleNamespace
from typing import Any, cast
from unittest.mock import patch

from django.conf import settings
from django.template.loader import render_to_string
from django.test import override_settings
from django.utils.safestring import SafeString

from chat.conversations.rendering import TurnPage, blank_conversation, render_blank_turn
from chat.conversations.shown_turn import ShownTurn
from chat.models import Citation, Conversation, HeardOf, Phase, Quotation, Turn

KICK_OFF = "11111111-1111-4111-8111-111111111111"
"""The recording that the filter offers."""
CITED = SafeString("We <mark>take the green one</mark>.")
REVIEW_RULE = ["Reviewers may read your questions and answers.", "Without giving a reason, they read a part of them."]
UNHASHED = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}


_NOTHING = SimpleNamespace(exists=lambda: False)


def turn_html(
    name: str,
    state: str,
    *,
    question: str = "What was decided?",
    text: str = "",
    seq: int = 0,
    failure: str = "",
    sources: int = 0,
    recordings: Sequence[str] = (),
    has_audio: bool = True,
    created_at: datetime | None = None,
    model: str = "",
    quotations: Sequence[Quotation] = (),
) -> str:
    """Return a turn as the server renders it."""
    turn = Turn(uuid=name, state=state, question=question, phase="retrieving", failure=failure, model_name=model)
    turn.conversation = Conversation(uuid=uuid.UUID(int=1))
    if created_at:
        turn.created_at = created_at
    turn.recordings = [{"id": recording, "title": "Kick-off"} for recording in recordings]
    citations = [cast("Citation", _source(number, has_audio=has_audio)) for number in range(1, sources + 1)]
    heard = HeardOf(existing=frozenset(recordings))
    shown = ShownTurn(turn=turn, text=text, seq=seq, citations=citations, quotations=quotations, heard=heard)
    return shown.html("token")


def opened_html(number: int, *, audio: str = "", note: str = "", recorded_on: date | None = None) -> str:
    """Return what the panel shows of such a source; the quoted words are from 62 to 64 seconds."""
    lines = [
        SimpleNamespace(segment=SimpleNamespace(speaker=speaker), text=text, is_cited=text == CITED, is_new=True)
        for speaker, text in (("Ben", "Before."), ("Anna", CITED), ("Ben", "After."))
    ]
    sound = SimpleNamespace(start=62.0, end=64.0, address=audio) if audio else None
    citation = SimpleNamespace(number=number, is_heard=True, speaker="Anna", recording_title="Kick-off")
    opened = SimpleNamespace(
        sound=sound,
        note=note,
        lines=lines,
        place="1:01–1:05",
        moment="/recordings/5/?t=62#segment-1",
        recording=SimpleNamespace(recorded_on=recorded_on),
    )
    return render_to_string("chat/_opened_source.html", {"opened": opened, "citation": citation})


def conversation_page(conversation: str, turns: Sequence[str], *, question: str = "") -> str:
    """Return the page of a conversation."""
    return _page("chat/conversation_detail.html", Conversation(uuid=conversation, title="Decisions"), turns, question)


def new_page(*, question: str = "") -> str:
    """Return the page for a new question."""
    return _page("chat/home.html", None, (), question)


def conversations_html(asked: dict[str, datetime]) -> str:
    """Return the list of conversations with these titles and times."""
    conversations = [
        SimpleNamespace(
            uuid=uuid.uuid4(),
            title=title,
            asked_at=asked_at,
            get_absolute_url=lambda: "/",
            is_active=False,
            unseen_turn=None,
        )
        for title, asked_at in asked.items()
    ]
    return render_to_string("chat/_conversations.html", {"conversations": conversations})


def option(name: str, title: str) -> str:
    """Return a recording in the filter as the server renders it."""
    recording = SimpleNamespace(uuid=name, title=title, recorded_on=None, duration=None)
    return render_to_string("chat/_recording_options.html", {"options": [recording], "chosen": ()})


def recording_page(name: str, segments: Sequence[tuple[float, float]]) -> str:
    """Return the page of a recording with audio, one speaker, and segments with these times in seconds."""
    return _render("chat/recording_detail.html", _transcript(name, segments))


def segments_html(name: str, segments: Sequence[tuple[float, float]], *, text: str) -> str:
    """Return what such a page shows when these segments were found."""
    return _render("chat/_segments.html", _transcript(name, segments, text))


def _transcript(name: str, segments: Sequence[tuple[float, float]], text: str = "") -> dict[str, Any]:
    rows = [
        SimpleNamespace(number=number, speaker="Anna", start=start, end=end, text=f"Words {number}")
        for number, (start, end) in enumerate(segments, 1)
    ]
    transcript = SimpleNamespace(
        runs=[SimpleNamespace(speaker="Anna", segments=rows, continues=False)],
        is_whole=text == "",
        is_empty=False,
        is_long=False,
        total=len(rows),
        piece=SimpleNamespace(first=1, last=len(rows)),
        speakers=["Anna"],
        choices=[("Anna", "Anna"), ("?", "Unknown speaker")],
        wanted=SimpleNamespace(speaker="", text=text, refusal=""),
        page=SimpleNamespace(paginator=SimpleNamespace(count=len(rows)), has_other_pages=False),
    )
    recording = SimpleNamespace(
        uuid=name,
        get_absolute_url=lambda: "/recordings/1/",
        address_of=lambda number: f"/recordings/1/#segment-{number}",
        title="Kick-off",
        recorded_on=None,
        duration=None,
        audio="a.wav",
    )
    return {"recording": recording, "transcript": transcript}


def _page(template: str, conversation: Conversation | None, turns: Sequence[str], question: str) -> str:
    context = {
        "conversation": conversation,
        "page": TurnPage([]),
        "turns": [SafeString(turn) for turn in turns],
        "question": question,
        "request_id": uuid.uuid4(),
        "question_limit": Turn.QUESTION_LIMIT,
        "review_rule": REVIEW_RULE,
        "phases": Phase.choices,
        "blank_turn": render_blank_turn("token"),
        "blank_conversation": blank_conversation(),
        "filter_summary": "Choose what to search",
        "options": [SimpleNamespace(uuid=KICK_OFF, title="Kick-off", recorded_on=None, duration=None)],
        "chosen": (),
    }
    return _render(template, context)


def _render(template: str, context: dict[str, Any]) -> str:
    person = SimpleNamespace(pk=7, is_staff=False, get_username="alice", has_usable_password=True)
    no_conversations = patch("chat.templatetags.sidebar.recent_conversations", return_value={"conversations": []})
    no_reviewer = patch("chat.templatetags.sidebar.may_review", return_value=False)
    no_manager = patch("chat.templatetags.adding.Collection.objects.changeable_by", return_value=_NOTHING)
    with override_settings(STORAGES=settings.STORAGES | UNHASHED), no_conversations, no_reviewer, no_manager:
        return render_to_string(template, {"user": person, "csrf_token": "token"} | context)


def _source(number: int, *, has_audio: bool) -> SimpleNamespace:
    recording = SimpleNamespace(
        uuid=KICK_OFF,
        get_absolute_url=lambda: "/recordings/5/",
        address_of=lambda number: f"/recordings/5/#segment-{number}",
        audio="a.wav" if has_audio else "",
        duration=600.0,
        recorded_on=None,
    )
    return SimpleNamespace(
        number=number,
        cited=True,
        is_heard=True,
        recording_uuid=uuid.UUID(KICK_OFF),
        recording_id=5,
        recording=recording,
        recording_title="Kick-off",
        segment=number,
        speaker="Anna",
        start=61.0,
        end=65.5,
        excerpt=f"We take the green one, part {number}.",
    )
