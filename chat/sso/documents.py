"""The documents in which the provider describes itself, its configuration and its keys, kept for some minutes."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, TypeVar
from urllib.parse import urlsplit

import requests
from allauth.socialaccount.adapter import get_adapter
from django.conf import settings

from .refusals import UNREACHABLE, NotSignedIn

T = TypeVar("T")

LONGEST = 600.0
"""Seconds for which a document is kept at most: as long a key counts that the provider has withdrawn."""
_MAX_AGE = re.compile(r"max-age\s*=\s*\"?(\d{1,9})")

_kept: dict[str, tuple[float, dict[str, Any]]] = {}
"""By its address: until when a document is kept, by the monotonic clock, and the document."""


def read(url: str, use: Callable[[dict[str, Any]], T], *, again_if: type[NotSignedIn]) -> T:
    """Return what comes of the document at an address of the provider. Raise ``NotSignedIn``.

    It may be kept from before: if this raises ``again_if``, it may be out of date, and is fetched anew.
    """
    until, document = _kept.get(url, (0.0, {}))
    if time.monotonic() < until:
        with suppress(again_if):
            return use(document)
    document, headers = fetched(url)
    _kept[url] = time.monotonic() + _seconds(headers.get("Cache-Control", "")), document
    return use(document)


def forget() -> None:
    """Forget all documents."""
    _kept.clear()


def fetched(url: str, **options: Any) -> tuple[dict[str, Any], Mapping[str, str]]:
    """Return the JSON object at an address of the provider, and the headers. Raise ``NotSignedIn``."""
    if urlsplit(url).scheme != urlsplit(settings.SSO_OIDC_ISSUER).scheme:
        raise NotSignedIn(UNREACHABLE, status=502)
    try:
        with get_adapter().get_requests_session() as session:
            response = session.get(url, **options)
            response.raise_for_status()
            found = response.json()
    except requests.RequestException as error:  # including what is no JSON
        raise NotSignedIn(UNREACHABLE, status=502) from error
    if not isinstance(found, dict):
        raise NotSignedIn(UNREACHABLE, status=502)
    return found, response.headers


def _seconds(cache_control: str) -> float:
    """Return for how long the provider lets a document be kept (RFC 9111); without a word, the longest time."""
    says = cache_control.lower()
    if "no-store" in says or "no-cache" in says:
        return 0.0
    age = _MAX_AGE.search(says)
    return min(LONGEST, float(age[1])) if age else LONGEST
