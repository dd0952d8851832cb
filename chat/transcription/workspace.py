"""The Databricks workspace as a service that transcribes: signed in as the site, when it is first needed."""

from __future__ import annotations

from databricks.sdk.core import Config
from databricks.sdk.errors.base import DatabricksError
from requests import RequestException

from ..upstream.credentials import SignInFailed
from ..upstream.failures import line
from ..upstream.workspace import workspace
from .wire import Wire


def workspace_wire(path: str) -> Wire:
    """Return the wire to a path of the workspace. It signs in when used, and again when the token expires."""
    config = workspace()
    return Wire(f"{config.host}{path}", lambda: _token(config))


def _token(config: Config) -> str:
    try:
        return config.authenticate()["Authorization"].removeprefix("Bearer ")
    except (DatabricksError, RequestException, OSError, ValueError) as error:
        raise SignInFailed(line(error)) from None
