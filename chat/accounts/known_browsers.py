"""A mail to a user who signs in from a browser that has not been seen before.

A signed cookie in the browser lists who has signed in there. It gives no right, and names no one to whoever reads it.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

from django.conf import settings
from django.contrib.auth.models import User
from django.core import signing
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac

from ..display import shown
from . import mail
from .agents import described

COOKIE = "browser"
SALT = "chat.known_browsers"
KEPT = timedelta(days=400)
"""As long as browsers keep a cookie."""
USERS = 20
"""Users that one browser remembers, the latest last."""
SUBJECT = "A sign-in from a new browser"
_TEXT = """\
Hello {name},

somebody has signed in to your account {username} at {site}
from a browser that has not been used for it before.

When: {when}
Browser: {browser}

If it was you, ignore this message. If it was not, open

{link}

sign out the other devices there, and set a new password.
"""


def notice_sign_in(request: HttpRequest, response: HttpResponseBase, user: User) -> None:
    """Remember that a user has signed in in this browser, and write to them if that is new."""
    if mail.is_on() and _sign_of(user) not in _known(request) and user.email:
        mail.background.start(partial(_write, user, request.headers.get("User-Agent", ""), timezone.now()))
    remember(request, response, user)


def remember(request: HttpRequest, response: HttpResponseBase, user: User) -> None:
    """Remember that this browser is one of a user's, who does not need to hear of it. Without e-mail nobody would."""
    if not mail.is_on():
        return
    sign = _sign_of(user)
    known = [*(each for each in _known(request) if each != sign), sign][-USERS:]
    response.set_cookie(
        COOKIE,
        signing.dumps(known, salt=SALT),
        max_age=KEPT,
        secure=settings.HTTPS,
        httponly=True,
        samesite="Lax",
    )


def _known(request: HttpRequest) -> list[str]:
    try:
        found = signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=KEPT)
    except signing.BadSignature:
        return []
    return [str(each) for each in found]


def _sign_of(user: User) -> str:
    """Return what stands for a user in the cookie: nobody without the key of the site can tell who it is."""
    return salted_hmac(SALT, str(user.pk), algorithm="sha256").hexdigest()[:32]


def _write(user: User, agent: str, at: datetime) -> None:
    text = _TEXT.format(
        name=shown(user.get_full_name() or user.get_username()),
        username=shown(user.get_username()),
        site=settings.ORIGINS[0],
        when=mail.moment(at),
        browser=described(agent),
        link=settings.ORIGINS[0] + reverse("account"),
    )
    mail.send(SUBJECT, text, to=user.email)
