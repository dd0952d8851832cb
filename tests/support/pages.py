"""The HTML of the pages of recordings."""

from __future__ import annotations

import re
from typing import Any

from django.contrib.auth.models import User
from django.test import Client

from chat.models import Recording

from .hostile import squeezed


def browser_of(user: User) -> Client:
    """Return a browser in which a user is signed in."""
    client = Client()
    client.force_login(user)
    return client


def text(response: Any) -> str:
    """Return the body of a response."""
    return str(response.content.decode())


def shown(client: Client, recording: Recording, **query: str) -> str:
    """Return the page; what a script gets to replace its segments must be the same."""
    whole = client.get(recording.get_absolute_url(), query)
    part = client.get(f"{recording.get_absolute_url()}segments/", query)
    assert whole.status_code == part.status_code == 200
    assert squeezed(text(part)).strip() in squeezed(text(whole))
    return squeezed(text(part))


def numbers(html: str) -> list[int]:
    """Return the numbers of the segments in the HTML."""
    return [int(number) for number in re.findall(r'id="segment-(\d+)"', html)]
