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
LENT_LIMIT = 10_000
"""Tokens that wait at once; beyond that the oldest is let go."""


@dataclass(frozen=True, slots=True)
class _Loan:
    token: str = field(repr=False)
    until: float  # in seconds of ``time``


_loans: dict[tuple[int, UUID], _Loan] = {}
_current: ContextVar[_Loan | None] = ContextVar("on_behalf_of", default=None)


def lend(user_id: int, request_id: UUID, forwarded: Forwarded | None) -> None:
    """Let the turn of this request ask with the token that came with it, if the site wants that and there is one."""
    if not (settings.CHAT_ON_BEHALF_OF and forwarded and forwarded.token):
        return
    for key in [key for key, loan in _loans.items() if loan.until < time()]:
        del _loans[key]
    while len(_loans) >= LENT_LIMIT:
        del _loans[next(iter(_loans))]
    _loans[user_id, request_id] = _Loan(forwarded.token, until=_end(forwarded))


def begin(user_id: int, request_id: UUID) -> None:
    """From here on the current task asks for the turn of this request; the token waits no more."""
    _current.set(_loans.pop((user_id, request_id), None))


def headers() -> dict[str, str]:
    """What a request to the workspace carries in place of the site's own credentials; nothing where those count."""
    loan = _current.get()
    return {"Authorization": f"Bearer {in_use(loan.token)}"} if loan and loan.until > time() else {}


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
