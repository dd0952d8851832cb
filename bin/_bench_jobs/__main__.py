"""Kill the processes of a site at random moments in every step of a job, and compare what becomes of it.

One process on SQLite; two on PostgreSQL, with a folder each as on two hosts, beside one folder of audio. A service on
loopback transcribes and embeds, slowly enough to be interrupted. Each job is killed once; then its process starts anew.
Exit with status 1 if a job was stuck, failed, or had another result.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.support import processes
from tests.support.processes import ROOT
from tests.support.servers import new_database, postgresql, redis
from tests.support.site_process import SiteProcess

from .killing import Bench, steps
from .kills import HEAD, Kills
from .service import service

processes.START_SECONDS = 600.0
"""Not the start is measured, and a machine that is busy with other things needs minutes for it."""


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
            sites.append(SiteProcess(own, database_url=database, warm=True, **settings))
            prepare = [sys.executable, str(ROOT / "manage.py"), "prepare"]  # which takes longer than a start may
            subprocess.run(prepare, env=sites[-1].environ, cwd=own, check=True, stdout=subprocess.DEVNULL)
            stack.enter_context(sites[-1])
        os.environ.update(sites[0].environ | {"DJANGO_SETTINGS_MODULE": "chatsite.settings"})
        import django

        django.setup()
        yield Bench(sites, folder)


def measure(kills: Kills, least: int, until: float) -> bool:
    """Kill until there are enough kills in each step, or it is too late; return whether there are."""
    with (
        TemporaryDirectory(prefix="chatsite-bench-") as folder,
        service() as url,
        running(kills.setup, Path(folder), url) as bench,
    ):
        while (rarest := kills.rarest(steps()))[1] < least and time.monotonic() < until:
            kills.add(bench.kill_in(rarest[0]))
        return rarest[1] >= least


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=20, help="in each step (20)")
    parser.add_argument("--setup", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--file", type=Path, help="where each kill is kept; what is there already counts")
    parser.add_argument(
        "--minutes", type=float, default=float("inf"), help="after which to end; with --file, go on later"
    )
    given = parser.parse_args()
    kills = Kills(given.setup, given.file)
    random.seed(given.seed + len(kills.known))
    is_enough = measure(kills, given.kills, time.monotonic() + given.minutes * 60)
    print("\n".join([*HEAD, *kills.rows(steps())]))
    if not is_enough:
        print(f"Not yet {given.kills} in each step.")
    return int(any(kill.wrong for kill in kills.known))


if __name__ == "__main__":
    sys.exit(main())
