"""What is withdrawn while its answer streams, or before the next question, reaches neither the reader nor the model."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any
from uuid import uuid4

import pytest

from chat.answers.rag import Found
from chat.conversations.rendering import render_turn
from chat.database import in_database
from chat.models import Citation, Conversation, LoginSession, Recording, Submission, Turn
from chat.passages import Passage
from chat.turns import events
from chat.turns.runner import TurnRunner

from ..support.asked import asked
from ..support.scripts import Scripts
from ..support.turns import read, stored, text_of
from ..support.withdrawing import (
    KEPT,
    OPEN,
    SECRET,
    WITHDRAWN,
    Change,
    Quoted,
    broken_off,
    move,
    quoted,
    quoted_unnamed,
)

pytestmark = pytest.mark.django_db(transaction=True)

TEXT = f"It is {SECRET} [1]. And {SECRET}"
UNNAMED = f"The {OPEN} stays in {OPEN} bay [1]. [A sentence from a source that you may no longer hear.] So it is."
WHOLE = "[An answer from a source that you may no longer hear.]"


async def ask(runner: TurnRunner, login: LoginSession, question: str, conversation: Conversation) -> Turn:
    asked_now = Submission(request_id=uuid4(), question=question, conversation=conversation.uuid)
    turn = await in_database(Turn.objects.submit, login, asked_now)
    runner.wake()
    return turn


def passage(recording: Recording) -> Passage:
    return Passage(recording=recording, segments=tuple(recording.segments.all()), score=1.0, relevance=1.0)


def cited(recording: Recording) -> Citation:
    [segment] = recording.segments.all()
    citation = Citation.quoting(recording, segment, 1, segment.text)
    citation.shown_at = TEXT.index("[1]") + 3
    return citation


async def streaming(runner: TurnRunner, scripts: Scripts, login: LoginSession) -> Quoted:
    """Return a turn that streams, from a recording that only its user hears, and has shown its first words."""
    scene = await in_database(quoted, login)
    found = [await in_database(passage, scene.secret)]
    turn = await ask(runner, login, "When?", scene.conversation)
    scripts["When?"].say(Found(found), await in_database(cited, scene.secret), TEXT)
    await read(runner, turn, lambda event: isinstance(event, events.Token))
    return Quoted(turn, scene.secret, scene.collection)


@pytest.mark.parametrize("change", WITHDRAWN)
async def test_an_answer_ends_when_what_it_is_from_is_withdrawn(
    runner: TurnRunner, scripts: Scripts, login: LoginSession, change: Change
) -> None:
    scene = await streaming(runner, scripts, login)

    await in_database(change, scene)
    *_, sources, error = await read(runner, scene.turn)
    late = await read(runner, scene.turn)

    assert isinstance(error, events.Error)
    assert (error.code, error.retryable) == ("WITHDRAWN", True)
    assert scripts["When?"].cancelled.is_set()
    assert isinstance(sources, events.Citations)
    assert [(each.number, each.hidden, each.excerpt) for each in sources.citations] == [(1, True, "")]
    assert SECRET not in text_of(late)
    assert SECRET not in await in_database(render_turn, await stored(scene.turn))


@pytest.mark.parametrize("change", KEPT)
async def test_an_answer_goes_on_while_its_user_hears_what_it_is_from(
    runner: TurnRunner, scripts: Scripts, login: LoginSession, change: Change
) -> None:
    scene = await streaming(runner, scripts, login)

    await in_database(change, scene)
    await asyncio.sleep(0)
    scripts["When?"].say(".").end(citations=[await in_database(lambda: cited_anew(scene))])
    [*_, done] = await read(runner, scene.turn)

    assert isinstance(done, events.Done)
    assert (await in_database(render_turn, await stored(scene.turn))).count(SECRET) >= 2


def cited_anew(scene: Quoted) -> Citation:
    """Return the citation that the answer has made, also of a recording that is deleted by now."""
    citation = Citation(number=1, recording=scene.secret if scene.secret.pk else None, segment=1, excerpt=f"{SECRET}.")
    citation.recording_uuid, citation.recording_title = scene.secret.uuid, scene.secret.title
    return citation


async def test_what_was_withdrawn_at_its_end_is_masked_for_its_followers(
    runner: TurnRunner, scripts: Scripts, login: LoginSession
) -> None:
    scene = await in_database(quoted, login)
    turn = await ask(runner, login, "When?", scene.conversation)
    citation = await in_database(cited, scene.secret)
    await in_database(move, scene)
    scripts["When?"].say(f"It is {SECRET} [1].").end(citations=[citation])
    [*_, sources, done] = await read(runner, turn)

    assert isinstance(done, events.Done)
    assert isinstance(sources, events.Citations)
    assert [each.hidden for each in sources.citations] == [True]


async def test_a_reader_of_an_ended_answer_gets_it_masked(runner: TurnRunner, login: LoginSession) -> None:
    scene = await in_database(quoted, login)
    before = await read(runner, scene.turn)
    await in_database(move, scene)
    after = await read(runner, scene.turn)

    assert SECRET in text_of(before)
    assert SECRET not in str(after)
    assert OPEN in text_of(after)


async def test_a_reader_gets_an_ended_answer_without_what_it_quotes_of_a_source_that_it_does_not_name(
    runner: TurnRunner, login: LoginSession
) -> None:
    scene = await in_database(quoted_unnamed, login)
    before = await read(runner, scene.turn)
    await in_database(move, scene)

    assert text_of(before) == scene.turn.answer
    assert text_of(await read(runner, scene.turn)) == UNNAMED


async def test_a_reader_of_an_answer_that_broke_off_gets_it_masked(runner: TurnRunner, login: LoginSession) -> None:
    scene = await in_database(broken_off, login)
    before = await read(runner, scene.turn)
    await in_database(move, scene)

    assert text_of(before) == f"It is {SECRET}"
    assert text_of(await read(runner, scene.turn)) == "[An answer from a source that you may no longer hear.]"


async def test_the_history_has_no_answer_that_broke_off_and_may_be_from_what_was_withdrawn(
    runner: TurnRunner, scripts: Scripts, login: LoginSession
) -> None:
    scene = await in_database(broken_off, login)
    await in_database(partial(asked, login, "Old?", conversation=scene.conversation, state="stopped", answer=SECRET))
    await in_database(move, scene)
    turn = await ask(runner, login, "After?", scene.conversation)
    await asyncio.wait_for(scripts["After?"].asked.wait(), 20)

    answers = [exchange.answer for exchange in scripts["After?"].history]
    assert answers[1:] == ["[An answer from a source that you may no longer hear.]"] * 2
    scripts["After?"].say("End.").end()
    await read(runner, turn)


async def test_the_history_that_the_model_gets_is_masked(
    runner: TurnRunner, scripts: Scripts, login: LoginSession
) -> None:
    scene = await in_database(quoted, login)
    await in_database(partial(asked, login, "Plain?", conversation=scene.conversation, answer="Nothing to hide."))
    await ask(runner, login, "Before?", scene.conversation)
    await asyncio.wait_for(scripts["Before?"].asked.wait(), 20)
    scripts["Before?"].say("So.").end()
    await in_database(move, scene)
    turn = await ask(runner, login, "After?", scene.conversation)
    await asyncio.wait_for(scripts["After?"].asked.wait(), 20)

    assert SECRET in str(scripts["Before?"].history)
    assert SECRET not in str(scripts["After?"].history)
    assert [exchange.answer for exchange in scripts["After?"].history] == [
        f"[A sentence from a source that you may no longer hear.] The {OPEN} stays in {OPEN} bay [2].",
        "Nothing to hide.",
        "So.",
    ]
    scripts["After?"].say("End.").end()
    await read(runner, turn)


@pytest.mark.parametrize(("is_cited", "masked"), [(True, UNNAMED), (False, WHOLE)])
async def test_the_history_has_no_quotation_of_a_source_that_its_answer_does_not_name(
    runner: TurnRunner, scripts: Scripts, login: LoginSession, is_cited: bool, masked: str
) -> None:
    scene = await in_database(partial(quoted_unnamed, is_cited=is_cited), login)
    await in_database(move, scene)
    turn = await ask(runner, login, "After?", scene.conversation)
    await asyncio.wait_for(scripts["After?"].asked.wait(), 20)

    assert [exchange.answer for exchange in scripts["After?"].history] == [masked]
    scripts["After?"].say("End.").end()
    await read(runner, turn)


def test_a_question_with_a_history_that_is_heard_needs_no_further_query(
    login: LoginSession, django_assert_num_queries: Any
) -> None:
    scene = quoted(login)
    later = asked(login, "Later?", conversation=scene.conversation, state="cancelled")

    with django_assert_num_queries(1):
        [exchange] = later.exchanges_before(5)
    assert exchange.citations == ()
