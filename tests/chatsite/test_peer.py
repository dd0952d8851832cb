from __future__ import annotations

from ipaddress import ip_network
from typing import Any

import pytest

from chatsite.peer import ClientAddress

PROXIES = [ip_network(text) for text in ("127.0.0.1", "::1", "10.0.0.0/8", "fd00::/8")]


async def client_of(peer: Any, *forwarded: str) -> Any:
    """Return the client's address that an application sees behind the proxies."""
    seen = []

    async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
        seen.append(scope["client"])

    headers = [(b"X-Forwarded-For" if number % 2 else b"x-forwarded-for", value.encode("latin-1"))
               for number, value in enumerate(forwarded)]  # fmt: skip
    await ClientAddress(application, PROXIES)({"client": peer, "headers": headers}, None, None)
    return seen[0][0] if seen[0] else None


@pytest.mark.parametrize(
    ("peer", "forwarded", "expected"),
    [
        ("127.0.0.1", [], "127.0.0.1"),
        ("127.0.0.1", ["203.0.113.7"], "203.0.113.7"),
        ("::1", ["2001:db8::7"], "2001:db8::7"),
        ("::ffff:10.1.2.3", ["203.0.113.7"], "203.0.113.7"),
        ("203.0.113.9", ["198.51.100.1"], "203.0.113.9"),
        ("10.0.0.1", ["198.51.100.1, 203.0.113.7"], "203.0.113.7"),
        ("10.0.0.1", ["198.51.100.1", "203.0.113.7"], "203.0.113.7"),
        ("10.0.0.1", ["198.51.100.1, 203.0.113.7, 10.0.0.2"], "203.0.113.7"),
        ("10.0.0.1", ["10.0.0.9"], "10.0.0.9"),
        ("10.0.0.1", ["10.0.0.9, 10.0.0.8"], "10.0.0.9"),
        ("10.0.0.1", ["203.0.113.7:4711"], "203.0.113.7"),
        ("10.0.0.1", ["[2001:db8::7]:4711"], "2001:db8::7"),
        ("10.0.0.1", ["::ffff:203.0.113.7"], "203.0.113.7"),
        ("10.0.0.1", ["203.0.113.7, unknown"], "10.0.0.1"),
        ("10.0.0.1", ["203.0.113.7, unknown, 10.0.0.2"], "10.0.0.2"),
        ("10.0.0.1", [""], "10.0.0.1"),
        ("10.0.0.1", [" , ,"], "10.0.0.1"),
        ("10.0.0.1", ["\xff"], "10.0.0.1"),
    ],
)
async def test_the_client_is_the_last_address_that_is_no_proxy_of_ours(
    peer: str, forwarded: list[str], expected: str
) -> None:
    assert await client_of([peer, 4711], *forwarded) in (expected, f"::ffff:{expected}")


async def test_a_connection_without_an_address_keeps_having_none() -> None:
    assert await client_of(None, "203.0.113.7") is None
