"""Processes that are killed between any two statements of a job, or stopped there for longer than their lease.

Both are forced at each place in turn where something is stored: in the database, in the storage, or in both.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from django.contrib.auth.models import User
from django.db import connection

from chat.models import Job, JobState, Recording
from chat.processing.processor import do
from chat.recordings.removal import remove
from chat.retrieval import passage_vectors
from chat.storage.disk import Disk
from chat.transcription.media import Media

from .bringing import ONE, OTHER, SOUND, Recogniser, brought, claimed, everything, expire, recognise, work

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("quick_tools")]

PLACES = ((Job, "_change"), (Disk, "put"), (Disk, "delete"), (passage_vectors, "_store"))
"""What stores something; a process may die before it, and after it."""
INSIDE = ("chat.recordings.library.index_new", "chat.recordings.library._add_missing_note")
"""What is done within the transaction of a recording."""


class Killed(BaseException):
    """The process is gone: nothing catches this, and an open transaction is rolled back."""


class Endpoint:
    """Makes vectors of two dimensions."""

    name, batch = "scripted", 1

    def vectors(self, texts: list[str], *, seconds: float) -> list[bytes]:
        return [bytes(8) for _ in texts]


@pytest.fixture
def quick_tools(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    """Tools that do nothing but copy; ``test_audio`` has the real ones."""
    recognise(monkeypatch, Recogniser())
    settings.EMBEDDINGS = "openai:scripted"
    monkeypatch.setattr("chat.processing.embedding.embeddings", Endpoint)
    monkeypatch.setattr("chat.processing.converting.media.probe", lambda _: Media(1.0, True, False))
    monkeypatch.setattr("chat.processing.converting.media.convert", lambda path, to, _: shutil.copy(path, to))


@contextmanager
def at_each_place(act: Callable[[], None]) -> Iterator[None]:
    """Call ``act`` before and after everything that stores something."""

    def around(real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            act()
            result = real(*args, **kwargs)
            act()
            return result

        return call

    with ExitStack() as patches:
        for owner, name in PLACES:
            patches.enter_context(patch.object(owner, name, around(getattr(owner, name))))
        for path in INSIDE:
            module, _, name = path.rpartition(".")
            target = __import__(module, fromlist=[name])
            patches.enter_context(patch.object(target, name, around(getattr(target, name))))
        yield


def nth(number: int, act: Callable[[], None]) -> Callable[[], None]:
    """Return what calls ``act`` at its call of this number, from 1."""
    calls = iter(range(1, 10_000))
    return lambda: act() if next(calls) == number else None


def undisturbed(user: User, folder: Path, text: str) -> tuple[object, int]:
    """Return what a job makes that nothing disturbs, and at how many places something is stored."""
    places: list[int] = []
    brought(user, text=text, audio=SOUND)
    with at_each_place(lambda: places.append(1)):
        work(folder)
    result = everything()
    clear()
    return result, len(places)


def clear() -> None:
    """Delete what a job has made."""
    remove(Recording.objects.all())
    Job.objects.all().delete()


def kill() -> None:
    raise Killed


@pytest.mark.repeats
def test_a_job_that_is_killed_anywhere_ends_as_one_that_is_not(alice: User, folder: Path) -> None:
    result, places = undisturbed(alice, folder, "")
    assert places > 20

    for number in range(1, places + 1):
        brought(alice, text="", audio=SOUND)
        job = claimed(ONE)
        with pytest.raises(Killed), at_each_place(nth(number, kill)):
            do(job, folder)
        expire_if_owned(job)
        work(folder, OTHER)

        assert everything() == result, f"killed at place {number} of {places}"
        clear()


@pytest.mark.repeats
def test_a_process_that_was_stopped_for_long_changes_nothing_any_more(alice: User, folder: Path) -> None:
    result, places = undisturbed(alice, folder, "")

    for number in range(1, places + 1):
        brought(alice, text="", audio=SOUND)
        job = claimed(ONE)

        def stop(job: Job = job) -> None:
            if not connection.in_atomic_block:  # there its lock keeps the others away
                expire_if_owned(job)
                work(folder, OTHER)

        with at_each_place(nth(number, stop)):
            do(job, folder)
        work(folder, OTHER)

        assert everything() == result, f"stopped at place {number} of {places}"
        clear()


def expire_if_owned(job: Job) -> None:
    if Job.objects.filter(pk=job.pk).exclude(state=JobState.READY).exists():
        expire(job)
