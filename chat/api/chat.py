"""``POST /api/chat/stream``: ask, and stream the answer."""

from __future__ import annotations

from uuid import uuid4

from django.http import HttpResponseBase, StreamingHttpResponse

from ..accounts.forwarded_user import forwarded, is_allowed_by_proxy
from ..database import in_database
from ..live.stream import Stream
from ..llm import credit_of_site
from ..models import LoginSession, Turn
from ..problems import ProblemCode, problem
from ..turns import asking
from ..turns.runner import runner
from .access import ApiRequest, api
from .question import last_event_id_in, question_in, request_id_in


@api("POST")
async def stream(request: ApiRequest) -> HttpResponseBase:
    """Stream an answer as Server-Sent Events; with ``Last-Event-ID``, the rest of one that was requested before."""
    if runner.draining:
        return problem(503, ProblemCode.UNAVAILABLE, "The site is restarting. Please send this again in a moment.")
    asked = AnswerRequest(request)
    reader = Stream(request.login_session, request.credentials.session_key, request.credentials.live_login).take_place()
    try:
        turn = await in_database(asked.turn)
    except BaseException:  # also a cancellation, because the client is gone
        reader.leave()
        raise
    response = StreamingHttpResponse(reader.read(turn.uuid, asked.after), content_type="text/event-stream")
    response["X-Turn"] = str(turn.uuid)
    response["X-Conversation"] = str(turn.conversation.uuid)
    response["X-Credit"] = credit_of_site()
    response["X-Accel-Buffering"] = "no"  # or nginx would buffer it
    return response


class AnswerRequest:
    """The question of a request, and the chunk after which to stream. Raises ``InvalidRequest`` if malformed."""

    def __init__(self, request: ApiRequest) -> None:
        self._login: LoginSession = request.login_session
        self._key = request_id_in(request)
        last_event_id = last_event_id_in(request)
        self._resumes = last_event_id is not None
        self.after = last_event_id or 0
        self._submission = question_in(request).submission(self._key or uuid4())
        # The proxy may name another user than the API token's: a question never uses someone else's credentials.
        self._forwarded = forwarded(request) if is_allowed_by_proxy(request.scope, self._login.user) else None

    def turn(self) -> Turn:
        """Return the turn to stream: one that was asked before, or a new one. Raise a ``Refused``."""
        if not self._resumes:
            return asking.ask(self._login, self._submission, self._forwarded).turn
        if self._key:
            return Turn.objects.submitted(self._login, self._submission)
        return Turn.objects.latest_of_question(self._login, self._submission)
