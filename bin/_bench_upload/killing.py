"""A file that is sent while its site is killed: memory, and whether the stored bytes are those that were sent."""

from __future__ import annotations

import hashlib
import http.client
import random
import threading
import time
from contextlib import suppress
from pathlib import Path

import psutil

from tests.support.site_process import SiteProcess

from .sending import MB, PIECE, Content, Sender
from .sites import pid_of, site

SAMPLE_SECONDS = 0.02


class Memory:
    """The memory of a process: what it has now, and the most that it had meanwhile."""

    def __init__(self, pid: int) -> None:
        self._process = psutil.Process(pid)
        self.before = self.most = self._process.memory_info().rss
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._sample)
        self._thread.start()

    def _sample(self) -> None:
        with suppress(psutil.NoSuchProcess):
            while not self._end.wait(SAMPLE_SECONDS):
                self.most = max(self.most, self._process.memory_info().rss)

    def end(self) -> float:
        """Return the megabytes that were added at most."""
        self._end.set()
        self._thread.join()
        return (self.most - self.before) / MB


def through_kills(server: str, megabytes: int, kills: int) -> None:
    """Send a file while its site is killed at random moments, and print memory and whether the bytes are identical."""
    content, chance = Content(megabytes * MB, 1), random.Random(2)  # noqa: S311  # moments, no secret
    fatal = sorted(chance.sample(range(megabytes * MB // PIECE), kills))
    with site(server) as (place, token):
        sender, added = Sender(place.port, token, content), []
        sender.begin("long.mp3")
        memory, began = _warm(place, sender), time.monotonic()
        while (said := sender.state())["state"] == "open":
            number = said["received"] // PIECE
            if fatal and number >= fatal[0]:
                fatal.pop(0)
                _kill_within_piece(place, sender, said["received"], chance.random() * 0.2)
                added.append(memory.end())
                place.start()
                memory = _warm(place, sender)
            else:
                sender.put(said["received"])
        added.append(memory.end())
        seconds = time.monotonic() - began
        [stored] = (place.folder / "media/incoming").glob("*.mp3")
        is_same = _sha256(stored) == content.sha256()
    print(f"{server}: {megabytes:,} MB through {kills} kills in {seconds:.0f} s (starts and pauses included),")
    print(f"  memory at most +{max(added):.0f} MB, bytes {'identical' if is_same else 'DIFFERENT'}")


def _warm(place: SiteProcess, sender: Sender) -> Memory:
    sender.state()
    return Memory(pid_of(place))


def _kill_within_piece(place: SiteProcess, sender: Sender, offset: int, seconds: float) -> None:
    killer = threading.Timer(seconds, place.kill)
    killer.start()
    with suppress(OSError, http.client.HTTPException, RuntimeError):
        while sender.put(offset)["state"] == "open":
            offset += PIECE
    killer.join()


def _sha256(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
