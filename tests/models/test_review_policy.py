"""How far review goes: which turns reviewers may open under each policy, and for which they must type a reason."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.contrib.auth.models import User
from django.db import DatabaseError, connection, transaction

from chat.checks import check_review
from chat.models import CheckRequest, Conversation, Feedback, LoginSession, Turn, review_policy
from chat.models.review_rule import Rule

from ..support.asked import asked, citing, recorded
from ..support.plans import explained

pytestmark = pytest.mark.django_db

RULE = ["failed", "no_sources", "thumbs_down", "share:5"]
KINDS = {
    "asked": {"asked", "announced", "all"},
    "failed": {"announced", "all"},
    "broke off": {"announced", "all"},
    "without sources": {"announced", "all"},
    "thumbs down": {"announced", "all"},
    "drawn": {"announced", "all"},
    "thumbs up": {"all"},
    "other": {"all"},
}
"""The policies under which each kind of turn may be opened. All but the last two are picked there."""
POLICIES = ["off", "asked", "announced", "all"]


@pytest.fixture
def make(login: LoginSession, carol: User, settings: Any) -> Callable[[str], Turn]:
    """Make a turn of a kind, under a rule that draws all of them or none."""

    def make(kind: str) -> Turn:
        settings.REVIEW, settings.REVIEW_RULE = "all", ["share:100"] if kind == "drawn" else []
        state = {"failed": "failed", "broke off": "interrupted"}.get(kind, "complete")
        citations = [] if kind == "without sources" or state != "complete" else [citing(recorded())]
        turn = asked(login, kind, state=state, citations=citations, answer="In March [1].")
        if kind == "asked":
            CheckRequest.objects.ask(turn)
        if kind.startswith("thumbs"):
            Feedback.give(turn, kind.removeprefix("thumbs "))
        settings.REVIEW_RULE = RULE
        return turn

    return make


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("kind", KINDS)
def test_a_turn_may_be_opened_as_far_as_the_policy_goes(
    make: Callable[[str], Turn], settings: Any, kind: str, policy: str
) -> None:
    turn = make(kind)
    settings.REVIEW = policy

    is_open = policy in KINDS[kind]
    assert Turn.objects.open_to_review().filter(pk=turn.pk).exists() is is_open
    assert Conversation.objects.open_to_review().filter(pk=turn.conversation_id).exists() is is_open
    needs_no_reason = (is_open and "asked" in KINDS[kind]) or (is_open and "announced" in KINDS[kind])
    assert Turn.objects.picked_for_review().filter(pk=turn.pk).exists() is needs_no_reason


@pytest.mark.parametrize("policy", POLICIES)
def test_nobody_opens_a_turn_of_a_deleted_conversation(make: Callable[[str], Turn], settings: Any, policy: str) -> None:
    make("asked").conversation.discard()
    settings.REVIEW = policy

    assert not Turn.objects.open_to_review().exists()
    assert not Turn.objects.picked_for_review().exists()
    assert not Conversation.objects.open_to_review().exists()


@pytest.mark.parametrize("part", ["failed", "no_sources", "thumbs_down", "share:5"])
def test_each_part_of_the_rule_picks_its_own_turns_alone(make: Callable[[str], Turn], settings: Any, part: str) -> None:
    for kind in KINDS:
        make(kind)
    settings.REVIEW, settings.REVIEW_RULE = "announced", [part]
    picks = {
        "failed": ["failed", "broke off"],
        "no_sources": ["without sources"],
        "thumbs_down": ["thumbs down"],
        "share:5": ["drawn"],
    }

    found = Turn.objects.open_to_review().order_by("pk").values_list("question", flat=True)
    assert list(found) == ["asked", *picks[part]]


def test_the_random_share_is_drawn_once_when_the_question_is_asked(login: LoginSession, settings: Any) -> None:
    settings.REVIEW, settings.REVIEW_RULE = "announced", ["share:100"]
    drawn = asked(login, state="queued")
    settings.REVIEW_RULE = []
    other = asked(login, state="queued")
    settings.REVIEW_RULE = ["share:100"]

    assert list(Turn.objects.open_to_review()) == [drawn]
    for turn in (drawn, other):
        with pytest.raises(DatabaseError, match="drawn when a question is asked"), transaction.atomic():
            Turn.objects.filter(pk=turn.pk).update(is_drawn=not turn.is_drawn)


@pytest.mark.parametrize("policy", ["off", "asked"])
def test_nothing_is_drawn_where_no_rule_is_published(login: LoginSession, settings: Any, policy: str) -> None:
    settings.REVIEW, settings.REVIEW_RULE = policy, ["share:100"]

    assert asked(login).is_drawn is False


def test_the_share_is_as_large_as_it_says_and_depends_on_the_secret_key(settings: Any) -> None:
    settings.SECRET_KEY = "a" * 50
    turns = [UUID(int=number) for number in range(10_000)]
    drawn = {turn for turn in turns if Rule(share=5).draws(turn)}

    assert 400 < len(drawn) < 600
    assert drawn == {turn for turn in turns if Rule(share=5).draws(turn)}
    assert drawn < {turn for turn in turns if Rule(share=20).draws(turn)}
    settings.SECRET_KEY = "b" * 50
    assert len(drawn & {turn for turn in turns if Rule(share=5).draws(turn)}) < 60
    assert not Rule(share=0).draws(uuid4())
    assert Rule(share=100).draws(uuid4())


@pytest.mark.parametrize(
    ("policy", "rule", "words"),
    [
        ("off", RULE, "Nobody reviews answers on this site."),
        ("asked", RULE, "Reviewers read an answer only if you ask for a check."),
        (
            "announced",
            RULE,
            "Reviewers read answers that failed or broke off, answers without sources, answers with a thumbs down and"
            " a random 5 % of all questions, and what you ask to be checked.",
        ),
        ("announced", ["share:0.5"], "Reviewers read a random 0.5 % of all questions, and what you ask"),
        ("all", [], "Reviewers may read your questions and answers. You see who has read what, and why."),
        ("all", ["failed"], "Without giving a reason, they read answers that failed or broke off."),
    ],
)
def test_the_policy_is_said_in_words(settings: Any, policy: str, rule: list[str], words: str) -> None:
    settings.REVIEW, settings.REVIEW_RULE = policy, rule

    assert words in review_policy.in_words()
    assert " ".join(review_policy.sentences()) == review_policy.in_words()


@pytest.mark.parametrize(
    ("rule", "problem"),
    [
        (["failed", "thumb_down"], "'thumb_down' is unknown"),
        (["share"], "share: is no percentage"),
        (["share:many"], "share:many is no percentage"),
        (["share:0"], "share:0 is not above 0 and at most 100"),
        (["share:101"], "share:101 is not above 0 and at most 100"),
        (["share:nan"], "share:nan is not above 0"),
    ],
)
def test_a_rule_that_cannot_be_read_stops_the_start(settings: Any, rule: list[str], problem: str) -> None:
    settings.REVIEW_RULE = rule

    [error] = check_review()

    assert (error.id, error.hint) == ("chat.E021", "Known: failed, no_sources, thumbs_down, share:<percent>.")
    assert problem in error.msg


@pytest.mark.parametrize("rule", [[], RULE, ["FAILED", "Share:12.5"]])
def test_a_rule_in_any_case_is_read(settings: Any, rule: list[str]) -> None:
    settings.REVIEW_RULE = rule

    assert not list(check_review())


@pytest.mark.parametrize("policy", ["asked", "announced"])
def test_the_turns_of_a_conversation_that_may_be_opened_are_found_by_index(
    make: Callable[[str], Turn], settings: Any, policy: str
) -> None:
    turn = make("asked")
    settings.REVIEW = policy

    with explained() as plans:
        assert list(Turn.objects.filter(conversation=turn.conversation_id).open_to_review()) == [turn]
        assert list(Conversation.objects.open_to_review().order_by("-asked_at", "-pk")) == [turn.conversation]

    scan = r"SCAN (?!chat_conversation USING INDEX)" if connection.vendor == "sqlite" else "Seq Scan"
    assert not re.search(scan, "\n".join(plans)), "\n\n".join(plans)
