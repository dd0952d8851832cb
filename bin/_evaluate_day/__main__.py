"""bin/evaluate-day: replay the twelve tasks of docs/working-day.md in Chromium, on a private site with the demo.

It prints what each task took beside its budget, and exits with status 1 if one is over it or does not reach its end.
Then it prints what the pages weigh on a first visit, as transferred and without audio, and what moves in an answer.
"""

from __future__ import annotations

import argparse
import asyncio
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.async_api import Browser, Error, ViewportSize, async_playwright

from tests.support.processes import chromium
from tests.support.site_process import SiteProcess

from .hands import Hands
from .tasks import LAST_WEEK, TASKS, Day, Task
from .weight import print_weights

DESK = ViewportSize(width=1280, height=800)
PHONE = ViewportSize(width=390, height=844)


def main() -> int:
    """Run the tasks, and print the table. Return 1 if a task was over its budget or failed."""
    parser = argparse.ArgumentParser(prog="bin/evaluate-day", description=__doc__)
    parser.add_argument("--phone", action="store_true", help="at 390 instead of 1280 px")
    parser.add_argument("--only", default="", help="numbers of tasks, separated by commas (default: all)")
    options = parser.parse_args()
    only = {int(number) for number in options.only.split(",") if number}
    tasks = [task for task in TASKS if not only or task.number in only]
    with tempfile.TemporaryDirectory() as folder, SiteProcess(Path(folder)) as site:
        past = Path(__file__).with_name("past.py")
        subprocess.run([sys.executable, "-B", past, "demo", LAST_WEEK], env=site.environ, check=True, timeout=300)
        return asyncio.run(_replay(tasks, site, PHONE if options.phone else DESK))


async def _replay(tasks: list[Task], site: SiteProcess, size: ViewportSize) -> int:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        print("| | task | steps | budget | seconds | budget | |\n|---|---|---|---|---|---|---|")
        kept = [await _run(task, browser, site, size) for task in tasks]
        if len(tasks) == len(TASKS):
            await print_weights(browser, site, [DESK, PHONE])
        await browser.close()
    return 0 if all(kept) else 1


async def _run(task: Task, browser: Browser, site: SiteProcess, size: ViewportSize) -> bool:
    context = await browser.new_context(viewport=size, permissions=["clipboard-read", "clipboard-write"])
    hands = Hands(await context.new_page())
    try:
        await task.do(Day(hands.page, site), hands)
        problem = _over(task, hands)
    except (Error, AssertionError) as error:
        problem = f"failed: {str(error).splitlines()[0]}"
    seconds = hands.seconds if hands.steps else 0.0
    figures = f"{hands.steps} | {task.steps} | {seconds:.1f} | {task.seconds}"
    print(f"| {task.number} | {task.name} | {figures} | {problem or 'within'} |", flush=True)
    await context.close()
    return not problem


def _over(task: Task, hands: Hands) -> str:
    if hands.steps > task.steps:
        return "too many steps"
    return "too slow" if hands.seconds > task.seconds else ""


if __name__ == "__main__":
    sys.exit(main())
