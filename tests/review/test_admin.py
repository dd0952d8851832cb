from __future__ import annotations

import html
import re
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django.test import Client

from chat.models import AccessEvent, Conversation, LoginSession, Pseudonym, Recording, Turn

from ..support.asked import asked, citing, recorded
from ..support.hostile import squeezed
from ..support.processes import ROOT
from ..support.reviewing import LIST, opened, page_of, searched

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("static_files")]

SHEET = ROOT / "chat/static/chat/css/pages/admin.css"


@pytest.fixture
def turn(login: LoginSession) -> Turn:
    recording = recorded("Planning", "We ship in March.")
    return asked(
        login, "When do we ship?", answer="In **March** [1].", citations=[citing(recording)], recordings=[recording]
    )


def text(response: Any) -> str:
    return str(response.content.decode())


def listed(response: Any) -> list[str]:
    """Return the questions of the conversations in the list."""
    shown = response.context["cl"].result_list
    return [conversation.turns.order_by("pk")[0].question for conversation in shown]


def test_the_review_tells_passages_that_were_only_given_to_the_model_from_citations(review: Client, turn: Turn) -> None:
    assert "Given to the model" not in text(opened(review, page_of(turn)))

    turn.citations.update(cited=False)

    page = text(opened(review, page_of(turn)))
    assert "<h3>Given to the model, not cited</h3>" in page
    assert "We ship in March." in page


# Access


PAGES = ["/admin/", LIST, f"{LIST}1/change/", f"{LIST}1/history/", "/admin/chat/recording/", "/admin/auth/user/"]


@pytest.mark.parametrize("path", PAGES)
def test_a_visitor_is_sent_to_the_sign_in_page(client: Client, path: str) -> None:
    response = client.get(path, follow=True)

    assert response.redirect_chain[-1][0].startswith("/accounts/login/?next=/admin/")


@pytest.mark.parametrize("path", PAGES)
def test_a_user_who_is_not_staff_is_refused(client: Client, alice: User, path: str) -> None:
    client.force_login(alice)

    assert client.get(path, follow=True).status_code == 403


def test_a_refusal_names_the_user_and_leads_through_a_sign_out_to_the_page(
    client: Client, alice: User, carol: User
) -> None:
    client.force_login(alice)
    path = "/admin/chat/conversation/"

    page = client.get(path, follow=True).content.decode()

    assert "You are signed in as <strong><bdi>alice</bdi></strong>" in page
    [after] = re.findall(r'name="next" value="([^"]+)"', page)
    signed_out = client.post("/accounts/logout/", {"next": html.unescape(after)})
    assert signed_out.headers["Location"] == f"/accounts/login/?next={path.replace('/', '%2F')}"
    client.force_login(carol)
    assert client.get(signed_out.headers["Location"], follow=True).redirect_chain[-1][0] == path


def test_the_admin_uses_the_sites_own_pages_to_sign_in_and_out(client: Client, carol: User) -> None:
    assert client.post("/admin/login/", {"username": "carol", "password": "carol-secret-words"}).status_code == 302
    assert "sessionid" not in client.cookies
    client.force_login(carol)

    assert client.get("/admin/login/")["Location"] == "/admin/"
    assert client.get("/admin/password_change/")["Location"] == "/accounts/password/"
    assert client.post("/admin/logout/")["Clear-Site-Data"]


def test_reviewers_see_conversations_but_no_users_or_login_sessions(review: Client) -> None:
    html = text(review.get("/admin/"))

    assert "Conversations" in html
    assert "Users" not in html
    assert "Login sessions" not in html


def test_the_admin_has_no_login_sessions_even_for_a_superuser(client: Client, admin_user: User) -> None:
    client.force_login(admin_user)

    assert client.get("/admin/chat/loginsession/").status_code == 404


@pytest.mark.parametrize("who", ["reviewer", "superuser"])
def test_nobody_can_add_change_or_delete_a_conversation(
    client: Client, carol: User, admin_user: User, turn: Turn, who: str
) -> None:
    client.force_login(carol if who == "reviewer" else admin_user)
    pk = turn.conversation.pk

    forged = [
        client.post(f"{LIST}add/", {"title": "forged"}, follow=True),
        client.post(page_of(turn), {"title": "forged", "user": carol.pk}, follow=True),
        client.post(f"{LIST}{pk}/delete/", {"post": "yes"}, follow=True),
        client.post(LIST, {"action": "delete_selected", "_selected_action": [pk], "post": "yes"}),
    ]

    assert [response.status_code for response in forged[:3]] == [403, 403, 403]
    conversation = Conversation.objects.get()
    assert (conversation.title, conversation.user, conversation.turns.count()) == ("When do we ship?", turn.user, 1)


def test_the_page_has_no_buttons_to_save_or_delete(review: Client, turn: Turn) -> None:
    html = text(opened(review, page_of(turn)))

    assert "_save" not in html
    assert "deletelink" not in html


# Contents of the pages


def test_a_conversation_is_shown_with_all_details_of_its_turns(review: Client, turn: Turn) -> None:
    html = squeezed(text(opened(review, page_of(turn))))

    facts = [
        "When do we ship?",
        "<strong>March</strong>",
        "Complete",
        "Planning",
        "scripted",
        "input_tokens 7",
        "retrieving 12 ms, answering 34 ms",
    ]
    for fact in [*facts, "We ship in March.", "0:00–0:10", f"/recordings/{Recording.objects.get().uuid}/#segment-1"]:
        assert fact in html
    assert f'href="#source-{turn.uuid}-1" class="citation"' in html
    assert f'id="source-{turn.uuid}-1"' in html


@pytest.mark.parametrize("state", ["queued", "streaming", "stopped", "failed", "interrupted", "cancelled"])
def test_incomplete_turns_are_shown_too(review: Client, login: LoginSession, state: str) -> None:
    turn = asked(login, state=state, answer="Half an ans")

    html = text(opened(review, page_of(turn)))

    assert state.capitalize() in html
    assert ("Half an ans" in html) == (state not in {"queued", "cancelled"})
    assert (turn.failure in html) if turn.failure else True


def test_a_deleted_conversation_can_no_longer_be_listed_found_or_opened(review: Client, turn: Turn) -> None:
    asked(turn.login_session, "Another question?")
    label = f"{LIST}{turn.conversation.pk}/turns/{turn.uuid}/label/"
    turn.conversation.discard()

    assert listed(review.get(LIST)) == ["Another question?"]
    assert listed(review.get(f"{LIST}?state=complete")) == ["Another question?"]
    assert listed(searched(review, "ship")) == []
    for name in ("change", "history", "print"):
        assert review.get(page_of(turn, page=name))["Location"] == LIST, name
        assert review.get(page_of(turn, f"?before={turn.uuid}", name))["Location"] == LIST, name
    for name in ("reason", "unmask"):
        assert review.post(page_of(turn, page=name), {"reason": "A check"}).status_code == 404
    assert review.post(label, {"verdict": "good"}).status_code == 404
    assert not AccessEvent.objects.filter(conversation=turn.conversation.uuid).exists()


def test_the_page_before_the_deletion_of_a_user_shows_no_question_or_title(
    client: Client, admin_user: User, turn: Turn
) -> None:
    turn.conversation.discard()
    client.force_login(admin_user)
    one = client.get(f"/admin/auth/user/{turn.user.pk}/delete/")
    many = client.post("/admin/auth/user/", {"action": "delete_selected", "_selected_action": [turn.user.pk]})

    for page in map(text, (one, many)):
        assert "Turns: 1" in page
        assert "alice" in page
        assert "When do we ship?" not in page


def test_deceptive_characters_are_made_visible(review: Client, login: LoginSession) -> None:
    turn = asked(login, "invoice\u202egpj.exe\U000e0041\u200b")

    assert "invoice⟨U+202E⟩gpj.exe⟨U+E0041⟩⟨U+200B⟩" in text(opened(review, page_of(turn)))


@pytest.mark.parametrize("words", ["ship", "MARCH", "planning"])
def test_conversations_are_found_by_question_answer_and_source(review: Client, turn: Turn, words: str) -> None:
    asked(turn.login_session, "Another question?")

    assert listed(searched(review, words)) == ["When do we ship?"]


def test_conversations_are_found_by_a_title_that_was_changed(review: Client, turn: Turn) -> None:
    Conversation.objects.all().rename("Purchases in spring")
    asked(turn.login_session, "Another question?")

    assert listed(searched(review, "purch")) == ["When do we ship?"]


def test_a_search_without_a_word_to_search_for_says_so(review: Client, turn: Turn) -> None:
    response = searched(review, "when do we")

    assert response.status_code == 400
    assert "These words occur almost everywhere." in text(response)


def test_conversations_are_filtered_by_state_date_and_owner(review: Client, turn: Turn, bob: User) -> None:
    asked(LoginSession.objects.create(user=bob), "Another question?", state="failed")

    def is_listed(query: str) -> bool:
        return "Another question?" in listed(review.get(LIST + query))

    assert is_listed("?state=failed")
    assert not is_listed("?state=complete")
    assert is_listed("?state=nonsense")
    assert not is_listed("?asked_at__lt=2020-01-01 00:00:00%2B00:00")
    assert not is_listed(f"?owner={Pseudonym.objects.of(turn.user.pk)}")
    assert is_listed(f"?owner={Pseudonym.objects.of(bob.pk)}")


def test_the_number_of_queries_does_not_grow_with_the_list(
    review: Client, login: LoginSession, django_assert_max_num_queries: Any
) -> None:
    for _ in range(10):
        asked(login)
    review.get(LIST)  # which gives a pseudonym to the owner

    with django_assert_max_num_queries(11):
        assert "10 conversations" in text(review.get(LIST))


def test_long_conversations_are_paginated(review: Client, login: LoginSession) -> None:
    turn = asked(login, "The very first", state="cancelled")
    for number in range(51):
        asked(login, f"Question {number}", conversation=turn.conversation, state="cancelled")
    second = turn.conversation.turns.order_by("pk")[2]

    assert "Earlier turns" in text(opened(review, page_of(turn)))
    assert "turn-" + str(turn.uuid) in text(opened(review, f"{page_of(turn)}?before={second.uuid}"))
    assert opened(review, f"{page_of(turn)}?before={UUID(int=1)}").status_code == 404
    assert opened(review, f"{page_of(turn)}?before=x").status_code == 404


def test_the_page_of_an_unknown_conversation_redirects(review: Client) -> None:
    assert review.get(f"{LIST}999/change/").status_code == 302


def test_the_admin_looks_like_the_site_and_leads_back_to_it(review: Client) -> None:
    html = squeezed(text(review.get("/admin/")))

    assert "chat/css/pages/admin" in html
    assert {"../colors.css", "../admin.css"} <= set(re.findall(r'@import "([^"]+)"', SHEET.read_text()))
    assert '<a class="brand" href="/">' in html
    assert 'aria-label="Sections"' in html
    assert "theme.js" not in html
