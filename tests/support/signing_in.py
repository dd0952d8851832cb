"""Signing in by a link, as a person and as a program."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from http.cookiejar import CookieJar
from typing import TYPE_CHECKING
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, build_opener

from django.conf import settings

from .site_process import SiteProcess

if TYPE_CHECKING:
    from playwright.async_api import Page

_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="(\w+)"')


async def sign_in(page: Page, site: SiteProcess, username: str = "demo") -> None:
    """Sign in by a link and open the home page; do not answer the question for a password."""
    await use_link(page, link_to(site, username))
    await page.goto(site.url)


async def use_link(page: Page, link: str) -> None:
    """Open a link, press its button, and return once that has signed the page in: a click does not wait for it."""
    await page.goto(link)
    await page.get_by_role("button", name="Sign in").click()
    await page.wait_for_url(lambda url: url != link)


def signed_in_cookie(site: SiteProcess, username: str = "demo") -> str:
    """Sign in by a link, and return the cookies as a browser sends them."""
    jar, link = CookieJar(), link_to(site, username)
    opener = build_opener(HTTPCookieProcessor(jar))
    with opener.open(link) as page:
        form = urlencode({"csrfmiddlewaretoken": token_in(page.read().decode())})
    opener.open(link, form.encode()).close()
    return "; ".join(f"{cookie.name}={cookie.value}" for cookie in jar)


def link_to(site: SiteProcess, username: str) -> str:
    """Return a link that signs a user in, as ``manage.py sign_in_link`` makes it, whose start takes a second or more.

    Without Django (in ``bin/screenshots``), and for a database that only the site can open, the command makes it.
    """
    if not settings.configured or site.environ.get("LAKEBASE_ENDPOINT"):
        return site.sign_in_link(username)
    from django.contrib.auth.models import User

    from chat.accounts.sign_in_links import SignInTokens, sign_in_link

    site.note_sign_in()
    tokens = SignInTokens()
    tokens.secret = site.secret_key
    ((pk, password, last_login),) = site.rows(
        "SELECT id, password, last_login FROM auth_user WHERE username = ?", username
    )
    if isinstance(last_login, str):  # SQLite has no type for a time
        last_login = datetime.fromisoformat(last_login).replace(tzinfo=UTC)
    if last_login:
        last_login = last_login.astimezone(UTC)
    return sign_in_link(User(pk=pk, password=password, last_login=last_login), site.url, tokens)


def token_in(html: str) -> str:
    """Return the CSRF token of the form on a page."""
    found = _TOKEN.search(html)
    assert found, html
    return found[1]
