"""Ask and stop: the single entry point of the page, its retry button, the socket and the API."""

from __future__ import annotations

from time import monotonic

from django.db import DatabaseError

from ..forwarded import Forwarded
from ..models import LoginSession, Submission, Submitted, Turn
from ..upstream import on_behalf
from .beginning import Beginning
from .nudges import NEWS_TOPIC, STOP_TOPIC, topics_of
from .runner import runner


def ask(login_session: LoginSession, submission: Submission, forwarded: Forwarded | None) -> Submitted:
    """Store a question, with the user's own token for it if the proxy sent one, and see to its answer.

    This process starts its turn at once, unless it has to wait for others. The same request id always returns the same
    turn. Raise a ``Refused`` if the question is not accepted; then nothing was changed.
    """
    on_behalf.keep_token(login_session.user_id, submission.request_id, forwarded)
    began = monotonic()
    with runner.starting() as owner:
        submitted = Turn.objects.submit_to(owner, login_session, submission)
        if submitted.is_started:
            runner.drive(submitted.turn, began, _beginning(submitted))
        else:
            runner.wake(*topics_of(submitted.turn), NEWS_TOPIC)
    return submitted


def stop(turn: Turn, seen: int | None = None) -> None:
    """Cancel a queued turn, or ask the owner of a streaming one to stop it.

    ``seen`` is the last chunk that the user has seen: the answer ends there (None: wherever it is).
    """
    Turn.objects.filter(pk=turn.pk).end(seen)
    runner.wake(*topics_of(turn), STOP_TOPIC)


def _beginning(submitted: Submitted) -> Beginning | None:
    """Return the beginning of a turn that has just started, if the database goes on answering."""
    try:
        return Beginning.of(submitted.turn, is_first=submitted.is_first)
    except DatabaseError:
        return None
