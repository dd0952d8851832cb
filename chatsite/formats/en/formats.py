"""How dates are written where no script writes them as their reader does: ``3 Feb 2026, 14:30``."""

DATE_FORMAT = "j M Y"
TIME_FORMAT = "H:i"
DATETIME_FORMAT = "j M Y, H:i"
