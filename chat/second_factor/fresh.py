"""Changes of second factors need a fresh proof: whoever finds an open browser must not be able to make them."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode

from ..accounts.login_sessions import SignedInRequest, is_fresh

P = ParamSpec("P")
View = Callable[Concatenate[SignedInRequest, P], HttpResponse]


def freshly_proven(view: View[P]) -> View[P]:
    """Ask for the password before a view, unless the user has just proven who they are."""

    @wraps(view)
    def checked(request: SignedInRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if is_fresh(request):
            return view(request, *args, **kwargs)
        return redirect(f"{reverse('second-factor-confirm')}?{urlencode({'next': request.path})}")

    return checked
