"""Install the locked packages in .venv, then continue there. Standard library only; Python 3.11 or newer.

``_bootstrap.py run [argument…]`` serves the site, ``_bootstrap.py dev`` serves it with reload, the other purposes in
``COMMANDS`` run a management command, and ``_bootstrap.py test [argument…]`` tests the site. Without arguments ``test``
also runs the checkers of the browser modules, which npm installs. Files in .venv and node_modules record what was
installed last, so a start with nothing new to install continues at once.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from chatsite import address, env_file  # they need the standard library alone

UV_VERSION = "0.13.9"
ROOT = Path(__file__).resolve().parent.parent
TOOLS = ROOT / ".tools"
UV = TOOLS / "bin" / "uv"
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
SYNCED = VENV / ".synced"
CHECKERS = ROOT / "tests" / "js"
CHECKERS_SYNCED = CHECKERS / "node_modules" / ".synced"
COMMANDS = {
    "run": ["serve"],
    "import": ["import_recordings"],
    "backup": ["backup"],
    "restore": ["restore"],
    "manage": [],
}
TESTED_EXTRAS = {"lakebase", "mlflow", "openai", "postgres", "redis", "s3", "sso", "transcription", "uvicorn", "volume"}
PROVIDER_EXTRAS = {"databricks", "databricks-legacy", "openai"}


class Failed(Exception):
    """The site cannot be started or tested on this machine; the message is one line that says what to do."""


def main(purpose: str, arguments: list[str]) -> None:
    """Set up for a purpose (``run``, ``test``…) and exec its command; on failure exit with status 1 and one line."""
    started = time.time()
    try:
        settings = read_settings(os.environ)
        if purpose != "test":  # no test reads .env
            os.environ.update(env_file.absolute_paths(os.environ, ROOT))
        if purpose in {"run", "dev"}:
            check_address(settings.get("HOST") or "127.0.0.1", settings.get("PORT") or "8000")
            check_hosts(settings)
        if purpose in COMMANDS:
            set_up(required_extras(settings), groups=set())
            command = [ROOT / "manage.py", *COMMANDS[purpose], *arguments]
        elif purpose == "dev":
            set_up(required_extras(settings) | TESTED_EXTRAS, groups={"dev"})  # as bin/test, which follows a change
            command = [ROOT / "bin" / "_dev.py", *arguments]
        else:
            set_up(required_extras(settings) | TESTED_EXTRAS, groups={"dev"})
            if not arguments:
                set_up_checkers()
            command = ["-m", "pytest", *map(with_absolute_path, arguments)] if arguments else ["-m", "tests"]
            os.chdir(ROOT)
    except Failed as failure:
        sys.exit(f"bin/{purpose}: {failure}")
    except KeyboardInterrupt:
        sys.exit(130)
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # without bytecode in .venv every start takes seconds longer
    os.environ |= {"STARTED_BY": f"bin/{purpose}"} if purpose in COMMANDS else {"TEST_STARTED": str(started)}
    os.execv(PYTHON, [str(part) for part in (PYTHON, *command)])


def with_absolute_path(argument: str) -> str:
    """Make the path in a pytest argument absolute, if there is one, because pytest runs in another directory."""
    path, separator, names = argument.partition("::")
    return str(Path(path).resolve()) + separator + names if Path(path).exists() else argument


# Settings


def read_settings(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the environment, completed from .env (or ENV_FILE) and from the files that ``NAME_FILE`` names."""
    try:
        settings = {**env_file.read(environ.get("ENV_FILE", ""), ROOT / ".env"), **environ}
    except env_file.Invalid as error:
        raise Failed(str(error)) from None
    for name in [name for name in settings if name.endswith("_FILE") and name != "ENV_FILE"]:
        try:
            settings.setdefault(name.removesuffix("_FILE"), Path(settings[name]).read_text().strip())
        except (OSError, UnicodeDecodeError):
            continue  # if it is a setting at all, the site itself reports the error
    return settings


def required_extras(settings: Mapping[str, str]) -> set[str]:
    """Return the optional parts of the lock that these settings need."""
    providers = {settings.get(name, "").partition(":")[0] for name in ("CHAT_MODEL", "CHAT_RETRIEVER", "EMBEDDINGS")}
    storage = settings.get("STORAGE", "")
    transcriber = settings.get("TRANSCRIBER", "").partition(":")[0]
    needed = {
        "postgres": settings.get("DATABASE_URL", "").startswith(("postgres", "psql", "pgsql")),
        "lakebase": settings.get("LAKEBASE_ENDPOINT"),
        "mlflow": settings.get("MLFLOW_EXPERIMENT"),
        "redis": settings.get("REDIS_URL"),
        "s3": storage.startswith("s3:"),
        "transcription": transcriber in {"openai", "databricks", "databricks-sql"},
        "whisper": transcriber == "faster-whisper",
        "sso": settings.get("SSO_OIDC_ISSUER") or settings.get("SECOND_FACTOR", "off") != "off",
        "uvicorn": settings.get("SERVER") == "uvicorn",
        "volume": storage.startswith(("volume:", "/Volumes/")),
    }
    return providers & PROVIDER_EXTRAS | {extra for extra, is_needed in needed.items() if is_needed}


def check_address(host: str, port: str) -> None:
    """Raise ``Failed`` unless the site can listen there: better now than after a minute of installing."""
    if not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
        raise Failed(f"PORT is {port!r}; it must be a number from 1 to 65535")
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, int(port), type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except socket.gaierror:
        raise Failed(f"HOST is {host!r}, which is not an address of this machine") from None
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            remedy = f"if not by this site, write PORT={int(port) + 1} into .env"
            raise Failed(f"port {port} of {host} is in use; {remedy}") from None
        raise Failed(f"cannot listen on port {port} of {host}: {error.strerror}") from None


def check_hosts(settings: Mapping[str, str]) -> None:
    """Raise ``Failed`` if host names or origins are missing or malformed, as the site would after the installation."""
    hosts, origins = (
        [entry.strip() for entry in settings.get(name, "").split(",") if entry.strip()]
        for name in ("ALLOWED_HOSTS", "ORIGINS")
    )
    try:
        address.allowed_hosts(hosts, settings.get("HOST") or "127.0.0.1")
        address.checked_origins(origins)
    except address.Invalid as error:
        raise Failed(str(error)) from None


# Installation


def set_up(extras: set[str], *, groups: set[str]) -> None:
    """Install exactly the locked base, these extras and these groups in .venv, unless it already has them."""
    python = os.path.realpath(sys.executable)
    source = {"lock": _digest(ROOT / "uv.lock"), "python": python}
    if _is_synced(source, extras | groups):
        return
    with _install_lock():
        if _is_synced(source, extras | groups):  # another start has installed them while we waited
            return
        SYNCED.unlink(missing_ok=True)
        environ = _install_environ()
        _install_uv(python, environ)
        _sync(python, extras, groups, environ)
        SYNCED.write_text(json.dumps({**source, "parts": sorted(extras | groups)}))


def set_up_checkers() -> None:
    """Install exactly the locked checkers in node_modules, unless it already has them or npm is missing."""
    npm = shutil.which("npm")
    lock = _digest(CHECKERS / "package-lock.json")
    if npm is None or _has_checkers(lock):
        return
    with _install_lock():
        if not _has_checkers(lock):
            _install_checkers(npm)
            CHECKERS_SYNCED.write_text(lock)


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _has_checkers(lock: str) -> bool:
    return CHECKERS_SYNCED.exists() and CHECKERS_SYNCED.read_text() == lock


def _is_synced(source: dict[str, str], parts: set[str]) -> bool:
    """Return whether .venv was synced from this lock with this Python, and has at least these parts."""
    try:
        synced = json.loads(SYNCED.read_text())
        has_parts = set(synced.pop("parts")) >= parts
    except (OSError, ValueError, LookupError, TypeError):
        return False
    return has_parts and synced == source and PYTHON.exists()


@contextmanager
def _install_lock() -> Iterator[None]:
    """Let one start at a time install; the others wait for it. Raise ``Failed`` if a folder is not writable."""
    try:
        if not all(os.access(folder, os.W_OK) for folder in (ROOT, VENV) if folder.exists()):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        TOOLS.mkdir(exist_ok=True)
        lock = (TOOLS / ".lock").open("w")
    except OSError as error:
        raise Failed(f"cannot install packages, because {ROOT} is not writable: {error.strerror}") from None
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _install_environ() -> dict[str, str]:
    """Return the user's environment (mirrors, proxies, certificates) without what would mislead an installer."""
    misleading = {"VIRTUAL_ENV", "PYTHONPATH", "PYTHONHOME", "PIP_TARGET", "PIP_PREFIX", "UV_PYTHON"}
    environ = {name: value for name, value in os.environ.items() if name not in misleading}
    environ |= {"PIP_USER": "0", "PIP_REQUIRE_VIRTUALENV": "0", "PIP_ROOT_USER_ACTION": "ignore"}
    environ |= {"UV_PROJECT_ENVIRONMENT": str(VENV)}
    environ.setdefault("PIP_RETRIES", "1")
    environ.setdefault("npm_config_fetch_retries", "1")
    if not os.access(Path.home(), os.W_OK):
        environ.setdefault("UV_CACHE_DIR", str(TOOLS / "cache"))
        environ.setdefault("npm_config_cache", str(TOOLS / "npm"))
        environ.setdefault("PIP_NO_CACHE_DIR", "1")
    return environ


def _install_uv(python: str, environ: dict[str, str]) -> None:
    if _uv_version() == UV_VERSION:
        return
    if _call([python, "-m", "pip", "--version"], environ).returncode:
        raise Failed(f"{python} has no pip (apt-get install python3-pip)")
    _report(f"Installing uv {UV_VERSION} in .tools …")
    pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--upgrade"]
    done = _call([*pip, "--target", str(TOOLS), "--only-binary=:all:", "--no-deps", f"uv=={UV_VERSION}"], environ)
    if done.returncode or _uv_version() != UV_VERSION:
        raise Failed(f"could not install uv; is the network available? pip says: {_gist(done.stderr)}")


def _uv_version() -> str:
    try:
        return subprocess.run([UV, "--version"], capture_output=True, text=True, check=False).stdout.split()[1]
    except (OSError, IndexError):
        return ""


def _sync(python: str, extras: set[str], groups: set[str], environ: dict[str, str]) -> None:
    parts = [f"--extra={extra}" for extra in sorted(extras)] + [f"--group={group}" for group in sorted(groups)]
    _report(f"Installing the locked packages in .venv ({', '.join(['base', *sorted(extras | groups)])}) …")
    done = _call([str(UV), "sync", "--frozen", "--project", str(ROOT), "--python", python, *parts], environ)
    if done.returncode:
        raise Failed(f"could not install the packages; is the network available? uv says: {_gist(done.stderr)}")


def _install_checkers(npm: str) -> None:
    _report("Installing the locked checkers of the browser modules in tests/js/node_modules …")
    options = ["--include=dev", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    done = _call([npm, "ci", *options], _install_environ(), folder=CHECKERS)
    if done.returncode:
        errors = re.findall(r"^npm (?:error|ERR!) (?!\s*at |A complete log)(.*)", done.stderr, re.MULTILINE)
        message = _gist("\n".join(errors) or done.stderr)
        raise Failed(f"could not install tsc and ESLint; is the network available? npm says: {message}")


def _call(
    command: list[str], environ: dict[str, str], *, folder: Path | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, env=environ, capture_output=True, text=True, cwd=folder or ROOT, check=False)


def _gist(output: str) -> str:
    """Return the error messages of an installer on one line of at most 300 characters."""
    lines = [line.strip(" │├╰─▶×") for line in output.splitlines() if not line.lower().startswith("warning")]
    return " ".join(filter(None, lines))[:300]


def _report(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
