"""Serve a site for the benchmark of accesses: ``python -m bin._bench_pages.unrecorded``.

A request with the header ``X-Unrecorded`` is answered as if reading were not recorded, so that the same page can be
measured with and without. ``Server-Timing`` says how many milliseconds recording took, with all waiting (``record``)
and of the processor alone (``cpu``).
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from contextvars import ContextVar
from importlib import import_module
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

_taken: ContextVar[list[tuple[float, float]] | None] = ContextVar("taken", default=None)
"""The times in which this request has recorded something; None if it must not."""


def middleware(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[[HttpRequest], HttpResponseBase]:
    """Return a middleware that obeys the header."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        taken: list[tuple[float, float]] = []
        token = _taken.set(None if "X-Unrecorded" in request.headers else taken)
        try:
            response = get_response(request)
        finally:
            _taken.reset(token)
        total, processor = (sum(times) * 1000 for times in zip((0.0, 0.0), *taken, strict=True))
        response["Server-Timing"] = f"record;dur={total:.3f}, cpu;dur={processor:.3f}"
        return response

    return answer


def measured(record: Callable[..., None]) -> Callable[..., None]:
    """Return the same function, which is timed, or skipped for requests that must not record."""

    def timed(*args: Any, **kwargs: Any) -> None:
        taken = _taken.get()
        if taken is not None:
            began, worked = time.perf_counter(), time.thread_time()
            record(*args, **kwargs)
            taken.append((time.perf_counter() - began, time.thread_time() - worked))

    return timed


def main() -> None:
    """Serve as ``manage.py serve`` does."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "chatsite.settings"
    settings.MIDDLEWARE.append("bin._bench_pages.unrecorded.middleware")
    import django
    from django.core.management import execute_from_command_line

    django.setup()
    from chat.models.access.event import AccessEventQuerySet

    for name in ("record", "record_reads"):
        setattr(AccessEventQuerySet, name, measured(getattr(AccessEventQuerySet, name)))
    execute_from_command_line(["manage.py", "serve", *sys.argv[1:]])


if __name__ == "__main__":
    import_module("bin._bench_pages.unrecorded").main()  # where the middleware is, which is not this module
