"""The Databricks workspace of the ``DATABRICKS_…`` settings."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from databricks.sdk.core import Config
from django.conf import settings

from .credentials import SignInFailed
from .failures import hide_in_log, line

SIGN_IN_SECONDS = 10
"""Time-out of a request to sign in, and of all its retries together."""


def workspace() -> Config:
    """Return the configuration for signing in to the workspace.

    databricks-sdk finds what is not set here by itself (profiles, Azure, …). Raise ``SignInFailed`` if it finds no
    credentials, or if the workspace does not answer.
    """
    arguments = {
        "host": settings.DATABRICKS_HOST,
        "token": settings.DATABRICKS_TOKEN,
        "client_id": settings.DATABRICKS_CLIENT_ID,
        "client_secret": settings.DATABRICKS_CLIENT_SECRET,
    }
    given = {name: value for name, value in arguments.items() if value}
    try:
        return Config(http_timeout_seconds=SIGN_IN_SECONDS, retry_timeout_seconds=SIGN_IN_SECONDS, **given)
    except ValueError as error:
        raise SignInFailed(f"Cannot sign in to the workspace of DATABRICKS_HOST: {line(error)}") from None


def token_of(config: Config) -> Callable[[], Awaitable[str]]:
    """Return a function that returns a valid token; it renews tokens in a thread, because that calls the workspace."""

    async def token() -> str:
        headers = await asyncio.to_thread(config.authenticate)
        return hide_in_log(headers["Authorization"].removeprefix("Bearer "))

    return token
