"""The link with which the first administrator comes in, printed where the site has none."""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse

from ..models import FirstRunLink


def first_run_lines() -> list[str]:
    """Return the line with a new link for the first administrator; none where there is one, or a proxy names them."""
    if settings.TRUSTED_PROXY or not (secret := FirstRunLink.make()):
        return []
    link = settings.ORIGINS[0] + reverse("first-run", args=[secret])
    return [f"This site has no administrator yet. Become the first (works once, within a day): {link}"]
