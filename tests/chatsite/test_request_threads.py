"""The threads of requests: each serves one at a time, and those that stay keep their connections."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from threading import Barrier, Event, Thread, current_thread
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.db import close_old_connections, connection, connections

from chatsite.request_threads import RequestThreads


async def request(threads: RequestThreads, view: Callable[[], Any]) -> Any:
    """Return what a view returns, in a request of its own."""

    async def served() -> Any:
        async with threads.one():
            return await sync_to_async(view)()

    return await asyncio.create_task(served())  # with a context of its own, as each request has


async def at_once(threads: RequestThreads, count: int) -> list[Thread]:
    """Return the threads of requests whose views wait for each other."""
    together = Barrier(count, timeout=30)

    def view() -> Thread:
        together.wait()
        return current_thread()

    return list(await asyncio.gather(*(request(threads, view) for _ in range(count))))


async def test_a_request_has_the_thread_of_the_one_before() -> None:
    threads = RequestThreads(most=1)

    assert await request(threads, current_thread) is await request(threads, current_thread)


async def test_requests_at_the_same_time_have_a_thread_each() -> None:
    assert len(set(await at_once(RequestThreads(most=1), 3))) == 3


async def test_only_so_many_threads_stay() -> None:
    threads = RequestThreads(most=1)
    first = await at_once(threads, 3)

    again = await request(threads, current_thread)
    others = set(first) - {again}
    await asyncio.gather(*(asyncio.to_thread(thread.join, 30) for thread in others))

    assert len(others) == 2
    assert not any(thread.is_alive() for thread in others)


async def test_a_request_that_fails_gives_its_thread_back() -> None:
    threads = RequestThreads(most=1)
    failed: list[Thread] = []

    def view() -> None:
        failed.append(current_thread())
        raise LookupError

    with pytest.raises(LookupError):
        await request(threads, view)

    assert await request(threads, current_thread) is failed[0]


async def test_a_request_takes_a_thread_only_when_it_needs_one() -> None:
    threads = RequestThreads(most=1)
    first = await request(threads, current_thread)

    async with threads.one():  # its body is still on the way
        assert await request(threads, current_thread) is first


@pytest.mark.parametrize("waiting", [0, 1])
async def test_no_request_waits_for_the_view_of_one_whose_client_has_left(waiting: int) -> None:
    """Also if the end of that request waited for its view, and was given up as well."""
    threads, begun, may_end = RequestThreads(most=2), Event(), Event()
    busy: list[Thread] = []

    def view() -> None:
        busy.append(current_thread())
        begun.set()
        may_end.wait(30)

    async with threads.one():
        calls = [asyncio.ensure_future(sync_to_async(view)())]
        await asyncio.to_thread(begun.wait, 30)
        calls += [asyncio.ensure_future(sync_to_async(view)()) for _ in range(waiting)]
        await asyncio.sleep(0)  # until they are submitted
        for call in calls:
            call.cancel()
        assert all(await asyncio.gather(*calls, return_exceptions=True))

    assert await asyncio.wait_for(request(threads, current_thread), 10) is not busy[0]
    may_end.set()


@pytest.mark.only_on("sqlite")
@pytest.mark.django_db(transaction=True)
async def test_on_sqlite_the_connection_stays_for_the_next_request() -> None:
    threads = RequestThreads(most=1)

    def view() -> Any:
        close_old_connections()  # as Django does when a request begins and ends
        connection.ensure_connection()
        return connection.connection

    assert await request(threads, view) is await request(threads, view)
    await request(threads, connections.close_all)


@pytest.mark.django_db(transaction=True)
async def test_a_thread_that_ends_closes_its_connection() -> None:
    threads = RequestThreads(most=0)
    opened: list[Any] = []

    def view() -> Thread:
        opened.append(connections["default"])
        opened[0].ensure_connection()
        return current_thread()

    thread = await request(threads, view)
    await asyncio.to_thread(thread.join, 30)

    assert opened[0].connection is None
