"""Strict reading of settings from the environment: an invalid value stops the start with an error that names it."""

from __future__ import annotations

import math
import os
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured
from environ.fileaware_mapping import FileAwareMapping
from typing_extensions import override

_FALSE_STRINGS = ("false", "off", "n", "no", "0")
_PLATFORMS = {"databricks-apps": "0.0.0.0/0,::/0"}  # an app is reachable only through a proxy, at no fixed address


class Environment(environ.FileAwareEnv):  # type: ignore[misc]  # it brings no types
    """Environment variables, or files: ``NAME_FILE`` names a file that contains the value of ``NAME``.

    ``names`` collects the variables that were read: the settings that exist.
    """

    def __init__(self) -> None:
        super().__init__()
        self.ENVIRON = FileAwareMapping(cache=False)
        self.names: set[str] = set()

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
            raise ImproperlyConfigured(f"{var} cannot be read: {error}") from None
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
        if not os.access(path, os.W_OK):
            raise ImproperlyConfigured(f"{var}: {path} is not writable; set another folder")
        return path

    def networks(self, var: str, *, default: str) -> list[IPv4Network | IPv6Network]:
        """Return comma-separated addresses and networks; a platform's name stands for those of its proxy."""
        value = self.str(var, default=default)
        try:
            return [ip_network(text.strip()) for text in _PLATFORMS.get(value, value).split(",") if text.strip()]
        except ValueError as error:
            raise ImproperlyConfigured(f"{var} cannot be read: {error}") from None

    def url(self, var: str, *, default: str) -> str:
        """Return a URL. It may contain a password, so the error for an invalid one quotes nothing of it."""
        url = str(self.str(var, default=default))
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
        return database | {"HOST": unquote(database["HOST"])}  # a socket's folder is written %2Frun%2Fpostgresql

    @classmethod
    @override
    def parse_value(cls, value: Any, cast: Any) -> Any:
        """Return the value as ``cast``. Also refuse a boolean that is neither yes nor no, and ``12abc`` as a float."""
        if cast is float:
            return float(value)
        if cast is bool and value.strip().lower() not in (*cls.BOOLEAN_TRUE_STRINGS, *_FALSE_STRINGS):
            raise ValueError(f"{value!r} is neither yes nor no")
        return super().parse_value(value, cast)
