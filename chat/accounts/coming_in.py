"""From the first factor (a password or a link) to a login: at once, or after the second factor of who has one."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.auth import login, logout
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.crypto import constant_time_compare

from ..models import PasswordOffer
from .known_browsers import notice_sign_in
from .second_factors import has_factor

CAME_BY_LINK = "came_by_link"
"""The key of a Django session with the time at which its user came by a sign-in link."""
ARRIVAL = "arrival"
"""The key of a Django session with who has proven the first factor, and not yet the second."""
ARRIVAL_SECONDS = 10 * 60


@dataclass(frozen=True)
class Arrival:
    """Somebody who has proven the first factor. ``then`` is the address to open; empty for that of a link."""

    user: User
    then: str = ""

    @classmethod
    def of(cls, request: HttpRequest) -> Arrival | None:
        """Return who is coming in, in this browser; None if it took too long, or the account changed meanwhile."""
        noted: dict[str, Any] = request.session.get(ARRIVAL) or {}
        if not 0 <= time.time() - noted.get("at", 0) < ARRIVAL_SECONDS:
            return None
        user = User.objects.filter(pk=noted["user"], is_active=True).first()
        if user is None or not constant_time_compare(noted["digest"], user.get_session_auth_hash()):
            return None
        return cls(user, noted["then"])

    def wait(self, request: HttpRequest) -> HttpResponse:
        """Ask for the second factor. Nobody is signed in before it is proven."""
        request.session.cycle_key()  # or whoever has planted the key in this browser could go on
        digest = self.user.get_session_auth_hash()
        request.session[ARRIVAL] = {"user": self.user.pk, "digest": digest, "then": self.then, "at": time.time()}
        return redirect("second-step")

    def finish(self, request: HttpRequest) -> HttpResponse:
        """Sign in, instead of whoever else is signed in here, and write to the user if this browser is new."""
        if request.user.is_authenticated and request.user != self.user:
            logout(request)
        login(request, self.user, backend=settings.AUTHENTICATION_BACKENDS[0])
        request.session.pop(ARRIVAL, None)
        response = redirect(self.then or self._after_link(request))
        notice_sign_in(request, response, self.user)
        return response

    def _after_link(self, request: HttpRequest) -> str:
        request.session[CAME_BY_LINK] = time.time()
        return "password_change" if settings.PASSWORD_SIGN_IN and PasswordOffer.make(self.user) else "chat:home"


def come_in(request: HttpRequest, user: User, then: str = "") -> HttpResponse:
    """Sign in who has proven the first factor, or ask for the second. ``then`` is empty for who came by a link."""
    arrival = Arrival(user, then)
    return arrival.wait(request) if has_factor(user) else arrival.finish(request)
