"""The Databricks workspace of the ``DATABRICKS_…`` settings."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from databricks.sdk.core import Config
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from .failures import in_use, line

SECONDS = 10
"""How long signing in may take, and be tried again."""


def workspace() -> Config:
    """How to sign in to the workspace. What is not set here, databricks-sdk looks for itself (profiles, Azure, …).

    Raises ``ImproperlyConfigured`` when there is nothing to sign in with.
    """
    given = {
        "host": settings.DATABRICKS_HOST,
        "token": settings.DATABRICKS_TOKEN,
        "client_id": settings.DATABRICKS_CLIENT_ID,
        "client_secret": settings.DATABRICKS_CLIENT_SECRET,
    }
    known = {name: value for name, value in given.items() if value}
    try:
        return Config(http_timeout_seconds=SECONDS, retry_timeout_seconds=SECONDS, **known)
    except ValueError as error:
        raise ImproperlyConfigured(f"The workspace of DATABRICKS_HOST cannot be signed in to: {line(error)}") from None


def token_of(config: Config) -> Callable[[], Awaitable[str]]:
    """Gives the token of the moment, renewed in a thread, because to renew it is to ask the workspace."""

    async def token() -> str:
        headers = await asyncio.to_thread(config.authenticate)
        return in_use(headers["Authorization"].removeprefix("Bearer "))

    return token
