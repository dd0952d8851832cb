"""The budget of a user for a day: what their groups or the site allow, and what they have used of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from math import ceil
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import timezone

from .daily_use import day_of
from .refusal import OverBudget
from .turns.rows import insert

LOW = 5
"""What is left is shown once it is at most 1/``LOW`` of a budget, or the last question."""

_OF_GROUPS = """
    (SELECT CASE WHEN MIN(budget.{what}) = 0 THEN 0 ELSE MAX(budget.{what}) END FROM chat_groupbudget AS budget
    JOIN auth_user_groups AS member ON member.group_id = budget.group_id WHERE member.user_id = {user})
"""
"""The most generous limit of a user's groups, in SQL; NULL if they have none."""
_CHARGE = f"""
    INSERT INTO chat_dailyuse (user_id, day, questions, tokens) VALUES (%s, %s, 1, 0)
    ON CONFLICT (user_id) DO UPDATE SET day = excluded.day,
        questions = CASE WHEN chat_dailyuse.day = excluded.day THEN chat_dailyuse.questions + 1 ELSE 1 END,
        tokens = CASE WHEN chat_dailyuse.day = excluded.day THEN chat_dailyuse.tokens ELSE 0 END
    RETURNING questions, tokens, {_OF_GROUPS.format(what="questions", user="%s")},
        {_OF_GROUPS.format(what="tokens", user="%s")}
"""  # noqa: S608  # our own constants
_READ = f"""
    SELECT auth_user.id, used.day, used.questions, used.tokens,
        {_OF_GROUPS.format(what="questions", user="auth_user.id")},
        {_OF_GROUPS.format(what="tokens", user="auth_user.id")}
    FROM auth_user LEFT JOIN chat_dailyuse AS used ON used.user_id = auth_user.id WHERE auth_user.id IN ({{users}})
"""  # noqa: S608


@dataclass(frozen=True)
class Share:
    """A limit, and how much of it is used. The user should know it at the latest when ``few`` are left."""

    what: str
    limit: int
    used: int
    few: int = 0

    @property
    def is_low(self) -> bool:
        """Whether so little is left that the user should know."""
        return self.limit - self.used <= max(self.limit / LOW, self.few)

    @property
    def left(self) -> str:
        """What is left, in words."""
        return f"{max(0, self.limit - self.used):,} of {self.limit:,} {self.what}"

    def __str__(self) -> str:
        return f"{self.used:,} of {self.limit:,} {self.what}"


@dataclass(frozen=True, kw_only=True)
class DailyBudget:
    """What a user may use on a day, and what they have used of it; a limit of 0 is none."""

    day: date
    questions: int
    tokens: int
    questions_used: int = 0
    tokens_used: int = 0

    @classmethod
    def of(cls, user_id: int) -> DailyBudget:
        """Return the budget of a user for today; none of one who was deleted."""
        return cls.of_users([user_id]).get(user_id) or cls(day=day_of(timezone.now()), questions=0, tokens=0)

    @classmethod
    def of_users(cls, user_ids: Sequence[int]) -> dict[int, DailyBudget]:
        """Return the budgets of users for today, in one query."""
        if not user_ids:
            return {}
        today = day_of(timezone.now())
        with connection.cursor() as cursor:
            cursor.execute(_READ.format(users=", ".join(["%s"] * len(user_ids))), list(user_ids))
            return {pk: cls._read(today, *row) for pk, *row in cursor.fetchall()}

    @classmethod
    def charge(cls, user_id: int, at: datetime) -> DailyBudget:
        """Count a question that was asked at this time, and return what is left then.

        Call it in the transaction that stores the question, which locks the user. Raise ``OverBudget`` if it was one
        question too many: then roll back.
        """
        day = day_of(at)
        row = insert(_CHARGE, [user_id, day.isoformat(), user_id, user_id])
        budget = cls._read(day, day, *row)
        if budget.is_exceeded:
            raise budget.refusal()
        return budget

    @property
    def shares(self) -> list[Share]:
        """The limits that there are."""
        shares = [
            Share("questions", self.questions, self.questions_used, few=1),
            Share("tokens", self.tokens, self.tokens_used),
        ]
        return [share for share in shares if share.limit]

    @property
    def is_exceeded(self) -> bool:
        """Whether the last question that is counted was one too many."""
        return bool(self.questions and self.questions_used > self.questions) or self.are_tokens_spent

    @property
    def is_spent(self) -> bool:
        """Whether the next question will be refused."""
        return bool(self.questions and self.questions_used >= self.questions) or self.are_tokens_spent

    @property
    def are_tokens_spent(self) -> bool:
        """Whether the answers have used all tokens."""
        return bool(self.tokens and self.tokens_used >= self.tokens)

    @property
    def left(self) -> str:
        """What stands under the question box: what is left, once it is little; empty before."""
        if self.is_spent:
            return self._spent
        low = [share.left for share in self.shares if share.is_low]
        return f"{' and '.join(low)} left today." if low else ""

    @property
    def begins_again(self) -> datetime:
        """When the next day begins, in the time zone of the site."""
        zone = timezone.get_default_timezone()
        midnight = datetime.combine(self.day + timedelta(days=1), time.min, zone)
        return midnight.astimezone(UTC).astimezone(zone)  # where a clock skips midnight, the hour after it

    def refusal(self) -> OverBudget:
        """Return the refusal of a question that is one too many."""
        seconds = ceil((self.begins_again - timezone.now()).total_seconds())
        return OverBudget(self._spent, retry_after=max(1, seconds))

    @property
    def _spent(self) -> str:
        if self.are_tokens_spent:
            what = f"Your answers of today have used your {_counted(self.tokens, 'token')}."
        else:
            what = f"You have asked your {_counted(self.questions, 'question')} of today."
        return f"{what} You can ask again from {self.begins_again:%H:%M} ({settings.TIME_ZONE}) on."

    @classmethod
    def _read(cls, today: date, day: Any, questions: int, tokens: int, *limits: int | None) -> DailyBudget:
        """Return the budget that a row of the database tells; on SQLite a day may be a text."""
        is_today = day is not None and str(day) == today.isoformat()
        of_group, tokens_of_group = limits
        return cls(
            day=today,
            questions=int(settings.CHAT_QUESTIONS_PER_DAY) if of_group is None else of_group,
            tokens=int(settings.CHAT_TOKENS_PER_DAY) if tokens_of_group is None else tokens_of_group,
            questions_used=questions if is_today else 0,
            tokens_used=tokens if is_today else 0,
        )


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
