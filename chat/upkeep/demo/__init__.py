"""The demo: three short recordings of a company that does not exist, and a user to ask about them.

The sounds and their times are made by ``make.py`` from the texts beside it.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.contrib.auth.models import User

USERNAME = "demo"


def load() -> User:
    """Add the demo's recordings and its user, where they are missing; returns the user.

    The user has no password: they come in by a sign-in link.
    """
    # Imported here, so that make.py runs without a site.
    from django.contrib.auth import get_user_model
    from django.contrib.auth.hashers import make_password

    from chat.recordings import library

    for transcript in sorted(Path(__file__).parent.glob("*.vtt")):
        list(library.add(transcript))
    new = {"first_name": "Demo", "password": make_password(None)}
    user, _ = get_user_model().objects.get_or_create(username=USERNAME, defaults=new)
    return user
