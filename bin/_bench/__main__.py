"""bin/bench: what an answer costs the server, the question included, beside a pump that stores nothing.

A paced model on loopback writes its clock into every token; each user has a socket and asks, first questions spread
over a second. The servers share one core, the readers and the model have the others. The targets take turns within a
run, so that ratios to the pump hold on a busy machine. Exit with status 1 if an answer was not as it should be.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, ExitStack
from functools import partial
from pathlib import Path
from statistics import median

from .highest import LIMIT_MS, MOST, highest
from .layers import layers_of, samplers
from .measuring import Measured, client_core, measure, pinned_to
from .profile import profile
from .readers import Task
from .targets import Target, plain, scaled, set_plan, site, upstream

COLUMNS = (
    "target", "users", "CPU ms per 1,000 tokens", "× {first}", "database ms",
    "added p50 ms", "p99", "max", "first token p50 ms", "p99", "MB", "lost",
)  # fmt: skip
TARGETS: dict[str, Callable[..., AbstractContextManager[Target]]] = {
    "pump": partial(plain, "pump"),
    "bare-uvicorn": partial(plain, "bare", "uvicorn"),
    "bare-daphne": partial(plain, "bare", "daphne"),
    "uvicorn-openai": partial(site, "uvicorn", "openai"),
    "uvicorn-openai-library": partial(site, "uvicorn", "openai", reader="library"),
    "daphne-openai": partial(site, "daphne", "openai"),
    "uvicorn-databricks": partial(site, "uvicorn", "databricks"),
    "daphne-databricks": partial(site, "daphne", "databricks"),
    "postgres-1": partial(scaled, "uvicorn", "openai", 1),
    "postgres-2": partial(scaled, "uvicorn", "openai", 2),
    "postgres-2-daphne": partial(scaled, "daphne", "openai", 2),
}
WARM_ANSWERS = 10
FEW, MANY = 200, 1000
"""Tokens of the answers by which the cost of a question is told from that of a token."""


def main() -> int:
    """Run every combination and print a table; return 1 if an answer was not as it should be."""
    options = _options()
    with ExitStack() as stack:
        samples = stack.enter_context(samplers()) if options.layers else None
        url = stack.enter_context(upstream())
        stack.enter_context(pinned_to(client_core(), os.getpid()))
        if options.profile:
            return 1 if profile("uvicorn", "openai", url, options.tokens) else 0
        most = max(*options.users, MOST if options.highest else 50)
        targets = {name: stack.enter_context(TARGETS[name](url=url, users=most)) for name in options.targets}
        _warm(targets, url)
        if samples:
            _layers(targets, url, options, samples)
            return 0
        print(f"{options.tokens} tokens an answer, {options.rate:g} a second; {options.runs} runs, medians\n")
        broken = _streams(targets, url, options)
        if options.questions:
            broken += _questions(targets, url, options)
        if options.highest:
            broken += _highest(targets, url, options)
    if broken:
        print("\nSomething was lost, out of order or not complete.", file=sys.stderr)
    return 1 if broken else 0


def _options() -> argparse.Namespace:
    def numbers(text: str) -> list[int]:
        return [int(part) for part in text.split(",")]

    def names(text: str) -> list[str]:
        return text.split(",")

    parser = argparse.ArgumentParser(prog="bin/bench", description=__doc__)
    default = "pump,bare-uvicorn,bare-daphne,uvicorn-openai,daphne-openai"
    parser.add_argument("--targets", type=names, default=default.split(","), help=f"of {', '.join(TARGETS)}")
    parser.add_argument("--users", type=numbers, default=[1, 10, 50, 100, 200], help="numbers of users at once")
    parser.add_argument("--answers", type=int, default=2, help="questions of each user")
    parser.add_argument("--tokens", type=int, default=200, help="tokens in each answer")
    parser.add_argument("--rate", type=float, default=50.0, help="tokens per second of each answer")
    parser.add_argument("--runs", type=int, default=3, help="runs of each combination")
    parser.add_argument(
        "--questions", action="store_true", help="also measure what a question costs, and how many a second"
    )
    parser.add_argument(
        "--highest", action="store_true", help=f"also find the most users with a p99 of less than {LIMIT_MS:g} ms"
    )
    parser.add_argument(
        "--profile", action="store_true", help="only print what each part of a question and of its end costs"
    )
    parser.add_argument("--layers", action="store_true", help="only print what each layer of a token costs")
    return parser.parse_args()


def _warm(targets: dict[str, Target], url: str) -> None:
    set_plan(url, 20, 1000)
    for target in targets.values():
        _run(target, 2, 20, WARM_ANSWERS)


def _streams(targets: dict[str, Target], url: str, options: argparse.Namespace) -> int:
    first = _first(targets)
    print("| " + " | ".join(COLUMNS).format(first=first) + " |\n|" + "---|" * len(COLUMNS), flush=True)
    set_plan(url, options.tokens, options.rate)
    broken = 0
    for users in options.users:
        runs: dict[str, list[Measured]] = {name: [] for name in targets}
        for _ in range(options.runs):
            for name, target in targets.items():
                runs[name].append(_run(target, users, options.tokens, options.answers))
        for name in targets:
            print(_row(name, users, runs, first), flush=True)
            broken += sum(run.result.lost + run.result.gaps + run.result.incomplete for run in runs[name])
    return broken


def _questions(targets: dict[str, Target], url: str, options: argparse.Namespace) -> int:
    """Print the cost of a question: that of answers of few and of many tokens, and of answers of one token.

    The last column is the cost of questions that go on with a conversation, after the first of each user.
    """
    columns = (
        "target",
        "µs a token",
        "ms a question",
        "questions a second, 50 users",
        "ms each then",
        "ms in one conversation",
    )
    print("\n| " + " | ".join(columns) + " |\n|" + "---|" * len(columns))
    broken = 0
    for name, target in targets.items():
        runs = [_question(target, url, options.rate) for _ in range(options.runs)]
        token, question, rate, each, later = (
            median(values) for values in zip(*(figures for figures, _ in runs), strict=True)
        )
        print(f"| {name} | {token * 1e3:.0f} | {question:.1f} | {rate:.0f} | {each:.1f} | {later:.1f} |", flush=True)
        broken += sum(lost for _, lost in runs)
    return broken


def _question(target: Target, url: str, rate: float) -> tuple[Sequence[float], int]:
    """Measure once: milliseconds of a token and of a question, questions a second, and milliseconds of each kind.

    A question is what several answers of few tokens cost more than one of as many: both runs begin and end alike. The
    second result is how many answers were wrong.
    """
    set_plan(url, FEW, rate)
    short = _run(target, 50, FEW, MANY // FEW)
    set_plan(url, MANY, rate)
    long = _run(target, 50, MANY, 1)
    set_plan(url, 1, rate)
    ones, continued = _run(target, 50, 1, 20), _run(target, 50, 1, 20, follow_ups=True)
    question = (short.cpu - long.cpu) / (short.answers - long.answers) * 1e3
    token = (long.per_answer - question) / MANY
    runs = (short, long, ones, continued)
    figures = (token, question, ones.answers / ones.seconds, ones.per_answer, continued.per_answer)
    return figures, sum(run.result.lost + run.result.gaps + run.result.incomplete for run in runs)


def _highest(targets: dict[str, Target], url: str, options: argparse.Namespace) -> int:
    """Print for how many users at once each target adds less than the limit at the 99th percentile."""
    print(f"\n| target | most users with a p99 of less than {LIMIT_MS:g} ms |\n|---|---|")
    set_plan(url, options.tokens, options.rate)
    broken = 0
    for name, target in targets.items():
        most, runs = _highest_of(target, options)
        print(f"| {name} | {f'at least {most}' if most == MOST else most} |", flush=True)
        broken += sum(run.result.lost + run.result.gaps + run.result.incomplete for run in runs)
    return broken


def _highest_of(target: Target, options: argparse.Namespace) -> tuple[int, list[Measured]]:
    """Return the most users whom a target serves in time, and all runs that it took to find them."""
    runs: list[Measured] = []

    def p99(users: int) -> float:
        latest = [_run(target, users, options.tokens, options.answers) for _ in range(options.runs)]
        runs.extend(latest)
        return median(run.delay(99) for run in latest)

    return highest(p99), runs


def _layers(targets: dict[str, Target], url: str, options: argparse.Namespace, samples: Path) -> None:
    """Print the microseconds of a token by layers, a column for each target and number of users."""
    runs = {
        f"{name}, {users}": [layers_of(target, url, users, options.rate, samples) for _ in range(options.runs)]
        for users in options.users
        for name, target in targets.items()
    }
    layers = dict.fromkeys(layer for measured in runs.values() for each in measured for layer in each)
    print("| µs of a token | " + " | ".join(runs) + " |\n|" + "---|" * (len(runs) + 1))
    for layer in layers:
        cells = (f"{median(each.get(layer, 0.0) for each in measured):.1f}" for measured in runs.values())
        print(f"| {layer} | " + " | ".join(cells) + " |")


def _run(target: Target, users: int, tokens: int, answers: int, *, follow_ups: bool = False) -> Measured:
    viewer = target.sites[1] if target.can_view else ""
    task = Task(
        target.sites[0], list(target.cookies[:users]), tokens, answers, spread=1.0, viewer=viewer, follow_ups=follow_ups
    )
    return measure(target.processes, task, target.others)


def _first(targets: dict[str, Target]) -> str:
    """Return the target to which the others are compared: the pump if it takes part."""
    return "pump" if "pump" in targets else next(iter(targets))


def _row(name: str, users: int, runs: dict[str, list[Measured]], first: str) -> str:
    measured = runs[name]
    cost = median(run.per_token for run in measured)
    compared = median(run.per_token for run in runs[first])
    cells = [
        name,
        users,
        f"{cost:.0f}",
        f"{cost / compared:.2f}",
        f"{median(run.others_cpu / run.cpu for run in measured) * cost:.0f}",
        *(f"{median(run.delay(percent) for run in measured):.1f}" for percent in (50, 99, 100)),
        *(f"{median(run.first(percent) for run in measured):.1f}" for percent in (50, 99)),
        f"{max(run.megabytes for run in measured):.0f}",
        sum(run.result.lost + run.result.gaps for run in measured),
    ]
    return "| " + " | ".join(map(str, cells)) + " |"


if __name__ == "__main__":
    sys.exit(main())
