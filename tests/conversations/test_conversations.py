from __future__ import annotations

import re
from datetime import time, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.utils import timezone
from pytest_django import Settings

from chat.conversations.rendering import PAGE
from chat.models import Conversation, LoginSession

from ..support.asked import asked, recorded
from ..support.hostile import squeezed

pytestmark = [pytest.mark.django_db, pytest.mark.any_database, pytest.mark.usefixtures("static_files")]


@pytest.fixture
def page(client: Client, alice: User) -> Client:
    """The browser of alice, who is signed in."""
    client.force_login(alice)
    return client


@pytest.fixture
def page_login(page: Client) -> LoginSession:
    """The login session of that browser."""
    return LoginSession.objects.get()


def text(response: Any) -> str:
    return str(response.content.decode())


# One conversation


def test_the_next_question_starts_with_the_filter_of_the_last_one(page: Client, page_login: LoginSession) -> None:
    planning, call = recorded("Planning"), recorded("Call")
    conversation = asked(page_login, recordings=[planning]).conversation
    asked(page_login, conversation=conversation, recordings=[call])

    html = squeezed(text(page.get(f"/c/{conversation.uuid}/")))

    assert f'value="{call.uuid}" data-title="Call" checked>' in html
    assert f'value="{planning.uuid}" data-title="Planning">' in html
    assert "<span data-filter-summary>Only in 1 recording</span>" in html
    assert "<bdi>Call</bdi>" in html.partition("data-filter-chips")[2].partition("</ul>")[0]


def test_a_deleted_recording_is_not_offered_as_a_filter(page: Client, page_login: LoginSession) -> None:
    recording = recorded("Planning")
    conversation = asked(page_login, recordings=[recording]).conversation
    recording.delete()

    assert "<span data-filter-summary>Choose what to search</span>" in text(page.get(f"/c/{conversation.uuid}/"))


def test_earlier_turns_are_a_link_away(page: Client, page_login: LoginSession) -> None:
    first = asked(page_login, "The very first", state="cancelled")
    for _ in range(PAGE):
        last = asked(page_login, "A later one", conversation=first.conversation, state="cancelled")

    newest = text(page.get(f"/c/{first.conversation.uuid}/"))
    oldest_shown = first.conversation.turns.order_by("pk")[1]
    earlier = text(page.get(f"/c/{first.conversation.uuid}/?before={oldest_shown.uuid}"))

    assert f"?before={oldest_shown.uuid}" in newest
    assert f"turn-{first.uuid}" not in newest
    assert f"turn-{first.uuid}" in earlier
    assert f"turn-{last.uuid}" not in earlier


@pytest.mark.parametrize("query", ["?before=", "?before=1", "?before=6f1d4b0a-5f7e-4c39-9d55-0c7a1c3a2b11"])
def test_a_turn_outside_of_the_conversation_is_not_found(page: Client, page_login: LoginSession, query: str) -> None:
    assert page.get(f"/c/{asked(page_login).conversation.uuid}/{query}").status_code == 404


def test_newer_turns_are_rendered_as_on_the_page(page: Client, page_login: LoginSession) -> None:
    first = asked(page_login)
    second = asked(page_login, conversation=first.conversation)
    url = f"/c/{first.conversation.uuid}/turns/"

    newer = text(page.get(f"{url}?after={first.uuid}"))

    assert f"turn-{second.uuid}" in newer
    assert f"turn-{first.uuid}" not in newer
    assert page.get(f"{url}?after={second.uuid}").status_code == 204
    assert page.get(f"{url}?after={uuid4()}").status_code == 404
    assert text(page.get(url)).count("data-turn=") == 2


def test_a_conversation_is_renamed(page: Client, page_login: LoginSession) -> None:
    conversation = asked(page_login).conversation

    page.post(f"/c/{conversation.uuid}/rename/", {"title": " <b>Shipping</b> "})

    conversation.refresh_from_db()
    assert conversation.title == "<b>Shipping</b>"
    assert "&lt;b&gt;Shipping&lt;/b&gt;" in text(page.get(f"/c/{conversation.uuid}/"))


@pytest.mark.parametrize("title", ["", "  ", "a" * 81, "a\0b"])
def test_the_page_refuses_an_invalid_title(page: Client, page_login: LoginSession, title: str) -> None:
    conversation = asked(page_login).conversation

    response = page.post(f"/c/{conversation.uuid}/rename/", {"title": title})

    assert response.status_code == 400
    assert 'class="error"' in text(response)
    assert Conversation.objects.get().title == "What was decided?"


def test_deleting_a_conversation_hides_it_and_ends_its_turns(page: Client, page_login: LoginSession) -> None:
    streaming = asked(page_login, state="streaming")
    queued = asked(page_login, conversation=streaming.conversation, state="queued")

    response = page.post(f"/c/{streaming.conversation.uuid}/delete/", follow=True)

    streaming.refresh_from_db()
    queued.refresh_from_db()
    assert (bool(streaming.stop_requested_at), queued.state) == (True, "cancelled")
    assert "The conversation was deleted: nobody can open it any more." in text(response)
    assert "What was decided?" not in text(response)


@pytest.mark.parametrize(
    ("values", "said", "unsaid"),
    [
        ({"PURGE_AT": time(4, 30), "TIME_ZONE": "Asia/Kolkata"}, "purge, at 04:30 (Asia/Kolkata).", "MLflow"),
        ({"PURGE_AT": None}, "stays in the database until the operator of this site purges it.", "daily"),
        ({"MLFLOW_EXPERIMENT": "/chat"}, "Copies that were sent to MLflow stay there.", "operator"),
        ({"MLFLOW_EXPERIMENT": "/chat", "MLFLOW_TEXTS": False}, "erased from the database", "MLflow"),
    ],
)
def test_before_and_after_the_deletion_the_page_says_what_becomes_of_the_text(
    page: Client, page_login: LoginSession, settings: Settings, values: dict[str, Any], said: str, unsaid: str
) -> None:
    for name, value in values.items():
        setattr(settings, name, value)
    conversation = asked(page_login).conversation

    before = squeezed(text(page.get(f"/c/{conversation.uuid}/")))
    after = squeezed(text(page.post(f"/c/{conversation.uuid}/delete/", follow=True)))

    assert "not even the staff" in before
    for html in (before, after):
        assert said in html
        assert unsaid not in html


# All conversations, and a new one


def test_the_sidebar_lists_the_last_used_first_and_marks_the_open_one(page: Client, page_login: LoginSession) -> None:
    first, second = asked(page_login, "First").conversation, asked(page_login, "Second").conversation

    html = squeezed(text(page.get(f"/conversations/?conversation={first.uuid}")))

    assert html.index("Second") < html.index("First")
    assert f'href="/c/{first.uuid}/" aria-current="page"' in html
    assert f'href="/c/{second.uuid}/"><bdi>' in html


def test_the_sidebar_marks_conversations_in_which_a_turn_runs(page: Client, page_login: LoginSession) -> None:
    asked(page_login, state="streaming")

    assert "data-active" in text(page.get("/conversations/"))


def test_every_page_has_the_sidebar_without_help_of_its_view(page_login: LoginSession, rf: RequestFactory) -> None:
    conversation = asked(page_login, "Found beside every page").conversation
    request = rf.get("/")
    request.user = page_login.user

    html = squeezed(render_to_string("app.html", request=request))

    assert f'href="/c/{conversation.uuid}/"><bdi>Found beside every page' in html


def test_conversations_are_found_by_title_question_and_answer(page: Client, page_login: LoginSession) -> None:
    conversation = asked(page_login, "First about shipping").conversation
    asked(page_login, "And the price of 100%?", conversation=conversation, answer="It is **free**.")
    asked(page_login, "Something else")

    assert titles(page, q="100%") == titles(page, q="free") == titles(page, q="ship") == ["First about shipping"]
    assert "It is <mark>free</mark>" in re.sub(r"\s+", " ", text(page.get("/conversations/all/?q=free")))
    assert "was found" in text(page.get("/conversations/all/?q=' OR 1=1 --%00"))
    assert "at least two letters" in text(page.get("/conversations/all/?q=x"))


def test_conversations_are_listed_by_the_time_of_their_last_question(page: Client, page_login: LoginSession) -> None:
    for days, question in ((0, "Of today"), (3, "Of this week"), (40, "Of an earlier month")):
        conversation = asked(page_login, question).conversation
        Conversation.objects.filter(pk=conversation.pk).update(asked_at=timezone.now() - timedelta(days))
    month = timezone.localtime(timezone.now() - timedelta(40))

    assert titles(page) == ["Of today", "Of this week", "Of an earlier month"]
    assert titles(page, period="week") == ["Of today", "Of this week"]
    assert "Of an earlier month" in titles(page, period=f"{month:%Y-%m}")
    assert "Of today" not in titles(page, period=f"{month:%Y-%m}")
    assert titles(page, period="week", q="today") == ["Of today"]
    assert titles(page, period="nonsense") == titles(page)
    html = squeezed(text(page.get("/conversations/all/?period=week")))
    assert '<option value="week" selected>Last 7 days' in html
    assert '<h2 class="rows__day">Previous 7 days' in html
    assert "in this time (Today) was found" in squeezed(text(page.get("/conversations/all/?period=today&q=earlier")))


def titles(page: Client, **query: str) -> list[str]:
    response: Any = page.get("/conversations/all/", query)
    return [found.conversation.title for found in response.context["found"]]


def test_users_find_no_conversations_of_others(page: Client, bob: User) -> None:
    asked(LoginSession.objects.create(user=bob), "A secret of bob")

    assert "secret" not in text(page.get("/conversations/all/?q=bob")) + text(page.get("/"))


def test_the_home_page_says_what_to_do_when_there_are_no_recordings(page: Client) -> None:
    assert "bin/import PATH" in text(page.get("/"))


def test_the_home_page_offers_questions_that_fill_the_box(page: Client) -> None:
    recording = recorded("Planning", "We have decided: the silicone seal is what all the probes get from June on.")

    html = text(page.get("/"))
    filled = text(page.get(f"/?q=What+was+<decided>%3F&recording={recording.uuid}"))

    assert f"What%20was%20decided%20about%20the%20silicone%20seal%3F&amp;recording={recording.uuid}" in html
    assert "\nWhat was &lt;decided&gt;?</textarea>" in filled
    assert f'value="{recording.uuid}" data-title="Planning" checked>' in squeezed(filled)


def test_the_account_menu_says_which_version_this_is(page: Client, settings: Settings) -> None:
    assert f"chatsite {settings.VERSION}" in text(page.get("/"))
