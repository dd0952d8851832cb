"""Signing in by a link, as a person and as a program."""

from __future__ import annotations

import re
from http.cookiejar import CookieJar
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit
from urllib.request import HTTPCookieProcessor, build_opener

from .site_process import SiteProcess

if TYPE_CHECKING:
    from playwright.async_api import Page

_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="(\w+)"')


async def sign_in(page: Page, site: SiteProcess, username: str = "demo") -> None:
    """Sign in by a link and open the home page; do not answer the question for a password."""
    await page.goto(site.url + urlsplit(site.sign_in_link(username)).path)  # the link may name a public address
    await page.get_by_role("button", name="Sign in").click()
    await page.goto(site.url)


def signed_in_cookie(site: SiteProcess, username: str = "demo") -> str:
    """Sign in by a link, and return the cookies as a browser sends them."""
    jar, link = CookieJar(), site.sign_in_link(username)
    opener = build_opener(HTTPCookieProcessor(jar))
    with opener.open(link) as page:
        form = urlencode({"csrfmiddlewaretoken": token_in(page.read().decode())})
    opener.open(link, form.encode()).close()
    return "; ".join(f"{cookie.name}={cookie.value}" for cookie in jar)


def token_in(html: str) -> str:
    """Return the CSRF token of the form on a page."""
    found = _TOKEN.search(html)
    assert found, html
    return found[1]
