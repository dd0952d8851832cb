"""Access to the API, and its rate limit; the decorator ``api`` applies both to every view."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from functools import wraps
from time import monotonic
from typing import Any, Concatenate, ParamSpec

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.middleware.csrf import CsrfViewMiddleware
from django.views.decorators.csrf import csrf_exempt

from ..accounts.login_sessions import live_login
from ..accounts.second_factors import MISSING, lacks_factor_for_token
from ..database import in_database
from ..live.allowance import Allowance
from ..models import ApiToken, LoginSession, RateLimited, Refused
from ..models.secret import digest_of
from ..problems import ProblemCode, problem, refusal

P = ParamSpec("P")

ALLOWANCES_KEPT = 1000
SAFE = ("GET", "HEAD")


@dataclass(frozen=True)
class Credentials:
    """The credentials of a request: an API token, of which only the digest is kept, or else a session."""

    token_digest: str | None = field(repr=False)
    session_key: str | None = field(repr=False)

    @classmethod
    def of(cls, request: HttpRequest) -> Credentials:
        """Return a request's credentials. A token takes precedence over a session, because it is sent on purpose."""
        scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
        if scheme.casefold() == "bearer":
            return cls(digest_of(secret.strip()), None)
        return cls(None, request.COOKIES.get(settings.SESSION_COOKIE_NAME))

    def live_login(self) -> LoginSession | None:
        """Return the live login session of these credentials with its user, or None. Nothing is cached."""
        if not self.token_digest:
            return live_login(self.session_key)
        login = ApiToken.login(self.token_digest)
        return None if login is None or lacks_factor_for_token(login.user) else login

    def needs_factor(self) -> bool:
        """Return whether this is a token that counts as soon as its user has a second factor."""
        login = ApiToken.login(self.token_digest) if self.token_digest else None
        return login is not None and lacks_factor_for_token(login.user)


class ApiRequest(ASGIRequest):
    """A request that has passed the access checks."""

    credentials: Credentials
    login_session: LoginSession


View = Callable[Concatenate[ApiRequest, P], Coroutine[Any, Any, HttpResponseBase]]


def api(
    *allowed: str, counted: bool = True
) -> Callable[[View[P]], Callable[..., Coroutine[Any, Any, HttpResponseBase]]]:
    """Make a view of the API for requests with these methods. A refused request gets a ``Problem``.

    Those that are not ``counted`` may be as many as the network carries: the pieces of files.
    """
    methods = SAFE if allowed == ("GET",) else allowed

    def decorate(view: View[P]) -> Callable[..., Coroutine[Any, Any, HttpResponseBase]]:
        @wraps(view)
        async def answer(request: ApiRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if request.method not in methods:
                message = f"This address accepts {' and '.join(allowed)} only."
                return problem(405, ProblemCode.METHOD_NOT_ALLOWED, message, Allow=", ".join(methods))
            try:
                problem_response = await _check_access(request, counted=counted)
                return problem_response or await view(request, *args, **kwargs)
            except Refused as error:
                return refusal(error)

        # Django's middleware would answer with pages, so _check_access makes these checks.
        return login_not_required(csrf_exempt(answer))

    return decorate


async def _check_access(request: ApiRequest, *, counted: bool) -> HttpResponse | None:
    """Let the request in, or return the response that refuses it. Raise ``RateLimited`` after too many requests."""
    credentials = Credentials.of(request)
    login_session = await in_database(credentials.live_login)
    if login_session is None and await in_database(credentials.needs_factor):
        return problem(403, ProblemCode.FORBIDDEN, MISSING)
    if login_session is None:
        message = "Sign in, or send a valid API token: Authorization: Bearer chatsite_…"
        return problem(401, ProblemCode.SIGNED_OUT, message, WWW_Authenticate="Bearer")
    if credentials.token_digest is None and _Csrf.refuses(request):
        message = "A request that changes something needs the CSRF token of a page, or an API token."
        return problem(403, ProblemCode.FORBIDDEN, message)
    if counted and not _allowance(login_session).use(monotonic()):
        raise RateLimited("Too many requests. Please wait a minute before the next one.")
    request.credentials, request.login_session = credentials, login_session
    return None


class _Csrf(CsrfViewMiddleware):
    """Django's check, for views that send their own refusal."""

    @classmethod
    def refuses(cls, request: HttpRequest) -> bool:
        return cls(_never_called).process_view(request, _never_called, (), {}) is not None

    def _reject(self, request: HttpRequest, reason: str) -> HttpResponse:
        return HttpResponse(reason, status=403)


def _never_called(request: HttpRequest) -> Any:
    """Stand in for the view of Django's middleware, whose check never calls it."""
    raise AssertionError("Django's CSRF check must not call the view")


def _allowance(login_session: LoginSession) -> Allowance:
    """Return the limit on this login's requests to this process, which is that of a socket's commands."""
    if len(_allowances) > ALLOWANCES_KEPT:
        _allowances.clear()
    if login_session.pk not in _allowances:
        _allowances[login_session.pk] = Allowance(settings.CHAT_COMMANDS_PER_MINUTE, 60, monotonic())
    return _allowances[login_session.pk]


_allowances: dict[int, Allowance] = {}
