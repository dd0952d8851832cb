"""The periods by which the list of all conversations can be narrowed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import QuerySet
from django.utils import timezone

from ..models import Conversation

MONTHS = 24
"""Months that are offered: the last ones in which something was asked."""

_DAYS = {"today": ("Today", 0), "week": ("Last 7 days", 7), "month": ("Last 30 days", 30), "year": ("Last year", 365)}


@dataclass(frozen=True)
class Period:
    """A period: its name in an address, its name for people, its first moment and the moment after its last one."""

    name: str
    label: str
    start: datetime
    end: datetime | None = None

    def of(self, conversations: QuerySet[Conversation]) -> QuerySet[Conversation]:
        """Return the conversations whose last question was asked in this period."""
        inside = conversations.filter(asked_at__gte=self.start)
        return inside.filter(asked_at__lt=self.end) if self.end else inside


def periods(conversations: QuerySet[Conversation]) -> list[Period]:
    """Return the periods to choose from: some that end today, and the months in which these conversations are."""
    today = timezone.localdate()
    recent = [Period(name, label, _midnight(today - timedelta(days))) for name, (label, days) in _DAYS.items()]
    return recent + [
        Period(f"{month:%Y-%m}", f"{month:%B %Y}", _midnight(month), _midnight(_next_month(month)))
        for month in _months(conversations)
    ]


def _months(conversations: QuerySet[Conversation]) -> list[date]:
    """Return the last months with a question. The database may not know the time zone, so it is not asked for them."""
    moments = earlier = conversations.order_by("-asked_at").values_list("asked_at", flat=True)
    months: list[date] = []
    while len(months) < MONTHS and (moment := earlier.first()):  # by an index, however much was asked in a month
        months.append(timezone.localtime(moment).date().replace(day=1))
        earlier = moments.filter(asked_at__lt=_midnight(months[-1]))
    return months


def _next_month(month: date) -> date:
    return (month.replace(day=28) + timedelta(days=4)).replace(day=1)


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime(day.year, day.month, day.day))  # the zone of the reader
