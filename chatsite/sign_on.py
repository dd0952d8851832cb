"""What django-allauth, the extra ``sso``, adds to the site where the settings ask for it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from importlib.util import find_spec
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

LONGEST = 200
"""Characters of the name of a provider that allauth stores."""
LOOPBACK = ("127.0.0.1", "localhost", "::1")
MIDDLEWARE = ["allauth.account.middleware.AccountMiddleware"]
SETTINGS: dict[str, object] = {
    "ACCOUNT_ADAPTER": "chat.sso.accounts.Accounts",
    "SOCIALACCOUNT_ADAPTER": "chat.sso.identities.Identities",
    "ACCOUNT_EMAIL_VERIFICATION": "none",
    "ACCOUNT_SIGNUP_ENABLED": False,
    # It would count in the memory of each process, and trust other proxies than ours; chat.sso.accounts counts instead.
    "ACCOUNT_RATE_LIMITS": False,
    "SOCIALACCOUNT_STORE_TOKENS": False,
    "SOCIALACCOUNT_REQUESTS_TIMEOUT": 5,
    "MFA_ADAPTER": "chat.second_factor.adapter.SecondFactorAdapter",
}
"""Of its pages and e-mails the site uses none that are not named in ``chat.sso.urls``."""


def apps(*, single: bool, second: bool) -> list[str]:
    """Return the apps to install for single sign-on and for second factors."""
    both = ["allauth", "allauth.account"]
    return both + ["allauth.socialaccount", "chat.sso"] * single + ["allauth.mfa"] * second


def refuse_wrong(issuer: str, *, client_id: str, trusted_proxy: str) -> None:
    """Raise ``ImproperlyConfigured`` if nobody could sign in with these settings, or anybody could listen."""
    url = urlsplit(issuer)
    if url.scheme != "https" and url.hostname not in LOOPBACK:
        raise ImproperlyConfigured("SSO_OIDC_ISSUER must begin with https://, so that nobody else can pose as it")
    if not url.hostname or url.query or url.fragment or len(issuer) > LONGEST:
        hint = "write the address of the provider, as in https://id.example.com"
        raise ImproperlyConfigured(f"SSO_OIDC_ISSUER is {issuer!r}, which names no provider; {hint}")
    if not client_id:
        hint = "set it to the id that the provider has given to this site"
        raise ImproperlyConfigured(f"SSO_OIDC_ISSUER is set, but SSO_OIDC_CLIENT_ID is not; {hint}")
    if trusted_proxy:
        hint = "remove one of them: behind that proxy there is no other way to sign in"
        raise ImproperlyConfigured(f"SSO_OIDC_ISSUER and TRUSTED_PROXY are both set; {hint}")
    refuse_missing("SSO_OIDC_ISSUER")


def refuse_wrong_scopes(scopes: Collection[str], *, claim: str, by_group: Mapping[str, object]) -> None:
    """Raise ``ImproperlyConfigured`` if the provider would not be asked who somebody is, or of which groups."""
    if "openid" not in scopes:
        hint = "without it no provider says who somebody is; add it"
        raise ImproperlyConfigured(f"SSO_OIDC_SCOPES lacks openid; {hint}")
    for name in (name for name, value in by_group.items() if value and not claim):
        hint = "name the claim in which the provider lists groups, for example groups"
        raise ImproperlyConfigured(f"{name} is set, but SSO_OIDC_GROUPS_CLAIM is not; {hint}")


def refuse_closed(*, by_password: bool, otherwise: bool) -> None:
    """Raise ``ImproperlyConfigured`` if nobody could come in."""
    if not (by_password or otherwise):
        hint = "set SSO_OIDC_ISSUER to the provider at which people sign in, or leave PASSWORD_SIGN_IN out"
        raise ImproperlyConfigured(f"PASSWORD_SIGN_IN is false, but there is no other way to sign in; {hint}")


def refuse_factor(*, wanted: bool, trusted_proxy: str) -> None:
    """Raise ``ImproperlyConfigured`` if nobody would be asked for a second factor although it is wanted."""
    if not wanted:
        return
    if trusted_proxy:
        hint = "remove one of them: the proxy signs users in, and can ask for a second factor itself"
        raise ImproperlyConfigured(f"SECOND_FACTOR and TRUSTED_PROXY are both set; {hint}")
    refuse_missing("SECOND_FACTOR")


def refuse_missing(name: str) -> None:
    """Raise ``ImproperlyConfigured`` if the package is not installed that a setting needs."""
    if not find_spec("allauth"):
        hint = "start with bin/run, or run: uv sync --frozen --extra sso"
        raise ImproperlyConfigured(f"{name} needs the package django-allauth, which is not installed; {hint}")
