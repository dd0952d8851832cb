"""Where the services are that the site uses: names of hosts, and never what else an address may contain."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings

from ..storage.where import S3, VOLUME, kind_of

HERE = "this server"
_LOOPBACK = ("localhost", "::1")
_OPENAI = "api.openai.com"
_WORKSPACE = "a Databricks workspace"


def host_of(address: str) -> str:
    """Return the host in an address; nothing of it that could be a name, a password or a path."""
    try:
        host = urlsplit(address if "://" in address else f"https://{address}").hostname or ""
    except ValueError:
        return ""
    return HERE if host in _LOOPBACK or host.startswith("127.") else host


def workspace() -> str:
    """Return the host of the Databricks workspace; it may come from elsewhere than the settings."""
    return host_of(settings.DATABRICKS_HOST) if settings.DATABRICKS_HOST else _WORKSPACE


def model() -> str:
    """Return where the chat model is; empty for the embedded one, and for one whose package alone knows it."""
    kind = str(settings.CHAT_MODEL).partition(":")[0]
    if kind.startswith("databricks"):
        return workspace()
    return _openai(settings.OPENAI_BASE_URL) if kind == "openai" else ""


def embeddings() -> str:
    """Return where the meaning of texts is computed; empty if nowhere."""
    kind = str(settings.EMBEDDINGS).partition(":")[0]
    if kind == "databricks":
        return workspace()
    return _openai(settings.EMBEDDINGS_BASE_URL or settings.OPENAI_BASE_URL) if kind == "openai" else ""


def index() -> str:
    """Return where the index of the recordings is; empty if the site's own database is searched alone."""
    return workspace() if str(settings.CHAT_RETRIEVER).startswith("databricks:") else ""


def traces() -> str:
    """Return where MLflow's server is; empty if no traces are sent."""
    if not settings.MLFLOW_EXPERIMENT:
        return ""
    address = str(settings.MLFLOW_TRACKING_URI)
    if not address or address.startswith("databricks"):
        return workspace()
    return (host_of(address) if "://" in address else "") or HERE  # a folder, or a file of SQLite, has no host


def database() -> str:
    """Return where the database is."""
    configured = settings.DATABASES["default"]
    name = str(configured.get("HOST") or "")
    return HERE if not name or name.startswith("/") else host_of(name)


def audio() -> str:
    """Return where the audio of recordings is; empty if on the disk of this server."""
    kind = kind_of(settings.STORAGE)
    if kind == VOLUME:
        return workspace()
    return host_of(settings.S3_ENDPOINT or "s3.amazonaws.com") if kind == S3 else ""


def transcriber() -> str:
    """Return where what is said in new recordings is written down; empty if nowhere."""
    kind = str(settings.TRANSCRIBER).partition(":")[0]
    if kind == "openai":
        return _openai(settings.TRANSCRIBER_BASE_URL or settings.OPENAI_BASE_URL)
    return workspace() if kind.startswith("databricks") else HERE if kind else ""


def redis() -> str:
    """Return where Redis is; empty if the site uses none."""
    if not settings.REDIS_URL:
        return ""
    return HERE if settings.REDIS_URL.startswith("unix") else host_of(settings.REDIS_URL)


def mail() -> str:
    """Return where the mail server is; empty if the site sends no e-mail."""
    sends = str(settings.EMAIL_URL).startswith("smtp") and not settings.TRUSTED_PROXY
    return host_of(settings.EMAIL_URL) if sends else ""


def _openai(address: str) -> str:
    return workspace() if address == "databricks" else host_of(address or _OPENAI)
