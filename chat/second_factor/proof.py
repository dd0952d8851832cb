"""Proving the second factor at sign-in. Wrong codes count: for the account from anywhere, and for the address."""

from __future__ import annotations

import json
from datetime import datetime

from django.contrib.auth.models import User
from django.http import HttpRequest

from ..accounts.attempts import try_again
from ..models import How, InvalidRequest, RateLimited, SignInAttempt, acting
from .app import use_code
from .factors import use_recovery_code
from .notices import Notice
from .passkeys import REFUSED, use_passkey

WRONG = "This code is not right, or was used before. The next one comes within 30 seconds."
CODE_LIMIT = 40
"""Characters of a code that are looked at."""


def prove(request: HttpRequest, user: User) -> None:
    """Check the passkey or the code in a form. Raise ``InvalidRequest``, or ``RateLimited`` after too many codes."""
    if "credential" in request.POST:
        _prove_by_passkey(request, user, request.POST["credential"])
    else:
        _prove_by_code(request, user, request.POST.get("code", ""))


def _prove_by_passkey(request: HttpRequest, user: User, credential: str) -> None:
    """Check a passkey, which nobody can guess: wrong ones do not keep the user from trying again."""
    try:
        response = json.loads(credential)
    except ValueError:
        raise InvalidRequest(REFUSED) from None
    if not use_passkey(request, user, response):
        raise InvalidRequest(REFUSED)


def _prove_by_code(request: HttpRequest, user: User, code: str) -> None:
    client = request.META.get("REMOTE_ADDR", "")
    if until := _limited_until(user, client):
        raise RateLimited(try_again(until))
    digits = "".join(code.split()).replace("-", "")[:CODE_LIMIT]
    with acting(user, How.PAGE):
        is_right = use_code(user, digits) or use_recovery_code(user, digits, Notice.of(request))
    if not is_right:
        raise InvalidRequest(WRONG)
    SignInAttempt.record_success("code", _account(user))
    SignInAttempt.record_success(f"code {user.pk}", client)


def _limited_until(user: User, client: str) -> datetime | None:
    """Count a code before checking it. It makes no difference in which session, or how often one signs in anew."""
    return SignInAttempt.begin("code", _account(user)) or SignInAttempt.begin(f"code {user.pk}", client)


def _account(user: User) -> str:
    return f"account {user.pk}"
