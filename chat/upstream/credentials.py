"""What the settings lack to call OpenAI or a Databricks workspace, found without a library and without a request."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

_OF_THE_PLATFORM = ("DATABRICKS_APP_", "DATABRICKS_HOST", "DATABRICKS_TOKEN", "DATABRICKS_CLIENT_")
"""Variables that name the app or are settings of ours, and so point to no other source of credentials."""
_OF_CLOUDS = ("DATABRICKS_", "ARM_", "AZURE_", "GOOGLE_")


class SignInFailed(ImproperlyConfigured):
    """Signing in to the workspace failed: it does not answer, or the credentials are wrong, which looks the same."""


def missing_for_openai(url: str, key: str, *, key_name: str, url_name: str) -> str:
    """Return what a model ``openai:…`` lacks with this address and key, as a hint; empty if it lacks nothing."""
    if url == "databricks":
        return missing_for_workspace()
    if not key.isascii() or not key.isprintable():
        return f"{key_name} has a character that no key has; copy the key again."
    return "" if url or key else f"Set {key_name}, or the address of a server of your own in {url_name}."


def missing_for_workspace() -> str:
    """Return what the settings lack to sign in to a Databricks workspace, as a hint; empty if they lack nothing.

    databricks-sdk has sources of its own (profiles, Azure, …), so with a sign of one of them nothing counts as missing.
    """
    if _has_other_source(os.environ):
        return ""
    if not settings.DATABRICKS_HOST:
        return "Set DATABRICKS_HOST to the address of the workspace."
    if settings.DATABRICKS_TOKEN:
        return ""
    if settings.DATABRICKS_CLIENT_ID and not settings.DATABRICKS_CLIENT_SECRET:
        return "Set DATABRICKS_CLIENT_SECRET, too."
    if settings.DATABRICKS_CLIENT_SECRET and not settings.DATABRICKS_CLIENT_ID:
        return "Set DATABRICKS_CLIENT_ID, too."
    return "" if settings.DATABRICKS_CLIENT_ID else "Set DATABRICKS_TOKEN, or DATABRICKS_CLIENT_ID and its secret."


def _has_other_source(environ: Mapping[str, str]) -> bool:
    named = (name for name, value in environ.items() if value and not name.startswith(_OF_THE_PLATFORM))
    home = Path(os.path.expanduser("~"))  # noqa: PTH111  # it raises nothing for a user without a home
    return any(name.startswith(_OF_CLOUDS) for name in named) or any(
        (home / name).exists() for name in (".databrickscfg", ".azure")
    )
