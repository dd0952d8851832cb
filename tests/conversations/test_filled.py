"""Templates that are laid out once: they must say the same as when they are rendered anew."""

from __future__ import annotations

import re
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.template.loader import render_to_string
from django.utils.html import format_html

from chat.conversations import filled as module
from chat.conversations.filled import Value, filled
from chat.conversations.reads import reads_of
from chat.conversations.shown_turn import ShownTurn
from chat.models import AccessEvent, How, Kind, LoginSession, Read

from ..support.asked import STATES, asked, citing, recorded

pytestmark = pytest.mark.django_db
TEMPLATES = Path(settings.BASE_DIR) / "templates" / "chat"
LAID_OUT = (
    "_turn.html",
    "_turn_actions.html",
    "_ask_only.html",
    "_ask_only_in.html",
    "_reads.html",
    "_read.html",
    "_reader.html",
    "_source.html",
    "_timeline.html",
)


@pytest.fixture
def rendered(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """What was filled since, beside what the engine makes of the same template and values."""
    pairs: list[tuple[str, str]] = []

    def both(template: str, values: dict[str, Value]) -> Any:
        html = filled(template, values)
        pairs.append((html, render_to_string(template, values)))
        return html

    for renderer in ("shown_turn", "source_html", "ask_only", "reads"):
        monkeypatch.setattr(f"chat.conversations.{renderer}.filled", both)
    return pairs


@pytest.mark.parametrize("state", STATES)
def test_a_turn_is_what_the_engine_makes_of_its_template(
    state: str, login: LoginSession, rendered: list[tuple[str, str]]
) -> None:
    recordings = [recorded("{0} & <i>Planning</i>", "In March."), recorded("Review", "In May.")]
    citations = [citing(recording, number) for number, recording in enumerate(recordings, 1)]
    names = [{"id": str(recordings[0].uuid), "title": recordings[0].title}]

    turn = asked(login, "What {is} <this>?" * 20, state=state)

    for text, cited, searched in product(("", "{text} & <b> [1] \0seq\0"), ([], citations), ([], names)):
        turn.recordings = searched
        html = ShownTurn(turn=turn, text=text, position=2, citations=cited).html("a-token")

        assert rendered[-1] == (html, html)
    assert [html for html, by_engine in rendered if html != by_engine] == []


@pytest.mark.parametrize("reads", [1, 2])
@pytest.mark.parametrize("reason", ["", "{0} & <i>A check</i>"])
def test_the_reads_of_a_turn_are_what_the_engine_makes_of_their_templates(
    reads: int, reason: str, login: LoginSession, carol: User, rendered: list[tuple[str, str]]
) -> None:
    turn = asked(login)
    read = Read(login.user.pk, turn.conversation.uuid, [turn.uuid])
    for _ in range(reads):
        AccessEvent.objects.record_reads(Kind.READ, [read], actor=carol, how=How.PAGE, reason=reason)

    html = reads_of([turn.uuid], turn.conversation)[turn.uuid]

    assert len(rendered) == reads + 1
    assert rendered[-1] == (html, html)
    assert [html for html, by_engine in rendered if html != by_engine] == []


def test_a_text_is_escaped_unless_it_is_html(rendered: list[tuple[str, str]]) -> None:
    values: dict[str, Value] = {
        "notice": "<b>{0}</b>",
        "answer": format_html("<b>{}</b>", "<{1}>"),
        "is_terminal": True,
    }

    html = filled("chat/_turn.html", values | {"is_terminal": True})

    assert "&lt;b&gt;{0}&lt;/b&gt;" in html
    assert "<b>&lt;{1}&gt;</b>" in html


def test_a_template_is_laid_out_once_for_each_shape() -> None:
    module._layout.cache_clear()

    for question, state in (("One?", "complete"), ("Two?", "failed"), ("", "failed")):
        filled("chat/_turn.html", {"question": question, "state": state, "is_terminal": True})

    assert module._layout.cache_info().misses == 2


@pytest.mark.parametrize("name", LAID_OUT)
def test_a_template_that_is_laid_out_changes_and_compares_no_text(name: str) -> None:
    source = (TEMPLATES / name).read_text()

    assert not re.search(r"\{\{[^}]*[|.]", source)
    assert not re.search(r"\{% (for|with|url|if [^%]*[=<>|.])", source)
