"""The budget of a user holds over processes that ask at the same moment."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ..support.processes import ROOT
from ..support.site_process import SiteProcess
from ..support.sites import database_for_site

pytestmark = pytest.mark.process

BUDGET = 7
ASK = f"""
from uuid import uuid4
from django.contrib.auth.models import User
from chat.models import LoginSession, OverBudget, Submission, Turn
user, accepted = User.objects.get(username="demo"), 0
print("ready", flush=True)
input()
for _ in range({BUDGET}):
    try:
        login = LoginSession.objects.create(user=user)
        Turn.objects.submit(login, Submission(request_id=uuid4(), question="When?"))
        accepted += 1
    except OverBudget:
        pass
print(accepted)
"""


def asking(site: SiteProcess) -> subprocess.Popen[str]:
    """Start a process that asks, once it reads a line, as often as the budget allows."""
    command = [sys.executable, str(ROOT / "manage.py"), "shell", "--no-imports", "-v0", "-c", ASK]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, env=site.environ, cwd=site.folder, stdin=pipe, stdout=pipe, text=True)


def test_two_processes_together_accept_as_many_questions_as_the_budget(
    prepared_site: SiteProcess, tmp_path: Path
) -> None:
    folder = tmp_path / "site"
    shutil.copytree(prepared_site.folder, folder)
    with database_for_site(prepared_site.database_url) as url:
        site = SiteProcess(folder, database_url=url, CHAT_QUESTIONS_PER_DAY=str(BUDGET))
        processes = [asking(site) for _ in range(2)]
        for process in processes:
            assert process.stdout
            assert process.stdout.readline() == "ready\n"
        for process in processes:
            assert process.stdin
            process.stdin.write("\n")
            process.stdin.flush()

        counts = [int(process.communicate(timeout=60)[0]) for process in processes]

        assert sum(counts) == BUDGET
        assert site.rows("SELECT questions FROM chat_dailyuse") == [(BUDGET,)]
        assert site.rows("SELECT COUNT(*) FROM chat_turn") == [(BUDGET,)]
