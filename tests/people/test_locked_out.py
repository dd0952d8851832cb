"""Who is deactivated on one process is locked out on another one within five seconds, on both servers."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPRedirectHandler, Request, build_opener
from uuid import uuid4

import pytest

from ..support.processes import Missing
from ..support.raw_socket import RawSocket
from ..support.servers import redis
from ..support.signing_in import signed_in_cookie, token_in
from ..support.site_process import SiteProcess
from ..support.sites import copy_of

pytestmark = [pytest.mark.process, pytest.mark.any_database]

SECONDS = 5.0
SCIM_TOKEN = "scim-token-of-thirty-two-characters"  # of this test
ACTIVE = ("queued", "streaming")
PEOPLE = """
from django.contrib.auth.models import User
from chat.models import ApiToken
User.objects.create_superuser("root")
print(ApiToken.issue(User.objects.get(username="demo"), "reports")[1])
"""


class Stay(HTTPRedirectHandler):
    """Follows no redirect."""

    def redirect_request(self, *_: object) -> None:
        return None


@pytest.fixture(params=["daphne", "uvicorn"])
def sites(
    request: pytest.FixtureRequest, prepared_site: SiteProcess, tmp_path: Path
) -> Iterator[tuple[SiteProcess, SiteProcess]]:
    """Two processes that serve one database."""
    with ExitStack() as stack:
        try:
            url = stack.enter_context(redis())
        except Missing as missing:
            pytest.skip(str(missing))
        settings = {"SERVER": request.param, "REDIS_URL": url, "CHAT_MODEL": "python:tests.support.talking:steadily"}
        settings["SCIM_TOKEN"] = SCIM_TOKEN
        one = stack.enter_context(copy_of(prepared_site, tmp_path / "site", **settings))
        other = stack.enter_context(SiteProcess(one.folder, database_url=one.database_url, **settings))
        yield one, other


def status(site: SiteProcess, path: str, headers: dict[str, str], form: dict[str, str] | None = None) -> int:
    data = urlencode(form).encode() if form is not None else None
    try:
        return opened(site, path, headers, data)[0]
    except HTTPError as error:
        return error.code


def opened(site: SiteProcess, path: str, headers: dict[str, str], data: bytes | None = None) -> tuple[int, str]:
    request = Request(site.url + path, data=data, headers=headers)  # noqa: S310  # our own site
    with build_opener(Stay).open(request) as response:
        return int(response.status), response.read().decode()


def by_page(site: SiteProcess, pk: int) -> None:
    """Deactivate a user as an administrator does."""
    root = signed_in_cookie(site, "root")
    form = {"active": "no", "csrfmiddlewaretoken": token_in(opened(site, f"/people/{pk}/", {"Cookie": root})[1])}
    assert status(site, f"/people/{pk}/active/", {"Cookie": root}, form) == 302


def by_scim(site: SiteProcess, pk: int) -> None:
    """Deactivate a user as a directory does."""
    headers = {"Authorization": f"Bearer {SCIM_TOKEN}", "Content-Type": "application/scim+json"}
    change = {"op": "Replace", "path": "active", "value": "False"}
    document = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": [change]}
    request = Request(  # noqa: S310  # our own site
        f"{site.url}/scim/v2/Users/{pk}", json.dumps(document).encode(), headers, method="PATCH"
    )
    with build_opener().open(request) as response:
        assert json.load(response)["active"] is False


def active_turns(site: SiteProcess) -> int:
    return int(site.rows("SELECT count(*) FROM chat_turn WHERE state IN (?, ?)", *ACTIVE)[0][0])


@pytest.mark.parametrize("lock_out", [by_page, by_scim])
def test_who_is_deactivated_is_locked_out_within_five_seconds(
    sites: tuple[SiteProcess, SiteProcess], lock_out: Callable[[SiteProcess, int], None]
) -> None:
    here, there = sites
    secret = here.manage("shell", "--no-imports", "-v0", "-c", PEOPLE).split()[-1]
    bearer = {"Authorization": f"Bearer {secret}"}
    leaver = signed_in_cookie(there)
    ((pk,),) = here.rows("SELECT id FROM auth_user WHERE username = ?", "demo")
    with RawSocket(there, f"Cookie: {leaver}") as client:
        for question in ("When does the Heron launch?", "What does it cost?"):
            client.send(type="ask", request_id=uuid4(), conversation=None, question=question, recordings=[])
        client.until(b'"token"')
        assert active_turns(here) == 2
        assert status(there, "/api/conversations", bearer) == 200

        began = time.monotonic()
        lock_out(here, pk)

        client.until(b"Your account was deactivated, so you are signed out.")
        assert client.close_code() == 4401
        assert time.monotonic() - began < SECONDS
    assert status(there, "/api/conversations", bearer) == 401
    assert status(there, "/accounts/", {"Cookie": leaver}) == 302
    while active_turns(here) and time.monotonic() - began < SECONDS:
        time.sleep(0.05)
    assert active_turns(here) == 0
    assert time.monotonic() - began < SECONDS
