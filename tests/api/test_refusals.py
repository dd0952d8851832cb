"""The refusals of the API, which have one shape; those for too much are in ``test_limits``."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.db import OperationalError

from chat.api import chat as chat_module
from chat.database import in_database
from chat.database.outage import Outage
from chat.models import ApiToken, Conversation, LoginSession, Turn
from chat.turns.runner import TurnRunner

from ..support.asked import asked
from ..support.scripts import Scripts
from ..support.sockets import sign_in
from .client import STREAM, Program, problem

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.any_database]

READ = ["/api/conversations", "/api/conversations/6b1f6f0a-9f1c-4a51-8a52-0d8a6d0c1f11", "/api/recordings"]
ALLOWED = {STREAM: "POST", "/api/recordings": "GET, HEAD, POST"}
JSON = {"content-type": "application/json"}


def question(**more: object) -> dict[str, object]:
    return {"query": "When?", "session_id": None, **more}


# 400


BAD: list[Any] = [
    None, [], "text", {}, {"query": "When?"}, {"session_id": None}, question(query=""), question(query=" \n"),
    question(query="\u200d\u0007 \u2028"),
    question(query="x" * 4097), question(query=7), question(query=None), question(session_id="x"),
    question(session_id=1), question(recording_filter=None), question(recording_filter="x"),
    question(recording_filter=["x"]), question(recording_filter=[str(uuid4())] * 501), question(more=1),
    question(request_id=str(uuid4())),
]  # fmt: skip


@pytest.mark.parametrize("number", range(len(BAD)))
async def test_a_malformed_question_is_refused(program: Program, number: int) -> None:
    answer = await program.send("POST", STREAM, json.dumps(BAD[number]).encode(), **JSON)

    assert await problem(answer) == (400, "INVALID_REQUEST")
    assert await in_database(Turn.objects.count) == 0


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"\xff", b'{"query": "\\ud800", "session_id": null}', b" " * 70_000, b'{"a":' * 10_000],
)
async def test_a_body_that_is_not_json_is_refused(program: Program, body: bytes) -> None:
    assert await problem(await program.send("POST", STREAM, body, **JSON)) == (400, "INVALID_REQUEST")


@pytest.mark.parametrize("length", [4_097, 60_000])
async def test_the_refusal_of_a_question_that_is_too_long_names_its_length_and_the_limit(
    program: Program, length: int
) -> None:
    answer = await program.ask("e" * length)

    assert answer.status == 400
    assert (await answer.json())["error"] == f"The question is too long: {length:,} characters, at most 4,096."


async def test_the_longest_question_is_accepted(program: Program, scripts: Scripts) -> None:
    scripts["ü" * 4096].say("Yes.").end()

    assert (await program.ask("ü" * 4096)).status == 200


@pytest.mark.parametrize(
    "headers",
    [{"content-type": "text/plain"}, {"last-event-id": "x"}, {"last-event-id": "-1"}, {"last-event-id": "9" * 20},
     {"last-event-id": "9" * 5000}, {"last-event-id": ""}, {"idempotency-key": "x"}, {"idempotency-key": ""}],
)  # fmt: skip
async def test_a_bad_header_is_refused(program: Program, headers: dict[str, str]) -> None:
    assert await problem(await program.ask("When?", headers=headers)) == (400, "INVALID_REQUEST")
    assert await in_database(Turn.objects.count) == 0


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "limit=x", "limit=", "limit=²", "after=x", "after="])
async def test_a_bad_page_is_refused(program: Program, query: str) -> None:
    assert await problem(await program.get(f"/api/conversations?{query}")) == (400, "INVALID_REQUEST")


# 401


@pytest.mark.parametrize(
    "authorization",
    ["", "Bearer", "Bearer ", "Bearer chatsite_", "Bearer " + "x" * 9000, "Basic YWxpY2U6eA==", "Token x", "Bearer ü"],
)
async def test_a_client_without_valid_credentials_is_refused(runner: TurnRunner, authorization: str) -> None:
    stranger = Program(authorization=authorization)

    for answer in [await stranger.ask("When?"), *[await stranger.get(path) for path in READ]]:
        assert await problem(answer) == (401, "SIGNED_OUT")
        assert answer.headers["www-authenticate"] == "Bearer"


async def test_the_digest_of_a_token_is_no_valid_token(program: Program, runner: TurnRunner) -> None:
    token = await in_database(ApiToken.objects.get)

    assert (await Program(token.digest).get(READ[0])).status == 401


# 404


async def test_foreign_and_unknown_ids_give_the_same_answer(
    program: Program, bob: User, alice: User, runner: TurnRunner
) -> None:
    foreign = (await in_database(asked, await in_database(LoginSession.objects.create, user=bob))).conversation.uuid

    for name in (foreign, uuid4()):
        for answer in (
            await program.ask("When?", name),
            await program.get(f"/api/conversations/{name}"),
            await program.get(f"/api/conversations?after={name}"),
        ):
            assert await problem(answer) == (404, "NOT_FOUND")
    answers = [await program.get(f"/api/conversations/{name}") for name in (foreign, uuid4())]
    assert await answers[0].json() == await answers[1].json()


async def test_an_unknown_recording_is_not_found(program: Program) -> None:
    assert await problem(await program.ask("When?", recording_filter=[uuid4()])) == (404, "NOT_FOUND")


async def test_a_deleted_conversation_is_not_found(program: Program, login: LoginSession) -> None:
    conversation: Conversation = (await in_database(asked, login)).conversation
    await in_database(conversation.discard)

    assert await problem(await program.get(f"/api/conversations/{conversation.uuid}")) == (404, "NOT_FOUND")
    assert await problem(await program.ask("When?", conversation.uuid)) == (404, "NOT_FOUND")


@pytest.mark.parametrize("headers", [{}, {"idempotency-key": "6b1f6f0a-9f1c-4a51-8a52-0d8a6d0c1f11"}])
async def test_an_answer_that_was_never_asked_for_cannot_be_resumed(program: Program, headers: dict[str, str]) -> None:
    answer = await program.ask("When?", headers={"last-event-id": "3", **headers})

    assert await problem(answer) == (404, "NOT_FOUND")
    assert await in_database(Turn.objects.count) == 0


async def test_another_user_cannot_resume_an_answer(
    program: Program, bob: User, scripts: Scripts, runner: TurnRunner
) -> None:
    key = str(uuid4())
    await program.ask("When?", headers={"idempotency-key": key})
    other = Program((await in_database(ApiToken.issue, bob, "his"))[1])

    for headers in ({}, {"idempotency-key": key}):
        answer = await other.ask("When?", headers={"last-event-id": "0", **headers})
        assert await problem(answer) == (404, "NOT_FOUND")


@pytest.mark.parametrize("path", ["/api/", "/api/nothing", "/api/chat/stream/", "/api/conversations/x", "/api/\n"])
async def test_an_unknown_address_gives_a_404_in_the_same_shape(program: Program, path: str) -> None:
    assert await problem(await program.get(path)) == (404, "NOT_FOUND")


# 405


@pytest.mark.parametrize("path", [STREAM, *READ])
@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
async def test_a_wrong_method_is_refused(program: Program, path: str, method: str) -> None:
    answer = await program.send(method, path)

    assert await problem(answer) == (405, "METHOD_NOT_ALLOWED")
    assert answer.headers["allow"] == ALLOWED.get(path, "GET, HEAD")


# 409


async def test_a_key_used_for_another_question_is_a_conflict(program: Program, scripts: Scripts) -> None:
    key = {"idempotency-key": str(uuid4())}
    await program.ask("When?", headers=key)

    assert await problem(await program.ask("Where?", headers=key)) == (409, "CONFLICT")
    assert await problem(await program.ask("Where?", headers=key | {"last-event-id": "1"})) == (409, "CONFLICT")


# 500 and 503


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [(OperationalError("the database is at 10.0.0.7"), 503, "UNAVAILABLE"),
     (ValueError("a secret"), 500, "INTERNAL_ERROR")],
)  # fmt: skip
async def test_the_answer_to_an_unexpected_error_does_not_reveal_it(
    program: Program, monkeypatch: pytest.MonkeyPatch, error: Exception, status: int, code: str
) -> None:
    def fail(_: object) -> Turn:
        raise error

    monkeypatch.setattr(chat_module.AnswerRequest, "turn", fail)
    monkeypatch.setattr(Outage, "record", lambda *_, **__: None)  # the outage is fake: keep it from other tests

    answer = await program.ask("When?")

    assert await problem(answer) == (status, code)
    assert "10.0.0.7" not in str(await answer.json())


async def test_the_session_of_a_deactivated_user_is_refused(alice: User, runner: TurnRunner) -> None:
    session = await in_database(sign_in, alice)
    await in_database(User.objects.filter(pk=alice.pk).update, is_active=False)

    assert await problem(await Program(session_key=session).get(READ[0])) == (401, "SIGNED_OUT")
