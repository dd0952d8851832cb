"""Every read of somebody else's conversation is recorded before anything is shown, exactly once."""

from __future__ import annotations

import re
import time
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django.db import DatabaseError
from django.test import Client

from chat.models import AccessEvent, LoginSession, Turn
from chat.models.turns import rows
from chat.review import remembered

from ..support.asked import asked
from ..support.reviewing import LIST, REASON, events, of_content, opened, page_of, searched

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("static_files")]

PAGES = {"change": "page", "print": "print", "history": "history"}
QUESTION = "When does the CANARY ship?"


@pytest.fixture
def turn(login: LoginSession) -> Turn:
    return asked(login, QUESTION, answer="In March.")


@pytest.fixture
def no_log(review: Client, turn: Turn, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no access be recorded."""

    def fail(*_: object) -> None:
        raise DatabaseError("disk full")

    monkeypatch.setattr(rows, "execute", fail)


def text(response: Any) -> str:
    return str(response.content.decode())


# What is recorded


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("method", ["get", "head"])
def test_each_read_is_recorded_once(review: Client, turn: Turn, carol: User, page: str, method: str) -> None:
    opened(review, page_of(turn))
    before = len(events())

    response = getattr(review, method)(page_of(turn, page=page), headers={"Accept": "application/json"})

    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]
    assert len(events()) == before + 1
    event = AccessEvent.objects.latest("pk")
    assert (event.kind, event.how, event.reason) == ("read", PAGES[page], REASON)
    assert (event.actor_id, event.actor_name, event.owner_id) == (carol.pk, "carol", turn.user.pk)
    assert event.conversation == turn.conversation.uuid
    assert event.turn_uuids == (set() if page == "history" else {turn.uuid})


def test_only_the_turns_that_are_shown_are_recorded(review: Client, login: LoginSession) -> None:
    turns = [asked(login, state="cancelled")]
    for _ in range(50):
        turns.append(asked(login, conversation=turns[0].conversation, state="cancelled"))

    opened(review, page_of(turns[0]))
    review.get(page_of(turns[0], f"?before={turns[1].uuid}"))

    read = [event.turn_uuids for event in of_content()]
    assert read == [{turn.uuid for turn in turns[1:]}, {turns[0].uuid}]


def test_a_label_leads_back_to_the_page_which_is_read_again(review: Client, turn: Turn) -> None:
    opened(review, page_of(turn))

    review.post(f"{LIST}{turn.conversation.pk}/turns/{turn.uuid}/label/", {"verdict": "good"}, follow=True)

    assert events() == [("read", "page")] * 2


def test_neither_the_list_nor_a_form_nor_a_refusal_is_a_read(review: Client, turn: Turn, bob: User) -> None:
    for address in (LIST, page_of(turn), f"{LIST}search/", f"{LIST}export/", page_of(turn, page="unmask")):
        assert review.get(address).status_code == 200
    assert review.post(page_of(turn)).status_code == 403
    assert review.options(page_of(turn, page="history")).status_code == 403
    review.force_login(bob)
    assert review.get(page_of(turn), follow=True).status_code == 403

    assert events() == []


def test_a_search_records_each_conversation_that_it_shows(review: Client, turn: Turn, bob: User, carol: User) -> None:
    other = asked(LoginSession.objects.create(user=bob), "Who sings?", answer="The CANARY does.")
    asked(turn.login_session, "Something else?")
    again = asked(turn.login_session, "A CANARY, again?", conversation=turn.conversation)

    searched(review, "canary")

    found = AccessEvent.objects.filter(kind="found").order_by("owner_id")
    assert events() == [("searched", "search"), ("found", "search"), ("found", "search")]
    assert [(event.owner_id, event.turn_uuids) for event in found] == [
        (turn.user.pk, {turn.uuid, again.uuid}),
        (bob.pk, {other.uuid}),
    ]
    assert {event.reason for event in of_content()} == {REASON}
    assert "canary" not in str(list(AccessEvent.objects.values())).casefold()


def test_a_search_that_finds_nothing_is_recorded_too(review: Client) -> None:
    searched(review, "unheard")

    [event] = of_content()
    assert (event.kind, event.owner_id, event.details) == ("searched", None, {"shown": 0})


# What is not shown


@pytest.mark.usefixtures("no_log")
@pytest.mark.parametrize("page", PAGES)
def test_nothing_is_shown_that_cannot_be_recorded(review: Client, turn: Turn, page: str) -> None:
    review.raise_request_exception = False

    response = opened(review, page_of(turn, page=page))

    assert response.status_code == 503
    assert "could not be recorded" in text(response)
    assert "CANARY" not in text(response)


@pytest.mark.usefixtures("no_log")
def test_nothing_is_found_exported_or_unmasked_that_cannot_be_recorded(review: Client, turn: Turn) -> None:
    review.raise_request_exception = False

    assert searched(review, "canary").status_code == 503
    assert review.post(f"{LIST}export/", {"reason": REASON}).status_code == 503
    assert review.post(page_of(turn, page="unmask"), {"reason": REASON}).status_code == 503
    assert "alice" not in text(review.get(page_of(turn)))


@pytest.mark.parametrize("headers", [{"Sec-Purpose": "prefetch;prerender"}, {"Purpose": "prefetch"}])
@pytest.mark.parametrize("page", PAGES)
def test_a_browser_gets_nothing_in_advance(review: Client, turn: Turn, page: str, headers: dict[str, str]) -> None:
    opened(review, page_of(turn))
    before = events()

    response = review.get(page_of(turn, page=page), headers=headers)

    assert (response.status_code, response.content) == (204, b"")
    assert "no-store" in response["Cache-Control"]
    assert events() == before


def test_the_pages_of_the_owner_show_a_reviewer_nothing(review: Client, turn: Turn) -> None:
    assert review.get(turn.conversation.get_absolute_url()).status_code == 404
    assert review.get(f"/turns/{turn.uuid}/").status_code == 404
    assert events() == []


# The reason


def test_a_conversation_is_shown_after_a_reason_of_3_to_500_characters(review: Client, turn: Turn) -> None:
    form = review.get(page_of(turn))
    assert "Why do you read this conversation?" in text(form)
    assert re.search(r"<dt>Turns</dt>\s*<dd>1</dd>", text(form))
    assert "CANARY" not in text(form)
    for reason in ("", "  a  ", "x" * 501, "a\0b"):
        response = review.post(form.context["action"], {"reason": reason})
        assert response.status_code == 400
        assert "CANARY" not in text(response)
    assert events() == []

    response = review.post(form.context["action"], {"reason": " Ana  asked\nfor it "}, follow=True)

    assert "CANARY" in text(response)
    assert of_content()[0].reason == "Ana asked for it"


def test_a_reason_counts_for_one_conversation_and_an_hour(
    review: Client, turn: Turn, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(review, page_of(turn))
    other = asked(turn.login_session, "Another?")

    assert "CANARY" in text(review.get(page_of(turn)))
    assert "Why do you read" in text(review.get(page_of(other)))
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + remembered.SECONDS + 1)
    assert "Why do you read" in text(review.get(page_of(turn)))


@pytest.mark.parametrize("page", PAGES)
def test_a_reason_leads_to_the_page_that_asked_for_it(review: Client, turn: Turn, page: str) -> None:
    newer = asked(turn.login_session, "And then?", conversation=turn.conversation)
    address = page_of(turn, f"?_changelist_filters=state%3Dcomplete&before={newer.uuid}", page)

    response = opened(review, address)

    [(reached, _)] = response.redirect_chain
    assert reached.partition("?")[0] == page_of(turn, page=page)
    assert {"before": [str(newer.uuid)], "_changelist_filters": ["state=complete"]} == response.wsgi_request.GET


@pytest.mark.parametrize("before", ["x", "1", str(UUID(int=1))])
def test_an_unknown_turn_is_not_found_before_anything_is_recorded(review: Client, turn: Turn, before: str) -> None:
    opened(review, page_of(turn))

    assert review.get(page_of(turn, f"?before={before}")).status_code == 404
    assert events() == [("read", "page")]


def test_the_reason_of_a_search_is_offered_for_what_it_has_found(review: Client, turn: Turn) -> None:
    query = searched(review, "canary").request["QUERY_STRING"]

    form = review.get(page_of(turn, f"?_changelist_filters={query}"))

    assert f'value="{REASON}"' in text(form)
