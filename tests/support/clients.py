"""The chat model clients whose packages are installed, and the settings that select one."""

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
    """Return the installed clients. They cannot all be installed together: ``bin/test-models`` tests the others."""
    return [kind for kind, package in PACKAGES.items() if find_spec(package)]


def environ(kind: str, upstream: Upstream) -> dict[str, str]:
    """Return the settings of a site that calls this endpoint with this client."""
    return {
        "CHAT_MODEL": f"{kind}:fake",
        "OPENAI_BASE_URL": f"{upstream.url}/v1",
        "OPENAI_API_KEY": KEY,
        "DATABRICKS_HOST": upstream.url,
        "DATABRICKS_TOKEN": KEY,
    }
