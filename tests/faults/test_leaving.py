"""Users sign out, lose their account or delete a conversation while an answer streams: it ends."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from . import page
from .cluster import Cluster
from .fault import FAULT_MARKS, Fault, fault, run_short
from .scene import Scene

pytestmark = FAULT_MARKS


@fault("24", "signed out mid-stream", figure="until the sockets are closed, s", at_most=2.0, calm=True)
async def sign_out(scene: Scene) -> list[float]:
    """Every socket of this login session is closed with 4401, and the answer stops; the other device stays."""
    person, on_other_device = await scene.people()
    tabs = [await scene.tab(person) for _ in range(2)]
    elsewhere = await scene.tab(on_other_device)
    turn = await tabs[0].ask(scene.question(tabs[0], words=100, pace=20))
    await tabs[1].follow(turn)
    await tabs[1].until_seq(turn, 2)
    status = await page.post(scene.cluster.address(), person, "/accounts/logout/")
    assert status == 302, status
    begun = time.monotonic()
    await asyncio.gather(*(tab.until_signed_out() for tab in tabs))
    figure = time.monotonic() - begun
    await scene.until_state(turn, {"stopped"}, 5)
    assert elsewhere.is_open
    return [figure]


@fault("24b", "account deactivated mid-stream", figure="until the socket is closed, s", at_most=5.0, calm=True)
async def deactivate(scene: Scene) -> list[float]:
    """Deactivate in the database, without Django's signals: after the next periodic check nothing more is sent."""
    tab = await scene.tab()
    turn = await tab.ask(scene.question(tab, words=140, pace=20))
    await tab.until_seq(turn, 2)
    await asyncio.to_thread(
        scene.cluster.write_to_database, "UPDATE auth_user SET is_active = ? WHERE username = ?", False, tab.person.name
    )
    begun = time.monotonic()
    await tab.until_signed_out()
    return [time.monotonic() - begun]


@fault("25", "conversation deleted while streaming", figure="until the model is stopped, s", at_most=1.0, calm=True)
async def delete(scene: Scene) -> list[float]:
    """The model is stopped, other tabs receive the end, and the page no longer exists."""
    person = (await scene.people())[0]
    tab, other = await scene.tab(person), await scene.tab(person)
    question = scene.question(tab, words=100, pace=20)
    turn = await tab.ask(question)
    talk = scene.conversation_of(turn)
    await other.follow(turn)
    await tab.until_seq(turn, scene.rng.randint(1, 10))
    status = await page.post(scene.cluster.address(), person, f"/c/{talk}/delete/")
    assert status == 302, status
    begun = time.monotonic()
    await scene.until_state(turn, {"stopped"}, 5)
    await other.until(lambda: not other.turns[turn].is_live or not other.is_open, 5)
    assert await page.status_of(scene.cluster.address(), person, f"/c/{talk}/") == 404
    [call] = [call for call in scene.collect().calls if call.question == question]
    return [(call.ended or float("inf")) - begun]


async def test_the_promise_is_kept(fault: Fault, setup: str, clusters: Callable[[str], Cluster]) -> None:
    await run_short(fault, clusters(setup))
