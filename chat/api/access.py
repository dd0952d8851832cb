"""Who may use the API, and how often: every view of it stands behind ``api``."""

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
from ..database import in_database
from ..live.allowance import Allowance
from ..models import ApiToken, LoginSession, RateLimited, Refused
from ..models.api_token import digest_of
from ..problems import ProblemCode, problem, refusal

P = ParamSpec("P")

ALLOWANCES_KEPT = 1000
SAFE = ("GET", "HEAD")


@dataclass(frozen=True)
class Credentials:
    """What a request shows to be let in: an API token (of which only the digest is kept), or else a session."""

    token_digest: str | None = field(repr=False)
    session_key: str | None = field(repr=False)

    @classmethod
    def of(cls, request: HttpRequest) -> Credentials:
        """A token counts before a session: it was sent on purpose."""
        scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
        if scheme.casefold() == "bearer":
            return cls(digest_of(secret.strip()), None)
        return cls(None, request.COOKIES.get(settings.SESSION_COOKIE_NAME))

    def live_login(self) -> LoginSession | None:
        """The login session that these stand for, with its user, or None. Everything is read anew."""
        return ApiToken.login(self.token_digest) if self.token_digest else live_login(self.session_key)


class ApiRequest(ASGIRequest):
    """A request that was let in."""

    credentials: Credentials
    login_session: LoginSession


View = Callable[Concatenate[ApiRequest, P], Coroutine[Any, Any, HttpResponseBase]]


def api(method: str) -> Callable[[View[P]], Callable[..., Coroutine[Any, Any, HttpResponseBase]]]:
    """A view of the API, for requests with this method. What is refused is answered with a ``Problem``."""
    methods = SAFE if method == "GET" else (method,)

    def decorate(view: View[P]) -> Callable[..., Coroutine[Any, Any, HttpResponseBase]]:
        @wraps(view)
        async def answer(request: ApiRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if request.method not in methods:
                message = f"This address takes {method} only."
                return problem(405, ProblemCode.METHOD_NOT_ALLOWED, message, Allow=", ".join(methods))
            try:
                refused = await _let_in(request)
                return refused or await view(request, *args, **kwargs)
            except Refused as why:
                return refusal(why)

        # The checks of the middleware lead to pages; these are ours.
        return login_not_required(csrf_exempt(answer))

    return decorate


async def _let_in(request: ApiRequest) -> HttpResponse | None:
    """Answers (or raises ``RateLimited``) when the request is not let in."""
    credentials = Credentials.of(request)
    login_session = await in_database(credentials.live_login)
    if login_session is None:
        message = "Sign in, or send an API token that works: Authorization: Bearer chatsite_…"
        return problem(401, ProblemCode.SIGNED_OUT, message, WWW_Authenticate="Bearer")
    if credentials.token_digest is None and _Csrf.refuses(request):
        message = "A request that changes something needs the CSRF token of a page, or an API token."
        return problem(403, ProblemCode.FORBIDDEN, message)
    if not _allowance(login_session).use(monotonic()):
        raise RateLimited("Too many requests. Please wait a minute before the next one.")
    request.credentials, request.login_session = credentials, login_session
    return None


class _Csrf(CsrfViewMiddleware):
    """Django's check, for a view that answers by itself."""

    @classmethod
    def refuses(cls, request: HttpRequest) -> bool:
        return cls(_never_called).process_view(request, _never_called, (), {}) is not None

    def _reject(self, request: HttpRequest, reason: str) -> HttpResponse:
        return HttpResponse(reason, status=403)


def _never_called(request: HttpRequest) -> Any:
    """What a middleware goes on with; of Django's only the check is used, which either refuses or does not."""
    raise AssertionError("only the check was wanted")


def _allowance(login_session: LoginSession) -> Allowance:
    """What is left of what a login may ask of this process: as much as a socket may."""
    if len(_allowances) > ALLOWANCES_KEPT:
        _allowances.clear()
    if login_session.pk not in _allowances:
        _allowances[login_session.pk] = Allowance(settings.CHAT_COMMANDS_PER_MINUTE, 60, monotonic())
    return _allowances[login_session.pk]


_allowances: dict[int, Allowance] = {}
