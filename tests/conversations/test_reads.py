"""Owners see who has read what they asked, when and why: below each turn, and all together on a page."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.test import Client

from chat.conversations import reads
from chat.conversations.filled import Value, filled
from chat.conversations.rendering import render_ended
from chat.models import AccessEvent, How, Kind, LoginSession, Read, Turn

from ..support.asked import asked
from ..support.plans import explained

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("static_files")]

PAGE = "/accounts/reads/"


@pytest.fixture
def turn(client: Client, alice: User, login: LoginSession) -> Turn:
    """A turn of alice, who is signed in."""
    client.force_login(alice)
    return asked(login, "When do we ship?", answer="In March.")


def text(response: Any) -> str:
    return " ".join(re.sub("<[^>]+>", " ", response.content.decode()).split())


def record(turn: Turn, actor: User, reason: str = "A check", kind: Kind = Kind.READ, how: How = How.PAGE) -> None:
    read = Read(turn.user.pk, turn.conversation.uuid, [turn.uuid])
    AccessEvent.objects.record_reads(kind, [read], actor=actor, how=how, reason=reason)


# Below the turn


def test_a_turn_says_who_has_read_it_when_and_why(client: Client, turn: Turn, carol: User) -> None:
    other = asked(turn.login_session, "And then?", conversation=turn.conversation)
    record(turn, carol, "<b>The sample</b>")

    page = client.get(turn.conversation.get_absolute_url()).content.decode()

    first, second = page.split(f'id="turn-{other.uuid}"')
    assert re.search(r"Read by\s+<bdi>carol</bdi> on\s+<time [^>]+>\d+ \w+ \d{4}, \d\d:\d\d</time>", first)
    assert "&lt;b&gt;The sample&lt;/b&gt;" in first
    assert "carol" not in second


def test_several_reads_are_folded_with_the_latest_first(client: Client, turn: Turn, carol: User, bob: User) -> None:
    record(turn, bob, "First")
    record(turn, carol, "Second", Kind.FOUND, How.SEARCH)

    page = text(client.get(turn.conversation.get_absolute_url()))

    assert "Read 2 times, last by carol on" in page
    assert page.index("Found in a search by carol") < page.index("Second") < page.index("First")
    assert (
        f'href="{PAGE}?of={turn.conversation.uuid}"'
        in client.get(turn.conversation.get_absolute_url()).content.decode()
    )


def test_what_the_owner_reads_is_nobodys_business(client: Client, turn: Turn, alice: User) -> None:
    record(turn, alice)

    assert "Read by" not in text(client.get(turn.conversation.get_absolute_url()))
    assert "Nobody has read what you asked." in text(client.get(PAGE))


def test_earlier_turns_show_their_reads_too(client: Client, turn: Turn, carol: User) -> None:
    later = asked(turn.login_session, "And then?", conversation=turn.conversation)
    record(turn, carol)

    assert "Read by carol" in text(client.get(f"{turn.conversation.get_absolute_url()}?before={later.uuid}"))


def test_one_query_finds_the_reads_of_a_page_and_none_those_of_a_turn_that_just_ended(
    client: Client, turn: Turn, carol: User
) -> None:
    for _ in range(5):
        record(asked(turn.login_session, conversation=turn.conversation), carol)
    client.get("/")  # what the first request writes is not counted

    with explained() as plans:
        client.get(turn.conversation.get_absolute_url())
    reading = [plan for plan in plans if "accessevent" in plan or "access_of" in plan]
    assert len(reading) == 1
    assert "access_of_conversation" in reading[0]
    with explained() as plans:
        assert "carol" not in render_ended(turn.uuid)
    assert not [plan for plan in plans if "access" in plan]


# The page of all reads


def test_the_page_has_every_read_with_its_conversation_and_reason(
    client: Client, turn: Turn, carol: User, bob: User
) -> None:
    record(turn, carol, "The sample")
    record(turn, bob, "A list", Kind.EXPORTED, How.CSV)
    AccessEvent.objects.record(
        Kind.UNMASKED, actor=bob, how=How.PAGE, owner_id=turn.user.pk, conversation=turn.conversation.uuid, reason="Ask"
    )
    record(asked(LoginSession.objects.create(user=bob), "A stranger's?"), carol)

    page = text(client.get(PAGE))

    for line in ("Read by carol", "The sample", "Listed in an exported file by bob", "Your name was shown to bob"):
        assert line in page
    assert page.count("When do we ship?") >= 3
    assert "stranger" not in page
    assert f'href="{turn.conversation.get_absolute_url()}?turn={turn.uuid}"' in client.get(PAGE).content.decode()


def test_the_page_counts_questions_as_the_rest_of_the_site_calls_them(client: Client, turn: Turn, carol: User) -> None:
    record(turn, carol)

    page = text(client.get(PAGE))

    assert "When do we ship? 1 question" in page
    assert "turn" not in page.partition("Who read me")[2]


def test_reads_of_a_deleted_conversation_stay_without_its_title(client: Client, turn: Turn, carol: User) -> None:
    record(turn, carol)
    turn.conversation.discard()

    page = text(client.get(PAGE))

    assert "a conversation that you deleted" in page
    assert "When do we ship?" not in page


def test_the_page_can_be_narrowed_to_one_conversation(client: Client, turn: Turn, carol: User, bob: User) -> None:
    record(turn, carol, "This one")
    record(asked(turn.login_session, "Another?"), carol, "Another one")
    foreign = asked(LoginSession.objects.create(user=bob))

    page = text(client.get(PAGE, {"of": str(turn.conversation.uuid)}))

    assert "This one" in page
    assert "Another one" not in page
    for name in (str(foreign.conversation.uuid), str(uuid4()), "x", ""):
        assert client.get(PAGE, {"of": name}).status_code == 404


def test_the_pages_follow_each_other(client: Client, turn: Turn, carol: User) -> None:
    for number in range(120):
        record(turn, carol, f"Reason {number:03}")
    shown, address = [], PAGE
    for _ in range(3):
        html = client.get(address).content.decode()
        shown += re.findall(r"Reason (\d+)", html)
        following = re.search(r'rel="next"\s+href="([^"]+)"', html)
        address = PAGE + following[1].replace("&amp;", "&") if following else ""

    assert shown == [f"{number:03}" for number in reversed(range(120))]
    assert address == ""
    for query in ("after=x", "before=0", "after=99999999999999999999", "end=1"):
        assert client.get(f"{PAGE}?{query}").status_code == 200


def test_the_page_of_the_account_leads_to_the_page(client: Client, turn: Turn) -> None:
    assert f'href="{PAGE}"' in client.get("/accounts/").content.decode()


def test_the_latest_reads_of_a_turn_are_shown(
    client: Client, turn: Turn, carol: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reads, "SHOWN", 2)
    for number in range(4):
        record(turn, carol, f"Reason {number}")

    page = text(client.get(turn.conversation.get_absolute_url()))

    assert "Read 4 times" in page
    assert "Reason 3" in page
    assert "Reason 1" not in page


def test_a_turn_says_that_it_may_have_been_read_more_often_than_the_page_has_looked_for(
    client: Client, turn: Turn, carol: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reads, "LOOKED_AT", 3)
    for _ in range(4):
        record(turn, carol)

    assert "Read at least 3 times" in text(client.get(turn.conversation.get_absolute_url()))


def test_the_reads_of_turns_that_were_read_together_are_rendered_once(
    client: Client, turn: Turn, carol: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    turns = [turn, asked(turn.login_session, "And then?", conversation=turn.conversation)]
    read = Read(turn.user.pk, turn.conversation.uuid, [turn.uuid for turn in turns])
    for _ in range(2):
        AccessEvent.objects.record_reads(Kind.READ, [read], actor=carol, how=How.PAGE, reason="A check")
    rendered: list[str] = []

    def counted(template: str, values: Mapping[str, Value]) -> str:
        rendered.append(template)
        return filled(template, values)

    monkeypatch.setattr(reads, "filled", counted)
    page = text(client.get(turn.conversation.get_absolute_url()))

    assert page.count("Read 2 times") == 2
    assert rendered.count("chat/_reads.html") == 1
