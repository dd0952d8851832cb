"""System checks that find dangerous combinations of settings before the site serves (``manage.py check``)."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from email.utils import parseaddr
from importlib.util import find_spec
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from .accounts.local_address import is_loopback
from .forwarded import ACCESS_TOKEN_HEADER, USER_HEADERS
from .llm import PROVIDERS, is_known
from .models.review_rule import PARTS, Rule
from .retrieval import RETRIEVERS
from .retrieval.embeddings import PROVIDERS as EMBEDDINGS
from .upstream.credentials import missing_for_openai, missing_for_workspace

_HEADER = re.compile(r"[a-z0-9-]+")
_INDEX_NAME = re.compile(r"[^.\s]+(\.[^.\s]+){2}")
_MODEL_PACKAGES = {
    "openai": ("langchain_openai", "openai"),
    "databricks": ("databricks_langchain", "databricks"),
    "databricks-legacy": ("langchain_databricks", "databricks-legacy"),
}
"""By the kind of ``CHAT_MODEL``: the package that it needs, and the extra of the lock that installs it."""
_KNOWN_KINDS = {"CHAT_MODEL": PROVIDERS, "SERVER": ("daphne", "uvicorn")}


@register("chat", Tags.security)
def check_exposure(**_: Any) -> Iterator[CheckMessage]:
    """Report settings that open the site to people who are not its users."""
    if settings.DEBUG and settings.HTTPS:
        yield Error(
            "DEBUG is on while HTTPS is on: an error page would show code and settings to everyone.",
            hint="Leave DEBUG out of the environment.",
            id="chat.E001",
        )
    if "*" in settings.ALLOWED_HOSTS:
        yield Error(
            "ALLOWED_HOSTS accepts every host name, so links in mails and redirects can be forged.",
            hint="List the host names of the site, or set ALLOWED_HOSTS=own for those of this machine.",
            id="chat.E002",
        )
    if len(settings.SECRET_KEY) < 40 or len(set(settings.SECRET_KEY)) < 10 or "insecure" in settings.SECRET_KEY:
        yield Error(
            "SECRET_KEY can be guessed, and anyone who has it can sign in as any user.",
            hint="Leave it out, and the site creates one and stores it in DATA_DIR; or set 50 random characters.",
            id="chat.E003",
        )
    if 0 < len(settings.SCIM_TOKEN) < 32:
        yield Error(
            "SCIM_TOKEN can be guessed, and anyone who has it can create and lock out users.",
            hint="Set at least 32 random characters.",
            id="chat.E029",
        )


@register("chat", Tags.security)
def check_proxy(**_: Any) -> Iterator[CheckMessage]:
    """Report settings of proxies that are unknown, or let anyone sign in as any user or guess without a limit."""
    trusts_all = any(network.prefixlen == 0 for network in settings.TRUSTED_NETWORKS)
    if trusts_all and "DATABRICKS_APP_NAME" not in os.environ:
        yield Error(
            "TRUSTED_PROXY trusts every address, so anyone who reaches the port can sign in as any user.",
            hint="List the addresses of the proxy. Only a Databricks App is reachable through its proxy alone.",
            id="chat.E008",
        )
    if any(network.prefixlen == 0 for network in settings.PROXY_ADDRESSES):
        yield Error(
            "PROXY_ADDRESSES has every address, so anyone can choose the one for which their failed sign-ins count.",
            hint="List the addresses or networks of the proxy.",
            id="chat.E019",
        )
    if "FORWARDED_ALLOW_IPS" in os.environ.keys() - settings.UNKNOWN_NAMES:  # which are reported already
        yield Warning(
            "FORWARDED_ALLOW_IPS has no effect: the site itself reads X-Forwarded-For, on every server.",
            hint="Set PROXY_ADDRESSES to the addresses or networks of the proxy instead.",
            id="chat.W020",
        )
    if settings.TRUSTED_PROXY_USER_HEADER.lower() not in map(str.lower, USER_HEADERS):
        yield Error(
            f"TRUSTED_PROXY_USER_HEADER is {settings.TRUSTED_PROXY_USER_HEADER!r}, which is unknown.",
            hint=f"Known: {', '.join(USER_HEADERS)}.",
            id="chat.E009",
        )
    groups = settings.TRUSTED_PROXY_GROUPS_HEADER.lower()
    if groups and (not _HEADER.fullmatch(groups) or groups in map(str.lower, (*USER_HEADERS, ACCESS_TOKEN_HEADER))):
        yield Error(
            f"TRUSTED_PROXY_GROUPS_HEADER is {settings.TRUSTED_PROXY_GROUPS_HEADER!r}, which lists no groups.",
            hint="Name the header in which the proxy sends the user's groups, for example X-Forwarded-Groups.",
            id="chat.E024",
        )


@register("chat")
def check_parts(**_: Any) -> Iterator[CheckMessage]:
    """Report parts that are unknown or not installed, and parts that do not work together."""
    for name, kinds in _KNOWN_KINDS.items():
        value = getattr(settings, name)
        kind = value.partition(":")[0]
        if kind not in kinds and not (name == "CHAT_MODEL" and is_known(kind)):
            yield Error(f"{name} is {value!r}, which is unknown.", hint=f"Known: {', '.join(kinds)}.", id="chat.E004")
    if settings.SERVER in _KNOWN_KINDS["SERVER"] and not find_spec(settings.SERVER):
        hint = f"Start with bin/run, or run: uv sync --frozen --extra {settings.SERVER}"
        yield Error(f"SERVER is {settings.SERVER!r}, which is not installed.", hint=hint, id="chat.E005")
    if settings.MLFLOW_EXPERIMENT and not find_spec("mlflow"):
        hint = "Start with bin/run, or run: uv sync --frozen --extra mlflow"
        yield Error("MLFLOW_EXPERIMENT is set, but MLflow's client is not installed.", hint=hint, id="chat.E011")
    if settings.REDIS_URL and not find_spec("channels_redis"):
        hint = "Start with bin/run, or run: uv sync --frozen --extra redis"
        yield Error("REDIS_URL is set, but the client of Redis is not installed.", hint=hint, id="chat.E016")
    if settings.WEB_CONCURRENCY > 1 and not settings.REDIS_URL:
        yield Error(
            f"WEB_CONCURRENCY is {settings.WEB_CONCURRENCY}, but without Redis the processes cannot nudge each other.",
            hint="Set REDIS_URL, or serve with one process.",
            id="chat.E006",
        )


@register("chat")
def check_model(**_: Any) -> Iterator[CheckMessage]:
    """Report a chat model that could answer no question."""
    value = str(settings.CHAT_MODEL)
    kind, name = _kind_and_name(value)
    package, extra = _MODEL_PACKAGES.get(kind, ("", ""))
    if kind in (*_MODEL_PACKAGES, "python") and not name:
        hint = "Add it, as in openai:gpt-5-mini or databricks:<endpoint>; docs/models.md has the forms."
        yield Error(f"CHAT_MODEL is {value!r}, which names no model.", hint=hint, id="chat.E004")
    elif package and not find_spec(package):
        hint = f"Start with bin/run, or run: uv sync --frozen --extra {extra}"
        yield Error(f"CHAT_MODEL is {value!r}, but {package} is not installed.", hint=hint, id="chat.E015")
    elif kind == "python" and not _is_importable(name.partition(":")[0]):
        hint = "Use python:<module>:<function>, with a module that Python finds (PYTHONPATH)."
        yield Error(f"CHAT_MODEL is {value!r}, but there is no such module.", hint=hint, id="chat.E004")
    elif hint := _missing_credentials(kind):
        yield Error(f"CHAT_MODEL is {value!r}, but there are no credentials for it.", hint=hint, id="chat.E017")


def _missing_credentials(kind: str) -> str:
    if kind == "openai":
        url, key = settings.OPENAI_BASE_URL, settings.OPENAI_API_KEY
        return missing_for_openai(url, key, key_name="OPENAI_API_KEY", url_name="OPENAI_BASE_URL")
    return missing_for_workspace() if kind in _MODEL_PACKAGES else ""


def _is_importable(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except (ImportError, ValueError):
        return False


@register("chat")
def check_retrieval(**_: Any) -> Iterator[CheckMessage]:
    """Report settings with which searches cannot work."""
    problems = [*_wrong_search_names(), *_missing_search_packages()]
    yield from problems or _missing_search_credentials()


def _wrong_search_names() -> Iterator[CheckMessage]:
    retriever, index = _kind_and_name(settings.CHAT_RETRIEVER)
    if retriever not in RETRIEVERS or (retriever == "embedded" and index):
        hint = "Known: embedded, databricks:<catalog>.<schema>.<index>."
        yield Error(f"CHAT_RETRIEVER is {settings.CHAT_RETRIEVER!r}, which is unknown.", hint=hint, id="chat.E004")
    elif retriever == "databricks" and not _INDEX_NAME.fullmatch(index):
        yield Error(
            f"CHAT_RETRIEVER is {settings.CHAT_RETRIEVER!r}, which does not name an index.",
            hint="Use its full name in Unity Catalog: databricks:<catalog>.<schema>.<index>.",
            id="chat.E012",
        )
    embeddings, model = _kind_and_name(settings.EMBEDDINGS)
    if embeddings and (embeddings not in EMBEDDINGS or not model):
        hint = "Known: openai:<model>, databricks:<endpoint>; leave it out to search by words alone."
        yield Error(f"EMBEDDINGS is {settings.EMBEDDINGS!r}, which is unknown.", hint=hint, id="chat.E013")


def _missing_search_packages() -> Iterator[CheckMessage]:
    retriever, index = _kind_and_name(settings.CHAT_RETRIEVER)
    embeddings, _ = _kind_and_name(settings.EMBEDDINGS)
    needed = ["openai", "numpy"] if embeddings in EMBEDDINGS else []
    needed += ["databricks_langchain"] if retriever == "databricks" and _INDEX_NAME.fullmatch(index) else []
    for package in (package for package in needed if not find_spec(package)):
        extra = "databricks" if "databricks" in (retriever, embeddings) else "openai"
        yield Error(
            f"The package {package}, which CHAT_RETRIEVER or EMBEDDINGS needs, is not installed.",
            hint=f"Start with bin/run, or run: uv sync --frozen --extra {extra}",
            id="chat.E014",
        )


def _missing_search_credentials() -> Iterator[CheckMessage]:
    missing_for_index = missing_for_workspace() if settings.CHAT_RETRIEVER.startswith("databricks:") else ""
    hints = {"CHAT_RETRIEVER": missing_for_index, "EMBEDDINGS": _missing_for_embeddings()}
    for name, hint in hints.items():
        if hint:
            value = getattr(settings, name)
            yield Error(f"{name} is {value!r}, but there are no credentials for it.", hint=hint, id="chat.E017")


def _kind_and_name(setting: str) -> tuple[str, str]:
    kind, _, name = setting.partition(":")
    return kind, name


def _missing_for_embeddings() -> str:
    kind, _ = _kind_and_name(settings.EMBEDDINGS)
    if kind == "openai":
        url = settings.EMBEDDINGS_BASE_URL or settings.OPENAI_BASE_URL
        own_key = settings.EMBEDDINGS_API_KEY
        key = own_key if settings.EMBEDDINGS_BASE_URL else own_key or settings.OPENAI_API_KEY
        return missing_for_openai(url, key, key_name="OPENAI_API_KEY", url_name="EMBEDDINGS_BASE_URL")
    return missing_for_workspace() if kind == "databricks" else ""


@register("chat")
def check_review(**_: Any) -> Iterator[CheckMessage]:
    """Report a rule of the review that cannot be read."""
    try:
        Rule.read(settings.REVIEW_RULE)
    except ValueError as error:
        rule = ",".join(settings.REVIEW_RULE)
        hint = f"Known: {', '.join(PARTS)}."
        yield Error(f"REVIEW_RULE is {rule!r}, of which {error}.", hint=hint, id="chat.E021")


@register("chat")
def check_on_behalf(**_: Any) -> Iterator[CheckMessage]:
    """Report CHAT_ON_BEHALF_OF if other settings keep it from taking effect."""
    of_workspace = settings.CHAT_MODEL.startswith("databricks") or settings.OPENAI_BASE_URL == "databricks"
    if settings.CHAT_ON_BEHALF_OF and not (settings.TRUSTED_PROXY and of_workspace and not settings.CHAT_LANGSMITH):
        yield Warning(
            "CHAT_ON_BEHALF_OF is on, but the site will call the model with its own credentials.",
            hint="It needs TRUSTED_PROXY, a CHAT_MODEL of a Databricks workspace, and no CHAT_LANGSMITH.",
            id="chat.W010",
        )


@register("chat")
def check_mail(**_: Any) -> Iterator[CheckMessage]:
    """Report settings of e-mail that are there by half, or whose mails would lead nowhere."""
    address, is_on = settings.EMAIL_FROM, bool(settings.EMAIL_URL)
    if is_on and not _is_address(parseaddr(address)[1]):
        hint = "Set EMAIL_FROM to the address that mails come from, for example chatsite@example.com."
        yield Error(f"EMAIL_URL is set, but EMAIL_FROM is {address!r}, which is no address.", hint=hint, id="chat.E025")
    if address and not is_on:
        hint = "Set EMAIL_URL to the mail server, for example smtp://user:password@mail.example.com."
        yield Warning("EMAIL_FROM is set, but the site sends no e-mail.", hint=hint, id="chat.W026")
    if is_on and settings.TRUSTED_PROXY:
        hint = "Remove it: the proxy signs people in, so there are no invitations and no passwords."
        yield Warning("EMAIL_URL is set, but behind TRUSTED_PROXY the site sends no e-mail.", hint=hint, id="chat.W026")
    elif settings.EMAIL_URL.startswith("smtp") and is_loopback(urlsplit(settings.ORIGINS[0]).hostname or ""):
        hint = "Set ALLOWED_HOSTS, or ORIGINS, to the address at which people open the site; its first origin counts."
        text = f"Mails will have links to {settings.ORIGINS[0]}, which only this machine can open."
        yield Warning(text, hint=hint, id="chat.W027")
    if settings.EMAIL_HOST_PASSWORD and not (settings.EMAIL_USE_TLS or settings.EMAIL_USE_SSL):
        text = "EMAIL_URL sends its password without encryption (?tls=off)."
        yield Warning(text, hint="Use smtps://, or smtp:// without that option.", id="chat.W028")


def _is_address(address: str) -> bool:
    try:
        validate_email(address)
    except ValidationError:
        return False
    return True


@register("chat")
def check_names(**_: Any) -> Iterator[CheckMessage]:
    """Report variables that look like settings of the site, and unknown ones in its file, but are none."""
    for sentence in settings.MISSPELT:
        yield Warning(sentence, id="chat.W007")
    if settings.UNKNOWN_NAMES:
        yield Warning(
            f"The .env file sets {', '.join(settings.UNKNOWN_NAMES)}, which the site does not know.",
            hint="They are passed on to the packages that it uses; docs/settings.md lists its own.",
            id="chat.W018",
        )
