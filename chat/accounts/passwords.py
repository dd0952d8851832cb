"""What the pages of passwords say where the settings turn passwords off."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render

View = Callable[..., HttpResponseBase]


def only_with_passwords(view: View) -> View:
    """Replace a view with a notice where nobody signs in by a password."""

    @wraps(view)
    def view_or_notice(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return view(request, *args, **kwargs) if settings.PASSWORD_SIGN_IN else without_passwords(request)

    return view_or_notice


def without_passwords(request: HttpRequest) -> HttpResponse:
    """Return the notice: it refuses a form, which could only be one of before."""
    status = 200 if request.method in {"GET", "HEAD"} else 403
    return render(request, "accounts/without_passwords.html", {"provider": settings.SSO_OIDC_NAME}, status=status)
