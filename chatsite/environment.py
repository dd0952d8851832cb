"""Reads settings from the environment, strictly: what cannot be read stops the start with its name."""

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

_FALSE_STRINGS = ("false", "off", "n", "no", "0")
_PLATFORMS = {"databricks-apps": "0.0.0.0/0,::/0"}  # its proxy is the only way to an app, from no address in particular


class Environment(environ.FileAwareEnv):  # type: ignore[misc]  # it brings no types
    """Environment variables, also by way of a file: ``NAME_FILE`` names a file that holds the value of ``NAME``.

    ``names`` are the variables that were asked for: the settings that exist.
    """

    def __init__(self) -> None:
        super().__init__()
        self.ENVIRON = FileAwareMapping(cache=False)
        self.names: set[str] = set()

    def get_value(self, var: str, *args: Any, **kwargs: Any) -> Any:
        """The value, or its default where there is none or an empty one.

        Raises ``ImproperlyConfigured`` that names the variable. No setting of ours is a negative number, so none is
        accepted.
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
            raise ImproperlyConfigured(f"{var} cannot be {value}: it must be a number from 0 on")
        return value.rstrip("\r\n") if isinstance(value, str) else value

    def folder(self, var: str, *, default: Path) -> Path:
        """A folder that can be written to; made, for its owner alone, if it is not there."""
        path = Path(self.str(var, default=str(default))).resolve()
        try:
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise ImproperlyConfigured(f"{var}: {path} cannot be made: {error.strerror}") from None
        if not os.access(path, os.W_OK):
            raise ImproperlyConfigured(f"{var}: {path} cannot be written to; name another folder")
        return path

    def networks(self, var: str, *, default: str) -> list[IPv4Network | IPv6Network]:
        """Addresses and networks, with commas between; a platform's name stands for those of its proxy."""
        value = self.str(var, default=default)
        try:
            return [ip_network(each.strip()) for each in _PLATFORMS.get(value, value).split(",") if each.strip()]
        except ValueError as error:
            raise ImproperlyConfigured(f"{var} cannot be read: {error}") from None

    def url(self, var: str, *, default: str) -> str:
        """An address, which may hold a password: nothing of one that cannot be read is told."""
        url = str(self.str(var, default=default))
        try:
            urlsplit(url).port  # noqa: B018  # raises what is wrong
        except ValueError:
            raise ImproperlyConfigured(
                f"{var} cannot be read; in its password, / and # and @ must be written %2F and %23 and %40"
            ) from None
        return url

    def database(self, var: str, *, default: str) -> dict[str, Any]:
        """A database by its URL, ``sqlite:///…`` or ``postgres://…``, as Django's settings describe it."""
        url = self.url(var, default=default)
        if not url.startswith(("sqlite:///", "postgres://", "postgresql://")):
            raise ImproperlyConfigured(f"{var} must begin with sqlite:/// or postgres://")
        database: dict[str, Any] = self.db_url_config(url)
        return database | {"HOST": unquote(database["HOST"])}  # a socket's folder is written %2Frun%2Fpostgresql

    @classmethod
    def parse_value(cls, value: Any, cast: Any) -> Any:
        """The value as ``cast``; unlike its base it refuses a boolean that is neither yes nor no, and ``12abc``."""
        if cast is float:
            return float(value)
        if cast is bool and value.strip().lower() not in (*cls.BOOLEAN_TRUE_STRINGS, *_FALSE_STRINGS):
            raise ValueError(f"{value!r} is neither yes nor no")
        return super().parse_value(value, cast)
