"""How far review goes, on its pages: what may be opened, with which reason, and what of the rest can be seen."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from chat.models import AccessEvent, CheckRequest, Feedback, Kind, LoginSession, ReviewLabel, Turn
from chat.models.access.event import AccessEventQuerySet

from ..support.asked import asked, citing, recorded
from ..support.reviewing import LIST, REASON, opened, page_of, searched

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("static_files")]


def text(response: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


@pytest.fixture
def turns(login: LoginSession, carol: User) -> list[Turn]:
    """A conversation of alice: its first question is private, of the second she wants a check, the third failed."""
    private = asked(login, "Who earns the FALCON?", answer="Ana [1].", citations=[citing(recorded())])
    checked = asked(login, "When do we ship?", conversation=private.conversation, answer="In March.")
    failed = asked(login, "What does it cost?", conversation=private.conversation, state="failed")
    CheckRequest.objects.ask(checked, "Was it May?")
    return [private, checked, failed]


def last_read() -> AccessEvent:
    return AccessEvent.objects.filter(kind=Kind.READ).latest("pk")


def test_with_asked_a_reviewer_sees_that_turn_alone_and_how_many_others_there_are(
    review: Client, turns: list[Turn], settings: Any
) -> None:
    settings.REVIEW = "asked"

    page = review.get(page_of(turns[1]))

    assert "When do we ship?" in text(page)
    assert "Asked for a check" in text(page)
    assert "Was it May?" in text(page)
    assert "2 other turns of this conversation are not shown." in text(page)
    assert "Give a reason to read all" not in text(page)
    assert not [words for words in ("FALCON", "Ana", "cost") if words in page.content.decode()]
    assert (last_read().reason, last_read().turns) == ("A check was asked for", [str(turns[1].uuid)])


def test_with_announced_the_rule_picks_further_turns(review: Client, turns: list[Turn], settings: Any) -> None:
    settings.REVIEW, settings.REVIEW_RULE = "announced", ["failed"]

    page = review.get(page_of(turns[1]))

    assert "What does it cost?" in text(page)
    assert "1 other turn of this conversation is not shown." in text(page)
    assert "FALCON" not in page.content.decode()
    assert last_read().reason == "A check was asked for and the published rule picks it"


def test_with_all_a_typed_reason_opens_the_others(review: Client, turns: list[Turn], settings: Any) -> None:
    settings.REVIEW, settings.REVIEW_RULE = "all", []

    page = review.get(page_of(turns[1]))
    assert "2 other turns of this conversation are not shown. Give a reason to read all" in text(page)
    assert "FALCON" not in page.content.decode()

    everything = review.post(page_of(turns[1], page="reason"), {"reason": REASON}, follow=True)

    assert "FALCON" in text(everything)
    assert "not shown" not in text(everything)
    assert (last_read().reason, len(last_read().turns)) == (REASON, 3)


@pytest.mark.parametrize("page", ["change", "print", "history"])
@pytest.mark.parametrize("policy", ["off", "asked", "announced"])
def test_a_conversation_without_a_turn_that_may_be_opened_is_as_one_that_does_not_exist(
    review: Client, login: LoginSession, settings: Any, policy: str, page: str
) -> None:
    turn = asked(login, citations=[citing(recorded())])
    settings.REVIEW, settings.REVIEW_RULE = policy, ["failed"]

    foreign = review.get(page_of(turn, page=page))
    unknown = review.get(f"{LIST}999999/{page}/")

    assert foreign.status_code == unknown.status_code == (404 if policy == "off" else 302)
    assert foreign.headers.get("Location") == unknown.headers.get("Location")
    assert not AccessEvent.objects.filter(kind=Kind.READ).exists()


def test_with_off_the_review_is_absent(review: Client, carol: User, turns: list[Turn], settings: Any) -> None:
    settings.REVIEW = "off"
    User.objects.filter(pk=carol.pk).update(is_superuser=True)
    pk = turns[1].conversation.pk

    for path in ("", f"{pk}/change/", f"{pk}/print/", f"{pk}/history/", f"{pk}/unmask/", "search/", "export/"):
        assert review.get(LIST + path).status_code == 404, path
    label = review.post(f"{LIST}{pk}/turns/{turns[1].uuid}/label/", {"verdict": "good"})
    assert label.status_code == 404
    assert LIST not in review.get("/").content.decode()
    assert LIST not in review.get("/admin/").content.decode()
    assert not ReviewLabel.objects.exists()


@pytest.mark.parametrize("policy", ["asked", "announced"])
def test_only_a_turn_that_may_be_opened_is_labelled(
    review: Client, turns: list[Turn], settings: Any, policy: str
) -> None:
    settings.REVIEW, settings.REVIEW_RULE = policy, ["thumbs_down"]
    address = f"{LIST}{turns[0].conversation.pk}/turns/{{}}/label/"

    assert review.post(address.format(turns[0].uuid), {"verdict": "good"}).status_code == 404
    assert review.post(address.format(turns[1].uuid), {"verdict": "good"}).status_code == 302
    assert [label.turn for label in ReviewLabel.objects.all()] == [turns[1]]


@pytest.mark.parametrize(
    ("policy", "words", "finds"),
    [
        ("asked", "ship", True),
        ("asked", "falcon", False),  # it is in the title, too
        ("announced", "cost", True),
        ("announced", "falcon", False),
        ("all", "falcon", True),
    ],
)
def test_a_search_finds_only_turns_that_may_be_opened(
    review: Client, turns: list[Turn], settings: Any, policy: str, words: str, finds: bool
) -> None:
    settings.REVIEW, settings.REVIEW_RULE = policy, ["failed"]

    assert len(searched(review, words).context["cl"].result_list) == finds


def test_the_list_and_its_filters_say_nothing_of_turns_that_may_not_be_opened(
    review: Client, turns: list[Turn], carol: User, settings: Any
) -> None:
    ReviewLabel.give(turns[0], carol, "wrong", "")
    Feedback.give(turns[0], "down")
    settings.REVIEW = "asked"

    page = review.get(LIST)

    [listed] = page.context["cl"].result_list
    assert (listed.turn_count, listed.failed_count, listed.summary.states.total()) == (1, 0, 1)
    assert (listed.summary.labels.total(), listed.summary.said["down"]) == (0, 0)
    for query in ({"failure": "any"}, {"state": "failed"}, {"label": "any"}, {"label": "wrong"}, {"said": "down"}):
        assert review.get(LIST, query).context["cl"].result_list == [], query
    assert len(review.get(LIST, {"failure": "none"}).context["cl"].result_list) == 1


# What owners say


def test_requests_for_a_check_come_first_until_a_reviewer_opens_them(
    review: Client, turns: list[Turn], carol: User, login: LoginSession
) -> None:
    asked(login, "Another conversation")
    page = review.get(LIST)
    assert "1 answer waits for a check" in text(page)
    assert "Check asked for" in text(page)
    [listed] = review.get(f"{LIST}{page.context['cl'].of_waiting}").context["cl"].result_list
    assert listed == turns[1].conversation

    review.get(page_of(turns[1]))

    request = CheckRequest.objects.get()
    assert request.opened_by == carol
    assert "for a check" not in text(review.get(LIST)).replace("Check asked for", "").lower().split("filter")[0]


@pytest.mark.parametrize("how", ["head", "history", "list", "export", "search"])
def test_a_request_is_opened_only_by_seeing_its_turn(review: Client, turns: list[Turn], how: str) -> None:
    if how == "head":
        review.head(page_of(turns[1]))
    elif how == "history":
        review.get(page_of(turns[1], page="history"))
    elif how == "list":
        review.get(LIST)
    elif how == "export":
        review.post(f"{LIST}export/", {"reason": REASON})
    else:
        searched(review, "ship")

    assert CheckRequest.objects.waiting().count() == 1


def test_a_request_that_is_withdrawn_while_it_is_opened_is_not_shown(
    review: Client, turns: list[Turn], settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.REVIEW = "asked"
    record = AccessEventQuerySet.record

    def withdraw_and_record(*args: Any, **named: Any) -> None:
        CheckRequest.objects.withdraw(turns[1])
        record(*args, **named)

    monkeypatch.setattr(AccessEventQuerySet, "record", withdraw_and_record)

    page = review.get(page_of(turns[1]))

    assert "When do we ship?" not in page.content.decode()
    assert "In March." not in page.content.decode()


def test_reviewers_see_the_thumb_of_the_owner_with_its_reason(review: Client, turns: list[Turn]) -> None:
    Feedback.give(turns[1], "down", "sources", "It is \u202e the <wrong> meeting.")

    page = opened(review, page_of(turns[1]))

    assert "Thumbs down : The sources do not fit, It is" in text(page)
    assert "⟨U+202E⟩" in text(page)
    assert "the &lt;wrong&gt; meeting." in text(page)
    assert "Thumbs down" in text(review.get(LIST, {"said": "down"}))
    assert review.get(LIST, {"said": "up"}).context["cl"].result_list == []


def test_the_label_of_a_check_comes_back_to_its_owner(review: Client, turns: list[Turn], alice: User) -> None:
    review.get(page_of(turns[1]))
    review.post(
        f"{LIST}{turns[1].conversation.pk}/turns/{turns[1].uuid}/label/", {"verdict": "wrong", "comment": "May"}
    )

    owner = Client()
    owner.force_login(alice)
    assert "data-unseen" in owner.get("/").content.decode()
    page = text(owner.get(turns[1].conversation.get_absolute_url()))
    assert "New Wrong , says carol" in page
    assert "Checked" in page
