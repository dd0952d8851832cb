"""The list of conversations as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator
from typing import Any, cast

import pytest
from django.contrib.auth.models import User
from django.test import AsyncClient

from chat.database import in_database
from chat.models import LoginSession, Pseudonym, ReviewLabel, Turn
from chat.review import export
from chat.review.export import harmless

from ..support.asked import asked
from ..support.reviewing import LIST, REASON, of_content

pytestmark = pytest.mark.django_db(transaction=True)

ADDRESS = "/admin/chat/conversation/export/"


async def body(response: Any) -> str:
    parts = cast(AsyncIterator[bytes], response.streaming_content)
    return b"".join([part async for part in parts]).decode()


async def exported(carol: User, query: str = "", *, words: str = "") -> list[dict[str, str]]:
    """Return the rows of the file that carol gets, after a search if there are words to search for."""
    client = AsyncClient()
    await client.aforce_login(carol)
    if words:
        found = await client.post(f"{LIST}search/", {"words": words, "reason": REASON})
        query = f"{query or '?'}&{found['Location'].partition('?')[2]}"
    response = await client.post(ADDRESS + query, {"reason": REASON})
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"].startswith('attachment; filename="conversations-2')
    return list(csv.DictReader(io.StringIO((await body(response)).removeprefix("\ufeff"))))


def labelled(login: LoginSession, carol: User) -> Turn:
    turn = asked(login, "SECRET question?", answer="SECRET answer.")
    asked(login, conversation=turn.conversation, state="failed", answer="SECRET")
    asked(login, conversation=turn.conversation, state="interrupted", answer="SECRET")
    ReviewLabel.give(turn, carol, "wrong", "SECRET comment")
    return turn


async def test_a_row_counts_states_failures_and_labels_and_quotes_nothing(login: LoginSession, carol: User) -> None:
    turn = await in_database(labelled, login, carol)

    [row] = await exported(carol)

    assert row["conversation"] == str(turn.conversation.uuid)
    assert row["address"] == f"http://testserver/admin/chat/conversation/{turn.conversation.pk}/change/"
    assert row["last asked"].startswith("20")
    counts = {name: value for name, value in row.items() if value.isdigit() and value != "0"}
    assert counts == {
        "turns": "3", "complete": "1", "failed": "1", "interrupted": "1",
        "GENERATION_FAILED": "1", "INTERRUPTED": "1", "label wrong": "1",
    }  # fmt: skip
    assert (row["owner"], row["label good"]) == (await in_database(Pseudonym.objects.of, login.user_id), "0")
    assert "SECRET" not in str(row)
    assert "alice" not in str(row)


async def test_the_file_has_what_the_list_shows(login: LoginSession, carol: User, bob: User) -> None:
    def ask() -> list[str]:
        failed = [asked(login, f"Launch {name}", state="failed") for name in "ba"]
        asked(login, "Launch c")
        asked(LoginSession.objects.create(user=bob), "Budget", state="failed")
        asked(login, "Launch d", state="failed").conversation.discard()
        return [str(turn.conversation.uuid) for turn in failed]

    [b, a] = await in_database(ask)

    async def of(query: str, words: str = "") -> list[str]:
        return [row["conversation"] for row in await exported(carol, query, words=words)]

    assert await of("?failure=any", "Launch") == [a, b]
    assert await of("?failure=any&o=0&p=7", "Launch") == [b, a]
    assert len(await of("")) == 4
    assert await of("", "unheard") == []


async def test_a_long_list_is_read_in_parts(login: LoginSession, carol: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "BATCH", 2)
    for _ in range(5):
        await in_database(asked, login)
    client = AsyncClient()
    await client.aforce_login(carol)

    response = await client.post(ADDRESS, {"reason": REASON})
    parts = [part async for part in cast(AsyncIterator[bytes], cast(Any, response).streaming_content)]

    assert [part.count(b"\r\n") for part in parts] == [1, 2, 2, 1]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =1", "＝1"])
def test_no_cell_is_a_formula(text: str) -> None:
    assert harmless(text) == f"'{text}"


def test_other_cells_stay_as_they_are() -> None:
    assert [harmless(cell) for cell in ("alice", 0, "a=b", "2026-01-01")] == ["alice", "0", "a=b", "2026-01-01"]


async def test_the_reason_is_asked_first_and_each_conversation_is_recorded(login: LoginSession, carol: User) -> None:
    turns = [await in_database(asked, login) for _ in range(3)]
    client = AsyncClient()
    await client.aforce_login(carol)
    assert (await client.get(ADDRESS)).status_code == 200
    assert (await client.post(ADDRESS, {"reason": " a "})).status_code == 400
    assert await in_database(of_content) == []

    await exported(carol)

    events = await in_database(of_content)
    assert {event.conversation for event in events} == {turn.conversation.uuid for turn in turns}
    assert {(event.kind, event.how, event.reason, event.owner_id, event.actor_id) for event in events} == {
        ("exported", "csv", REASON, login.user_id, carol.pk)
    }


async def test_the_file_is_for_reviewers_and_for_filters_that_make_sense(
    carol: User, alice: User, admin_user: User
) -> None:
    client = AsyncClient()
    await client.aforce_login(carol)
    assert (await client.get(f"{ADDRESS}?asked_at__gte=yesterday"))["Location"] == LIST
    for user in (alice, admin_user):
        await client.aforce_login(user)

        assert (await client.post(ADDRESS, {"reason": REASON}))["Location"].startswith("/admin/login/")
