"""What reviewers do appears below the turns on the open pages of their owner, and nowhere else."""

from __future__ import annotations

from functools import partial

import pytest
from django.contrib.auth.models import User
from django.test import Client as Browser

from chat.database import in_database
from chat.models import AccessEvent, How, Kind, LoginSession, ReviewLabel, Turn
from chat.turns.nudges import REVIEWS_TOPIC
from chat.turns.runner import TurnRunner

from ..support.asked import asked
from ..support.reviewing import LIST, opened, page_of
from ..support.sockets import Client, Open, sign_in

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("static_files")]


async def showing(connect: Open, session: str, turn: Turn) -> Client:
    """Return the socket of a page that shows a turn which has ended."""
    client = await connect(session)
    await client.send(type="follow", turn=turn.uuid, after=turn.seq)
    await client.read("done")
    return client


def read(turn: Turn, reviewer: User) -> None:
    """Record that a reviewer has read a turn."""
    AccessEvent.objects.record(
        Kind.READ,
        actor=reviewer,
        how=How.PAGE,
        owner_id=turn.user_id,
        conversation=turn.conversation.uuid,
        turns=[turn.uuid],
        reason="The weekly sample",
    )


async def test_a_label_and_a_read_come_to_the_page(
    runner: TurnRunner, connect: Open, session: str, login: LoginSession, carol: User
) -> None:
    turn = await in_database(asked, login)
    client = await showing(connect, session, turn)

    await in_database(ReviewLabel.give, turn, carol, "partly", "Not all of it.")
    runner.wake(REVIEWS_TOPIC)
    [label] = await client.read("reviewed")
    await in_database(read, turn, carol)
    runner.wake(REVIEWS_TOPIC)
    [both] = await client.read("reviewed")

    assert (label["turn"], label["reads"]) == (str(turn.uuid), "")
    assert "Not all of it." in label["labels"]
    assert "Not all of it." in both["labels"]
    assert "carol" in both["reads"]
    assert "The weekly sample" in both["reads"]
    assert await in_database(ReviewLabel.objects.filter(seen_at=None).count) == 1


async def test_a_reviewer_on_the_pages_of_the_review_is_seen_at_once(
    runner: TurnRunner, connect: Open, session: str, login: LoginSession, review: Browser
) -> None:
    turn = await in_database(asked, login)
    client = await showing(connect, session, turn)

    await in_database(opened, review, page_of(turn))
    [event] = await client.read("reviewed")
    label = f"{LIST}{turn.conversation.pk}/turns/{turn.uuid}/label/"
    await in_database(partial(review.post, label, {"verdict": "good", "comment": "Well said."}))
    [labelled] = await client.read("reviewed")

    assert "carol" in event["reads"]
    assert "Well said." in labelled["labels"]


async def test_only_pages_that_show_the_conversation_are_told_and_each_thing_once(
    runner: TurnRunner, connect: Open, session: str, login: LoginSession, carol: User, bob: User
) -> None:
    shown, other = [await in_database(asked, login, question) for question in ("Shown?", "Other?")]
    foreign = await in_database(lambda: asked(LoginSession.objects.create(user=bob)))
    client = await showing(connect, session, shown)
    of_bob = await showing(connect, await in_database(sign_in, bob), foreign)

    for turn in (other, shown):
        await in_database(ReviewLabel.give, turn, carol, "good", "")
        runner.wake(REVIEWS_TOPIC)
    first = await client.read("reviewed")
    await in_database(ReviewLabel.give, foreign, carol, "wrong", "")
    await in_database(ReviewLabel.give, shown, carol, "wrong", "")
    runner.wake(REVIEWS_TOPIC)

    assert [event["turn"] for event in first + await client.read("reviewed")] == [str(shown.uuid)] * 2
    assert [event["turn"] for event in await of_bob.read("reviewed")] == [str(foreign.uuid)]


async def test_what_owners_do_with_their_own_is_no_news(
    runner: TurnRunner, connect: Open, session: str, login: LoginSession, carol: User, alice: User
) -> None:
    turn = await in_database(asked, login)
    client = await showing(connect, session, turn)

    await in_database(read, turn, alice)
    await in_database(read, turn, carol)
    runner.wake(REVIEWS_TOPIC)
    [event] = await client.read("reviewed")

    assert "carol" in event["reads"]
    assert "alice" not in event["reads"]
