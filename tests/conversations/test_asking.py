from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest
from django.contrib.auth.models import User
from django.test import Client

from chat.models import LoginSession, Turn

from ..support.asked import asked, citing, recorded
from ..support.hostile import squeezed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("static_files")]


@pytest.fixture
def page(client: Client, alice: User) -> Client:
    """The browser of alice, who is signed in."""
    client.force_login(alice)
    return client


@pytest.fixture
def page_login(page: Client) -> LoginSession:
    """The login session of that browser."""
    return LoginSession.objects.get()


def form(question: str = "When do we ship?", **more: Any) -> dict[str, Any]:
    return {"question": question, "request_id": str(uuid4()), **more}


def text(response: Any) -> str:
    return str(response.content.decode())


# Asking without JavaScript


def test_a_first_question_begins_a_conversation(page: Client, page_login: LoginSession) -> None:
    response = page.post("/ask/", form("When do we ship?"))

    turn = Turn.objects.get()
    assert (turn.question, turn.state, turn.login_session) == ("When do we ship?", "queued", page_login)
    assert response["Location"] == f"/c/{turn.conversation.uuid}/#turn-{turn.uuid}"


def test_a_further_question_joins_its_conversation(page: Client, page_login: LoginSession) -> None:
    conversation = asked(page_login).conversation

    page.post(f"/c/{conversation.uuid}/ask/", form())

    assert conversation.turns.count() == 2


def test_sending_a_form_twice_asks_once(page: Client) -> None:
    sent = form()

    first, second = page.post("/ask/", sent), page.post("/ask/", sent)

    assert first["Location"] == second["Location"]
    assert Turn.objects.count() == 1


def test_the_chosen_recordings_are_searched(page: Client) -> None:
    planning, call = recorded("Planning"), recorded("Call")

    page.post("/ask/", form(recordings=[str(call.uuid), str(planning.uuid)]))

    assert [recording["title"] for recording in Turn.objects.get().recordings] == ["Call", "Planning"]


def test_a_line_break_counts_as_one_character(page: Client) -> None:
    page.post("/ask/", form("a\r\n" * 3_999 + "a"))

    assert Turn.objects.get().question == "a\n" * 3_999 + "a"


@pytest.mark.parametrize(
    ("sent", "message"),
    [
        ({"question": " \n "}, "The question is empty."),
        ({"question": "\u200b \u2060\ufeff\u00ad"}, "The question has only invisible characters."),
        ({"question": "a" * 100_000}, "The question is too long: 100,000 characters, at most 8,000."),
        ({"question": "a" * 8_001}, "The question is too long: 8,001 characters, at most 8,000."),
        ({"question": "a\0b"}, "Null characters are not allowed."),
        ({"request_id": "1"}, "This form was incomplete."),
        ({"request_id": ""}, "This form was incomplete."),
        ({"recordings": ["1"]}, "The filter contains an unknown recording."),
        ({"recordings": [str(UUID(int=number)) for number in range(501)]}, "You can choose at most 500 recordings"),
    ],
)
def test_the_page_shows_why_a_question_is_refused(page: Client, sent: dict[str, Any], message: str) -> None:
    response = page.post("/ask/", form() | sent)

    assert response.status_code == 400
    assert message in text(response)
    assert not Turn.objects.exists()


def test_a_refused_question_stays_in_the_box_with_its_filter(page: Client, page_login: LoginSession) -> None:
    recording = recorded("Planning")
    conversation = asked(page_login, state="streaming").conversation
    for _ in range(5):
        asked(page_login, conversation=conversation, state="queued")

    response = page.post(f"/c/{conversation.uuid}/ask/", form("One <more>", recordings=[str(recording.uuid)]))

    assert response.status_code == 429
    assert "5 questions are already waiting." in text(response)
    assert "\nOne &lt;more&gt;</textarea>" in text(response)
    assert f'value="{recording.uuid}" data-title="Planning" checked>' in squeezed(text(response))


def test_a_question_that_is_too_long_stays_whole_in_the_box(page: Client) -> None:
    response = page.post("/ask/", form("a" * 100_000))

    assert f"\n{'a' * 100_000}</textarea>" in text(response)
    assert "maxlength" not in text(response).split("<textarea")[1].split(">")[0]


def test_a_request_id_that_was_used_for_something_else_is_a_conflict(page: Client) -> None:
    sent = form()
    page.post("/ask/", sent)

    response = page.post("/ask/", sent | {"question": "Something else?"})

    assert response.status_code == 409


def test_the_page_reports_a_recording_that_no_longer_exists(page: Client) -> None:
    response = page.post("/ask/", form(recordings=[str(uuid4())]))

    assert response.status_code == 404
    assert "A recording in the filter no longer exists." in text(response)


def test_a_page_without_script_refreshes_while_a_turn_runs(page: Client, page_login: LoginSession) -> None:
    running = asked(page_login, state="streaming").conversation

    assert f'<meta http-equiv="refresh" content="2; url=/c/{running.uuid}/">' in text(page.get(f"/c/{running.uuid}/"))
    Turn.objects.all().delete()
    assert "refresh" not in text(page.get(f"/c/{running.uuid}/"))


# Stopping and asking again


def test_a_running_turn_is_asked_to_stop(page: Client, page_login: LoginSession) -> None:
    turn = asked(page_login, state="streaming")

    response = page.post(f"/turns/{turn.uuid}/stop/")

    turn.refresh_from_db()
    assert turn.stop_requested_at
    assert response["Location"] == f"/c/{turn.conversation.uuid}/#turn-{turn.uuid}"


def test_a_waiting_turn_is_cancelled(page: Client, page_login: LoginSession) -> None:
    turn = asked(page_login, state="queued")

    page.post(f"/turns/{turn.uuid}/stop/")

    turn.refresh_from_db()
    assert turn.state == "cancelled"


def test_stopping_a_turn_stops_no_other(page: Client, page_login: LoginSession) -> None:
    streaming, queued = asked(page_login, state="streaming"), asked(page_login, state="queued")

    page.post(f"/turns/{queued.uuid}/stop/")

    streaming.refresh_from_db()
    assert streaming.stop_requested_at is None


def test_asking_again_makes_a_new_turn_with_the_same_filter(page: Client, page_login: LoginSession) -> None:
    turn = asked(page_login, recordings=[recorded("Planning")], state="failed")

    page.post(f"/turns/{turn.uuid}/retry/", {"request_id": str(uuid4())})

    again = Turn.objects.latest("pk")
    assert (again.retry_of, again.question, again.recordings) == (turn, turn.question, turn.recordings)


def test_a_question_can_be_asked_again_in_all_recordings(page: Client, page_login: LoginSession) -> None:
    turn = asked(page_login, recordings=[recorded("Planning")], answer="Nothing.")

    page.post(f"/turns/{turn.uuid}/retry/", {"request_id": str(uuid4()), "everywhere": "yes"})

    again = Turn.objects.latest("pk")
    assert (again.question, again.conversation, again.recordings) == (turn.question, turn.conversation, [])


def test_edit_puts_question_and_filter_back_into_the_box(page: Client, page_login: LoginSession) -> None:
    planning, other = recorded("Planning"), recorded("Other")
    turn = asked(page_login, "Who <pays>?", recordings=[planning])
    asked(page_login, "Another?", conversation=turn.conversation, recordings=[other])

    response = page.get(f"{turn.conversation.get_absolute_url()}?edit={turn.uuid}")

    assert "Who &lt;pays&gt;?</textarea>" in response.content.decode()
    assert response.context["filter_summary"] == "Only in 1 recording"


@pytest.mark.parametrize("edited", ["nothing", "00000000-0000-4000-8000-000000000000"])
def test_a_turn_that_is_not_of_the_conversation_cannot_be_edited(
    page: Client, page_login: LoginSession, edited: str
) -> None:
    turn = asked(page_login)

    assert page.get(f"{turn.conversation.get_absolute_url()}?edit={edited}").status_code == 404


def test_a_question_is_asked_again_only_in_the_recording_that_the_form_names(
    page: Client, page_login: LoginSession
) -> None:
    one, other = recorded("Planning"), recorded("Launch")
    turn = asked(page_login, citations=[citing(one), citing(other, 2)])

    page.post(f"/turns/{turn.uuid}/retry/", {"request_id": str(uuid4()), "recording": str(other.uuid)})

    again = Turn.objects.latest("pk")
    assert (again.retry_of, again.question) == (turn, turn.question)
    assert again.recordings == [{"id": str(other.uuid), "title": "Launch"}]


@pytest.mark.parametrize("recording", ["", "nothing", "00000000-0000-4000-8000-000000000000"])
def test_what_is_no_recording_is_not_asked(page: Client, page_login: LoginSession, recording: str) -> None:
    turn = asked(page_login)

    response = page.post(f"/turns/{turn.uuid}/retry/", {"recording": recording}, follow=True)

    assert "Please choose again." in text(response)
    assert Turn.objects.count() == 1


def test_sending_the_retry_form_twice_asks_once(page: Client, page_login: LoginSession) -> None:
    turn, request_id = asked(page_login, state="stopped"), str(uuid4())

    page.post(f"/turns/{turn.uuid}/retry/", {"request_id": request_id})
    page.post(f"/turns/{turn.uuid}/retry/", {"request_id": request_id})

    assert Turn.objects.count() == 2


def test_the_page_refuses_to_ask_a_running_question_again(page: Client, page_login: LoginSession) -> None:
    turn = asked(page_login, state="streaming")

    response = page.post(f"/turns/{turn.uuid}/retry/", follow=True)

    assert "You can ask a question again only after its answer has ended" in text(response)
