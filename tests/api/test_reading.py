from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth.models import User

from chat.conversations.rendering import PAGE
from chat.database import in_database
from chat.models import ApiToken, LoginSession, Turn

from ..support.asked import STATES, asked, citing, recorded
from ..support.reviewing import of_content
from .client import Program

pytestmark = pytest.mark.django_db(transaction=True)


async def got(program: Program, path: str) -> Any:
    answer = await program.get(path)
    assert answer.status == 200
    return await answer.json()


async def all_of(program: Program, path: str, rows: str) -> list[Any]:
    """Return the rows of all pages, reading two rows a page."""
    all_rows, after = [], ""
    while True:
        page = await got(program, f"{path}?limit=2{after}")
        assert len(page[rows]) <= 2
        all_rows += page[rows]
        if page["next"] is None:
            return all_rows
        after = f"&after={page['next']}"


async def test_the_users_own_conversations_are_paginated_newest_first(
    program: Program, login: LoginSession, bob: User
) -> None:
    await in_database(asked, await in_database(LoginSession.objects.create, user=bob), "Secret?")
    for number in range(5):
        await in_database(asked, login, f"Question {number}?")

    conversations = await all_of(program, "/api/conversations", "conversations")

    assert [conversation["title"] for conversation in conversations] == [
        f"Question {number}?" for number in (4, 3, 2, 1, 0)
    ]


async def test_questions_asked_between_two_pages_change_no_page(program: Program, login: LoginSession) -> None:
    turns = [await in_database(asked, login, f"Question {number}?") for number in range(3)]
    first = await got(program, "/api/conversations?limit=2")

    await in_database(asked, login, "Again?", conversation=turns[0].conversation)
    await in_database(turns[1].conversation.discard)

    rest = await got(program, f"/api/conversations?limit=2&after={first['conversations'][0]['id']}")
    assert [conversation["title"] for conversation in rest["conversations"]] == ["Question 0?"]


async def test_a_conversation_has_its_turns_with_answers_and_citations(program: Program, login: LoginSession) -> None:
    recording = await in_database(recorded, "Planning", "We ship in March.")
    turn: Turn = await in_database(
        asked, login, "When?", answer="In March [1].", recordings=[recording], citations=[citing(recording)]
    )

    conversation = await got(program, f"/api/conversations/{turn.conversation.uuid}")

    [resource] = conversation["turns"]
    assert [conversation[key] for key in ("id", "title", "next")] == [str(turn.conversation.uuid), "When?", None]
    assert resource | {"created_at": "", "ended_at": ""} == {
        "id": str(turn.uuid),
        "question": "When?",
        "recordings": [{"id": str(recording.uuid), "title": "Planning"}],
        "limits": {"collections": [], "speakers": [], "since": None, "until": None, "undated": False},
        "searched": None,
        "state": "complete",
        "position": None,
        "seq": 3,
        "answer": "In March [1].",
            "credit": "Written by an AI (scripted)",
        "citations": [
            {"number": 1, "recording_id": str(recording.uuid), "recording_title": "Planning", "speaker": "Ana",
             "excerpt": "We ship in March.", "start": 0.0, "end": 10.0}
        ],
        "given": [],
        "quotations": [],
        "error": None,
        "feedback": None,
        "check": None,
        "labels": [],
        "created_at": "",
        "ended_at": "",
    }  # fmt: skip
    assert resource["ended_at"].endswith("Z")


@pytest.mark.parametrize("state", STATES)
async def test_a_turn_in_every_state_can_be_read(program: Program, login: LoginSession, state: str) -> None:
    turn: Turn = await in_database(asked, login, state=state)

    [resource] = (await got(program, f"/api/conversations/{turn.conversation.uuid}"))["turns"]

    answered = state not in ("queued", "cancelled")
    assert resource["state"] == state
    assert resource["answer"] == ("It was decided." if answered else "")
    assert resource["position"] == (1 if state == "queued" else None)
    assert (resource["error"] is not None) == (state in ("failed", "interrupted"))


async def test_long_conversations_are_paginated_oldest_first(program: Program, login: LoginSession) -> None:
    turn: Turn = await in_database(asked, login, "0")

    def ask_more() -> None:
        for number in range(1, PAGE + 1):
            asked(login, str(number), conversation=turn.conversation, state="cancelled")

    await in_database(ask_more)
    path = f"/api/conversations/{turn.conversation.uuid}"

    first = await got(program, path)
    second = await got(program, f"{path}?after={first['next']}")

    questions = [resource["question"] for resource in first["turns"] + second["turns"]]
    assert questions == [str(number) for number in range(PAGE + 1)]
    assert second["next"] is None


async def test_recordings_are_paginated(program: Program) -> None:
    recordings = [await in_database(recorded, f"Meeting {number}", "Hello.") for number in range(3)]

    resources = await all_of(program, "/api/recordings", "recordings")

    assert resources[0] == {
        "id": str(recordings[2].uuid), "title": "Meeting 2", "recorded_on": None, "duration": 10.0,
        "language": "", "consent": None
    }  # fmt: skip
    assert [UUID(resource["id"]) for resource in resources] == [recording.uuid for recording in reversed(recordings)]


@pytest.mark.parametrize("path", ["/api/conversations", "/api/recordings"])
async def test_an_empty_list_is_an_empty_page(program: Program, path: str) -> None:
    assert await got(program, path) == {path.rpartition("/")[2]: [], "next": None}


async def test_a_session_can_read_without_a_csrf_token(session: str, login: LoginSession, program: Program) -> None:
    assert (await Program(session_key=session).get("/api/conversations")).status == 200


async def test_what_the_model_of_an_answer_without_citations_got_is_kept_apart(
    program: Program, login: LoginSession
) -> None:
    given = citing(await in_database(recorded))
    given.cited = False
    turn = await in_database(asked, login, "When?", citations=[given])

    resource = (await got(program, f"/api/conversations/{turn.conversation.uuid}"))["turns"][0]

    assert (resource["citations"], [source["number"] for source in resource["given"]]) == ([], [1])


async def test_a_reviewer_reads_nothing_of_others_with_a_token(
    login: LoginSession, carol: User, program: Program
) -> None:
    turn = await in_database(asked, login, "Secret?")
    _, secret = await in_database(ApiToken.issue, carol, "reports")
    reviewer = Program(secret)

    assert (await got(reviewer, "/api/conversations"))["conversations"] == []
    assert (await reviewer.get(f"/api/conversations/{turn.conversation.uuid}")).status == 404
    assert await in_database(of_content) == []
