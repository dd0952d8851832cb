"""In whose name the model of a workspace is asked: the user's, whose token came with the question, or the site's own.

A token is kept nowhere but in the memory of this process: from the question until its turn is driven, and then in the
context of the task that asks. A process that did not take the question has none, and asks in the site's name; so does
everyone once the token has ended.
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
from .failures import in_use

LIFE_SECONDS = 45 * 60.0
"""How long a token counts that does not say when it ends; the platform's live for an hour."""
SPARE_SECONDS = 60.0
"""Time that a token must have left."""
TOKEN_LIMIT = 10_000
"""Tokens that wait at once; beyond that the oldest is let go."""


@dataclass(frozen=True, slots=True)
class _Token:
    value: str = field(repr=False)
    until: float  # in seconds of ``time``


_tokens: dict[tuple[int, UUID], _Token] = {}
_current: ContextVar[_Token | None] = ContextVar("on_behalf_of", default=None)


def keep_token(user_id: int, request_id: UUID, forwarded: Forwarded | None) -> None:
    """Keep the token that came with a request until its turn is driven, if the site wants that and there is one."""
    if not (settings.CHAT_ON_BEHALF_OF and forwarded and forwarded.token):
        return
    for key in [key for key, token in _tokens.items() if token.until < time()]:
        del _tokens[key]
    while len(_tokens) >= TOKEN_LIMIT:
        del _tokens[next(iter(_tokens))]
    _tokens[user_id, request_id] = _Token(forwarded.token, until=_end(forwarded))


def use_token(user_id: int, request_id: UUID) -> None:
    """Take the kept token of this request, if there is one, for all calls that the current task makes from now on."""
    _current.set(_tokens.pop((user_id, request_id), None))


def headers() -> dict[str, str]:
    """What a request to the workspace carries in place of the site's own credentials; nothing where those count."""
    token = _current.get()
    return {"Authorization": f"Bearer {in_use(token.value)}"} if token and token.until > time() else {}


def _end(forwarded: Forwarded) -> float:
    """When a token ends: as it says itself (a JWT), otherwise some time after it came."""
    payload = forwarded.token.split(".")[1:2]
    try:
        said = json.loads(base64.urlsafe_b64decode(payload[0] + "=="))["exp"] if payload else None
    except (ValueError, LookupError, TypeError):
        said = None
    if isinstance(said, int | float):
        return said - SPARE_SECONDS
    return time() + LIFE_SECONDS - (monotonic() - forwarded.received_at)
