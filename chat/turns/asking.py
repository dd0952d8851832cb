"""Ask and stop: the single entry point of the page, its retry button, the socket and the API."""

from __future__ import annotations

from ..forwarded import Forwarded
from ..models import LoginSession, Submission, Turn
from ..upstream import on_behalf
from .nudges import NEWS_TOPIC, STOP_TOPIC, topics_of
from .runner import runner


def ask(login_session: LoginSession, submission: Submission, forwarded: Forwarded | None) -> Turn:
    """Queue a question, keep the user's own token for it if the proxy sent one, and wake the runner.

    Return the question's turn: the same request id always returns the same turn. Raise a ``Refused`` if the question
    is not accepted; then nothing was changed.
    """
    on_behalf.keep_token(login_session.user_id, submission.request_id, forwarded)
    turn = Turn.objects.submit(login_session, submission)
    runner.wake(*topics_of(turn), NEWS_TOPIC)
    return turn


def stop(turn: Turn, seen: int | None = None) -> None:
    """Cancel a queued turn, or ask the owner of a streaming one to stop it.

    ``seen`` is the last chunk that the user has seen: the answer ends there (None: wherever it is).
    """
    Turn.objects.filter(pk=turn.pk).end(seen)
    runner.wake(*topics_of(turn), STOP_TOPIC)
