"""The addresses of what has a UUID."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest
from django.test.utils import override_script_prefix
from django.urls import reverse

from chat.addresses import address

NAMES = ("conversation-detail", "recording-detail", "recording-audio", "turn-retry", "turn-stop")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("prefix", ["/", "/chat/"])
@pytest.mark.parametrize("kind", [UUID, str])
def test_an_address_is_that_of_django(name: str, prefix: str, kind: type[UUID | str]) -> None:
    uuid = uuid4()

    with override_script_prefix(prefix):
        assert address(f"chat:{name}", kind(str(uuid))) == reverse(f"chat:{name}", args=[uuid])
