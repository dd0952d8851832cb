"""Login sessions: every page requires a sign-in, and every login has a row."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from importlib import import_module
from types import SimpleNamespace
from typing import Any, cast

from django.conf import settings
from django.contrib.auth import get_user, logout
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.models import User
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.contrib.auth.views import redirect_to_login
from django.db.models.signals import post_save
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, resolve_url
from django.utils import timezone
from typing_extensions import override

from ..display import zone_of
from ..models import LoginSession, Preference
from ..models.login_session import AGENT_LIMIT
from ..turns.nudges import SIGN_INS_TOPIC, STOP_TOPIC
from ..turns.runner import runner
from .forwarded_groups import join_forwarded_groups
from .second_factors import MISSING, lacks_factor

_staying: ContextVar[int | None] = ContextVar("staying", default=None)
"""The login session that survives a new password."""


PROVEN_AT = "proven_at"
FRESH_SECONDS = 10 * 60
"""The key of a Django session with the time at which its user last proved who they are."""


class SignedInRequest(HttpRequest):
    """A request that has passed ``SignedInMiddleware``."""

    user: User
    login_session: LoginSession


class SignedInMiddleware(LoginRequiredMiddleware):
    """Requires a sign-in, except for views marked ``login_not_required``, and sets ``request.login_session``.

    A login without a row (its session was made elsewhere) gets one; a login whose row has ended is signed out. Times
    are in the zone that the user has chosen, if any.
    """

    @override
    def process_view(
        self, request: HttpRequest, view_func: Callable[..., Any], view_args: Any, view_kwargs: Any
    ) -> HttpResponseBase | None:
        if not getattr(view_func, "login_required", True):
            return None
        if request.user.is_authenticated:
            login_session = _login_session(request, request.user)
            if login_session is None:
                logout(request)
            else:
                cast(SignedInRequest, request).login_session = login_session
                login_session.note_use(_agent(request))
                show_times_in(Preference.of(login_session.user).zone)
                join_forwarded_groups(request, request.user)
                if lacks_factor(request.user, request.session) and not hasattr(view_func, "open_without_factor"):
                    return _to_setting_up(request)
        return super().process_view(request, view_func, view_args, view_kwargs)

    @override
    def handle_no_permission(self, request: HttpRequest, view_func: Callable[..., Any]) -> Any:
        """Redirect to the sign-in page and back again; send a plain 401 to a script that fetches part of a page."""
        if request.headers.get("Sec-Fetch-Dest") == "empty":
            return HttpResponse("Please sign in.", status=401, content_type="text/plain")
        if request.method not in {"GET", "HEAD"}:
            return redirect_to_login(resolve_url("chat:home"))
        return super().handle_no_permission(request, view_func)


def _to_setting_up(request: HttpRequest) -> HttpResponse:
    """Redirect to the page of second factors; send a plain 403 to a script that fetches part of a page."""
    if request.headers.get("Sec-Fetch-Dest") == "empty":
        return HttpResponse(MISSING, status=403, content_type="text/plain")
    return redirect("second-factor")


def _login_session(request: HttpRequest, user: User) -> LoginSession | None:
    if LoginSession.SESSION_KEY not in request.session:
        _begin(request, user)
    return LoginSession.of(request.session, user.pk)


def _begin(request: HttpRequest, user: User) -> None:
    login_session = LoginSession.objects.create(user=user, agent=_agent(request)[:AGENT_LIMIT])
    request.session[LoginSession.SESSION_KEY] = str(login_session.uuid)


def _agent(request: HttpRequest) -> str:
    return request.headers.get("User-Agent", "").replace("\0", "")


def show_times_in(zone: str) -> None:
    """Show times in this zone for the rest of the request; without one, in that of the browser."""
    if chosen := zone_of(zone):
        timezone.activate(chosen)


def live_login(session_key: str | None) -> LoginSession | None:
    """Return the live login session of a Django session, with its user, or None.

    Nothing is cached: the session may have ended or expired, its user been deactivated, or the password changed. Who
    must set up a second factor first is not signed in for sockets and the API.
    """
    engine = import_module(settings.SESSION_ENGINE)
    session = engine.SessionStore(session_key)
    # Django's own check of session, user and password reads nothing of a request but its session.
    request: Any = SimpleNamespace(session=session)
    user = get_user(request)
    if user.pk is None or not user.is_active or lacks_factor(user, session):
        return None
    login = LoginSession.of(session, user.pk)
    if login:
        login.user = user
    return login


def is_fresh(request: SignedInRequest) -> bool:
    """Return whether the user has signed in, or typed the password, within some minutes."""
    return bool(0 <= time.time() - request.session.get(PROVEN_AT, 0) < FRESH_SECONDS)


@receiver(user_logged_in)
def begin_login_session(request: HttpRequest, user: User, **_: Any) -> None:
    """Begin a login session, unless the same user signs in again: that continues the existing one."""
    request.session[PROVEN_AT] = time.time()
    if LoginSession.of(request.session, user.pk) is None:
        _begin(request, user)


@receiver(user_logged_out)
def end_login_session(request: HttpRequest, user: User | None, **_: Any) -> None:
    """End the login session: cancel its queued questions and stop its running answers."""
    login_session = LoginSession.of(request.session, user.pk) if user else None
    if login_session:
        end(login_session)


@contextmanager
def staying_signed_in(login_session: LoginSession) -> Iterator[None]:
    """Let one login session survive a new password of its user."""
    token = _staying.set(login_session.pk)
    try:
        yield
    finally:
        _staying.reset(token)


@receiver(post_save, sender=settings.AUTH_USER_MODEL)
def end_lost_sign_ins(instance: User, created: bool, update_fields: Collection[str] | None, **_: Any) -> None:
    """End the login sessions and API tokens of a user who is deactivated or gets another password, here or in a shell.

    Only ``set_password`` sets ``_password``; Django does not when it renews the hash of an unchanged password, of which
    it stores nothing else.
    """
    if created or (update_fields is not None and not {"password", "is_active"} & set(update_fields)):
        return
    is_new = vars(instance).get("_password") is not None  # Django has no public sign of it
    is_renewed = not is_new and set(update_fields or ()) == {"password"} and instance.has_usable_password()
    for login_session in LoginSession.objects.filter(user=instance, ended_at=None):
        if instance.is_active and (is_renewed or login_session.pk == _staying.get()):
            login_session.bind(instance)
        elif is_new or not login_session.is_good(instance):
            end(login_session)


def end(login_session: LoginSession) -> None:
    """End a login session, and nudge the sockets, streams and turns of it."""
    login_session.end()
    runner.wake(SIGN_INS_TOPIC, STOP_TOPIC)


def end_login_sessions(user: User, *, but: LoginSession | None = None) -> None:
    """Sign the user out everywhere, or everywhere ``but`` in one login session, and revoke their API tokens."""
    for login_session in LoginSession.objects.filter(user=user, ended_at=None):
        if login_session != but:
            end(login_session)
