"""A client of the API, which calls the application in this process over ASGI, as a server would."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any, ClassVar, cast
from urllib.parse import urlsplit

from asgiref.testing import ApplicationCommunicator
from django.conf import settings

from chatsite import asgi

PATIENCE = 20
STREAM = "/api/chat/stream"
CSRF = "a" * 32


@dataclass(frozen=True)
class Event:
    """A dispatched event."""

    name: str
    id: int
    data: Any


@dataclass
class Answer:
    """A response, as far as it was read. ``comments`` and ``retry`` come between its events."""

    connection: Any  # asgiref has no types
    status: int
    headers: dict[str, str]
    comments: list[str] = field(default_factory=list)
    retry: int | None = None
    last_id: int | None = None
    _text: str = ""
    _ended: bool = False

    async def json(self) -> Any:
        while await self._more():
            pass
        return json.loads(self._text)

    async def event(self) -> Event | None:
        """Return the next event, or None if the response has ended."""
        while frame := await self._frame():
            lines = [line.split(": ", 1) for line in frame.splitlines()]
            fields = {name: value for name, value in lines if name}
            self.comments += [value for name, value in lines if not name]
            self.retry = int(fields["retry"]) if "retry" in fields else self.retry
            self.last_id = int(fields["id"]) if "id" in fields else self.last_id
            if "data" in fields:
                assert self.last_id is not None
                return Event(fields["event"], self.last_id, json.loads(fields["data"]))
        return None

    async def events(self) -> list[Event]:
        """Return all events to the end of the response."""
        events = []
        while event := await self.event():
            events.append(event)
        return events

    async def comment(self, text: str) -> None:
        """Read up to this comment, and check that no event precedes it."""
        while text not in self.comments:
            frame = await self._frame()
            assert frame is not None
            assert "data:" not in frame
            self.comments += [line[2:] for line in frame.splitlines() if line.startswith(":")]

    async def leave(self) -> None:
        """Disconnect, unless the response has ended."""
        if not self._ended:
            self._ended = True
            await self.connection.send_input({"type": "http.disconnect"})
            await self.connection.wait(PATIENCE)

    async def _frame(self) -> str | None:
        while "\n\n" not in self._text:
            if not await self._more():
                return None
        frame, _, self._text = self._text.partition("\n\n")
        return frame

    async def _more(self) -> bool:
        if not self._ended:
            output = await self.connection.receive_output(PATIENCE)
            self._text += output.get("body", b"").decode()
            if not output.get("more_body"):
                self._ended = True
                await self.connection.wait(PATIENCE)
            return True
        return False


class Program:
    """Sends requests with a token, with a session, or with neither."""

    answers: ClassVar[list[Answer]] = []

    def __init__(self, token: str = "", session_key: str = "", **headers: str) -> None:
        self.headers = {"host": "127.0.0.1", **headers}
        if token:
            self.headers["authorization"] = f"Bearer {token}"
        if session_key:
            self.headers["cookie"] = f"{settings.SESSION_COOKIE_NAME}={session_key}"

    async def send(self, method: str, path: str, body: bytes = b"", /, **headers: str) -> Answer:
        """Send a request, and return its response, read up to the headers."""
        all_headers = self.headers | {name.replace("_", "-"): value for name, value in headers.items()}
        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "scheme": "http",
            "path": urlsplit(path).path, "raw_path": path.encode(), "query_string": urlsplit(path).query.encode(),
            "headers": [(name.lower().encode(), value.encode()) for name, value in all_headers.items()],
            "client": ("127.0.0.1", 5), "server": ("127.0.0.1", 8000),
        }  # fmt: skip
        connection: Any = cast(Any, ApplicationCommunicator)(asgi.application, scope)
        await connection.send_input({"type": "http.request", "body": body})
        start = await connection.receive_output(PATIENCE)
        response_headers = {name.decode().lower(): value.decode() for name, value in start["headers"]}
        self.answers.append(Answer(connection, start["status"], response_headers))
        return self.answers[-1]

    async def get(self, path: str, **headers: str) -> Answer:
        return await self.send("GET", path, **headers)

    async def ask(
        self, query: object, session_id: object = None, *, headers: dict[str, str] | None = None, **more: object
    ) -> Answer:
        """Send ``POST /api/chat/stream``."""
        body = json.dumps({"query": query, "session_id": session_id, **more}, default=str).encode()
        all_headers = {"content-type": "application/json"} | (headers or {})
        return await self.send("POST", STREAM, body, **all_headers)


async def complete(answer: Answer) -> list[Event]:
    """Return all events of an answer, which must not be a refusal."""
    assert answer.status == 200, await answer.json()
    async with asyncio.timeout(PATIENCE):
        return await answer.events()


async def problem(answer: Answer) -> tuple[int, str]:
    """Return status and code of an answer, which must be a refusal in the API's shape."""
    body = await answer.json()
    assert set(body) == {"error", "code"}
    assert body["error"]
    assert answer.headers["content-type"] == "application/json"
    return answer.status, body["code"]


def names_of(events: list[Event]) -> list[str]:
    return [event.name for event in events]


def text(events: list[Event]) -> str:
    """Return the answer that these events contain."""
    return "".join(event.data["content"] for event in events if event.name == "token")


def page_of(session_key: str) -> Program:
    """Return a browser that has the CSRF cookie."""
    browser = Program(session_key=session_key)
    browser.headers["cookie"] += f"; csrftoken={CSRF}"
    return browser


async def asked_by_a_page(session_key: str, query: str) -> Answer:
    """Ask as a page with its CSRF token does, and return the answer."""
    return await page_of(session_key).ask(query, headers={"x-csrftoken": CSRF})
