"""The addresses of what has a UUID."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.urls import reverse

from chat.addresses import address

NAMES = ("conversation-detail", "recording-detail", "recording-audio", "turn-retry", "turn-stop")


@pytest.mark.parametrize("name", NAMES)
def test_an_address_is_that_of_django(name: str) -> None:
    uuid = uuid4()

    assert address(f"chat:{name}", uuid) == address(f"chat:{name}", str(uuid)) == reverse(f"chat:{name}", args=[uuid])
