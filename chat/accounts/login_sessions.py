"""Who is signed in: every page asks for it, and every login has its row."""

from __future__ import annotations

from collections.abc import Callable
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
from django.shortcuts import resolve_url

from ..models import ApiToken, LoginSession
from ..turns.nudges import NEWS_TOPIC
from ..turns.runner import runner


class SignedInRequest(HttpRequest):
    """A request that came through ``SignedInMiddleware``."""

    user: User
    login_session: LoginSession


class SignedInMiddleware(LoginRequiredMiddleware):
    """Only the signed in get past, but to views marked ``login_not_required``; they get a ``login_session``.

    A login that has no row (its session was kept from elsewhere) gets one; one whose row has ended is signed out.
    """

    def process_view(
        self, request: HttpRequest, view_func: Callable[..., Any], view_args: Any, view_kwargs: Any
    ) -> HttpResponseBase | None:
        """Let the view be called (None), or answer in its place."""
        if not getattr(view_func, "login_required", True):
            return None
        if request.user.is_authenticated:
            login_session = _login_session(request, request.user)
            if login_session is None:
                logout(request)
            else:
                cast(SignedInRequest, request).login_session = login_session
        return super().process_view(request, view_func, view_args, view_kwargs)

    def handle_no_permission(self, request: HttpRequest, view_func: Callable[..., Any]) -> Any:
        """Lead to the sign-in page and back again; a script that fetches a piece of a page gets a plain 401."""
        if request.headers.get("Sec-Fetch-Dest") == "empty":
            return HttpResponse("Please sign in.", status=401, content_type="text/plain")
        if request.method not in {"GET", "HEAD"}:
            return redirect_to_login(resolve_url("chat:home"))
        return super().handle_no_permission(request, view_func)


def _login_session(request: HttpRequest, user: User) -> LoginSession | None:
    if LoginSession.SESSION_KEY not in request.session:
        _begin(request, user)
    return LoginSession.of(request.session, user.pk)


def _begin(request: HttpRequest, user: User) -> None:
    request.session[LoginSession.SESSION_KEY] = str(LoginSession.objects.create(user=user).uuid)


def live_login(session_key: str | None) -> LoginSession | None:
    """The live login session behind a Django session, with its user, or None.

    Everything is read anew: the session may have ended or expired, its user been deactivated, or the password changed.
    """
    engine = import_module(settings.SESSION_ENGINE)
    session = engine.SessionStore(session_key)
    # Django's own check of session, user and password; it asks for nothing of a request but its session.
    request: Any = SimpleNamespace(session=session)
    user = get_user(request)
    if user.pk is None or not user.is_active:
        return None
    login = LoginSession.of(session, user.pk)
    if login:
        login.user = user
    return login


@receiver(user_logged_in)
def begin_login_session(request: HttpRequest, user: User, **_: Any) -> None:
    """A login begins; signing in again as the same user goes on with the one there is."""
    if LoginSession.of(request.session, user.pk) is None:
        _begin(request, user)


@receiver(user_logged_out)
def end_login_session(request: HttpRequest, user: User | None, **_: Any) -> None:
    """A login ends: its questions are cancelled, its answers stopped."""
    login_session = LoginSession.of(request.session, user.pk) if user else None
    if login_session:
        end(login_session)


@receiver(post_save, sender=settings.AUTH_USER_MODEL)
def revoke_tokens(instance: User, created: bool, **_: Any) -> None:
    """Whoever has another password, set on the page, in the admin or by ``changepassword``, has no API tokens left.

    The browsers' sessions are bound to the password by Django. ``_password`` is set by ``set_password`` alone, and not
    where Django renews the hash of a password that stays the same.
    """
    if not created and vars(instance).get("_password") is not None:  # Django tells it no other way
        for token in ApiToken.objects.of(instance.pk):
            end(token.login_session)


def end(login_session: LoginSession) -> None:
    """Whoever reads or waits by this login is told to go."""
    login_session.end()
    runner.wake(NEWS_TOPIC)


def end_login_sessions(user: User, *, but: LoginSession | None = None) -> None:
    """Sign the user out everywhere, or everywhere else, and revoke their API tokens."""
    for login_session in LoginSession.objects.filter(user=user, ended_at=None):
        if login_session != but:
            end(login_session)
