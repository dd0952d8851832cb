"""The address from which a connection comes: that of its peer, or of the client for which a known proxy connects."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterator
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Any

Address = IPv4Address | IPv6Address
Application = Callable[..., Awaitable[None]]
Network = IPv4Network | IPv6Network


class ClientAddress:
    """Replaces the address of a proxy in ``networks`` by that of its client, from ``X-Forwarded-For``.

    Each proxy appends its peer. So they are read from the end, up to the first that is no proxy of ours: what stands
    before it may be invented. From anybody else the header means nothing.
    """

    def __init__(self, application: Application, networks: Collection[Network]) -> None:
        self._application = application
        self._networks = networks

    def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> Awaitable[None]:
        """Pass the connection on."""
        peer = peer_of(scope)
        client = self._client(peer, scope) if peer else None
        inner_scope = scope if client == peer else {**scope, "client": [str(client), 0]}
        return self._application(inner_scope, receive, send)

    def _client(self, peer: Address, scope: dict[str, Any]) -> Address:
        client = peer
        for forwarded in _forwarded_for(scope):
            if forwarded is None or not is_in(client, self._networks):
                break
            client = forwarded
        return client


def peer_of(scope: dict[str, Any]) -> Address | None:
    """Return the address in the scope of a connection; None if there is none, as for a socket of the file system."""
    return _address((scope.get("client") or ("",))[0])


def is_in(address: Address | None, networks: Collection[Network]) -> bool:
    """Return whether an address is in one of these networks."""
    return address is not None and any(address in network for network in networks)


def _forwarded_for(scope: dict[str, Any]) -> Iterator[Address | None]:
    """Yield the addresses in ``X-Forwarded-For``, the last one first; None for what is no address."""
    values = [value for name, value in scope["headers"] if name.lower() == b"x-forwarded-for"]
    for text in reversed(b",".join(values).decode("latin-1").split(",")):
        yield _address(text.strip())


def _address(text: str) -> Address | None:
    """Return an address that may have a port; one of IPv4 also if it is written as one of IPv6."""
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return address.ipv4_mapped or address if isinstance(address, IPv6Address) else address
