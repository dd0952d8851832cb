"""A start with wrong settings ends with one line that names the variable and the remedy, and with no traceback."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from sqlite3 import connect

import pytest

from ..support.bootstrapped import load_bootstrap
from ..support.collected import bring_static_files
from ..support.processes import ROOT, free_port
from ..support.warm import run_warm
from .wrong_settings import ALL, WITH_ZERO, WITHOUT_ZERO, Row

pytestmark = pytest.mark.process


class Start:
    """A start of the site with an empty environment, in a folder of its own. One that is patched starts cold."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.data = folder, folder / "data"
        self.data.mkdir(exist_ok=True)
        self.environ = {name: os.environ[name] for name in ("PATH", "COVERAGE_PROCESS_START") if name in os.environ}
        self.environ |= {"HOME": str(folder), "DATA_DIR": str(self.data), "PORT": str(free_port()), "DEMO": "false"}
        self.environ |= {"ENV_FILE": os.devnull}

    def write(self, file: str | bytes) -> None:
        (self.folder / ".env").write_bytes(file if isinstance(file, bytes) else file.encode())
        self.environ["ENV_FILE"] = str(self.folder / ".env")

    def patch(self, code: str) -> None:
        """Let Python run this code before the site."""
        (self.folder / "sitecustomize.py").write_text(code)
        self.environ["PYTHONPATH"] = str(self.folder)

    def run(self, command: str = "serve") -> tuple[int, list[str]]:
        status, printed, complaints = (self._run_cold if "PYTHONPATH" in self.environ else self._run_warm)(command)
        assert "Traceback" not in complaints, complaints
        assert "canary" not in complaints
        return status, [*printed.splitlines(), *complaints.splitlines()]

    def _run_warm(self, command: str) -> tuple[int, str, str]:
        return run_warm(command, self.environ, self.folder)

    def _run_cold(self, command: str) -> tuple[int, str, str]:
        done = subprocess.run(
            [sys.executable, ROOT / "manage.py", command],
            env=self.environ,
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        return done.returncode, done.stdout, done.stderr


@pytest.fixture
def start(tmp_path: Path) -> Start:
    return Start(tmp_path)


def hiding(package: str) -> str:
    """Return code with which a package counts as not installed."""
    return (
        "import importlib.util as u\nfound = u.find_spec\n"
        f"u.find_spec = lambda name, *rest: None if name == {package!r} else found(name, *rest)\n"
    )


@pytest.mark.parametrize("row", ALL, ids=lambda row: row.expected[:50])
def test_a_wrong_setting_ends_the_start_with_one_line(start: Start, row: Row) -> None:
    start.environ |= row.set
    if row.file:
        start.write(row.file)
    if row.hidden:
        start.patch(hiding(row.hidden))

    status, lines = start.run()

    assert (status, len(lines)) == (1, 1), lines
    assert re.search(row.expected, lines[0]), lines[0]


@pytest.mark.parametrize("row", [row for row in ALL if row.early], ids=lambda row: row.expected[:50])
def test_bin_run_says_so_before_it_installs_anything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, row: Row) -> None:
    bootstrap = load_bootstrap(tmp_path, monkeypatch)
    monkeypatch.setattr(bootstrap, "set_up", lambda *_, **__: pytest.fail("it installs"))
    monkeypatch.setattr(os, "environ", {"PORT": str(free_port()), **row.set})
    if row.file:
        (tmp_path / ".env").write_bytes(row.file if isinstance(row.file, bytes) else row.file.encode())

    with pytest.raises(SystemExit) as ended:
        bootstrap.main("run", [])

    assert re.match(rf"bin/run: .*{row.expected}", str(ended.value))
    assert "\n" not in str(ended.value)


def test_the_document_tells_for_each_number_what_0_means_or_it_is_refused() -> None:
    assert set(WITH_ZERO) >= {"CHAT_ANSWER_TOKENS", "CHAT_PROMPT_TOKENS", "CHAT_RETENTION_DAYS", "CHAT_HISTORY_TURNS"}
    assert set(WITHOUT_ZERO) >= {
        "CHAT_PASSAGES",
        "CHAT_TOTAL_SECONDS",
        "CHAT_STREAMS_PER_USER",
        "DATABASE_POOL",
        "PORT",
    }


def test_0_is_accepted_where_the_document_says_what_it_means(start: Start) -> None:
    start.environ |= dict.fromkeys(WITH_ZERO, "0")

    assert start.run("check") == (0, ["System check identified no issues (0 silenced)."])


# What is wrong with the files and the database


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a prepared, empty database."""
    start = Start(tmp_path_factory.mktemp("prepared"))
    bring_static_files(start.data)
    assert start.run("prepare")[0] == 0
    return start.data


@pytest.fixture
def prepared_start(start: Start, prepared: Path) -> Start:
    shutil.copytree(prepared, start.data, dirs_exist_ok=True)
    return start


@pytest.mark.parametrize("command", ["serve", "prepare", "purge"])
def test_a_database_newer_than_the_code_is_left_alone(prepared_start: Start, command: str) -> None:
    with closing(connect(prepared_start.data / "chatsite.sqlite3")) as database, database:
        database.execute(
            "INSERT INTO django_migrations (app, name, applied) VALUES ('chat', '9999_later', '2030-01-01')"
        )

    status, lines = prepared_start.run(command)

    assert (status, len(lines)) == (1, 1), lines
    assert re.search(r"DATABASE_URL, DATA_DIR.* newer version .*9999_later.*restore a backup", lines[0])


@pytest.mark.parametrize("command", ["serve", "purge", "check"])
def test_a_file_that_is_no_database_is_left_alone(start: Start, command: str) -> None:
    (start.data / "chatsite.sqlite3").write_text("a letter to somebody")

    status, lines = start.run(command)

    assert (status, len(lines)) == (1, 1), lines
    assert re.search(r"DATA_DIR: \S+/chatsite\.sqlite3 is no SQLite database; correct the path, or move", lines[0])
    assert (start.data / "chatsite.sqlite3").read_text() == "a letter to somebody"


def test_a_file_that_only_begins_like_a_database_is_reported_too(start: Start) -> None:
    (start.data / "chatsite.sqlite3").write_bytes(b"SQLite format 3\0" + b"\xff" * 4096)

    status, lines = start.run()

    assert (status, len(lines)) == (1, 1), lines
    assert re.search(r"The database cannot be used: .*DATA_DIR", lines[0])


def test_a_folder_of_another_owner_is_left_alone(start: Start) -> None:
    if os.geteuid() == 0:
        os.chown(start.data, 65534, 65534)
    else:
        start.data.chmod(0o500)

    status, lines = start.run()

    assert (status, len(lines)) == (1, 1), lines
    assert re.search(r"DATA_DIR: \S+/data belongs to \S+.* run this as \S+.*, or set another folder", lines[0])
    assert list(start.data.iterdir()) == []


# Warnings


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("DATABSE_URL", r"Warning: DATABSE_URL is set .*Did you mean DATABASE_URL\? \(chat\.W007\)"),
        ("REDIS_ULR", r"Warning: REDIS_ULR .*Did you mean REDIS_URL\?"),
        ("OPENAI_API_KEYS", r"Warning: OPENAI_API_KEYS .*Did you mean OPENAI_API_KEY\?"),
        ("CHAT_PASAGES", r"Warning: CHAT_PASAGES .*Did you mean CHAT_PASSAGES\?"),
        ("CHAT_TONE", r"Warning: CHAT_TONE is set, .*docs/settings\.md"),
        ("SECRET_KYE_FILE", r"Warning: SECRET_KYE_FILE .*Did you mean SECRET_KEY_FILE\?"),
        ("HOSTS", ""),  # short names are common among other programs
        ("OPENAI_ORG_ID", ""),
        ("PGHOST", ""),
    ],
)
def test_a_near_miss_in_the_environment_is_a_warning(prepared_start: Start, name: str, expected: str) -> None:
    prepared_start.environ[name] = "canary"

    status, lines = prepared_start.run("prepare")

    assert (status, len(lines)) == (0, 1 if expected else 0), lines
    assert re.match(expected, "".join(lines))


def test_unknown_names_in_the_file_are_one_warning(prepared_start: Start) -> None:
    prepared_start.write("ANTHROPIC_API_KEY=canary\nFORWARDED_ALLOW_IPS=*\nexport DEMO=false\n")

    status, lines = prepared_start.run("prepare")

    assert (status, len(lines)) == (0, 1), lines
    assert "ANTHROPIC_API_KEY, FORWARDED_ALLOW_IPS, which the site does not know" in lines[0]


# Values that look odd, and are right


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("CHAT_MODEL=embedded", "embedded"),
        ("  export CHAT_MODEL = 'a # b'  ", "a # b"),
        ('CHAT_MODEL="say \\"yes\\" to C:\\\\dir"', 'say "yes" to C:\\dir'),
        ("CHAT_MODEL=pass#word", "pass#word"),
        ("CHAT_MODEL=it's", "it's"),
        ("CHAT_MODEL=a=b", "a=b"),
        ("\ufeffCHAT_MODEL=marked\r\n", "marked"),
        ("CHAT_MODEL=first\nCHAT_MODEL=second", "second"),
    ],
)
def test_the_file_and_bin_run_agree_about_a_value(
    start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str, value: str
) -> None:
    start.write(line)
    code = "import chatsite.settings as s; print(s.CHAT_MODEL)"

    printed = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=start.environ, capture_output=True, check=True)

    assert printed.stdout.decode() == f"{value}\n"
    assert load_bootstrap(tmp_path, monkeypatch).read_settings(start.environ)["CHAT_MODEL"] == value
