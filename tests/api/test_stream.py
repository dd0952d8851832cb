"""An answer as Server-Sent Events: its events, resuming it, and the queue of its login."""

from __future__ import annotations

import asyncio
from uuid import uuid4

import pytest
from django.contrib.auth.models import User

from chat.database import in_database
from chat.errors import GenerationFailed
from chat.live import stream as stream_module
from chat.live.stream import Stream
from chat.models import ApiToken, Failure, Phase, Turn

from ..support.asked import citing, recorded
from ..support.scripts import Scripts
from ..support.sockets import Open
from .client import Event, Program, complete, names_of, text

pytestmark = pytest.mark.django_db(transaction=True)


async def test_an_answer_consists_of_tokens_citations_and_done(program: Program, scripts: Scripts) -> None:
    recording = await in_database(recorded, "Planning", "We ship in March.")
    answer = await program.ask("When?")
    scripts["When?"].say(Phase.ANSWERING, "In March ")
    token = await answer.event()
    scripts["When?"].say("[1].").end(citations=[citing(recording)])

    rest = await complete(answer)

    assert token == Event("token", 1, {"content": "In March "})
    assert names_of(rest) == ["token", "citations", "done"]
    assert [event.id for event in rest] == [2, 2, 2]
    assert rest[1].data == {
        "citations": [
            {"number": 1, "recording_id": str(recording.uuid), "recording_title": "Planning", "speaker": "Ana",
             "excerpt": "We ship in March.", "start": 0.0, "end": 10.0}
        ],
        "given": [],
    }  # fmt: skip
    assert rest[2].data == {}
    assert answer.headers["content-type"] == "text/event-stream"
    assert (answer.headers["cache-control"], answer.headers["x-accel-buffering"]) == ("no-store", "no")


async def test_a_failing_answer_consists_of_tokens_and_error(program: Program, scripts: Scripts) -> None:
    scripts["When?"].say("In ").fail(GenerationFailed("a secret of the provider"))

    seen = await complete(await program.ask("When?"))

    assert names_of(seen) == ["token", "error"]
    assert seen[-1].data == {"message": Failure.GENERATION_FAILED.label, "code": "GENERATION_FAILED"}


async def test_the_text_equals_that_of_the_socket_and_the_database(
    program: Program, connect: Open, session: str, scripts: Scripts
) -> None:
    answer = await program.ask("When?")
    for word in ["In", "the", "“first”", "week\n\nof", "März", "🎉.", "data:", "no", "event"]:
        scripts["When?"].say(word + " ")
        await asyncio.sleep(0)
    scripts["When?"].end()

    assert answer.headers["x-credit"] == "Quoted by the built-in model"
    seen = await complete(answer)
    page = await connect(session)
    await page.send(type="follow", turn=answer.headers["x-turn"], after=0)
    on_the_page = [event["content"] for event in await page.read("done") if event["type"] == "token"]

    stored = (await in_database(Turn.objects.get, uuid=answer.headers["x-turn"])).answer
    assert text(seen) == "".join(on_the_page) == stored == "In the “first” week\n\nof März 🎉. data: no event "


async def test_a_reader_can_resume_from_every_event(program: Program, scripts: Scripts) -> None:
    answer = await program.ask("When?")
    seen = []
    for word in ("In ", "the ", "first ", "week."):
        scripts["When?"].say(word)
        seen.append(await answer.event())
    scripts["When?"].end()
    seen += await complete(answer)

    for place, last in enumerate(event for event in seen if event):
        again = await program.ask("When?", headers={"last-event-id": str(last.id)})
        later = [event for event in seen[place + 1 :] if event and event.name == "token"]
        assert text(await complete(again)) == text(later)
        assert again.headers["x-turn"] == answer.headers["x-turn"]
    assert await in_database(Turn.objects.count) == 1


async def test_a_reader_that_received_nothing_resumes_from_the_start(program: Program, scripts: Scripts) -> None:
    answer = await program.ask("When?")
    await answer.comment("started")
    await answer.leave()
    scripts["When?"].say("In March.").end()

    seen = await complete(await program.ask("When?", headers={"last-event-id": "0"}))

    assert text(seen) == "In March."


async def test_a_client_can_ask_again_in_a_conversation_that_it_started(program: Program, scripts: Scripts) -> None:
    first = await program.ask("When?")
    scripts["When?"].say("In March.").end()
    await complete(first)
    scripts["Sure?"].say("Yes.").end()
    second = await program.ask("Sure?", first.headers["x-conversation"])

    assert text(await complete(second)) == "Yes."
    assert second.headers["x-conversation"] == first.headers["x-conversation"]
    assert [exchange.question for exchange in scripts["Sure?"].history] == ["When?"]


async def test_a_client_that_disconnects_ends_only_its_response(program: Program, scripts: Scripts) -> None:
    answer = await program.ask("When?")
    scripts["When?"].say("In ")
    await answer.event()

    await answer.leave()

    assert not Stream.live
    scripts["When?"].say("March.").end()
    seen = await complete(await program.ask("When?", headers={"last-event-id": "1"}))
    assert (text(seen), names_of(seen)[-1]) == ("March.", "done")


async def test_questions_with_the_same_idempotency_key_make_one_turn(program: Program, scripts: Scripts) -> None:
    key = {"idempotency-key": str(uuid4())}
    scripts["When?"].say("In March.").end()

    first, second = [await program.ask("When?", headers=key) for _ in range(2)]

    assert text(await complete(first)) == text(await complete(second)) == "In March."
    assert await in_database(Turn.objects.count) == 1


async def test_the_second_question_of_a_token_waits_for_the_first(program: Program, scripts: Scripts) -> None:
    first = await program.ask("First?")
    await scripts["First?"].asked.wait()
    second = await program.ask("Second?")
    await second.comment("queued 1")

    scripts["First?"].say("1").end()
    scripts["Second?"].say("2").end()

    assert (text(await complete(first)), text(await complete(second))) == ("1", "2")


async def test_each_token_and_each_browser_has_a_queue_of_its_own(
    program: Program, alice: User, session: str, scripts: Scripts, connect: Open
) -> None:
    _, other = await in_database(ApiToken.issue, alice, "other")
    await program.ask("One?")
    await Program(other).ask("Two?")
    page = await connect(session)
    await page.ask("Three?")

    await page.read("started")

    await asyncio.gather(*(scripts[question].asked.wait() for question in ("One?", "Two?", "Three?")))


async def test_stopping_on_the_page_ends_the_response(
    program: Program, connect: Open, session: str, scripts: Scripts
) -> None:
    answer = await program.ask("When?")
    scripts["When?"].say("In ")
    await answer.event()
    page = await connect(session)

    await page.send(type="stop", turn=answer.headers["x-turn"], seen=1)

    assert await complete(answer) == [Event("done", 1, {})]
    assert (await in_database(Turn.objects.get)).state == "stopped"


async def test_cancelling_a_queued_question_ends_its_response_with_done(program: Program, scripts: Scripts) -> None:
    await program.ask("First?")
    await scripts["First?"].asked.wait()
    answer = await program.ask("Second?")
    await answer.comment("queued 1")

    await in_database(Turn.objects.filter(question="Second?").end, None)

    assert names_of(await complete(answer)) == ["done"]


async def test_the_filter_of_a_question_reaches_its_search(program: Program, scripts: Scripts) -> None:
    recording = await in_database(recorded, "Planning", "We ship in March.")
    scripts["When?"].say("In March.").end()

    await complete(await program.ask("When?", recording_filter=[recording.uuid]))

    scope = scripts["When?"].scope
    assert scope
    assert scope.filter.recordings == (recording.uuid,)


async def test_keep_alive_comments_fill_a_silence(
    program: Program, scripts: Scripts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream_module, "KEEP_ALIVE_SECONDS", 0.01)
    answer = await program.ask("When?")

    await answer.comment("keep-alive")

    scripts["When?"].say("In March.").end()
    assert text(await complete(answer)) == "In March."
