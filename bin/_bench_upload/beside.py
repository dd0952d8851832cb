"""Answers that are read alone and beside uploads, by turns: the time between two tokens, as their reader sees it."""

from __future__ import annotations

import http.client
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

from tests.support.processes import ROOT

from .cores import pin, processor_seconds, shares
from .sites import pid_of, site

QUESTION = "What does the Heron cost, when does it launch, and who is responsible for it?"
WORDS_PER_SECOND = "30"


@dataclass(frozen=True)
class Files:
    """Files that are sent at once, the megabytes of each, and those that it sends in a second."""

    count: int
    megabytes: int
    rate: int

    @property
    def seconds(self) -> float:
        return self.megabytes / self.rate


def beside_an_answer(server: str, files: Files, runs: int) -> None:
    """Print the time between tokens of both, and the processor time of the site.

    The uploads end with the answers to their last pieces: by then the site has looked at all bytes of them. It has a
    core of its own where there are two; the reader and the senders have the others.
    """
    alone, beside = [], []
    settings = {"CHAT_EMBEDDED_WORDS_PER_SECOND": WORDS_PER_SECOND, "UPLOAD_OPEN_PER_USER": "1000"}
    of_site, of_others = shares()
    with site(server, **settings) as (place, token):
        pin(pid_of(place), of_site)
        pin(os.getpid(), of_others)
        _gaps(place.port, token, _for(3))  # the first answer loads what all others have
        for run in range(runs):
            before = processor_seconds(pid_of(place))
            alone.append(_p99(_gaps(place.port, token, _for(files.seconds))))
            between = processor_seconds(pid_of(place))
            command = [sys.executable, "-B", "-m", "bin._bench_upload.senders", str(place.port), token]
            sizes = [str(value) for value in (files.count, files.megabytes, files.rate, run)]
            with subprocess.Popen([*command, *sizes], cwd=ROOT, stdout=subprocess.PIPE, text=True) as sending:
                beside.append(_p99(_gaps(place.port, token, lambda: sending.poll() is None)))
                after = processor_seconds(pid_of(place))
                printed = sending.communicate()[0]
            if not printed:
                raise SystemExit(place.output)
            took, senders = printed.split()
            print(
                f"  run {run + 1}: alone {alone[-1]:.1f} ms, beside {beside[-1]:.1f} ms; the files took {took} s.\n"
                f"    Processor of the site {between - before:.1f} s and {after - between:.1f} s, senders {senders} s",
                flush=True,
            )
    without, with_files = statistics.median(alone), statistics.median(beside)
    print(f"{server}: p99 between tokens, medians of {runs}: {without:.1f} ms alone, {with_files:.1f} ms beside")
    print(f"  {files.count} files of {files.megabytes} MB at {files.rate} MB/s each: {with_files / without - 1:+.0%}")


def _for(seconds: float) -> Callable[[], bool]:
    """Return what says yes for so long."""
    end = time.monotonic() + seconds
    return lambda: time.monotonic() < end


def _gaps(port: int, token: str, goes_on: Callable[[], bool]) -> list[float]:
    """Ask again and again as long as it goes on, and return the milliseconds between two tokens of an answer."""
    gaps: list[float] = []
    while goes_on():
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        body = json.dumps({"query": QUESTION, "session_id": None})
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        connection.request("POST", "/api/chat/stream", body, headers)
        last = 0.0
        for line in connection.getresponse():
            if line.startswith(b"event: token"):
                now = time.perf_counter()
                gaps += [(now - last) * 1000] if last else []
                last = now
        connection.close()
    return gaps


def _p99(values: list[float]) -> float:
    return statistics.quantiles(values, n=100)[98]
