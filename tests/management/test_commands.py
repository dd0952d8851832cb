"""The errors of all commands on the site's data when the database is not prepared or away."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from chat.management import site_command

from ..support.processes import ROOT

COMMANDS = [
    ["access_log", "--since", "1h"],
    ["import_recordings", "meeting.vtt"],
    ["export_passages", "passages.jsonl"],
    ["index_recordings"],
    ["load_demo"],
    ["purge"],
    ["sign_in_link", "demo"],
    ["verify_access_log"],
]


@pytest.mark.django_db
@pytest.mark.any_database
@pytest.mark.parametrize("command", COMMANDS, ids=[name for name, *_ in COMMANDS])
def test_a_command_refuses_a_database_that_lacks_migrations(
    command: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(site_command, "count_unapplied_migrations", lambda: 1)

    with pytest.raises(CommandError, match=r"Run bin/manage prepare"):
        call_command(*command)


@pytest.mark.parametrize(
    ("database_url", "expected"),
    [
        ("", "chatsite: The database is not prepared"),
        ("postgres://nobody:canary-word@127.0.0.1:1/none", "chatsite: The database does not answer"),
    ],
    ids=["new", "away"],
)
@pytest.mark.process
def test_a_command_reports_a_bad_database_in_one_line(tmp_path: Path, database_url: str, expected: str) -> None:
    environ = os.environ | {"DATA_DIR": str(tmp_path), "DATABASE_URL": database_url}
    command = [sys.executable, str(ROOT / "manage.py"), "purge"]

    done = subprocess.run(command, env=environ, cwd=tmp_path, capture_output=True, text=True, check=False)

    output = done.stdout + done.stderr
    assert (done.returncode, output.count("\n")) == (1, 1), output
    assert output.startswith(expected)
    assert "canary-word" not in output


@pytest.mark.parametrize(
    ("command", "told"),
    [
        (["backup", "/dev/null"], "chatsite: No backup was made: "),
        (["restore", "no-such-folder"], "chatsite: Nothing was restored: "),
        (["sign_in_link", "nobody"], "chatsite: "),
        (["no_such_command"], "Unknown command: "),
    ],
)
def test_what_stops_a_command_is_told_in_one_style(tmp_path: Path, command: list[str], told: str) -> None:
    environ = {**os.environ, "DATA_DIR": str(tmp_path), "DATABASE_URL": ""}

    done = subprocess.run(
        [sys.executable, ROOT / "manage.py", *command], env=environ, capture_output=True, text=True, check=False
    )

    assert done.returncode != 0
    assert done.stderr.splitlines()[-1].startswith(told) or done.stderr.startswith(told), done.stderr
    assert "Error:" not in done.stderr
