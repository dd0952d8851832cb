"""``POST /api/chat/stream``: ask, and read the answer as it comes."""

from __future__ import annotations

from uuid import uuid4

from django.http import HttpResponseBase, StreamingHttpResponse

from ..accounts.forwarded_user import forwarded, is_of
from ..database import in_database
from ..live.stream import Stream
from ..models import LoginSession, Turn
from ..problems import ProblemCode, problem
from ..turns import asking
from ..turns.runner import runner
from .access import ApiRequest, api
from .question import last_event_id_in, question_in, request_id_in


@api("POST")
async def stream(request: ApiRequest) -> HttpResponseBase:
    """The answer as Server-Sent Events; with ``Last-Event-ID``, the rest of one that was asked for before."""
    if runner.draining:
        return problem(503, ProblemCode.UNAVAILABLE, "The site restarts. Please send this again in a moment.")
    asked = AnswerRequest(request)
    place = Stream(request.login_session, request.credentials.session_key, request.credentials.live_login).take_place()
    try:
        turn = await in_database(asked.turn)
    except BaseException:  # also when the client has gone meanwhile
        place.leave()
        raise
    response = StreamingHttpResponse(place.read(turn.uuid, asked.after), content_type="text/event-stream")
    response["X-Turn"] = str(turn.uuid)
    response["X-Conversation"] = str(turn.conversation.uuid)
    response["X-Accel-Buffering"] = "no"  # nginx would hold it back
    return response


class AnswerRequest:
    """What one request asks for. Raises ``InvalidRequest`` when it does not have the form it must have."""

    def __init__(self, request: ApiRequest) -> None:
        self._login: LoginSession = request.login_session
        self._key = request_id_in(request)
        last = last_event_id_in(request)
        self._goes_on = last is not None
        self.after = last or 0
        self._submission = question_in(request).submission(self._key or uuid4())
        # An API token lets one user in whom the proxy may not name: each asks with their own credentials.
        self._forwarded = forwarded(request) if is_of(request.scope, self._login.user) else None

    def turn(self) -> Turn:
        """The turn to read: one that was asked before, or a new one. Raises a ``Refused``."""
        if not self._goes_on:
            return asking.ask(self._login, self._submission, self._forwarded)
        if self._key:
            return Turn.objects.submitted(self._login, self._submission)
        return Turn.objects.asked_alike(self._login, self._submission)
