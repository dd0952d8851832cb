"""Send a file of 2 GB to a site that is killed, and 20 files beside an answer that streams.

The first part prints how much memory the site takes for the upload, and whether the stored bytes are those that were
sent. The second prints the time between two tokens, as the reader of an answer sees it: with and without the uploads.
"""

from __future__ import annotations

import argparse
import hashlib
import http.client
import json
import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.support.site_process import SiteProcess  # noqa: E402  # after the path

MB = 1024 * 1024
PIECE = 8 * MB
SENT_AT_ONCE = 64 * 1024
SAMPLE_SECONDS = 0.02
QUESTION = "What does the Heron cost, when does it launch, and who is responsible for it?"
MANAGER = (
    "from django.contrib.auth.models import User; from chat.models import ApiToken, Collection, Membership;"
    "demo = User.objects.get(username='demo');"
    "Membership.objects.create(collection=Collection.objects.default(), role='manage', user=demo);"
    "print(ApiToken.issue(demo, 'a bench')[1])"
)


class Content:
    """The bytes of a file, which nobody needs to hold: each piece is the same noise, with its number in front."""

    def __init__(self, size: int, seed: int) -> None:
        self.size = size
        self._noise = random.Random(seed).randbytes(PIECE)  # noqa: S311  # content, no secret

    def piece(self, offset: int) -> bytes:
        begin = b"ID3\x04" + offset.to_bytes(8, "big")
        return (begin + self._noise[len(begin) :])[: self.size - offset]

    def sha256(self) -> str:
        digest = hashlib.sha256()
        for offset in range(0, self.size, PIECE):
            digest.update(self.piece(offset))
        return digest.hexdigest()


class Sender:
    """A program that sends a file through the API, if asked no faster than ``rate`` bytes a second."""

    def __init__(self, port: int, token: str, content: Content, rate: float = 0.0) -> None:
        self._port, self._content, self._rate = port, content, rate
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self.uuid = ""

    def begin(self, name: str) -> None:
        body = json.dumps({"files": [{"name": name, "size": self._content.size}]}).encode()
        self.uuid = self._ask("POST", "/api/recordings", body)["files"][0]["uuid"]

    def state(self) -> Any:
        return self._ask("GET", f"/api/uploads/{self.uuid}")

    def send(self) -> None:
        """Send all of the file, at its rate from the first byte to the last."""
        began = time.monotonic()
        for offset in range(0, self._content.size, PIECE):
            self.put(offset, began)

    def put(self, offset: int, began: float = 0.0) -> Any:
        piece = memoryview(self._content.piece(offset))
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=120)
        try:
            connection.putrequest("PUT", f"/api/uploads/{self.uuid}/{offset}")
            for name, value in (*self._headers.items(), ("Content-Length", str(len(piece)))):
                connection.putheader(name, value)
            connection.endheaders()
            for at in range(0, len(piece), SENT_AT_ONCE):
                if self._rate:
                    time.sleep(max(0.0, began + (offset + at) / self._rate - time.monotonic()))
                connection.send(piece[at : at + SENT_AT_ONCE])
            return _said(connection)
        finally:
            connection.close()

    def _ask(self, method: str, path: str, body: bytes | None = None) -> Any:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=120)
        try:
            connection.request(method, path, body, self._headers)
            return _said(connection)
        finally:
            connection.close()


def _said(connection: http.client.HTTPConnection) -> Any:
    response = connection.getresponse()
    text = response.read()
    if response.status >= 300:
        raise RuntimeError(f"{response.status}: {text.decode(errors='replace')[:300]}")
    return json.loads(text)


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


@contextmanager
def site(server: str, **settings: str) -> Iterator[tuple[SiteProcess, str]]:
    """Run a site whose demo user manages the collection of new recordings; yield it with a token of that user."""
    settings |= {"SERVER": server, "CHAT_COMMANDS_PER_MINUTE": "100000"}
    with tempfile.TemporaryDirectory(prefix="chatsite-bench-") as folder:
        place = SiteProcess(Path(folder), **settings)  # type: ignore[arg-type]  # settings of the site
        place.manage("prepare")
        token = place.manage("shell", "--no-imports", "-c", MANAGER).split()[-1]
        with place:
            yield place, token


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
    assert place.process  # noqa: S101  # for mypy
    return Memory(place.process.pid)


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


def beside_an_answer(server: str, files: int, megabytes: int, rate: int, runs: int) -> None:
    """Read answers alone and beside uploads, by turns, and print the time between tokens of both."""
    seconds = megabytes / rate
    alone, beside = [], []
    with site(server, CHAT_EMBEDDED_WORDS_PER_SECOND="30", UPLOAD_OPEN_PER_USER="1000") as (place, token):
        _gaps(place.port, token, 3)  # the first answer loads what all others have
        for run in range(runs):
            alone.append(_p99(_gaps(place.port, token, seconds)))
            command = [sys.executable, "-B", __file__, "--sender", str(place.port), token]
            sizes = [str(value) for value in (files, megabytes, rate, run)]
            with subprocess.Popen([*command, *sizes], stdout=subprocess.PIPE, text=True) as sending:
                beside.append(_p99(_gaps(place.port, token, seconds)))
                took = (sending.communicate()[0] or "failed").strip()
            print(
                f"  run {run + 1}: alone {alone[-1]:.1f} ms, beside {beside[-1]:.1f} ms; the files took {took} s",
                flush=True,
            )
    without, with_files = statistics.median(alone), statistics.median(beside)
    print(
        f"{server}: p99 between tokens, medians of {runs}: {without:.1f} ms alone, {with_files:.1f} ms beside {files}"
    )
    print(f"  files of {megabytes} MB at {rate} MB/s each: {with_files / without - 1:+.0%}")


def send_many(port: int, token: str, files: int, megabytes: int, rate: int, run: int) -> None:
    """Send files at once, and print how many seconds that took."""

    def send(number: int) -> None:
        sender = Sender(port, token, Content(megabytes * MB, 100 * run + number), rate * MB)
        sender.begin(f"{run} {number}.mp3")
        sender.send()

    began = time.monotonic()
    with ThreadPoolExecutor(files) as threads:
        list(threads.map(send, range(files)))
    print(f"{time.monotonic() - began:.0f}")


def _gaps(port: int, token: str, seconds: float) -> list[float]:
    """Ask again and again for so long, and return the milliseconds between two tokens of an answer."""
    gaps: list[float] = []
    end = time.monotonic() + seconds
    while time.monotonic() < end:
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


def main() -> None:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--server", default="daphne", choices=("daphne", "uvicorn"))
    parser.add_argument("--part", default="both", choices=("both", "kills", "answer"))
    parser.add_argument("--megabytes", type=int, default=2048, help="size of the file of the first part")
    parser.add_argument("--kills", type=int, default=5)
    parser.add_argument("--files", type=int, default=20, help="files at once of the second part, of 200 MB each")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--sender", nargs=6, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.sender:
        port, token, *sizes = given.sender
        send_many(int(port), token, *map(int, sizes))
        return
    if given.part != "answer":
        through_kills(given.server, given.megabytes, given.kills)
    if given.part != "kills":
        beside_an_answer(given.server, given.files, 200, 5, given.runs)


if __name__ == "__main__":
    main()
