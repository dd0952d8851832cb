"""Any string as a query or a text of the full-text search, and what fails there."""

from __future__ import annotations

import re

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError, connection, connections
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from chat.errors import RetrievalFailed
from chat.models import Recording, Segment
from chat.retrieval import index, own_search, retriever
from chat.retrieval.full_text import FullText

from ..support.hearing import scope_of
from ..support.library import record, search

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_long_segment_is_one_passage_with_its_text_unchanged() -> None:
    speech = "  " + "Friends, “romans” & countrymen\x0b — lend me your ears! " * 2000
    recording = record("Speech", "Mark: We begin.", f"Mark: {speech}", "Mark: We end.")

    passages = search("romans")

    assert [segment.text for passage in passages for segment in passage.segments if segment.number == 2] == [speech]
    assert passages[0].recording == recording


def test_a_text_longer_than_the_database_can_index_is_found_by_its_beginning() -> None:
    recording = record("Endless", "Ana: " + " ".join(f"word{number}" for number in range(250_000)))

    assert [passage.recording for passage in search("word7")] == [recording]


HOSTILE = [
    "'", '"', '"""', "launch AND NOT (", "launch NEAR/2", "launch*", "text:launch", "-launch", "^launch", "a&|!:*b",
    "<->", "launch\x00", "\ud800launch", "🎉 launch", "%s %(x)s {0} \\", "'; DROP TABLE chat_recording; --",
    "launch " * 7000,
    "l" * 50_000, "launch " + " ".join(f"w{number}" for number in range(8000)), "ﬁ ① ² ٣ Ⅷ", "\u0301\u0900\u0e31",
]  # fmt: skip


@pytest.mark.parametrize("query", HOSTILE, ids=lambda query: re.sub(r"\W", "_", query[:20]))
def test_any_string_is_a_query(launch: Recording, query: str) -> None:
    assert [passage.recording for passage in search(query)] in ([launch], [])
    assert "launch" not in query.split() or search(query)


def test_any_text_is_a_query() -> None:
    record("Notes: 会議", "Ana: The launch naïve 予算 हिन्दी price.", "Ben: Straße 12, 3.5 % ① ﬁne.")

    @given(st.text(st.characters()))
    def ask(query: str) -> None:
        assert len(search(query)) <= 1
        assert len(search(f"launch {query}")) == 1

    ask()


def test_any_text_can_be_indexed() -> None:
    recording = record("Notes", "Ana: text")

    @given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00")))
    def keep(text: str) -> None:
        Segment.objects.filter(recording=recording).update(text=text)
        index([recording])
        assert [segment.text for passage in search("notes") for segment in passage.segments] == [text]

    keep()


def test_a_database_error_is_a_failed_retrieval(launch: Recording) -> None:
    def refuse(*_: object) -> None:
        raise OperationalError("disk I/O error")

    full_text = own_search()
    assert isinstance(full_text, FullText)
    scope = scope_of()
    with connection.execute_wrapper(refuse), pytest.raises(RetrievalFailed):
        full_text._search("launch", scope, limit=8)


def test_the_error_names_an_unknown_retriever(settings: Settings) -> None:
    settings.CHAT_RETRIEVER = "oracle"

    with pytest.raises(ImproperlyConfigured, match="CHAT_RETRIEVER='oracle'"):
        retriever()


def test_an_unsupported_database_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(connections["default"]), "vendor", "oracle")

    with pytest.raises(ImproperlyConfigured, match="oracle"):
        retriever()
