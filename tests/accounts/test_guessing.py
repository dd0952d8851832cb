"""Guessing passwords: from many threads and processes at once, under many names, and behind a proxy."""

from __future__ import annotations

import http.client
import json
import threading
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from pathlib import Path
from urllib.parse import urlencode

import pytest
from django.db import connection

from chat.models import SignInAttempt

from ..support.signing_in import token_in
from ..support.site_process import SiteProcess

MANY = 60


def at_once(tries: Iterable[Callable[[], object]]) -> Counter[object]:
    """Do these at the same moment, and count the results."""
    tries = list(tries)
    together = threading.Barrier(len(tries))

    def attempt(each: Callable[[], object]) -> object:
        together.wait()
        try:
            return each()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(tries)) as pool:
        return Counter(pool.map(attempt, tries))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("names", "allowed"), [(1, 5), (MANY, 50)])
def test_of_many_guesses_at_once_no_more_are_looked_at_than_one_after_the_other(names: int, allowed: int) -> None:
    def guess(number: int) -> Callable[[], bool]:
        return lambda: SignInAttempt.begin(f"name{number % names}", "203.0.113.7") is None

    assert at_once(map(guess, range(MANY))) == {True: allowed, False: MANY - allowed}


@pytest.mark.django_db
def test_a_success_forgets_the_failures_with_its_name_alone() -> None:
    for number in range(48):
        SignInAttempt.begin(f"name{number}", "203.0.113.7")
    for _ in range(2):
        SignInAttempt.begin("alice", "203.0.113.7")
    is_blocked = SignInAttempt.begin("bob", "203.0.113.7") is not None

    SignInAttempt.record_success("alice", "203.0.113.7")

    assert is_blocked
    assert [SignInAttempt.begin("bob", "203.0.113.7") is None for _ in range(3)] == [True, True, False]
    assert SignInAttempt.begin("bob", "198.51.100.9") is None


@pytest.mark.django_db
def test_a_network_of_ipv6_that_one_client_has_counts_as_one_address() -> None:
    for number in range(5):
        SignInAttempt.begin("alice", f"2001:db8::{number}")

    assert SignInAttempt.begin("alice", "2001:db8::ffff") is not None
    assert SignInAttempt.begin("alice", "2001:db8:0:1::") is None


# On real servers


class Browser:
    """A browser that has the sign-in page open."""

    def __init__(self, site: SiteProcess) -> None:
        self._site = site
        with closing(self._connection()) as connection:
            connection.request("GET", "/accounts/login/")
            page = connection.getresponse()
            self._cookie = (page.headers["Set-Cookie"] or "").partition(";")[0]
            self._token = token_in(page.read().decode())

    def sign_in(self, password: str, *forwarded: str, peer: str = "127.0.0.1") -> int:
        """Send the form, and return the status: 302 signed in, 200 wrong, 429 too many."""
        form = {"csrfmiddlewaretoken": self._token, "username": "demo", "password": password}
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": self._cookie}
        headers |= {"X-Forwarded-For": ", ".join(forwarded)} if forwarded else {}
        with closing(self._connection(peer)) as connection:
            connection.request("POST", "/accounts/login/", urlencode(form), headers)
            return connection.getresponse().status

    def _connection(self, peer: str = "127.0.0.1") -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self._site.port, timeout=60, source_address=(peer, 0))


def set_password(site: SiteProcess) -> None:
    words = json.dumps("right-secret-words")
    script = f"from django.contrib.auth.models import User as U; u = U.objects.get(); u.set_password({words}); u.save()"
    site.manage("shell", "-v0", "-c", script)


@pytest.mark.process
def test_two_processes_look_at_five_of_many_guesses(start_site: Callable[..., SiteProcess], tmp_path: Path) -> None:
    redis = "redis://127.0.0.1:1/0"  # which need not answer: nothing is streamed
    first = start_site(REDIS_URL=redis)
    folder = tmp_path / "second"
    folder.mkdir()
    url = first.database_url or f"sqlite:///{first.folder}/chatsite.sqlite3"
    with SiteProcess(folder, database_url=url, REDIS_URL=redis) as second:
        browsers = [Browser(site) for site in (first, second)]

        statuses = at_once([partial(browser.sign_in, "a guess") for browser in browsers * (MANY // 2)])

    assert statuses == {200: 5, 429: MANY - 5}


@pytest.mark.process
@pytest.mark.parametrize("server", ["daphne", "uvicorn"])
def test_a_stranger_behind_the_proxy_locks_only_themselves_out(
    start_site: Callable[..., SiteProcess], server: str
) -> None:
    site = start_site(SERVER=server, PROXY_ADDRESSES="127.0.0.1")
    set_password(site)
    browser = Browser(site)

    guesses = [browser.sign_in("a guess", f"198.51.100.{number}", "203.0.113.7") for number in range(6)]

    assert guesses == [200] * 5 + [429]
    assert browser.sign_in("right-secret-words", "203.0.113.7", peer="127.0.0.2") == 302  # its own address counts
    assert browser.sign_in("right-secret-words", "203.0.113.7") == 429
    assert browser.sign_in("right-secret-words", "198.51.100.9") == 302
