"""``python -m tests``: run every check and test that this machine can run, then print a table of their durations.

The suite runs on SQLite first. Then its tests of the database and the channel layer run again, on private PostgreSQL
and Redis servers, and those of the search with pgvector. The faults of docs/reliability.md come last; they mostly wait,
so the static checks run beside them at low priority.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from xml.etree import ElementTree

from .support.processes import ROOT, Missing
from .support.selection import names
from .support.servers import postgresql, postgresql_with, redis

COVERED = 90
"""Percent of the lines and branches of chat/ that the tests must cover."""

LONGEST_RUN = 2_400.0
"""Seconds after which a run of the suite is stopped: twice what it takes on a slow machine. A test that hangs ends
sooner (``faulthandler_timeout``)."""

WORKERS = os.environ.get("TEST_WORKERS", "3")
"""Processes that run tests; one more than two cores, because tests with browsers and sites also wait."""
WAITING_WORKERS = "4"
"""Processes for the tests that mostly wait."""

TEMPLATE = "migrated"
"""Name of the database that those of the tests are copies of, on a server of this run."""

WAITING = "faults or waits"
"""Tests that mostly wait, because they stop sites and servers; they run in a stage of their own."""

PYTHON = sys.executable
PRODUCTION = {"HTTPS": "true", "ALLOWED_HOSTS": "chat.example.com", "SECRET_KEY": secrets.token_urlsafe(50)}
CHECKS: dict[str, list[str]] = {
    "ruff check": [PYTHON, "-m", "ruff", "check"],
    "ruff format": [PYTHON, "-m", "ruff", "format", "--check"],
    "mypy": [PYTHON, "-m", "mypy"],
    "check --deploy": [PYTHON, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
    "makemigrations --check": [PYTHON, "manage.py", "makemigrations", "--check", "--dry-run"],
    "uv lock --check": [str(ROOT / ".tools" / "bin" / "uv"), "lock", "--check"],
}
CHECKS_OF_MODULES: dict[str, list[str]] = {
    "tsc": ["tests/js/node_modules/.bin/tsc", "--project", "tests/js"],
    "eslint": ["tests/js/node_modules/.bin/eslint", "--config", "tests/js/eslint.config.js", "chat/static", "tests/js"],
}
"""Checks of the JavaScript; bin/test installs these programs with npm."""


@dataclass(frozen=True)
class Stage:
    """A finished stage. ``not_run`` has lines for the list of what this machine could not run."""

    name: str
    seconds: float
    passed: bool = True
    output: str = ""
    not_run: Sequence[str] = ()
    excused: bool = False  # what was not run depends on an external service, not on this machine


def main() -> int:
    """Run everything; return 0 if all that ran has passed, and with CI=true only if nothing was left out."""
    started = float(os.environ.get("TEST_STARTED", time.time()))
    signal.signal(signal.SIGINT, signal.default_int_handler)  # shells ignore it in background processes
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    stages = [Stage("set-up", time.time() - started)]
    with tempfile.TemporaryDirectory(prefix="chatsite-checks-") as folder, ThreadPoolExecutor(1) as beside:
        environ = {**os.environ, "ENV_FILE": os.devnull, "DATA_DIR": folder}
        try:
            stages += _test(Path(folder))
            checks = [beside.submit(_check, name, command, environ) for name, command in CHECKS.items()]
            checks += [beside.submit(_check_modules, *check, environ) for check in CHECKS_OF_MODULES.items()]
            checks.append(beside.submit(_audit))
            stages.append(_test_faults(Path(folder)))
            stages += [check.result() for check in checks]
        except KeyboardInterrupt:
            beside.shutdown(cancel_futures=True)
            return 130
        stages.append(_cover(Path(folder)))
    return _report(stages, time.time() - started)


# Checks


def _check(name: str, command: Sequence[str], environ: dict[str, str]) -> Stage:
    started = time.monotonic()
    environ = environ | PRODUCTION if "--deploy" in command else environ
    done = subprocess.run(
        ["nice", "-n", "19", *command],
        cwd=ROOT,
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return Stage(name, time.monotonic() - started, passed=done.returncode == 0, output=done.stdout)


def _check_modules(name: str, command: Sequence[str], environ: dict[str, str]) -> Stage:
    if shutil.which("npm") is None:
        return Stage(name, 0, not_run=[f"{name}: npm is not installed (apt-get install npm)"])
    return _check(name, command, environ)


def _audit() -> Stage:
    """Look for packages in .venv with a known vulnerability. Packages without data count as not audited."""
    started = time.monotonic()
    command = ["nice", "-n", "19", PYTHON, "-m", "pip_audit", "--local", "--progress-spinner=off", "--format=json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    seconds = time.monotonic() - started
    try:
        packages = json.loads(done.stdout)["dependencies"]
    except (ValueError, LookupError):
        reason = done.stderr.strip().splitlines()[-1:] or ["no output"]
        return Stage("pip-audit", seconds, not_run=[f"pip-audit: {reason[0][:200]}"], excused=True)
    vulnerable = [package["name"] for package in packages if package.get("vulns")]
    unknown = sum("skip_reason" in package for package in packages)
    not_run = [f"pip-audit: the index has no vulnerability data on {unknown} of {len(packages)} packages"]
    return Stage(
        "pip-audit",
        seconds,
        passed=not vulnerable,
        output=f"known vulnerabilities in: {', '.join(vulnerable)}; details: pip-audit --local",
        not_run=not_run if unknown else [],
        excused=True,
    )


# Tests


def _test(folder: Path) -> Iterator[Stage]:
    yield _pytest("SQLite", folder, "-m", f"not redis and not ({WAITING})", traced=True)
    with ExitStack() as stack:
        missing: list[str] = []
        environ = {"TEST_PART": "database"}
        markers = f"not ({WAITING})"
        try:
            url = stack.enter_context(redis())
            environ |= {"REDIS_URL": url, "TEST_REDIS_URL": url}
        except Missing as error:
            missing.append(f"tests on Redis: {error}")
            markers += " and not redis"
        try:
            environ |= {"DATABASE_URL": stack.enter_context(postgresql()), "TEST_TEMPLATE": TEMPLATE}
        except Missing as error:
            missing.append(f"tests on PostgreSQL: {error}")
            markers += " and redis"
        name = " and ".join(_servers(environ))
        stage = Stage("no tests on servers", 0)
        if len(missing) < 2:
            # --reuse-db leaves the databases behind; they disappear with the server
            stage = _pytest(name, folder, "--reuse-db", "-m", markers, traced=True, **environ)
        yield replace(stage, not_run=[*missing, *stage.not_run])
    yield _test_with_pgvector(folder)


def _test_with_pgvector(folder: Path) -> Stage:
    """Test the searches on a PostgreSQL server that has pgvector, which Debian 12 has no package of."""
    name = "PostgreSQL with pgvector"
    try:
        with postgresql_with("vector") as url:
            environ = {"TEST_PART": "database", "DATABASE_URL": url, "TEST_TEMPLATE": TEMPLATE}
            arguments = ["-n", "2", "--reuse-db", "-m", "pgvector"]  # each process takes as long to start as its tests
            return _pytest(name, folder, *arguments, *_files("pgvector"), traced=True, **environ)
    except Missing as error:
        return Stage("no tests on pgvector", 0, not_run=[f"tests on pgvector: {error}"])


def _test_faults(folder: Path) -> Stage:
    return _pytest("sites with faults", folder, "-n", WAITING_WORKERS, "-m", WAITING, *_files(*WAITING.split(" or ")))


def _files(*markers: str) -> list[str]:
    """Return the files whose tests may have one of these markers: to collect all files takes every worker seconds."""
    files = [path.relative_to(ROOT) for path in sorted(ROOT.glob("tests/**/test_*.py"))]
    return [str(path) for path in files if any(names(ROOT / path, marker) for marker in markers)]


def _servers(environ: dict[str, str]) -> Iterator[str]:
    yield "PostgreSQL" if "DATABASE_URL" in environ else "SQLite"
    if "REDIS_URL" in environ:
        yield "Redis"


def _pytest(name: str, folder: Path, *arguments: str, traced: bool = False, **environ: str) -> Stage:
    """Run tests in several processes; those of a module that starts sites or browsers stay in one process.

    ``traced`` measures the coverage.
    """
    print(f"\n── tests on {name}", flush=True)
    started = time.monotonic()
    report = folder / f"{name}.xml"
    command = [PYTHON, "-m", *(("coverage", "run", "-m") if traced else ()), "pytest", "-q"]
    command += ["-n", WORKERS, "--dist", "loadgroup"]
    settings = {"DATABASE_URL": "", "REDIS_URL": "", "COVERAGE_FILE": str(folder / "coverage")}
    settings |= {"TEST_SHARED": str(folder)}
    process = subprocess.Popen(
        [*command, f"--junitxml={report}", *arguments], cwd=ROOT, env={**os.environ, **settings, **environ}
    )
    try:
        status = process.wait(LONGEST_RUN)
    except KeyboardInterrupt:
        _interrupt(process)
        raise
    except subprocess.TimeoutExpired:
        status = _interrupt(process)
    count, skipped = _read(report)
    not_run = [f"{number} of the tests on {name}: {reason}" for reason, number in skipped.items()]
    return Stage(f"{count} tests on {name}", time.monotonic() - started, passed=status == 0, not_run=not_run)


def _interrupt(process: subprocess.Popen[bytes]) -> int:
    """Stop pytest so that it stops the servers that its tests have started; return its exit status."""
    process.send_signal(signal.SIGINT)
    try:
        return process.wait(30)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait()


def _read(report: Path) -> tuple[int, Counter[str]]:
    """Return the number of tests that ran, and how many were skipped, by reason."""
    cases = ElementTree.parse(report).findall(".//testcase") if report.exists() else []  # noqa: S314  # our own file
    skips = [skip for case in cases for skip in case.findall("skipped") if skip.get("type") == "pytest.skip"]
    return len(cases) - len(skips), Counter(skip.get("message", "") for skip in skips)


def _cover(folder: Path) -> Stage:
    started = time.monotonic()
    environ = {**os.environ, "COVERAGE_FILE": str(folder / "coverage")}
    coverage = [PYTHON, "-m", "coverage"]
    subprocess.run([*coverage, "combine", "-q"], cwd=ROOT, env=environ, check=False)
    report = [*coverage, "report", "--include=chat/*", "--skip-covered", "--show-missing"]
    done = subprocess.run(
        [*report, f"--fail-under={COVERED}"], cwd=ROOT, env=environ, capture_output=True, text=True, check=False
    )
    total = [line.split()[-1] for line in done.stdout.splitlines() if line.startswith("TOTAL")] or ["none"]
    name = f"coverage of chat/: {total[0]}"
    return Stage(name, time.monotonic() - started, passed=done.returncode == 0, output=done.stdout + done.stderr)


# Report


def _report(stages: Sequence[Stage], seconds: float) -> int:
    for stage in stages:
        if not stage.passed and stage.output:
            print(f"\n── {stage.name}\n{stage.output}")
    print(f"\n{'stage':<40} {'seconds':>7}")
    for stage in stages:
        print(f"{stage.name:<40} {stage.seconds:>7.1f}  {'passed' if stage.passed else 'FAILED'}")
    print(f"{'total':<40} {seconds:>7.1f}")
    not_run = [line for stage in stages for line in stage.not_run]
    if not_run:
        print("\nNot run on this machine:", *not_run, sep="\n  ")
    failed = [stage.name for stage in stages if not stage.passed]
    if os.environ.get("CI") == "true":
        failed += [line for stage in stages if not stage.excused for line in stage.not_run]
    print(f"\nFAILED: {'; '.join(failed)}" if failed else "\nEverything that ran has passed.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
