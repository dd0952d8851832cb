"""Owners have pseudonyms until a reviewer gives a reason; lists, titles and addresses contain no content."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.test import Client
from pytest_django import Settings

from chat.models import AccessEvent, Conversation, LoginSession, Pseudonym, Turn, pseudonym

from ..support.asked import asked
from ..support.reviewing import LIST, REASON, opened, page_of, searched

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("static_files")]


@pytest.fixture
def turn(login: LoginSession) -> Turn:
    return asked(login, "When does the CANARY ship?", answer="In March.")


def text(response: Any) -> str:
    return str(response.content.decode())


def unmask(browser: Client, turn: Turn, reason: str = "To ask back") -> Any:
    return browser.post(page_of(turn, page="unmask"), {"reason": reason}, follow=True)


# Pseudonyms


def test_a_pseudonym_is_unique_and_stays_when_the_user_is_renamed(alice: User, bob: User) -> None:
    name = Pseudonym.objects.of(alice.pk)

    alice.username = "ana"
    alice.save()

    assert Pseudonym.objects.of(alice.pk) == name != Pseudonym.objects.of(bob.pk)


def test_a_pseudonym_has_nothing_to_do_with_its_user(alice: User) -> None:
    names = []
    for _ in range(4):
        Pseudonym.objects.all().delete()
        names.append(Pseudonym.objects.of(alice.pk))

    assert len(set(names)) > 1


def test_a_pseudonym_that_is_taken_is_drawn_again(alice: User, bob: User, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = iter(["Calm Crane 7", "Calm Crane 7", "Keen Kite 8"])
    monkeypatch.setattr(pseudonym, "_drawn", lambda: next(drawn))

    assert [Pseudonym.objects.of(user.pk) for user in (alice, bob)] == ["Calm Crane 7", "Keen Kite 8"]


def test_owners_are_found_and_ordered_by_pseudonym_and_not_by_name(review: Client, turn: Turn, bob: User) -> None:
    other = asked(LoginSession.objects.create(user=bob), "Who sings?")
    Pseudonym.objects.bulk_create([Pseudonym(pk=turn.user.pk, name="Wise Wren 5"), Pseudonym(pk=bob.pk, name="Apt 2")])

    def listed(query: str) -> list[int]:
        return [each.pk for each in review.get(LIST + query, follow=True).context["cl"].result_list]

    assert listed("?o=1") == [other.conversation.pk, turn.conversation.pk]
    assert listed("?owner=Wise+Wren+5") == [turn.conversation.pk]
    assert listed("?owner=alice") == []
    for query in ("?user=1", f"?user__id__exact={bob.pk}", "?user__username=bob", "?title__contains=Who", "?q=sings"):
        assert len(listed(query)) == 2, query


# The name


def test_the_name_of_an_owner_is_shown_after_a_reason_that_is_recorded(review: Client, turn: Turn) -> None:
    page = text(opened(review, page_of(turn)))
    assert Pseudonym.objects.of(turn.user.pk) in page
    assert "alice" not in page
    assert unmask(review, turn, "a").status_code == 400

    page = text(unmask(review, turn))

    assert "alice" in page
    assert Pseudonym.objects.of(turn.user.pk) not in page
    [event] = AccessEvent.objects.filter(kind="unmasked")
    assert (event.reason, event.conversation, event.owner_id) == ("To ask back", turn.conversation.uuid, turn.user.pk)


def test_a_name_is_shown_in_one_conversation_and_in_no_list(review: Client, turn: Turn) -> None:
    other = asked(turn.login_session, "Another?")
    opened(review, page_of(turn))
    unmask(review, turn)

    for response in (opened(review, page_of(other)), review.get(LIST), searched(review, "canary")):
        assert "alice" not in text(response)


# Content


def test_no_list_title_address_or_log_of_the_admin_contains_content(review: Client, turn: Turn, carol: User) -> None:
    content = ContentType.objects.get_for_model(Conversation)
    LogEntry.objects.create(
        user=carol, content_type=content, object_id=str(turn.conversation.pk), object_repr=str(turn.conversation),
        action_flag=CHANGE,
    )  # fmt: skip
    for address in ("/admin/", "/admin/chat/", LIST, f"{LIST}?o=1", page_of(turn), page_of(turn, page="unmask")):
        assert "CANARY" not in text(review.get(address)), address
    found = searched(review, "canary")
    assert "CANARY" not in text(found)
    assert "canary" not in found.redirect_chain[0][0]

    for page in ("change", "print", "history"):
        html = text(opened(review, page_of(turn, page=page)))
        assert "CANARY" not in html[: html.index("</head>")]
    export = review.post(f"{LIST}export/", {"reason": REASON})
    assert "CANARY" not in export["Content-Disposition"]


def test_a_history_shows_no_content(review: Client, turn: Turn) -> None:
    assert "CANARY" not in text(opened(review, page_of(turn, page="history")))


def test_a_conversation_is_found_neither_by_a_choice_of_rows_nor_by_its_place_on_the_site(
    review: Client, turn: Turn
) -> None:
    query = {"app_label": "chat", "model_name": "turn", "field_name": "conversation", "term": "canary"}
    assert review.get("/admin/autocomplete/", query).status_code == 404
    content = ContentType.objects.get_for_model(Conversation)

    for pk in (turn.conversation.pk, 999):
        assert review.get(f"/admin/r/{content.pk}/{pk}/").status_code == 404


def test_the_page_of_the_review_prints_a_notice_and_leads_to_a_view_that_prints(review: Client, turn: Turn) -> None:
    page = text(opened(review, page_of(turn)))

    assert "This page prints no conversation." in page
    assert f'href="{page_of(turn, page="print")}"' in page
    assert "This page prints no conversation." not in text(opened(review, page_of(turn, page="print")))


def test_a_pseudonym_does_not_depend_on_the_secret_key(alice: User, settings: Settings) -> None:
    name = Pseudonym.objects.of(alice.pk)
    settings.SECRET_KEY = "another" * 9

    assert Pseudonym.objects.of(alice.pk) == name
