"""What the pages of signing in say where a trusted proxy does it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render

View = Callable[..., HttpResponseBase]


def unless_by_proxy(view: View) -> View:
    """Replace a view with a notice where a trusted proxy signs users in: there is no other way to sign in."""

    @wraps(view)
    def view_or_notice(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not settings.TRUSTED_PROXY:
            return view(request, *args, **kwargs)
        is_shown = request.user.is_authenticated and request.method in {"GET", "HEAD"}
        return render(request, "accounts/by_proxy.html", status=200 if is_shown else 403)

    return view_or_notice
