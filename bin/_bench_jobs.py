"""Kill the processes of a site at random moments in every step of a job, and compare what becomes of it.

One process on SQLite; two on PostgreSQL, with a folder each as on two hosts, beside one folder of audio. A service on
loopback transcribes and embeds, slowly enough to be interrupted. Each job is killed once; then its process starts anew.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.support import beeps
from tests.support.processes import ROOT
from tests.support.servers import new_database, postgresql, redis
from tests.support.site_process import SiteProcess

if TYPE_CHECKING:
    from chat.models import Job

SEGMENTS, SECONDS, PAUSE, WAIT = 600, 40, 0.4, 90.0
"""Of a transcript, of the sound, before each answer of the service, and until a job is called stuck."""


class Service(BaseHTTPRequestHandler):
    """Transcribes everything to the same words, and embeds everything to the same vector."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        time.sleep(PAUSE)
        answer = self._vectors(json.loads(body)) if self.path.endswith("/embeddings") else _transcript()
        content = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        with suppress(BrokenPipeError, ConnectionResetError):  # whoever asked was killed
            self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Print nothing."""

    def _vectors(self, asked: dict[str, list[str]]) -> dict[str, object]:
        data = [{"index": n, "object": "embedding", "embedding": [0.6, 0.8]} for n, _ in enumerate(asked["input"])]
        return {"object": "list", "model": "bench", "data": data, "usage": {"prompt_tokens": 1, "total_tokens": 1}}


def _transcript() -> dict[str, object]:
    each = SECONDS / SEGMENTS
    segments = [
        {"start": n * each, "end": (n + 1) * each, "text": f"Point {n} of the review is the pump of hall {n % 17}."}
        for n in range(SEGMENTS)
    ]
    return {"task": "transcribe", "language": "english", "text": "…", "segments": segments, "words": []}


@contextmanager
def service() -> Iterator[str]:
    """Give the address of a running service."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Service)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/v1"
    server.shutdown()


class Bench:
    """A site of some processes, and jobs in it."""

    def __init__(self, sites: Sequence[SiteProcess], folder: Path) -> None:
        from django.contrib.auth.models import User

        from chat.models import Collection

        self.sites, self.sound = sites, folder / "sound.wav"
        self.collection, self.user = Collection.objects.default(), User.objects.earliest("pk")
        beeps.write(self.sound, beeps.beeps(SECONDS - 2, every=1.0), seconds=SECONDS)
        self.lasts = dict.fromkeys(_steps(), 0.0)
        self.expected = self._undisturbed()

    def begin(self) -> Job:
        """Begin a job with audio alone."""
        from chat.processing import Incoming, begin
        from chat.storage import storage

        name = f"incoming/{random.randbytes(16).hex()}.wav"  # noqa: S311
        storage().put(name, self.sound)
        return begin(
            Incoming(user_id=self.user.pk, collection=self.collection, audio=name, audio_name="Pump review.wav")
        )

    def kill_in(self, step: str) -> tuple[str, float, str]:
        """Kill the process that works on a new job in a step; return where it was, how long until the end, and what."""
        job = self.begin()
        while self._state(job) not in (step, "ready", "failed"):
            time.sleep(0.002)
        time.sleep(random.uniform(0, self.lasts[step]))  # noqa: S311
        job.refresh_from_db()
        site = next((site for site in self.sites if f"-{_pid(site)}-" in job.owner), None)
        if site is None:
            return "", 0.0, self._outcome(job)
        site.kill()
        job.refresh_from_db()
        killed_in = job.state
        site.start()
        began = time.monotonic()
        return killed_in, self._wait(job, began), self._outcome(job)

    def _undisturbed(self) -> object:
        job, before, at = self.begin(), "", time.monotonic()
        while (state := self._state(job)) != "ready":
            if state != before:
                if before in self.lasts:
                    self.lasts[before] = time.monotonic() - at
                before, at = state, time.monotonic()
            time.sleep(0.002)
        if before in self.lasts:
            self.lasts[before] = time.monotonic() - at
        result = self._result()
        self._outcome(job)
        return result

    def _wait(self, job: Job, began: float) -> float:
        while self._state(job) != "ready" and time.monotonic() < began + WAIT:
            time.sleep(0.02)
        return time.monotonic() - began

    def _state(self, job: Job) -> str:
        from chat.models import Job

        return str(Job.objects.values_list("state", flat=True).get(pk=job.pk))

    def _result(self) -> object:
        """Return all that there is of recordings, and in the storage, but names and ids."""
        from chat.models import PassageVector, Recording, Segment
        from chat.storage import storage

        brought = Recording.objects.exclude(jobs=None)
        texts = list(Segment.objects.filter(recording__in=brought).values_list("number", "text", "start", "end"))
        passages = brought.values_list("indexed_passages__first", "indexed_passages__text").order_by(
            "pk", "indexed_passages__first"
        )
        vectors = PassageVector.objects.filter(passage__recording__in=brought).count()
        sizes = sorted(storage().stored(name).size for name in brought.values_list("audio", flat=True))
        return brought.count(), texts, list(passages), vectors, sizes, len(list(storage().files("incoming")))

    def _outcome(self, job: Job) -> str:
        """Return what is wrong, or nothing; and delete the recording."""
        from chat.models import Job, Recording
        from chat.recordings.removal import remove

        job.refresh_from_db()
        wrong = "" if job.state == "ready" else f"stuck: {job.state}, {job.reason}"
        if not wrong and hasattr(self, "expected") and self._result() != self.expected:
            wrong = "another result"
        remove(Recording.objects.exclude(jobs=None))
        Job.objects.all().delete()
        return wrong


def _steps() -> tuple[str, ...]:
    from chat.models.job_state import STEPS

    return tuple(STEPS)


def _pid(site: SiteProcess) -> int:
    return site.process.pid if site.process else 0


@contextmanager
def running(setup: str, folder: Path, url: str) -> Iterator[Bench]:
    """Run the site of a set-up, and set Django up in this process for the same database and storage."""
    with ExitStack() as stack:
        server = stack.enter_context(postgresql()) if setup == "postgresql" else ""
        database = stack.enter_context(new_database(server)) if server else ""
        nudges = stack.enter_context(redis()) if database else ""
        settings: dict[str, Any] = {
            "REDIS_URL": nudges,
            "TRANSCRIBER": "openai:bench", "TRANSCRIBER_BASE_URL": url, "TRANSCRIBER_API_KEY": "none",
            "EMBEDDINGS": "openai:bench", "EMBEDDINGS_BASE_URL": url, "EMBEDDINGS_API_KEY": "none",
            "PROCESSING_ATTEMPTS": "9", "DEMO": "true",
        }  # fmt: skip
        sites = []
        for number in range(2 if database else 1):
            own = folder / f"host{number}"
            own.mkdir()
            (folder / "media").mkdir(exist_ok=True)
            (own / "media").symlink_to(folder / "media")
            sites.append(SiteProcess(own, database_url=database, **settings))
            prepare = [sys.executable, str(ROOT / "manage.py"), "prepare"]  # which takes longer than a start may
            subprocess.run(prepare, env=sites[-1].environ, cwd=own, check=True, stdout=subprocess.DEVNULL)
            stack.enter_context(sites[-1])
        os.environ.update(sites[0].environ | {"DJANGO_SETTINGS_MODULE": "chatsite.settings"})
        import django

        django.setup()
        yield Bench(sites, folder)


def measure(setup: str, kills: int) -> Iterator[str]:
    """Yield a row for each step."""
    with (
        TemporaryDirectory(prefix="chatsite-bench-") as folder,
        service() as url,
        running(setup, Path(folder), url) as bench,
    ):
        counts, seconds, wrong = Counter[str](), dict[str, list[float]](), Counter[str]()
        steps = _steps()
        while min(counts[step] for step in steps) < kills:
            killed_in, lasted, what = bench.kill_in(min(steps, key=lambda step: counts[step]))
            counts[killed_in] += 1
            seconds.setdefault(killed_in, []).append(lasted)
            if what:
                wrong[f"{killed_in}: {what}"] += 1
        for step in steps:
            middle = sorted(seconds[step])[len(seconds[step]) // 2]
            faults = [fault for fault in wrong if fault.startswith(f"{step}:")]
            stuck = sum(wrong[fault] for fault in faults if "stuck" in fault)
            other = sum(wrong[fault] for fault in faults) - stuck
            longest = max(seconds[step])
            yield f"| {setup} | {step} | {counts[step]} | {stuck} | {other} | {middle:.1f} | {longest:.1f} |"
        for fault, count in wrong.items():
            yield f"{count} × {fault}"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=20, help="in each step (20)")
    parser.add_argument("--setup", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    random.seed(given.seed)
    print(
        "| database | killed in | kills | stuck or failed | another result | seconds until ready (median) | longest |"
    )
    print("|---|---|---|---|---|---|---|")
    for row in measure(given.setup, given.kills):
        print(row, flush=True)


if __name__ == "__main__":
    main()
