"""The host names of the site and the origins of its pages. Only the standard library: ``bin/run`` uses it, too."""

from __future__ import annotations

import fcntl
import ipaddress
import re
import socket
import struct
from array import array
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

OWN = "own"
"""The value of ``ALLOWED_HOSTS`` that stands for the names and addresses of this machine."""
LOCAL = ("127.0.0.1", "localhost", "[::1]")

_EVERYWHERE = ("0.0.0.0", "::", "[::]")  # noqa: S104  # it is only compared
_HOST = re.compile(r"\*|\.?[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?|\[[0-9a-f:.]+\]")
_DEFAULT_PORTS = {"http": 80, "https": 443}
_SIOCGIFCONF = 0x8912  # of Linux, as are the sizes below
_ENTRY = 40


class Invalid(ValueError):
    """A value cannot be used. The message is one line that names the variable and the remedy."""


def allowed_hosts(listed: Sequence[str], host: str) -> list[str]:
    """Return the host names under which the site answers; the first one is for links.

    Raise ``Invalid`` if one of ``listed`` (``ALLOWED_HOSTS``) is no host name, or if there is none and ``host`` (where
    the site listens) does not tell.
    """
    if not listed:
        if host in _EVERYWHERE:
            raise Invalid(
                f"HOST is {host}, which means all addresses, but ALLOWED_HOSTS is not set; set ALLOWED_HOSTS={OWN} for"
                " the names and addresses of this machine, or list the host names of the site"
            )
        return _unique([_bracketed(host), *LOCAL])
    names = [name for entry in listed for name in (_own(host) if entry.lower() == OWN else [_checked(entry)])]
    return _unique(names)


def default_origins(hosts: Sequence[str], *, https: bool, port: int) -> list[str]:
    """Return the origins of pages under these host names. Raise ``Invalid`` if one of them is a pattern."""
    if patterns := [host for host in hosts if host.startswith((".", "*"))]:
        raise Invalid(
            f"ALLOWED_HOSTS has the pattern {patterns[0]}, so also set ORIGINS, as in https://chat.example.com"
        )
    # With HTTPS the site is behind a proxy, which uses the standard port, whatever ours is.
    return [f"https://{host}" if https else _without_default_port(f"http://{host}:{port}") for host in hosts]


def checked_origins(listed: Sequence[str]) -> list[str]:
    """Return the origins as browsers write them. Raise ``Invalid`` if one has no scheme, or more than host and port."""
    return _unique([_checked_origin(origin) for origin in listed])


def _checked(entry: str) -> str:
    host = entry.lower()
    if _HOST.fullmatch(host):
        return host
    bare = host.partition("://")[2] or host
    if address := _ipv6(bare):
        raise Invalid(f"ALLOWED_HOSTS has {entry!r}; write an IPv6 address in brackets: [{address}]")
    name = re.split(r"[/:]", bare.rpartition("@")[2])[0]
    raise Invalid(
        f"ALLOWED_HOSTS has {entry!r}, which is no host name; write it without scheme, port and path: "
        + (name if _HOST.fullmatch(name) else "chat.example.com")
    )


def _ipv6(text: str) -> str:
    with suppress(ValueError):
        return str(ipaddress.IPv6Address(text))
    return ""


def _checked_origin(origin: str) -> str:
    if "://" not in origin:
        raise Invalid(f"ORIGINS has {origin!r}, which has no scheme; write https://{origin.strip('/') or 'host'}")
    try:
        parts = urlsplit(origin.lower())
        port = parts.port
    except ValueError as error:
        raise Invalid(f"ORIGINS has {origin!r}, which is no origin ({error}); write https://chat.example.com") from None
    host = _bracketed(parts.hostname or "")
    if parts.scheme not in _DEFAULT_PORTS or not _HOST.fullmatch(host) or host.startswith((".", "*")):
        raise Invalid(f"ORIGINS has {origin!r}; it needs http or https and one host, as in https://chat.example.com")
    written = _without_default_port(f"{parts.scheme}://{host}" + (f":{port}" if port is not None else ""))
    if parts.path or parts.query or parts.fragment or parts.username is not None:
        raise Invalid(f"ORIGINS has {origin!r}, which is more than scheme, host and port; write {written}")
    return written


def _without_default_port(origin: str) -> str:
    """Return the origin as browsers write it."""
    scheme = origin.partition("://")[0]
    return origin.removesuffix(f":{_DEFAULT_PORTS[scheme]}")


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host and not host.startswith("[") else host.lower()


def _unique(names: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(names))


# The machine


def _own(host: str) -> list[str]:
    """Return the names and addresses of this machine at its start, the one that suits links first."""
    name = socket.gethostname().lower()
    names = [
        each for each in (name, name.partition(".")[0], f"{name.partition('.')[0]}.local") if _HOST.fullmatch(each)
    ]
    first = [_bracketed(host)] if host not in _EVERYWHERE else [_outward()]
    return _unique([each for each in (*first, *LOCAL, *_addresses(), *names) if each])


def _outward() -> str:
    """Return the address with which this machine reaches others; empty if it has no network. Nothing is sent."""
    with suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(("192.0.2.1", 9))
        return str(probe.getsockname()[0])
    return ""


def _addresses() -> Iterator[str]:
    """Yield the addresses of all interfaces, as far as the system tells."""
    with suppress(OSError):
        yield from _ipv4()
    with suppress(OSError):
        for line in Path("/proc/net/if_inet6").read_text().splitlines():
            address = ipaddress.IPv6Address(bytes.fromhex(line.split()[0]))
            if not address.is_link_local:  # it needs the name of an interface, which no browser sends
                yield f"[{address}]"


def _ipv4() -> list[str]:
    entries = array("B", bytes(_ENTRY * 256))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        request = struct.pack("iL", len(entries), entries.buffer_info()[0])
        size = struct.unpack("iL", fcntl.ioctl(probe, _SIOCGIFCONF, request))[0]
    used = entries.tobytes()[:size]
    return [socket.inet_ntoa(used[start + 20 : start + 24]) for start in range(0, size, _ENTRY)]
