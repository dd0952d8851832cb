"""Two threads that do the same at once, each with a database connection of its own."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

from django.db import connection

from chat.models import Refused

Each = TypeVar("Each")


def at_once(
    work: Callable[[Each], object], first: Each, second: Each, *, refusal: type[Refused] = Refused
) -> list[bool]:
    """Do this work for both at once, and return for each whether it was done; else it met this refusal."""
    both = Barrier(2)

    def one(each: Each) -> bool:
        try:
            both.wait()
            work(each)
        except refusal:
            return False
        else:
            return True
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as threads:
        return list(threads.map(one, (first, second)))
