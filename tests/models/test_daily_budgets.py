"""Budgets of questions and tokens: whose they are, when they begin again, and that they hold over all processes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import Group, User
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from chat.models import Claim, DailyBudget, DailyUse, GroupBudget, LoginSession, OverBudget, Submission, Turn
from chat.upkeep.purge import purge

from ..support.asked import asked, ending_as
from ..support.at_once import at_once

pytestmark = pytest.mark.django_db(transaction=True)

NOON = datetime(2026, 6, 30, 12, tzinfo=UTC)


def ask(login: LoginSession, **more: Any) -> Turn:
    return Turn.objects.submit(login, Submission(request_id=uuid4(), question="When?", **more))


def charge(user: User, at: datetime) -> DailyBudget:
    with transaction.atomic():
        return DailyBudget.charge(user.pk, at)


def limits(user: User) -> tuple[int, int]:
    budget = DailyBudget.of(user.pk)
    return budget.questions, budget.tokens


def put_into_group(user: User, name: str, **budget: int | None) -> None:
    group = Group.objects.create(name=name)
    GroupBudget.objects.create(group=group, **budget)
    user.groups.add(group)


def test_two_processes_never_accept_more_questions_than_the_budget(alice: User, settings: Settings) -> None:
    settings.CHAT_QUESTIONS_PER_DAY = 3
    logins = LoginSession.objects.create(user=alice), LoginSession.objects.create(user=alice)
    for login in logins:
        ask(login)

    outcomes = at_once(ask, *logins, refusal=OverBudget)

    assert sorted(outcomes) == [False, True]
    assert Turn.objects.count() == DailyUse.objects.get().questions == 3


@pytest.mark.any_database
def test_a_refused_question_changes_nothing_and_says_when_to_ask_again(
    login: LoginSession, bob: User, settings: Settings
) -> None:
    settings.CHAT_QUESTIONS_PER_DAY = 1
    settings.TIME_ZONE = "Europe/Berlin"
    turn = ask(login)

    with pytest.raises(OverBudget) as refused:
        ask(login, conversation=turn.conversation.uuid)

    assert refused.value.message == (
        "You have asked your 1 question of today. You can ask again from 00:00 (Europe/Berlin) on."
    )
    assert refused.value.retry_after is not None
    assert 0 < refused.value.retry_after <= 25 * 3600
    assert Turn.objects.count() == DailyUse.objects.get().questions == 1
    assert ask(LoginSession.objects.create(user=bob)).is_queued


@pytest.mark.any_database
def test_the_same_request_counts_once_and_a_retry_counts_again(login: LoginSession, settings: Settings) -> None:
    settings.CHAT_QUESTIONS_PER_DAY = 9
    turn = asked(login, "When?")
    again = Submission(request_id=uuid4(), question="When?", conversation=turn.conversation.uuid, retry_of=turn.uuid)

    retry = Turn.objects.submit(login, again)

    assert Turn.objects.submit(login, again) == retry
    assert DailyUse.objects.get().questions == 2


@pytest.mark.any_database
def test_deleting_and_purging_a_conversation_gives_nothing_back(login: LoginSession, settings: Settings) -> None:
    settings.CHAT_QUESTIONS_PER_DAY = 1
    asked(login).conversation.discard()
    purge()

    assert not Turn.objects.exists()
    with pytest.raises(OverBudget):
        ask(login)


@pytest.mark.any_database
def test_a_day_is_one_in_the_time_zone_of_the_site(alice: User, settings: Settings) -> None:
    settings.CHAT_QUESTIONS_PER_DAY = 1
    settings.TIME_ZONE = "Asia/Tokyo"
    midnight = datetime(2026, 6, 30, 15, tzinfo=UTC)
    budget = charge(alice, midnight - timedelta(hours=20))

    assert budget.begins_again == midnight
    with pytest.raises(OverBudget):
        charge(alice, midnight - timedelta(seconds=1))
    assert charge(alice, midnight).questions_used == 1


@pytest.mark.any_database
def test_a_budget_begins_again_where_the_clock_skips_midnight(settings: Settings) -> None:
    settings.TIME_ZONE = "Africa/Cairo"
    budget = DailyBudget(day=datetime(2026, 4, 23).date(), questions=1, tokens=0, questions_used=1)

    assert budget.begins_again.hour == 1
    assert "from 01:00 (Africa/Cairo) on" in budget.left


@pytest.mark.any_database
def test_the_most_generous_group_takes_the_place_of_the_site(alice: User, bob: User, settings: Settings) -> None:
    settings.CHAT_QUESTIONS_PER_DAY, settings.CHAT_TOKENS_PER_DAY = 10, 1000
    put_into_group(alice, "Interns", questions=2)
    assert limits(alice) == (2, 1000)

    put_into_group(alice, "Lawyers", questions=5, tokens=200)
    assert limits(alice) == (5, 200)

    put_into_group(alice, "Heads", questions=0)
    assert limits(alice) == (0, 200)
    assert limits(bob) == (10, 1000)


@pytest.mark.any_database
def test_a_budget_of_a_group_binds_its_members_alone(login: LoginSession, alice: User, bob: User) -> None:
    put_into_group(alice, "Interns", questions=1)
    ask(login)

    with pytest.raises(OverBudget):
        ask(login)
    others = LoginSession.objects.create(user=bob)
    assert [ask(others).is_queued, ask(others).is_queued] == [True, True]


@pytest.mark.any_database
def test_tokens_count_when_answers_end_and_the_next_question_is_refused(
    login: LoginSession, settings: Settings
) -> None:
    settings.CHAT_TOKENS_PER_DAY = 30
    asked(login)  # 18 tokens, as its model reports
    assert DailyBudget.of(login.user_id).tokens_used == 18
    waiting = asked(login, state="queued")
    [turn] = Turn.objects.claim("me")
    assert turn == waiting
    Turn.objects.interrupt(turn, {"me"})
    assert DailyBudget.of(login.user_id).tokens_used == 18  # nothing of it was written
    asked(login)

    with pytest.raises(OverBudget, match="Your answers of today have used your 30 tokens"):
        ask(login)


@pytest.mark.any_database
def test_tokens_count_on_the_day_of_the_question(login: LoginSession, settings: Settings) -> None:
    settings.CHAT_TOKENS_PER_DAY = 100
    turn = asked(login, state="streaming")
    tomorrow = timezone.now() + timedelta(days=1)
    charge(login.user, tomorrow)

    assert Turn.objects.finish(Claim.of(turn), ending_as("complete", "Well."))

    assert DailyUse.objects.get().tokens == 0


@pytest.mark.any_database
@pytest.mark.parametrize(("limit", "before"), [(1, []), (2, ["1 of 2"]), (3, ["1 of 3"]), (4, ["1 of 4"])])
def test_the_last_question_is_told_before_it_is_asked(
    alice: User, settings: Settings, limit: int, before: list[str]
) -> None:
    settings.CHAT_QUESTIONS_PER_DAY = limit

    lines = [charge(alice, NOON).left for _ in range(limit)]

    assert [line for line in lines[:-1] if line] == [f"{left} questions left today." for left in before]
    assert "You can ask again" in lines[-1]


@pytest.mark.any_database
def test_what_is_left_is_told_from_a_fifth_on(alice: User, settings: Settings) -> None:
    settings.CHAT_QUESTIONS_PER_DAY, settings.CHAT_TOKENS_PER_DAY = 5, 10_000
    lines = [charge(alice, NOON).left for _ in range(5)]

    again = "You have asked your 5 questions of today. You can ask again from 00:00 (UTC) on."
    assert lines == ["", "", "", "1 of 5 questions left today.", again]
    both = DailyBudget(day=NOON.date(), questions=5, tokens=10_000, questions_used=4, tokens_used=8_001)
    assert both.left == "1 of 5 questions and 1,999 of 10,000 tokens left today."


@pytest.mark.any_database
def test_without_a_budget_a_question_is_not_counted_and_with_one_costs_one_statement(
    login: LoginSession, settings: Settings
) -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as queries:
            ask(login)
        return len(queries)

    statements()  # the first use compiles and reads what stays
    without = statements()
    assert not DailyUse.objects.exists()

    settings.CHAT_QUESTIONS_PER_DAY = 100
    assert statements() == without + 1
