"""What one message to other processes carries."""

from __future__ import annotations

from uuid import uuid4

import msgspec

from chat.models import Claim
from chat.turns.answer_log import AnswerLog
from chat.turns.extract import Extract
from chat.turns.outgoing import MESSAGE_LIMIT, Message, Outgoing


def log(*chunks: str, phase: str = "answering") -> AnswerLog:
    log = AnswerLog(Claim(turn_id=1, turn_uuid=uuid4(), owner="me", fence=1), phase)
    log.chunks = list(chunks)
    return log


def extracts_of(message: Message) -> list[Extract]:
    return [Extract.of(*each) for each in message["extracts"]]


def test_what_is_said_of_a_turn_between_two_messages_comes_as_one_extract() -> None:
    outgoing, written = Outgoing(), log("a")
    outgoing.add_log(written, 0)
    written.chunks.append("b")
    outgoing.add_log(written, 1)

    [extract] = extracts_of(outgoing.take())

    assert extract == Extract(written.claim.turn_uuid, 0, "answering", ["a", "b"])
    assert not outgoing


def test_text_that_does_not_fit_is_left_out_and_its_place_is_not() -> None:
    outgoing, large, small = Outgoing(), log("a", "\N{SNOWMAN}" * 6_000), log("b")
    outgoing.add_log(large, 1)
    outgoing.add_log(small, 0)

    message = outgoing.take()

    assert [(extract.after, extract.chunks) for extract in extracts_of(message)] == [(2, []), (0, ["b"])]


def test_no_message_is_larger_than_the_limit_and_nothing_is_forgotten() -> None:
    outgoing = Outgoing()
    topics = [f"turn:{uuid4()}" for _ in range(500)]
    followed = [uuid4() for _ in range(500)]
    logs = [log("x" * 50, phase="retrieving") for _ in range(500)]
    outgoing.add_topics(topics)
    for turn_uuid in followed:
        outgoing.add_followed(turn_uuid)
    for written in logs:
        outgoing.add_log(written, 0)

    messages = []
    while outgoing:
        messages.append(outgoing.take())

    assert (
        max(len(msgspec.msgpack.encode({"type": "nudge", "sender": uuid4().hex} | each)) for each in messages)
        <= MESSAGE_LIMIT
    )
    assert [topic for each in messages for topic in each["topics"]] == topics
    assert [name for each in messages for name in each["followed"]] == [name.bytes for name in followed]
    assert [each.turn_uuid for message in messages for each in extracts_of(message)] == [
        written.claim.turn_uuid for written in logs
    ]
