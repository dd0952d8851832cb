"""Test databases as copies of one that was migrated once: to migrate one takes seconds."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

Create = Callable[..., str]


@contextmanager
def migrated_once() -> Iterator[None]:
    """Within the block let each new test database begin as a copy of the first one, and migrate what that lacks.

    On PostgreSQL only where TEST_TEMPLATE names the copy, because it stays until the end of the server.
    """
    creation: Any = type(connection.creation)
    with pytest.MonkeyPatch.context() as patch:
        if connection.vendor == "sqlite":
            patch.setattr(creation, "_create_test_db", _copying(creation._create_test_db))
            patch.setattr(creation, "create_test_db", _keeping_file(creation.create_test_db))
        elif "TEST_TEMPLATE" in os.environ:
            patch.setattr(creation, "create_test_db", _keeping_template(creation.create_test_db))
        yield


def _copying(create: Create) -> Create:
    def copy(self: Any, *arguments: Any, **options: Any) -> str:
        name = create(self, *arguments, **options)
        if _file().exists() and not Path(name).exists():
            shutil.copy(_file(), name)
        return name

    return copy


def _keeping_file(create: Create) -> Create:
    def keep(self: Any, *arguments: Any, **options: Any) -> str:
        with _lock():
            name = create(self, *arguments, **options)
            if not _file().exists():
                with connection.cursor() as cursor:
                    cursor.execute("VACUUM INTO %s", [f"{_file()}.draft"])
                Path(f"{_file()}.draft").rename(_file())
        return name

    return keep


def _keeping_template(create: Create) -> Create:
    def keep(self: Any, *arguments: Any, **options: Any) -> str:
        template = os.environ["TEST_TEMPLATE"]
        with _lock():
            with self._nodb_cursor() as cursor:
                cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [template])
                is_there = cursor.fetchone() is not None
            connection.settings_dict["TEST"]["TEMPLATE"] = template if is_there else None
            name = create(self, *arguments, **options)
            if not is_there:
                connection.close()  # PostgreSQL copies no database that is in use
                connection.close_pool()  # type: ignore[attr-defined]  # PostgreSQL's backend alone has it
                with self._nodb_cursor() as cursor:
                    cursor.execute(f'CREATE DATABASE "{template}" TEMPLATE "{name}"')
        return name

    return keep


def _file() -> Path:
    return Path(os.environ["TEST_SHARED"], "migrated.sqlite3")


@contextmanager
def _lock() -> Iterator[None]:
    with _file().with_suffix(".lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
