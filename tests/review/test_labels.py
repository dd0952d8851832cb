"""Reviewers' labels of answers, on the review's page."""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.test import Client

from chat.models import COMMENT_LIMIT, Conversation, LoginSession, ReviewLabel, Turn

from ..support.asked import asked
from ..support.reviewing import LIST, opened, page_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("static_files")]


@pytest.fixture
def turn(login: LoginSession) -> Turn:
    return asked(login, "When do we ship?", answer="In March.")


def give(browser: Client, turn: Turn, verdict: str = "wrong", comment: str = "It was May.") -> Any:
    address = f"{LIST}{turn.conversation.pk}/turns/{turn.uuid}/label/"
    return browser.post(address, {"verdict": verdict, "comment": comment}, follow=True)


def text(response: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def test_a_reviewer_labels_an_answer_and_changes_their_mind(review: Client, turn: Turn, carol: User) -> None:
    first = give(review, turn)
    give(review, turn, "partly", "It was May.\r\nOr June.")

    [label] = ReviewLabel.objects.all()
    assert (label.verdict, label.comment, label.reviewer) == ("partly", "It was May.\nOr June.", carol)
    assert first.redirect_chain == [(f"{page_of(turn)}#turn-{turn.uuid}", 302)]
    assert "Your label was saved." in text(first)
    html = opened(review, page_of(turn)).content.decode()
    assert 'value="partly"' in html.split(" checked")[0].rpartition("<input")[2]
    assert "It was May.\nOr June.</textarea>" in html


def test_reviewers_see_the_labels_of_others_with_invisible_characters_made_visible(
    review: Client, turn: Turn, bob: User
) -> None:
    ReviewLabel.give(turn, bob, "good", "<b>fine</b>\u202e")

    page = opened(review, page_of(turn)).content.decode()

    assert "Good , says bob" in text(opened(review, page_of(turn)))
    assert "&lt;b&gt;fine&lt;/b&gt;" in page
    assert "U+202E" in page


def test_a_label_outlives_its_reviewer(review: Client, turn: Turn, bob: User) -> None:
    ReviewLabel.give(turn, bob, "good", "")

    bob.delete()

    assert "Good , says a deleted user" in text(opened(review, page_of(turn)))


@pytest.mark.parametrize(
    ("verdict", "comment", "message"),
    [
        ("", "", "Please choose a label."),
        ("excellent", "", "Please choose a label."),
        ("good", "x" * (COMMENT_LIMIT + 1), "this one has 1001"),
        ("good", "\0", "cannot be saved"),
    ],
)
def test_an_invalid_label_is_refused_with_a_message(
    review: Client, turn: Turn, verdict: str, comment: str, message: str
) -> None:
    assert message in text(give(review, turn, verdict, comment))
    assert not ReviewLabel.objects.exists()


def test_a_running_turn_cannot_be_labelled(review: Client, login: LoginSession) -> None:
    running = asked(login, state="streaming")

    assert "still being answered" in text(give(review, running))
    assert "Save label" not in text(opened(review, page_of(running)))


def test_labelling_needs_a_reviewer_and_a_post(client: Client, review: Client, admin_user: User, turn: Turn) -> None:
    assert review.get(f"{LIST}{turn.conversation.pk}/turns/{turn.uuid}/label/").status_code == 405
    client.force_login(turn.user)
    assert give(client, turn).status_code == 403
    client.force_login(admin_user)

    assert give(client, turn).status_code == 403
    assert not ReviewLabel.objects.exists()


def test_a_turn_can_be_labelled_in_its_own_conversation_only(review: Client, turn: Turn, alice: User) -> None:
    other = Conversation.objects.create(user=alice, title="Other")

    assert review.post(f"{LIST}{other.pk}/turns/{turn.uuid}/label/", {"verdict": "good"}).status_code == 404
    assert review.post(f"{LIST}{other.pk}/turns/{uuid4()}/label/", {"verdict": "good"}).status_code == 404


@pytest.mark.parametrize(
    ("label", "found"), [("wrong", ["one"]), ("good", []), ("none", ["two"]), ("x", ["one", "two"])]
)
def test_conversations_are_found_by_their_labels(
    review: Client, login: LoginSession, carol: User, label: str, found: list[str]
) -> None:
    turns = {name: asked(login, name) for name in ("one", "two")}
    ReviewLabel.give(turns["one"], carol, "wrong", "")

    listed = review.get(LIST, {"label": label}).context["cl"].queryset

    assert sorted(turn.question for turn in Turn.objects.filter(conversation__in=listed)) == found


def test_a_page_reads_the_labels_of_all_its_turns_at_once(
    review: Client, login: LoginSession, carol: User, django_assert_max_num_queries: Any
) -> None:
    first = asked(login, "one")
    for _ in range(5):
        ReviewLabel.give(asked(login, "more", conversation=first.conversation), carol, "good", "")

    opened(review, page_of(first))  # with a reason, which is remembered

    with django_assert_max_num_queries(20):
        review.get(page_of(first))


def test_the_schema_allows_one_valid_label_per_reviewer(turn: Turn, carol: User) -> None:
    ReviewLabel.give(turn, carol, "good", "")

    for label in ({"verdict": "good"}, {"verdict": "bad"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            ReviewLabel.objects.create(turn=turn, reviewer=carol if label["verdict"] == "good" else None, **label)
