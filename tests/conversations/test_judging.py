"""Thumbs, requests for a check, and labels that come back, on the pages of the owner."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from chat.models import REVIEWERS, CheckRequest, Conversation, Feedback, LoginSession, ReviewLabel, Turn

from ..support.asked import asked

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("static_files")]


@pytest.fixture
def turn(client: Client, login: LoginSession, carol: User) -> Turn:
    """A turn of alice, who is signed in, on a site where carol reviews."""
    client.force_login(login.user)
    return asked(login, "When do we ship?", answer="In March.")


def page_of(conversation: Conversation) -> str:
    return conversation.get_absolute_url()


def feedback(client: Client, turn: Turn, **fields: str) -> Any:
    return client.post(f"/turns/{turn.uuid}/feedback/", fields)


def html(response: Any) -> str:
    return " ".join(response.content.decode().split())


def text(response: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def pressed(page: str) -> list[str]:
    """Return the names of the thumbs that are pressed."""
    buttons = re.findall(r"<button[^>]*aria-pressed[^>]*>", page)
    return [re.findall(r'aria-label="([^"]+)"', each)[0] for each in buttons if 'aria-pressed="true"' in each]


# Thumbs


def test_a_thumb_is_given_with_a_plain_form_and_shown_on_the_page(client: Client, turn: Turn) -> None:
    assert pressed(html(client.get(page_of(turn.conversation)))) == []

    response = feedback(client, turn, thumb="down")
    assert response["Location"] == f"{page_of(turn.conversation)}?turn={turn.uuid}"
    feedback(client, turn, thumb="down", reason="invented", text="Nobody\r\nsaid so.")

    page = html(client.get(page_of(turn.conversation)))
    assert pressed(page) == ["Thumbs down"]
    assert 'value="invented" checked' in page
    assert Feedback.objects.get().text == "Nobody\nsaid so."


def test_pressing_a_pressed_thumb_takes_it_back(client: Client, turn: Turn) -> None:
    feedback(client, turn, thumb="up")
    page = html(client.get(page_of(turn.conversation)))
    [button] = re.findall(r'<button[^>]*aria-label="Thumbs up"[^>]*>', page)
    assert 'value=""' in button

    feedback(client, turn, thumb="")

    assert pressed(html(client.get(page_of(turn.conversation)))) == []


def test_a_script_gets_the_part_of_the_turn_that_shows_the_thumb(client: Client, turn: Turn) -> None:
    part = html(feedback(client, turn, thumb="down", fragment="yes"))

    assert pressed(part) == ["Thumbs down"]
    assert "data-feedback-more open" in part
    assert "<html" not in part
    explained = html(feedback(client, turn, thumb="down", reason="wrong", fragment="yes"))
    assert "data-feedback-more>" in explained
    assert "It is wrong" in explained
    assert pressed(html(feedback(client, turn, thumb="", fragment="yes"))) == []


@pytest.mark.parametrize("fields", [{"thumb": "sideways"}, {"thumb": "down", "text": "\0"}])
def test_a_thumb_that_is_refused_says_why(client: Client, turn: Turn, fields: dict[str, str]) -> None:
    refused = feedback(client, turn, fragment="yes", **fields)
    assert refused.status_code == 400
    assert refused["Content-Type"] == "text/plain"

    response = client.post(f"/turns/{turn.uuid}/feedback/", fields, follow=True)
    assert text(refused) in text(response)


def test_a_running_answer_has_no_thumbs(client: Client, turn: Turn, login: LoginSession) -> None:
    running = asked(login, state="streaming")

    assert "data-feedback" not in html(client.get(page_of(running.conversation)))
    assert "no finished answer" in text(feedback(client, running, thumb="up", fragment="yes"))


# Checks


def check(client: Client, turn: Turn, **fields: str) -> Any:
    return client.post(f"/turns/{turn.uuid}/check/", fields, follow=True)


def test_the_page_says_who_will_see_what_before_a_check_is_asked_for(client: Client, turn: Turn, settings: Any) -> None:
    page = text(client.get(f"/turns/{turn.uuid}/check/"))

    assert "shown to the reviewers who open them: carol" in page
    assert "Your name is not shown to them" in page
    assert "They may read the rest of this conversation only if they give a reason." in page
    assert not CheckRequest.objects.exists()
    settings.REVIEW = "asked"
    page = text(client.get(f"/turns/{turn.uuid}/check/"))
    assert "The other questions of this conversation are not part of it." in page


def test_a_check_is_asked_for_and_taken_back(client: Client, turn: Turn) -> None:
    response = check(client, turn, note="Was it\r\nMay?")

    assert response.redirect_chain[0][0] == f"{page_of(turn.conversation)}?turn={turn.uuid}"
    assert CheckRequest.objects.get().note == "Was it\nMay?"
    assert "A reviewer will check this answer" in text(response)
    assert "Check asked for" in text(response)
    assert "No reviewer has opened it yet" in text(client.get(f"/turns/{turn.uuid}/check/"))

    response = check(client, turn, withdraw="yes")

    assert "was taken back" in text(response)
    assert "Ask for a check" in text(response)
    assert not CheckRequest.objects.exists()


def test_a_check_that_a_reviewer_has_opened_is_not_taken_back(client: Client, turn: Turn, carol: User) -> None:
    check(client, turn)
    CheckRequest.objects.mark_opened([turn.pk], carol)

    response = check(client, turn, withdraw="yes")

    assert response.status_code == 400
    assert "opened this question already" in text(response)
    assert "carol opened it on" in text(response)
    assert "Being checked" in text(client.get(page_of(turn.conversation)))
    ReviewLabel.give(turn, carol, "good", "")
    assert "Checked" in text(client.get(page_of(turn.conversation)))


def test_a_note_that_is_refused_stays_in_the_form(client: Client, turn: Turn) -> None:
    response = check(client, turn, note="x" * 1001)

    assert response.status_code == 400
    assert "this one has 1001" in text(response)
    assert "x" * 1001 in response.content.decode()


def test_no_check_is_offered_where_nobody_reviews(client: Client, turn: Turn, settings: Any) -> None:
    settings.REVIEW = "off"

    assert "Ask for a check" not in text(client.get(page_of(turn.conversation)))
    assert "Nobody reviews answers on this site." in text(client.get(f"/turns/{turn.uuid}/check/"))
    assert check(client, turn).status_code == 400
    assert not CheckRequest.objects.exists()


def test_where_nobody_is_a_reviewer_yet_the_page_says_who_can_change_that(client: Client, turn: Turn) -> None:
    User.objects.filter(groups__name=REVIEWERS).delete()

    page = text(client.get(f"/turns/{turn.uuid}/check/"))

    assert "Nobody on this site is a reviewer yet. An administrator can make somebody one." in page
    assert "What should they look at?" not in page
    assert "Nobody on this site is a reviewer yet." in text(check(client, turn))


def test_a_stranger_asks_for_no_check_of_a_turn(turn: Turn, bob: User) -> None:
    stranger = Client()
    stranger.force_login(bob)

    assert check(stranger, turn).status_code == 404
    assert not CheckRequest.objects.exists()


# Labels


def test_a_label_comes_back_with_a_mark_until_its_owner_has_seen_it(client: Client, turn: Turn, carol: User) -> None:
    assert "data-unseen" not in html(client.get("/"))
    ReviewLabel.give(turn, carol, "partly", "It was <May>.")
    address = f"{page_of(turn.conversation)}?turn={turn.uuid}"

    home = html(client.get("/"))
    assert f'<a href="{address}" data-unseen>' in home
    assert "(a reviewer has labelled an answer)" in home
    assert "New label" in text(client.get("/conversations/all/"))

    page = client.get(address, follow=True)
    assert "New Partly right , says carol" in text(page)
    assert "It was &lt;May&gt;." in page.content.decode()
    assert "data-unseen" not in html(page)
    again = text(client.get(page_of(turn.conversation)))
    assert "Partly right , says carol" in again
    assert "New Partly" not in again


def test_a_changed_label_is_new_again(client: Client, turn: Turn, carol: User) -> None:
    ReviewLabel.give(turn, carol, "good", "")
    client.get(page_of(turn.conversation))

    ReviewLabel.give(turn, carol, "wrong", "It was May.")

    assert "data-unseen" in html(client.get("/"))


@pytest.mark.parametrize("how", ["HEAD", "prefetch", "list", "stranger"])
def test_a_label_is_not_seen_before_its_owner_opens_the_page(
    client: Client, turn: Turn, carol: User, bob: User, how: str
) -> None:
    ReviewLabel.give(turn, carol, "good", "")
    address = page_of(turn.conversation)
    if how == "HEAD":
        client.head(address)
    elif how == "prefetch":
        client.get(address, headers={"sec-purpose": "prefetch;prerender"})
    elif how == "list":
        client.get("/conversations/")
    else:
        stranger = Client()
        stranger.force_login(bob)
        stranger.get(address)

    assert ReviewLabel.objects.unseen_by(turn.user_id).count() == 1


def test_reviewers_have_seen_the_labels_that_they_give_to_themselves(carol: User) -> None:
    own = asked(LoginSession.objects.create(user=carol))

    ReviewLabel.give(own, carol, "good", "")

    assert not ReviewLabel.objects.unseen_by(carol.pk).exists()


def test_a_label_in_a_conversation_beyond_the_sidebar_marks_the_way_to_all_of_them(
    client: Client, turn: Turn, carol: User, login: LoginSession
) -> None:
    ReviewLabel.give(turn, carol, "good", "")
    Conversation.objects.bulk_create(Conversation(user=login.user, title=f"Newer {n}") for n in range(60))
    Conversation.objects.filter(pk=turn.conversation_id).update(asked_at="2020-01-01T00:00:00Z")

    assert 'href="/conversations/all/" data-unseen' in html(client.get("/"))


def test_what_was_said_about_answers_costs_a_page_two_queries(
    client: Client, turn: Turn, carol: User, login: LoginSession, django_assert_max_num_queries: Any
) -> None:
    turns = [turn, *(asked(login, "More?", conversation=turn.conversation) for _ in range(4))]
    client.get(page_of(turn.conversation))
    with django_assert_max_num_queries(100) as before:
        client.get(page_of(turn.conversation))
    for each in turns:
        Feedback.give(each, "up")
        CheckRequest.objects.ask(each)
        ReviewLabel.give(each, carol, "good", "")
    ReviewLabel.objects.mark_seen()

    with django_assert_max_num_queries(len(before.captured_queries)):
        client.get(page_of(turn.conversation))
    tables = [query["sql"] for query in before.captured_queries if "chat_reviewlabel" in query["sql"]]
    assert len(tables) == 2
    assert not [sql for sql in before.captured_queries if sql["sql"].startswith("UPDATE")]
