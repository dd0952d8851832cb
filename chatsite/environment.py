"""Strict reading of settings from the environment: an invalid value stops the start with an error that names it."""

from __future__ import annotations

import difflib
import math
import os
import re
from collections.abc import Collection
from datetime import time
from importlib.util import find_spec
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo, available_timezones

import environ
from django.core.exceptions import ImproperlyConfigured
from environ.fileaware_mapping import FileAwareMapping
from typing_extensions import override

from . import env_file, names, ownership

_FALSE_STRINGS = ("false", "off", "n", "no", "0")
_CLOCK = re.compile(r"([01]?\d|2[0-3]):[0-5]\d", re.ASCII)
_PLATFORMS = {"databricks-apps": "0.0.0.0/0,::/0"}  # an app is reachable only through a proxy, at no fixed address


class Environment(environ.FileAwareEnv):  # type: ignore[misc]  # it brings no types
    """Environment variables, or files: ``NAME_FILE`` names a file that contains the value of ``NAME``.

    ``names`` collects the variables that were read: the settings that exist.
    """

    def __init__(self) -> None:
        super().__init__()
        self.ENVIRON = FileAwareMapping(cache=False)
        self.names: set[str] = set()
        self.file_names: frozenset[str] = frozenset()

    def read_file(self, var: str, *, default: Path) -> None:
        """Add what the default file, or the one that ``var`` names, sets; the environment takes precedence."""
        self.names.add(var)
        try:
            pairs = env_file.read(os.environ.get(var, ""), default)
        except env_file.Invalid as error:
            raise ImproperlyConfigured(str(error)) from None
        self.file_names = frozenset(pairs)
        for name, value in pairs.items():
            if name not in self.ENVIRON:
                os.environ[name] = value

    def refuse_misspelt(self) -> None:
        """Raise ``ImproperlyConfigured`` if a name in the file resembles a setting that was read, and is none."""
        for name in sorted(self.file_names):
            if meant := names.meant(name, self.names):
                raise ImproperlyConfigured(
                    f"{name} in the .env file is no setting; did you mean {meant}? Correct the name or remove the line"
                )

    @override
    def get_value(self, var: str, *args: Any, **kwargs: Any) -> Any:
        """Return the value, or the default if it is missing or empty.

        Raise ``ImproperlyConfigured``, which names the variable. Refuse negative numbers: no setting of ours may be
        one.
        """
        self.names.add(var)
        try:
            if self.ENVIRON.get(var) == "" and "default" in kwargs:
                return kwargs["default"]
            value = super().get_value(var, *args, **kwargs)
        except OSError as error:
            raise ImproperlyConfigured(f"{var}_FILE cannot be read: {error}") from None
        except ValueError as error:
            hint = f"{error}; correct it, or leave it out for the default"
            raise ImproperlyConfigured(f"{var} cannot be read: {hint}") from None
        if isinstance(value, int | float) and not (math.isfinite(value) and value >= 0):
            raise ImproperlyConfigured(f"{var} cannot be {value}: it must be a number, 0 or greater")
        return value.rstrip("\r\n") if isinstance(value, str) else value

    def folder(self, var: str, *, default: Path) -> Path:
        """Return a writable folder; create it, for its owner alone, if it does not exist."""
        path = Path(self.str(var, default=str(default))).resolve()
        try:
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise ImproperlyConfigured(f"{var}: cannot create {path}: {error.strerror}") from None
        ownership.check_folder(var, path)
        return path

    def count(self, var: str, *, default: int, most: int | None = None) -> int:
        """Return a whole number, 1 or greater."""
        number = int(self.int(var, default=default))
        self._refuse_zero(var, number, default)
        if most is not None and number > most:
            raise ImproperlyConfigured(f"{var} is {number}; set a number from 1 to {most}")
        return number

    def seconds(self, var: str, *, default: float) -> float:
        """Return a time in seconds, longer than none."""
        seconds = float(self.float(var, default=default))
        self._refuse_zero(var, seconds, default)
        return seconds

    def _refuse_zero(self, var: str, number: float, default: float) -> None:
        if not number:
            raise ImproperlyConfigured(
                f"{var} is 0, with which the site could not work; set a greater number, or leave it out for {default:g}"
            )

    def items(self, var: str, *, default: str) -> list[str]:
        """Return what the value lists, separated by commas, without the spaces around it."""
        return [item.strip() for item in self.str(var, default=default).split(",") if item.strip()]

    def choice(self, var: str, *, default: str, known: Collection[str]) -> str:
        """Return one of the known values, whatever the case in which it is written."""
        value = str(self.str(var, default=default))
        spelt = {each.lower(): each for each in known}
        if value.lower() in spelt:
            return spelt[value.lower()]
        raise ImproperlyConfigured(f"{var} is {value!r}, which is unknown; set one of {', '.join(known)}")

    def time_zone(self, var: str, *, default: str) -> str:
        """Return the name of a time zone."""
        name = str(self.str(var, default=default))
        try:
            return name if name == "UTC" else ZoneInfo(name).key
        except (LookupError, OSError, ValueError):  # unknown, a folder, or a path that leads out of theirs
            spelt = {each.lower(): each for each in available_timezones()}
            near = difflib.get_close_matches(name.lower(), spelt, n=1) or ["europe/berlin"]
            hint = f"set one such as {spelt.get(near[0], 'Europe/Berlin')} or UTC"
            raise ImproperlyConfigured(f"{var} is {name!r}, which is no time zone; {hint}") from None

    def networks(self, var: str, *, default: str) -> list[IPv4Network | IPv6Network]:
        """Return comma-separated addresses and networks; a platform's name stands for those of its proxy."""
        value = self.str(var, default=default)
        try:
            return [ip_network(text.strip()) for text in _PLATFORMS.get(value, value).split(",") if text.strip()]
        except ValueError as error:
            raise ImproperlyConfigured(f"{var} cannot be read: {error}; list addresses, or 10.0.0.0/8") from None

    def daily(self, var: str, *, default: str) -> time | None:
        """Return a time of the day such as 03:00; None for ``never``."""
        value = self.str(var, default=default).strip()
        if value.lower() == "never":
            return None
        if not _CLOCK.fullmatch(value):
            raise ImproperlyConfigured(f"{var} is {value!r}; it must be a time of the day such as 03:00, or never")
        return time.fromisoformat(value.zfill(5))

    def url(self, var: str, *, default: str, schemes: Collection[str] = (), words: Collection[str] = ()) -> str:
        """Return a URL with one of these schemes (any, if none is given), or one of these words.

        It may contain a password, so the error for an invalid one quotes nothing of it.
        """
        url = str(self.str(var, default=default))
        if not url or url in words:
            return url
        if schemes and not url.lower().startswith(tuple(f"{scheme}://" for scheme in schemes)):
            forms = " or ".join([f"{scheme}://…" for scheme in schemes] + sorted(words))
            raise ImproperlyConfigured(f"{var} has no scheme that the site knows; write {forms}")
        try:
            urlsplit(url).port  # noqa: B018  # raises ValueError if the URL is invalid
        except ValueError:
            raise ImproperlyConfigured(
                f"{var} cannot be read; in its password, write / as %2F, # as %23 and @ as %40"
            ) from None
        return url

    def database(self, var: str, *, default: str) -> dict[str, Any]:
        """Return Django's settings of a database from its URL, ``sqlite:///…`` or ``postgres://…``."""
        url = self.url(var, default=default)
        if not url.startswith(("sqlite:///", "postgres://", "postgresql://")):
            raise ImproperlyConfigured(f"{var} must begin with sqlite:/// or postgres://")
        database: dict[str, Any] = self.db_url_config(url)
        if not (database["NAME"] or database.get("OPTIONS", {}).get("service")) or database["NAME"] == ":memory:":
            raise ImproperlyConfigured(f"{var} names no database; write sqlite:////path/to/file or postgres://…/name")
        if url.startswith("sqlite"):
            is_ours = not self.str(var, default="")
            ownership.check_sqlite("DATA_DIR" if is_ours else var, Path(database["NAME"]))
        elif not find_spec("psycopg"):
            hint = "start with bin/run, or run: uv sync --frozen --extra postgres"
            raise ImproperlyConfigured(f"{var} needs the package psycopg, which is not installed; {hint}")
        return database | {"HOST": unquote(database["HOST"])}  # a socket's folder is written %2Frun%2Fpostgresql

    @classmethod
    @override
    def parse_value(cls, value: Any, cast: Any) -> Any:
        """Return the value as ``cast``. Also refuse a boolean that is neither yes nor no, and ``12abc`` as a float."""
        if cast is float:
            return float(value)
        if cast is bool and value.strip().lower() not in (*cls.BOOLEAN_TRUE_STRINGS, *_FALSE_STRINGS):
            raise ValueError(f"{value!r} is neither true nor false")
        return super().parse_value(value, cast)
