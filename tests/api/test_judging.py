"""A program judges the answers of its owner, and reads what reviewers say about them."""

from __future__ import annotations

import json
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User

from chat.database import in_database
from chat.models import CheckRequest, Feedback, LoginSession, ReviewLabel, Turn
from chat.turns.runner import TurnRunner

from ..support.asked import asked
from .client import CSRF, Answer, Program, page_of

pytestmark = pytest.mark.django_db(transaction=True)

JSON = {"content-type": "application/json"}


async def put(program: Program, turn: Turn, name: str, body: object, **headers: str) -> Answer:
    path = f"/api/turns/{turn.uuid}/{name}"
    return await program.send("PUT", path, json.dumps(body).encode(), **JSON, **headers)


async def delete(program: Program, turn: Turn, name: str) -> Answer:
    return await program.send("DELETE", f"/api/turns/{turn.uuid}/{name}")


async def read(program: Program, turn: Turn) -> Any:
    answer = await program.get(f"/api/conversations/{turn.conversation.uuid}")
    return (await answer.json())["turns"][0]


@pytest.fixture
def turn(login: LoginSession, carol: User) -> Turn:
    """A turn of alice, on a site where carol reviews."""
    return asked(login)


async def test_a_thumb_is_given_changed_and_withdrawn(program: Program, turn: Turn) -> None:
    given = await put(program, turn, "feedback", {"thumb": "down", "reason": "invented", "text": " Nobody said so.\0"})
    assert await given.json() == {"thumb": "down", "reason": "invented", "text": "Nobody said so."}
    assert (await read(program, turn))["feedback"] == await given.json()

    changed = await put(program, turn, "feedback", {"thumb": "up", "reason": "invented"})
    assert await changed.json() == {"thumb": "up", "reason": "", "text": ""}

    assert (await delete(program, turn, "feedback")).status == 204
    assert (await read(program, turn))["feedback"] is None


async def test_a_check_is_asked_for_once_and_taken_back(program: Program, turn: Turn) -> None:
    first = await put(program, turn, "check", {"note": "Is it right?"})
    again = await put(program, turn, "check", {})

    assert await first.json() == await again.json() == (await read(program, turn))["check"]
    assert {**await first.json(), "asked_at": ""} == {
        "note": "Is it right?",
        "asked_at": "",
        "opened_at": None,
        "opened_by": None,
    }
    assert (await delete(program, turn, "check")).status == 204
    assert (await read(program, turn))["check"] is None


async def test_a_check_that_a_reviewer_has_opened_cannot_be_taken_back(
    program: Program, turn: Turn, carol: User
) -> None:
    await in_database(CheckRequest.objects.ask, turn)
    await in_database(CheckRequest.objects.mark_opened, [turn.pk], carol)

    answer = await delete(program, turn, "check")

    assert (answer.status, (await answer.json())["code"]) == (409, "CONFLICT")
    assert (await read(program, turn))["check"]["opened_by"] == "carol"


async def test_labels_are_read_the_latest_first_and_stay_new_on_the_page(
    program: Program, turn: Turn, carol: User, bob: User
) -> None:
    await in_database(ReviewLabel.give, turn, carol, "good", "Well said.")
    await in_database(ReviewLabel.give, turn, bob, "wrong", "")
    await in_database(bob.delete)

    labels = (await read(program, turn))["labels"]

    assert [(each["verdict"], each["comment"], each["reviewer"]) for each in labels] == [
        ("wrong", "", None),
        ("good", "Well said.", "carol"),
    ]
    assert all(each["labelled_at"].endswith("Z") for each in labels)
    assert await in_database(ReviewLabel.objects.filter(seen_at=None).count) == 2


@pytest.mark.parametrize("name", ["feedback", "check"])
async def test_only_the_owner_judges(program: Program, turn: Turn, bob: User, name: str) -> None:
    body = {"thumb": "up"} if name == "feedback" else {}
    foreign = await in_database(lambda: asked(LoginSession.objects.create(user=bob)))
    missing = Turn(uuid=uuid4())

    answers = [await put(program, each, name, body) for each in (foreign, missing)]
    answers += [await delete(program, each, name) for each in (foreign, missing)]

    assert [answer.status for answer in answers] == [404] * 4
    assert len({str(await answer.json()) for answer in answers}) == 1


@pytest.mark.parametrize(
    ("name", "body", "message"),
    [
        ("feedback", {}, "thumb"),
        ("feedback", {"thumb": "sideways"}, "sideways"),
        ("feedback", {"thumb": "down", "reason": "boring"}, "boring"),
        ("feedback", {"thumb": "up", "text": "x" * 1001}, "1000"),
        ("check", {"note": "x" * 1001}, "1000"),
        ("check", {"noted": ""}, "noted"),
    ],
)
async def test_a_wrong_body_is_refused_and_says_where(
    program: Program, turn: Turn, name: str, body: object, message: str
) -> None:
    answer = await put(program, turn, name, body)

    assert (answer.status, (await answer.json())["code"]) == (400, "INVALID_REQUEST")
    assert message in (await answer.json())["error"]
    assert not await in_database(Feedback.objects.exists)
    assert not await in_database(CheckRequest.objects.exists)


async def test_only_finished_answers_are_judged(program: Program, login: LoginSession, carol: User) -> None:
    turn = await in_database(partial(asked, login, state="queued"))

    answers = [await put(program, turn, "feedback", {"thumb": "up"}), await put(program, turn, "check", {})]

    assert ["no finished answer" in (await answer.json())["error"] for answer in answers] == [True, True]


async def test_a_session_needs_the_token_of_a_page(turn: Turn, session: str, runner: TurnRunner) -> None:
    refused = await put(page_of(session), turn, "feedback", {"thumb": "up"})
    accepted = await put(page_of(session), turn, "feedback", {"thumb": "up"}, x_csrftoken=CSRF)

    assert (refused.status, accepted.status) == (403, 200)


async def test_another_method_is_told_which_ones_there_are(program: Program, turn: Turn) -> None:
    answer = await program.get(f"/api/turns/{turn.uuid}/check")

    assert (answer.status, answer.headers["allow"]) == (405, "PUT, DELETE")
    assert (await answer.json())["error"] == "This address accepts PUT and DELETE only."
