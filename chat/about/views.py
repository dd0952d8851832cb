"""The page about data."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ..accounts.login_sessions import SignedInRequest
from .facts import sections


@require_safe
def data(request: SignedInRequest) -> HttpResponse:
    """Show what the site does with what people ask and say, as its settings have it."""
    return render(request, "about/data.html", {"sections": sections()})
