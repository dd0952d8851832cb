"""The demo: three short recordings of a company that does not exist, and a user to ask about them.

``make.py`` makes the audio and its times from the texts beside it.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.contrib.auth.models import User

USERNAME = "demo"


def load() -> User:
    """Add the demo's recordings and its user, where they are missing; return the user.

    The user has no password and signs in with a link.
    """
    # Imported here, so that make.py runs without a site.
    from django.contrib.auth import get_user_model
    from django.contrib.auth.hashers import make_password

    from chat.recordings import library

    for transcript in sorted(Path(__file__).parent.glob("*.vtt")):
        list(library.add(transcript))
    defaults = {"first_name": "Demo", "password": make_password(None)}
    user, _ = get_user_model().objects.get_or_create(username=USERNAME, defaults=defaults)
    return user
