"""Persons, and the pages that the site returns to them."""

from __future__ import annotations

import asyncio
import html
import http.client
import re
from dataclasses import dataclass
from urllib.parse import urlencode

_TURN = re.compile(r'<li class="turn"[^>]*data-turn="([^"]+)" data-state="([^"]+)"\s+data-seq="(\d+)"')
_ANSWER = re.compile(
    r'<div class="answer" data-answer([^>]*)>(.*?)</div>(?:<span\s+class="cursor"|\s*<p class="n)', re.DOTALL
)
_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
_TAG = re.compile(r"<[^>]+>")
_MARKED = re.compile(r"k\d+n\d+x*")
_BLANK = "00000000-0000-0000-0000-000000000000"


@dataclass(frozen=True)
class Address:
    """Where to connect: a port of 127.0.0.1, and the origin of the pages from there."""

    port: int
    origin: str


@dataclass(frozen=True)
class Person:
    """A user signed in with one browser. ``login_session`` is the key of its row."""

    name: str
    cookie: str
    login_session: int


@dataclass(frozen=True)
class TurnOnPage:
    """A turn on a page when it is loaded. A ``rendered`` text has only the words of the answer."""

    uuid: str
    seq: int
    state: str
    text: str
    rendered: bool


class Unavailable(Exception):
    """A page had another status than 200; the message is the status."""


async def load(address: Address, person: Person, conversation: str) -> list[TurnOnPage]:
    """Return the turns on the page of a conversation. Raise ``Unavailable`` or ``OSError``."""
    status, body, _ = await asyncio.to_thread(_request, address, person, "GET", f"/c/{conversation}/")
    if status != 200:
        raise Unavailable(status)
    return list(_turns(body))


async def status_of(address: Address, person: Person, path: str) -> int:
    """Return the status of a page."""
    return (await asyncio.to_thread(_request, address, person, "GET", path))[0]


async def post(address: Address, person: Person, path: str, form_page: str = "/", **fields: str) -> int:
    """Send a form as its page would, and return the status."""
    return await asyncio.to_thread(_post, address, person, path, form_page, fields)


def _post(address: Address, person: Person, path: str, form_page: str, fields: dict[str, str]) -> int:
    _, body, cookies = _request(address, person, "GET", form_page)
    token = _TOKEN.search(body)
    form = urlencode({"csrfmiddlewaretoken": token[1] if token else "", **fields})
    return _request(address, person, "POST", path, form, cookies)[0]


def _request(
    address: Address, person: Person, method: str, path: str, form: str = "", cookies: str = ""
) -> tuple[int, str, str]:
    connection = http.client.HTTPConnection("127.0.0.1", address.port, timeout=30)
    headers = {"Cookie": f"{person.cookie}; {cookies}".rstrip("; "), "Host": address.origin.removeprefix("http://")}
    if form:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    try:
        connection.request(method, path, form or None, headers)
        response = connection.getresponse()
        set_cookies = [value.split(";")[0] for name, value in response.getheaders() if name.lower() == "set-cookie"]
        return response.status, response.read().decode(), "; ".join(set_cookies)
    finally:
        connection.close()


def _turns(body: str) -> list[TurnOnPage]:
    turns = []
    parts = _TURN.split(body)
    for uuid, state, seq, rest in zip(parts[1::4], parts[2::4], parts[3::4], parts[4::4], strict=True):
        if uuid == _BLANK:
            continue
        answer = _ANSWER.search(rest)
        attributes, inner = (answer[1], answer[2]) if answer else ("", "")
        is_raw = "data-raw" in attributes
        text = html.unescape(inner) if is_raw else " ".join(_MARKED.findall(_TAG.sub(" ", inner)))
        turns.append(TurnOnPage(uuid, int(seq), state, text, rendered=not is_raw))
    return turns
