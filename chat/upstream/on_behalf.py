"""On-behalf-of access to a workspace's model: with the token of the user who asks, or else with the site's own.

Only the memory of this process holds a token: from the question until its turn starts, then in the context of the task
that calls the model. Without a token the site calls the model as itself: in a process that did not receive the
question, and after the token has expired.
"""

from __future__ import annotations

import base64
import json
from contextvars import ContextVar
from dataclasses import dataclass, field
from time import monotonic, time
from uuid import UUID

from django.conf import settings

from ..forwarded import Forwarded
from .failures import hide_in_log

LIFE_SECONDS = 45 * 60.0
"""How long to use a token without an expiry time; the platform's tokens live for an hour."""
SPARE_SECONDS = 60.0
"""How long a token must still be valid to be used."""
TOKEN_LIMIT = 10_000
"""Maximum of stored tokens; beyond it the oldest is dropped."""


@dataclass(frozen=True, slots=True)
class _Token:
    value: str = field(repr=False)
    until: float  # in seconds of ``time``


_tokens: dict[tuple[int, UUID], _Token] = {}
_current: ContextVar[_Token | None] = ContextVar("on_behalf_of", default=None)


def keep_token(user_id: int, request_id: UUID, forwarded: Forwarded | None) -> None:
    """Store the token of a request, if it has one and ``CHAT_ON_BEHALF_OF`` is set, until its turn starts."""
    if not (settings.CHAT_ON_BEHALF_OF and forwarded and forwarded.token):
        return
    for key in [key for key, token in _tokens.items() if token.until < time()]:
        del _tokens[key]
    while len(_tokens) >= TOKEN_LIMIT:
        del _tokens[next(iter(_tokens))]
    _tokens[user_id, request_id] = _Token(forwarded.token, until=_end(forwarded))


def use_token(user_id: int, request_id: UUID) -> None:
    """Use the stored token of this request, if there is one, for all further calls of the current task."""
    _current.set(_tokens.pop((user_id, request_id), None))


def headers() -> dict[str, str]:
    """Return the headers that replace the site's credentials in a request to the workspace; none without a token."""
    token = _current.get()
    return {"Authorization": f"Bearer {hide_in_log(token.value)}"} if token and token.until > time() else {}


def _end(forwarded: Forwarded) -> float:
    """Return until when to use a token: by its own expiry time (a JWT), or else for ``LIFE_SECONDS`` from receipt."""
    payload = forwarded.token.split(".")[1:2]
    try:
        expiry = json.loads(base64.urlsafe_b64decode(payload[0] + "=="))["exp"] if payload else None
    except (ValueError, LookupError, TypeError, RecursionError):
        expiry = None
    if isinstance(expiry, int | float):
        return expiry - SPARE_SECONDS
    return time() + LIFE_SECONDS - (monotonic() - forwarded.received_at)
