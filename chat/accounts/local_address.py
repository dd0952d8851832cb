"""Whether a link that a page shows works on other machines."""

from __future__ import annotations

from ipaddress import ip_address

from django.http import HttpRequest
from django.http.request import split_domain_port


def is_local(request: HttpRequest) -> bool:
    """Return whether the address at which the site was opened is one that no other machine can use."""
    return is_loopback(split_domain_port(request.get_host())[0])


def is_loopback(name: str) -> bool:
    """Return whether a host name or address is one that only this machine can use."""
    try:
        return ip_address(name.strip("[]")).is_loopback
    except ValueError:
        return name == "localhost" or name.endswith(".localhost")
