"""The watchdog of the event loop: it finds what blocks the loop, and with it every stream of the process."""

from __future__ import annotations

import asyncio
import asyncio.events
import logging
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from types import FrameType

from django.conf import settings

logger = logging.getLogger(__name__)

BEAT_SECONDS = 0.05
"""How often a busy loop shows that it responds. A shorter block may fall between two beats, but not again and again."""
IDLE_SECONDS = 0.25
"""How often an idle loop does: each beat wakes two threads."""
IDLE_SHARE = 0.02
"""The share of a processor below which a loop is idle."""
BLOCK_SECONDS = 0.02
"""The shortest block that counts."""
SAMPLE_SECONDS = 0.005
"""How late a beat may be before its cause is looked for, and how often that is done."""
END_SECONDS = 0.5
"""How long the thread may take to end."""
REPEAT_SECONDS = 60.0
"""The least time between two lines about one place."""

_OURS = (f"{settings.BASE_DIR}/chat/", f"{settings.BASE_DIR}/chatsite/")
_HANDLES = asyncio.events.__file__


@dataclass
class Block:
    """A callback that has kept the loop for ``seconds``; ``place`` is where it was first seen."""

    callback: FrameType
    place: str
    seconds: float = 0.0


class Watchdog:
    """A thread that wakes when a beat of the loop is due, and takes samples of the loop's thread while it is late.

    It counts callbacks that keep the loop for ``BLOCK_SECONDS``, and logs a line for each place. Many short callbacks
    are no block, and neither is waiting for a processor: on a busy machine every beat is late.
    """

    def __init__(self) -> None:
        self.blocks = 0
        self.longest = 0.0
        self._stopped = threading.Event()
        self._base: FrameType | None = None
        self._logged_at: dict[str, float] = {}
        self._timer: asyncio.Handle | None = None

    def start(self) -> None:
        """Watch the running loop. Do nothing on a system that does not tell the processor time of a thread (macOS)."""
        if not hasattr(time, "pthread_getcpuclockid"):
            return
        self._loop = asyncio.get_running_loop()
        self._thread = LoopThread()
        self._due_at = self._beaten_at = monotonic()
        self._processor = time.thread_time()
        self._timer = self._loop.call_soon(self._beat)
        self._watcher = threading.Thread(target=self._watch, name="watchdog", daemon=True)
        self._watcher.start()

    def end(self) -> None:
        """Stop watching, and log how often the loop was blocked, if it was."""
        if self._timer is None:
            return
        self._stopped.set()
        self._watcher.join(END_SECONDS)
        self._timer.cancel()
        self._timer = None
        if self.blocks:
            logger.warning("The event loop was blocked %d times, the longest %.0f ms", self.blocks, self.longest * 1e3)

    def _beat(self) -> None:
        if self._base is None:
            self._base = sys._getframe().f_back  # noqa: SLF001  # the only way to the frame that runs the loop
        now, processor = monotonic(), time.thread_time()
        is_idle = processor - self._processor < IDLE_SHARE * (now - self._beaten_at)
        pause = IDLE_SECONDS if is_idle else BEAT_SECONDS
        self._due_at = now + pause  # first, so that the thread never takes the last time for this one
        self._beaten_at, self._processor = now, processor
        self._timer = self._loop.call_later(pause, self._beat)

    def _watch(self) -> None:
        while not self._stopped.wait(self._seconds_left()):
            if self._seconds_left() <= 0:
                for block in self._blocks_after(self._beaten_at):
                    self._note(block)

    def _seconds_left(self) -> float:
        return max(0.0, self._due_at + SAMPLE_SECONDS - monotonic())

    def _blocks_after(self, last_beat: float) -> Iterator[Block]:
        """Yield what blocks the loop from now on until its next beat.

        The time between two samples counts if both find the same callback: on a busy machine many may run in between.
        """
        block: Block | None = None
        before = self._thread.reading()
        while self._beaten_at == last_beat and not self._stopped.is_set():
            frame = self._thread.frame()
            callback = _callback(frame, self._base) if frame else None
            now = self._thread.reading()
            if block and callback is block.callback:
                block.seconds += occupied(before, now)
            elif block:
                yield block
                block = None
            if frame and callback and block is None:
                block = Block(callback, _place(frame))
            del frame, callback  # a frame keeps its variables alive
            before = now
            self._stopped.wait(SAMPLE_SECONDS)
        if block:
            yield block

    def _note(self, block: Block) -> None:
        if block.seconds < BLOCK_SECONDS:
            return
        self.blocks += 1
        self.longest = max(self.longest, block.seconds)
        now = monotonic()
        if now - self._logged_at.get(block.place, float("-inf")) >= REPEAT_SECONDS:
            self._logged_at[block.place] = now
            logger.warning("The event loop was blocked for %.0f ms at %s", block.seconds * 1e3, block.place)


@dataclass(frozen=True)
class Reading:
    """What a thread has done up to a moment: its processor time, and whether it sleeps."""

    at: float
    processor: float
    sleeps: bool


def occupied(before: Reading, after: Reading) -> float:
    """Return how long a callback has kept the loop between two readings, as far as that is its own doing.

    That is the processor time, or all of the time if the thread sleeps: it waits for a disk, a lock or another thread.
    If the reading itself is late the machine is busy, and a sleeping thread may wait for one that has no processor.
    """
    seconds = after.at - before.at
    if before.sleeps and after.sleeps and seconds < 2 * SAMPLE_SECONDS:
        return seconds
    return min(seconds, after.processor - before.processor)


class LoopThread:
    """The thread that creates this, seen from another one."""

    def __init__(self) -> None:
        self._ident = threading.get_ident()
        self._clock = time.pthread_getcpuclockid(self._ident)
        self._status = Path(f"/proc/self/task/{threading.get_native_id()}/stat")

    def frame(self) -> FrameType | None:
        """Return its innermost frame."""
        return sys._current_frames().get(self._ident)  # noqa: SLF001  # its documented name

    def reading(self) -> Reading:
        """Return what it has done so far. Whether it sleeps is only known on Linux."""
        try:
            state = self._status.read_bytes().rpartition(b") ")[2][:1]
        except OSError:
            state = b"R"
        return Reading(monotonic(), time.clock_gettime(self._clock), state in b"SD")


def _callback(frame: FrameType, base: FrameType | None) -> FrameType | None:
    """Return the outermost frame of the callback that the loop runs; None if it runs none.

    ``base`` is the frame beneath a callback: of asyncio's handle, each time another, or of what has started uvloop.
    """
    inner: FrameType | None = frame
    while inner is not None and inner is not base:
        outer = inner.f_back
        if outer is not None and (outer is base or outer.f_code.co_filename == _HANDLES):
            return inner
        inner = outer
    return None


def _place(frame: FrameType) -> str:
    """Return file, line and function of our innermost frame, or of the innermost one if none is ours."""
    ours: FrameType | None = frame
    while ours is not None and not ours.f_code.co_filename.startswith(_OURS):
        ours = ours.f_back
    at = ours or frame
    return f"{at.f_code.co_filename.removeprefix(f'{settings.BASE_DIR}/')}:{at.f_lineno} in {at.f_code.co_qualname}"


watchdog = Watchdog()
"""The watchdog of this process."""
