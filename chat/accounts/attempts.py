"""What is said to whoever has tried too often to come in."""

from __future__ import annotations

import math
from datetime import datetime

from django.utils import timezone


def try_again(until: datetime) -> str:
    """Return what is said to whoever has tried too often."""
    minutes = max(1, math.ceil((until - timezone.now()).total_seconds() / 60))
    unit = "minute" if minutes == 1 else "minutes"
    return f"Too many attempts. Please try again in {minutes} {unit}, at {timezone.localtime(until):%H:%M}."
