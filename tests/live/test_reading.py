from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from pytest_django import Settings

from chat.database import in_database
from chat.errors import GenerationFailed, RetrievalFailed
from chat.live import rendered_ends
from chat.live.consumer import ChatConsumer
from chat.models import Citation, Phase, Recording, Turn
from chat.turns.run import Run
from chat.turns.runner import TurnRunner

from ..support.scripts import Scripts
from ..support.sockets import Open

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("runner")]


def types_of(received: list[dict[str, Any]]) -> list[str]:
    return [event["type"] for event in received]


async def test_repeating_an_ask_does_not_restart_the_answer(connect: Open, session: str, scripts: Scripts) -> None:
    client = await connect(session)
    request = await client.ask("When?")
    scripts["When?"].say(Phase.ANSWERING, "On ")
    before = await client.read("token")

    await client.ask("When?", request_id=request)
    await client.read("accepted")
    scripts["When?"].say("Monday.").end()
    seen = [*before, *await client.read("done")]

    assert [(event["after"], event["content"]) for event in seen if event["type"] == "token"] == [
        (0, "On "),
        (1, "Monday."),
    ]


async def test_a_client_that_asks_receives_all_events_in_order(connect: Open, session: str, scripts: Scripts) -> None:
    recording = await in_database(Recording.objects.create, title="Launch", digest="1")
    cited = Citation(
        number=1, recording=recording, recording_uuid=recording.uuid, recording_title="Launch", segment=1,
        speaker="Ana", excerpt="On Monday.", start=1.5, end=2.0,
    )  # fmt: skip
    client = await connect(session)
    request = await client.ask("When?")
    scripts["When?"].say(Phase.ANSWERING, "On Monday [1].").end(citations=[cited])

    seen = await client.read("done")

    assert types_of(seen)[0] == "accepted"
    assert seen[0]["request_id"] == request
    assert [kind for kind in types_of(seen) if kind not in ("phase", "queued")] == [
        "accepted",
        "started",
        "token",
        "citations",
        "done",
    ]
    by_type = {event["type"]: event for event in seen}
    assert by_type["token"] | {"turn": ""} == {
        "type": "token",
        "turn": "",
        "after": 0,
        "seq": 1,
        "content": "On Monday [1].",
    }
    assert by_type["citations"]["citations"] == [
        {"number": 1, "recording_id": str(recording.uuid), "recording_title": "Launch", "excerpt": "On Monday.",
         "speaker": "Ana", "start": 1.5, "end": 2.0}
    ]  # fmt: skip
    assert by_type["done"]["state"] == "complete"
    assert "On Monday" in by_type["done"]["html"]


async def test_the_same_request_sent_again_is_the_same_turn(connect: Open, session: str, scripts: Scripts) -> None:
    client = await connect(session)
    request = await client.ask("When?")
    [first, *_] = await client.read("started")

    await client.ask("When?", request_id=request)

    [*_, again] = await client.read("accepted")
    assert (again["turn"], again["state"]) == (first["turn"], "streaming")


async def test_a_reader_resumes_from_its_own_seq(connect: Open, session: str, scripts: Scripts) -> None:
    client = await connect(session)
    await client.ask("When?")
    scripts["When?"].say("On ")
    [*_, token] = await client.read("token")
    scripts["When?"].say("Monday.").end()
    await client.read("done")

    await client.send(type="follow", turn=token["turn"], after=1)

    seen = await client.read("done")
    assert [event["content"] for event in seen if event["type"] == "token"] == ["Monday."]


async def test_a_second_tab_shows_what_the_first_asks(connect: Open, session: str, scripts: Scripts) -> None:
    first, second = await connect(session), await connect(session)
    await first.ask("When?")
    scripts["When?"].say("Soon.").end()
    [*_, done] = await first.read("done")
    conversation = await in_database(
        lambda: Turn.objects.select_related("conversation").get(uuid=done["turn"]).conversation
    )
    await second.send(type="follow", turn=done["turn"], after=1)
    await second.read("done")

    request = await first.ask("Sure?", conversation.uuid)
    scripts["Sure?"].say("Yes.").end()

    [accepted, *rest] = await second.read("done")
    assert (accepted["type"], accepted["request_id"]) == ("accepted", request)
    assert [event["content"] for event in rest if event["type"] == "token"] == ["Yes."]


async def test_a_client_receives_turns_that_were_asked_while_its_follow_was_in_flight(
    connect: Open, session: str, scripts: Scripts
) -> None:
    first, second = await connect(session), await connect(session)
    await first.ask("When?")
    scripts["When?"].say("Soon.").end()
    [*_, done] = await first.read("done")
    conversation = await in_database(
        lambda: Turn.objects.select_related("conversation").get(uuid=done["turn"]).conversation
    )
    request = await first.ask("Sure?", conversation.uuid)
    scripts["Sure?"].say("Yes.").end()
    await first.read("done")

    await second.send(type="follow", turn=done["turn"], after=1)
    [*_, accepted] = await second.read("accepted")

    assert accepted["request_id"] == request
    [*_, done] = await second.read("done", turn=accepted["turn"])
    assert done["state"] == "complete"


async def test_a_question_asked_meanwhile_is_queued_and_answered_next(
    connect: Open, session: str, scripts: Scripts
) -> None:
    client = await connect(session)
    await client.asked("First?")
    await scripts["First?"].asked.wait()
    second = await client.asked("Second?")
    [*_, queued] = await client.read("queued", turn=second)

    scripts["First?"].say("1").end()
    scripts["Second?"].say("2").end()

    seen = await client.read("done", turn=second)
    assert queued["position"] == 1
    assert [event["content"] for event in seen if event["type"] == "token"] == ["1", "2"]


async def test_stop_ends_the_answer_where_the_reader_is(connect: Open, session: str, scripts: Scripts) -> None:
    client = await connect(session)
    await client.ask("When?")
    scripts["When?"].say("On ")
    [*_, token] = await client.read("token")

    await client.send(type="stop", turn=token["turn"], seen=1)

    [*_, done] = await client.read("done")
    assert (done["state"], done["seq"]) == ("stopped", 1)


async def test_a_queued_question_can_be_cancelled(connect: Open, session: str, scripts: Scripts) -> None:
    client = await connect(session)
    await client.asked("First?")
    await scripts["First?"].asked.wait()
    second = await client.asked("Second?")

    await client.send(type="stop", turn=second, seen=0)

    [*_, done] = await client.read("done", turn=second)
    assert done["state"] == "cancelled"


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (RetrievalFailed("x"), "RETRIEVAL_FAILED"),
        (GenerationFailed("x"), "GENERATION_FAILED"),
        (ValueError("x"), "INTERNAL_ERROR"),
    ],
)
async def test_a_failing_turn_sends_an_error_and_keeps_its_text(
    connect: Open, session: str, scripts: Scripts, error: Exception, code: str
) -> None:
    client = await connect(session)
    await client.ask("When?")
    scripts["When?"].say("On ").fail(error)

    seen = await client.read("error")

    [token] = [event for event in seen if event["type"] == "token"]
    failed = seen[-1]
    assert token["content"] == "On "
    assert (failed["code"], failed["turn"], failed["seq"]) == (code, token["turn"], 1)
    assert failed["retryable"]
    assert failed["message"] in failed["html"].replace("&#x27;", "'")


async def test_a_model_that_takes_too_long_times_out(
    connect: Open, session: str, scripts: Scripts, settings: Settings
) -> None:
    settings.CHAT_TOTAL_SECONDS = 0.0
    client = await connect(session)
    await client.ask("When?")

    [*_, failed] = await client.read("error")

    assert failed["code"] == "TIMEOUT"


async def test_a_restart_saves_the_answer_and_closes_all_sockets(
    connect: Open, session: str, scripts: Scripts, runner: TurnRunner
) -> None:
    client = await connect(session)
    await client.ask("When?")
    scripts["When?"].say("On ")
    await client.read("token")

    await runner.drain(0)
    [*_, failed] = await client.read("error")
    for socket in list(ChatConsumer.live):
        await socket.restart()

    assert failed["code"] == "INTERRUPTED"
    assert (await client.receive()) == {"type": "restart", "retry_after_ms": 4000}
    assert await client.closed() == 1012


async def test_an_answer_that_many_tabs_show_is_rendered_once(
    connect: Open, session: str, scripts: Scripts, monkeypatch: pytest.MonkeyPatch
) -> None:
    rendered, render = list[UUID](), rendered_ends._render

    def counted(name: UUID, run: Run | None) -> tuple[str, float]:
        rendered.append(name)
        return render(name, run)

    monkeypatch.setattr(rendered_ends, "_render", counted)
    first, second = await connect(session), await connect(session)
    await first.ask("When?")
    scripts["When?"].say("On ")
    [*_, token] = await first.read("token")
    await second.send(type="follow", turn=token["turn"], after=0)
    await second.read("token")

    scripts["When?"].say("Monday.").end()

    [*_, one], [*_, other] = await first.read("done"), await second.read("done")
    assert one == other
    assert len(rendered) == 1


async def test_the_end_is_sent_even_if_the_answer_cannot_be_rendered(
    connect: Open, session: str, scripts: Scripts, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> tuple[str, float]:
        raise ValueError("a bug")

    monkeypatch.setattr(rendered_ends, "_render", fail)
    client = await connect(session)
    await client.ask("When?")
    scripts["When?"].say("Soon.").end()

    [*_, done] = await client.read("done")

    assert (done["state"], done.get("html", "")) == ("complete", "")
    assert "Could not render turn" in caplog.text
