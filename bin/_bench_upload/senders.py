"""Many senders in a process of their own: ``python -m bin._bench_upload.senders PORT TOKEN FILES MEGABYTES RATE RUN``.

It prints how many seconds they took, and how many of the processor. It is nice, as the computers of others are: the
reader of an answer beside it loses nothing to it.
"""

from __future__ import annotations

import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from .sending import MB, Content, Sender


def send_many(port: int, token: str, files: int, megabytes: int, rate: int, run: int) -> None:
    """Send files at once."""

    def send(number: int) -> None:
        sender = Sender(port, token, Content(megabytes * MB, 100 * run + number), rate * MB)
        sender.begin(f"{run} {number}.mp3")
        sender.send()

    began = time.monotonic()
    with ThreadPoolExecutor(files) as threads:
        list(threads.map(send, range(files)))
    print(f"{time.monotonic() - began:.0f} {time.process_time():.1f}")


if __name__ == "__main__":
    os.nice(19)
    port, token, *sizes = sys.argv[1:]
    send_many(int(port), token, *map(int, sizes))
