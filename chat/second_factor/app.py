"""The authenticator app: codes that change every 30 seconds (TOTP, RFC 6238)."""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, generate_totp_secret, hotp_value
from allauth.mfa.utils import decrypt, encrypt
from django.conf import settings
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from ..models import InvalidRequest
from .adapter import Unreadable

PERIOD = 30
TOLERANCE = 1
"""Steps by which the clock of a phone may be wrong, either way."""
LAST_STEP = "last_step"
WRONG = "This code is not right. Codes change every 30 seconds: take the one that the app shows now."
THERE_IS_ONE = "You already have an authenticator app. Remove it before you set up another one."

new_secret = generate_totp_secret


def address_of(user: User, secret: str) -> str:
    """Return what the QR code says to the app."""
    site = urlsplit(settings.ORIGINS[0]).netloc
    label = quote(f"{site}:{user.get_username()}")
    return f"otpauth://totp/{label}?{urlencode({'secret': secret, 'issuer': site}, quote_via=quote)}"


def app_of(user: User) -> Any:
    """Return the row of the authenticator app of a user, or None."""
    return Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).first()


def add_app(user: User, secret: str, code: str) -> Any:
    """Store the app that shows ``code`` now, which thereby is used. Raise ``InvalidRequest`` if it is wrong."""
    step = _step_of(secret, code)
    if step is None:
        raise InvalidRequest(WRONG)
    data = {"secret": encrypt(secret), LAST_STEP: step}
    try:
        with transaction.atomic():
            return Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data=data)
    except IntegrityError:
        raise InvalidRequest(THERE_IS_ONE) from None


@transaction.atomic
def use_code(user: User, code: str) -> bool:
    """Use the code that the app of a user shows; return False if it is wrong, or has been used.

    The row is locked and keeps the last step: a code counts once, in whatever process, and none before it any more.
    """
    app = Authenticator.objects.select_for_update().filter(user=user, type=Authenticator.Type.TOTP).first()
    if app is None:
        return False
    try:
        step = _step_of(decrypt(app.data["secret"]), code)
    except Unreadable:
        return False
    if step is None or step <= app.data.get(LAST_STEP, 0):
        return False
    app.data[LAST_STEP], app.last_used_at = step, timezone.now()
    app.save(update_fields=["data", "last_used_at"])
    return True


def _step_of(secret: str, code: str) -> int | None:
    """Return the step of time whose code this is, near enough to now."""
    now = int(time.time()) // PERIOD
    steps = range(now - TOLERANCE, now + TOLERANCE + 1)
    return next((step for step in steps if constant_time_compare(code, code_at(secret, step))), None)


def code_at(secret: str, step: int) -> str:
    """Return the code that an app with this secret shows in a step of time."""
    return str(format_hotp_value(hotp_value(secret, step)))
