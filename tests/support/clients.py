"""The clients of chat models whose packages are installed here, and how a site is told to use one."""

from __future__ import annotations

from importlib.util import find_spec

from .upstream import Upstream

PACKAGES = {
    "openai": "langchain_openai",
    "databricks": "databricks_langchain",
    "databricks-legacy": "langchain_databricks",
}
KEY = "sk-canary-of-the-key-8263"


def clients() -> list[str]:
    """Those that are installed here: not all of them can be, side by side. ``bin/test-models`` has the others."""
    return [kind for kind, package in PACKAGES.items() if find_spec(package)]


def environ(kind: str, upstream: Upstream) -> dict[str, str]:
    """The settings of a site that asks this endpoint by this client."""
    return {
        "CHAT_MODEL": f"{kind}:fake",
        "OPENAI_BASE_URL": f"{upstream.url}/v1",
        "OPENAI_API_KEY": KEY,
        "DATABRICKS_HOST": upstream.url,
        "DATABRICKS_TOKEN": KEY,
    }
