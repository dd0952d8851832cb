"""Steps that the tests of the live page share."""

from __future__ import annotations

import uuid

from playwright.async_api import Locator, Page

from .fake_pages import new_page, turn_html
from .fake_site import FakeSite, Socket

TURN, OTHER = str(uuid.UUID(int=1)), str(uuid.UUID(int=2))


async def open_page(fake: FakeSite, page: Page, *turns: str) -> Socket:
    fake.show(*turns)
    await page.goto(f"{fake.url}/c/{fake.conversation}/")
    return await fake.socket()


async def open_new(fake: FakeSite, page: Page) -> Socket:
    fake.pages["/"] = (200, new_page())
    await page.goto(fake.url)
    return await fake.socket()


async def ask(page: Page, question: str) -> None:
    await page.locator("[data-question-input]").fill(question)
    await page.keyboard.press("Enter")


async def accept(fake: FakeSite, socket: Socket, request_id: str, turn: str = TURN, position: int | None = 1) -> None:
    state = "queued" if position else "streaming"
    await socket.send_event(
        "accepted",
        request_id=request_id,
        conversation=fake.conversation,
        turn=turn,
        state=state,
        position=position,
    )


async def token(socket: Socket, after: int, seq: int, content: str, turn: str = TURN) -> None:
    await socket.send_event("token", turn=turn, after=after, seq=seq, content=content)


async def complete(socket: Socket, text: str, seq: int, sources: int = 0) -> None:
    html = turn_html(TURN, "complete", text=text, seq=seq, sources=sources)
    await socket.send_event("done", turn=TURN, seq=seq, state="complete", html=html)


def answer(page: Page, turn: str = TURN) -> Locator:
    return page.locator(f'[data-turn="{turn}"] [data-answer]')


def turn_element(page: Page, turn: str = TURN) -> Locator:
    return page.locator(f'[data-turn="{turn}"]')


def question_box(page: Page) -> Locator:
    return page.locator("[data-question-input]")
