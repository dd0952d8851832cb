"""Who gets what from every command of the socket and from the stream of the API: one test for each cell."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import pytest
from pytest_django import Settings

from chat.database import in_database
from chat.live import protocol
from chat.models import ApiToken

from ..api.client import Program
from ..support.sockets import Open, sign_in
from .world import ROLES, World

pytestmark = pytest.mark.django_db(transaction=True)

PEOPLE = ROLES[1:-1]
TABLE = """
#                 user      member  manager   reviewer  administrator superuser
ask               accepted  accepted accepted accepted  accepted      accepted
ask-conversation  NOT_FOUND accepted NOT_FOUND NOT_FOUND NOT_FOUND    NOT_FOUND
ask-recording     NOT_FOUND accepted accepted NOT_FOUND NOT_FOUND     NOT_FOUND
ask-collection    NOT_FOUND accepted accepted NOT_FOUND NOT_FOUND     NOT_FOUND
follow            NOT_FOUND done    NOT_FOUND NOT_FOUND NOT_FOUND     NOT_FOUND
stop              NOT_FOUND pong    NOT_FOUND NOT_FOUND NOT_FOUND     NOT_FOUND
ack               pong      pong    pong      pong      pong          pong
ping              pong      pong    pong      pong      pong          pong
"""
"""What comes first of a command about the member's things: an event, or the code of an error."""
LINES = [line.split() for line in TABLE.strip().splitlines() if not line.startswith("#")]
CELLS = [(name, role, outcome) for name, *outcomes in LINES for role, outcome in zip(PEOPLE, outcomes, strict=True)]


@pytest.fixture
async def world(settings: Settings, tmp_path: Path) -> World:
    settings.MEDIA_ROOT = tmp_path
    return await in_database(World)


def command(name: str, world: World) -> dict[str, object]:
    """Return a command about what is in the world."""
    kind, _, about = name.partition("-")
    if kind != "ask":
        seen = {"follow": {"after": 0}, "stop": {"seen": 0}, "ack": {"seq": 1}, "ping": {}}[kind]
        return {"type": kind, **({} if kind == "ping" else {"turn": world.turn.uuid}), **seen}
    ask: dict[str, object] = {"type": "ask", "request_id": uuid4(), "question": "When?"}
    ask |= {"conversation": world.conversation.uuid if about == "conversation" else None}
    ask |= {"recordings": [world.recording.uuid] if about == "recording" else []}
    return ask | ({"limits": {"collections": [world.collection.uuid]}} if about == "collection" else {})


def test_every_command_has_a_line() -> None:
    commands = {kind.__name__.lower() for kind in protocol.COMMANDS}

    assert {name.partition("-")[0] for name, *_ in LINES} == commands


@pytest.mark.parametrize(("name", "role", "outcome"), CELLS)
async def test_a_command_is_for_those_whom_the_table_names(
    world: World, connect: Open, name: str, role: str, outcome: str
) -> None:
    socket = await connect(await in_database(sign_in, world.people[role]))

    await socket.send(**command(name, world))
    if outcome == "pong":  # what needs no answer has none
        await socket.send(type="ping")

    seen = [await socket.receive()]
    while seen[-1]["type"] not in ("accepted", "error", "pong", "done"):
        seen.append(await socket.receive())
    assert seen[-1].get("code", seen[-1]["type"]) == outcome


@pytest.mark.parametrize("key", [None, "no-such-session"])
async def test_nobody_who_is_not_signed_in_opens_a_socket(world: World, connect: Open, key: str | None) -> None:
    socket = await connect(key)

    assert await socket.closed() == protocol.CloseCode.SIGNED_OUT


@pytest.mark.parametrize("role", PEOPLE)
async def test_a_stream_of_the_api_is_of_what_its_user_hears(world: World, role: str, runner: object) -> None:
    _, secret = await in_database(ApiToken.issue, world.people[role], "stream")
    hears, owns = role in ("member", "manager"), role == "member"

    about = await Program(secret).ask("When?", recording_filter=[world.recording.uuid])
    inside = await Program(secret).ask("When?", world.conversation.uuid)

    assert (about.status, inside.status) == (200 if hears else 404, 200 if owns else 404)
