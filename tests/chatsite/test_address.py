"""Where the site listens, under which names it answers, and the link that its start prints."""

from __future__ import annotations

import re
import socket
from collections.abc import Callable
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest

from chatsite import address

from ..support.site_process import SiteProcess


def test_own_stands_for_every_name_and_address_of_this_machine() -> None:
    hosts = address.allowed_hosts(["own", "chat.example.com"], "0.0.0.0")  # noqa: S104  # nothing listens

    assert {"localhost", "127.0.0.1", "[::1]", "chat.example.com"} <= set(hosts)
    assert socket.gethostname().lower() in hosts
    for host in hosts:
        assert host == "*" or not host.startswith("."), host


@pytest.mark.parametrize(
    ("host", "first"),
    [("127.0.0.1", "127.0.0.1"), ("10.0.0.5", "10.0.0.5"), ("::1", "[::1]"), ("localhost", "localhost")],
)
def test_without_hosts_the_site_answers_where_it_listens(host: str, first: str) -> None:
    hosts = address.allowed_hosts([], host)

    assert hosts[0] == first
    assert {"127.0.0.1", "localhost", "[::1]"} <= set(hosts)


def test_host_names_and_origins_are_written_as_browsers_write_them() -> None:
    assert address.allowed_hosts(["Chat.Example.com", "chat.example.com"], "x") == ["chat.example.com"]
    assert address.checked_origins(["HTTPS://Chat.Example.com:443", "http://a:80", "http://[::1]:8000"]) == [
        "https://chat.example.com",
        "http://a",
        "http://[::1]:8000",
    ]
    assert address.default_origins(["a"], https=False, port=80) == ["http://a"]
    assert address.default_origins(["a"], https=True, port=8000) == ["https://a"]


@pytest.mark.process
@pytest.mark.any_database
@pytest.mark.parametrize(
    "settings",
    [{"HOST": "0.0.0.0", "ALLOWED_HOSTS": "own"}, {"HOST": "127.0.0.1", "ALLOWED_HOSTS": "own"}, {"HOST": "localhost"}],  # noqa: S104  # for a moment
    ids=["everywhere", "loopback", "a name"],
)
def test_the_printed_link_works(start_site: Callable[..., SiteProcess], settings: dict[str, str]) -> None:
    site = start_site(**settings)
    link = urlsplit(re.findall(r"http\S+/accounts/link/\S+", site.output)[-1])

    connection = HTTPConnection(str(link.hostname), link.port, timeout=30)
    connection.request("GET", link.path)
    status = connection.getresponse().status
    connection.close()

    assert status in {200, 302}
