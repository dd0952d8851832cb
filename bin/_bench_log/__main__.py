"""bin/bench-log: run N turns at once, each with a paced chat model and a real WebSocket client.

Start a site on an empty SQLite database for each server and each N. Server and clients share the machine. Exit with
status 1 if anything was lost, shown before it was stored, or not complete.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

COLUMNS = "server", "turns", "p50 ms", "p99 ms", "max ms", "commits/s", "tokens/frame", "CPU µs/token", "MB", "lost"
ROOT = Path(__file__).resolve().parent.parent.parent
SIGN_IN = """
import json
from django.contrib.auth import get_user_model
from django.conf import settings
from tests.support.sockets import sign_in
users = [get_user_model().objects.create(username=f"reader-{{n}}") for n in range({n})]
print(json.dumps([f"{{settings.SESSION_COOKIE_NAME}}={{sign_in(user)}}" for user in users]))
"""


def main() -> int:
    """Run every combination and print a table; return 1 if an answer was not as it should be."""
    options = _options()
    print(f"{options.tokens} tokens per turn at {options.rate:g} per second; SQLite; {os.cpu_count()} cores for all\n")
    print("| " + " | ".join(COLUMNS) + " |\n|" + "---|" * len(COLUMNS), flush=True)
    broken = 0
    for server in options.server.split(","):
        for turns in map(int, options.turns.split(",")):
            result = _measure(server, turns, options)
            print(_row(server, turns, result, options), flush=True)
            broken += sum(result[key] for key in ("lost", "differing", "gaps", "unstored", "incomplete"))
    if broken:
        print("\nSomething was lost, shown before it was stored, or not complete.", file=sys.stderr)
    return 1 if broken else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bin/bench-log", description=__doc__)
    parser.add_argument("--server", default="uvicorn,daphne", help="servers, separated by commas")
    parser.add_argument("--turns", default="1,10,50,100,200", help="numbers of turns at once, separated by commas")
    parser.add_argument("--tokens", type=int, default=200, help="tokens in each answer")
    parser.add_argument("--rate", type=float, default=50.0, help="tokens per second of each turn")
    return parser.parse_args()


def _measure(server: str, turns: int, options: argparse.Namespace) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="chatsite-bench-") as folder:
        port = _free_port()
        environment = os.environ | {
            "DATA_DIR": folder,
            "ENV_FILE": os.devnull,
            "PORT": str(port),
            "SERVER": server,
            "CHAT_MODEL": "python:bin._bench_log.paced:model",
            "BENCH_TURNS": str(turns),
            "BENCH_RATE": str(options.rate),
            "BENCH_TOKENS": str(options.tokens),
            "BENCH_STATS": f"{folder}/stats.json",
        }
        site = f"http://127.0.0.1:{port}"
        process = _start(site, environment)
        try:
            cookies = json.loads(_run(["manage.py", "shell", "-v0", "-c", SIGN_IN.format(n=turns)], environment))
            task = {"site": site, "path": f"{folder}/chatsite.sqlite3", "tokens": options.tokens, "cookies": cookies}
            result: dict[str, Any] = json.loads(_run(["-m", "bin._bench_log.readers"], environment, json.dumps(task)))
            return result | {"notes": json.loads(Path(folder, "stats.json").read_text())}
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(60)


def _row(server: str, turns: int, result: dict[str, Any], options: argparse.Namespace) -> str:
    delays, begin, end = result["delays"], result["notes"]["begin"], result["notes"]["end"]
    tokens = turns * options.tokens
    cells = [
        server,
        turns,
        f"{_percentile(delays, 50):.1f}",
        f"{_percentile(delays, 99):.1f}",
        f"{delays[-1]:.0f}",
        f"{(end['commits'] - begin['commits']) / (end['at'] - begin['at']):.1f}",
        f"{tokens / result['frames']:.1f}",
        f"{(end['cpu'] - begin['cpu']) / tokens * 1e6:.0f}",
        f"{end['megabytes']:.0f}",
        f"{result['lost']} of {tokens}",
    ]
    return "| " + " | ".join(map(str, cells)) + " |"


def _percentile(ordered: list[float], percent: int) -> float:
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]


def _start(site: str, environment: dict[str, str]) -> subprocess.Popen[bytes]:
    path = Path(environment["DATA_DIR"], "server.log")
    with path.open("wb") as log:
        command = [sys.executable, "manage.py", "serve"]
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
    for _ in range(300):
        try:
            urllib.request.urlopen(f"{site}/accounts/login/", timeout=5).close()  # noqa: S310  # our own site
        except OSError:
            time.sleep(0.2)
        else:
            return process
    process.kill()
    raise SystemExit(path.read_text())


def _run(command: list[str], environment: dict[str, str], stdin: str = "") -> str:
    line = [sys.executable, *command]
    done = subprocess.run(line, cwd=ROOT, env=environment, input=stdin, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr)
    return done.stdout


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    sys.exit(main())
