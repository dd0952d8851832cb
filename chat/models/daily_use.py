"""What users use on a day of questions and tokens, and the budgets of groups.

A day is a calendar day of the site, in ``TIME_ZONE``.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import models
from django.utils import timezone

from .turns.rows import execute

BYTES_PER_TOKEN = 4
"""Bytes of UTF-8. English has 4 to 5, so its estimate is a little high; digits, names and Chinese have down to 2."""

_SPEND = """
    UPDATE chat_dailyuse SET tokens = chat_dailyuse.tokens + new.tokens FROM {new}
    WHERE chat_dailyuse.user_id = new.user_id AND chat_dailyuse.day = new.day
"""
_SPENT = {"user_id": "bigint", "day": "date", "tokens": "bigint"}


class GroupBudget(models.Model):
    """What each member of a group may use on a day, in place of the site's ``CHAT_..._PER_DAY``.

    An empty limit leaves that of the site.
    """

    group = models.OneToOneField(Group, on_delete=models.CASCADE, related_name="budget")
    questions = models.PositiveIntegerField(
        "questions per day", null=True, blank=True, help_text="Of each member. Empty: as for the site. 0: no limit."
    )
    tokens = models.PositiveBigIntegerField(
        "tokens per day", null=True, blank=True, help_text="Of each member. Empty: as for the site. 0: no limit."
    )

    class Meta:
        verbose_name = "budget"
        default_permissions = ()

    def __str__(self) -> str:
        return f"budget of {self.group}"


class DailyUse(models.Model):
    """What a user has used on the last day on which they asked while the site had a budget.

    One row for each user: an earlier day leaves no trace. Nothing that users delete changes it.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="daily_use"
    )
    day = models.DateField()
    questions = models.PositiveIntegerField()
    tokens = models.PositiveBigIntegerField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"user {self.user_id} on {self.day}"


def has_budgets() -> bool:
    """Return whether anybody has a budget."""
    return is_set_by_site() or GroupBudget.objects.exists()


def is_set_by_site() -> bool:
    """Return whether the settings give everybody a budget."""
    return bool(settings.CHAT_QUESTIONS_PER_DAY or settings.CHAT_TOKENS_PER_DAY)


def estimated_tokens(text: str) -> int:
    """Return the estimated number of tokens in a text."""
    return -(-len(text.encode(errors="replace")) // BYTES_PER_TOKEN)


def day_of(at: datetime) -> date:
    """Return the day of the site at a time."""
    return timezone.localdate(at, timezone.get_default_timezone())


def spend(used: Iterable[tuple[int, date, int]]) -> None:
    """Count the tokens of answers: each with its user and the day on which it was asked."""
    sums: dict[tuple[int, str], int] = {}
    for user_id, day, tokens in used:
        key = user_id, day.isoformat()
        sums[key] = sums.get(key, 0) + tokens
    rows = [{"user_id": user, "day": day, "tokens": tokens} for (user, day), tokens in sorted(sums.items()) if tokens]
    if rows:
        execute(_SPEND, _SPENT, rows)
