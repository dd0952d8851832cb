"""Signing out of the provider, too (OpenID Connect RP-Initiated Logout)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

LONGEST_HINT = 4000
"""Characters of a token that an address may have; some providers put all groups into it."""


def sign_out_address(request: HttpRequest, login: Any) -> str:
    """Return where a browser signs out of the provider; empty if it has no such page, or the settings want none."""
    url = login.end_session_url
    is_wanted = settings.SSO_OIDC_LOGOUT and isinstance(url, str)
    if not (is_wanted and urlsplit(url).scheme == urlsplit(settings.SSO_OIDC_ISSUER).scheme):
        return ""
    hint = {"id_token_hint": login.signed} if len(login.signed) <= LONGEST_HINT else {}
    back = request.build_absolute_uri(reverse("login"))
    query = {**hint, "client_id": settings.SSO_OIDC_CLIENT_ID, "post_logout_redirect_uri": back}
    return f"{url}{'&' if '?' in url else '?'}{urlencode(query)}"
