"""The readable resources: the user's own conversations, and the recordings that the user hears."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse

from ..conversations.rendering import PAGE, turns_after
from ..database import in_database
from ..models import Conversation, NotFound, Recording, show_earlier_titles
from . import recordings as recorded
from . import resources
from .access import ApiRequest, api
from .listing import json_response, newest, row_after
from .uploading import begin_sending


@api("GET")
async def conversations(request: ApiRequest) -> HttpResponse:
    """Return a page of the user's conversations."""
    return json_response(await in_database(_conversations, request))


@api("GET")
async def conversation(request: ApiRequest, uuid: UUID) -> HttpResponse:
    """Return one of the user's conversations, with a page of its turns."""
    return json_response(await in_database(_conversation, request, uuid))


@api("GET", "HEAD", "POST")
async def recordings(request: ApiRequest) -> HttpResponse:
    """Return a page of the recordings that the user hears. A POST begins to send files for new ones."""
    if request.method == "POST":
        return await begin_sending(request)
    return json_response(await in_database(_recordings, request))


def _conversations(request: ApiRequest) -> resources.ConversationPage:
    page, next_after = newest(Conversation.objects.of(request.login_session.user_id), request)
    show_earlier_titles(page, request.login_session.user_id)
    return resources.ConversationPage(conversations=list(map(resources.Conversation.of, page)), next=next_after)


def _conversation(request: ApiRequest, uuid: UUID) -> resources.ConversationWithTurns:
    conversation = Conversation.objects.of(request.login_session.user_id).filter(uuid=uuid).first()
    if conversation is None:
        raise NotFound("This conversation no longer exists.")
    show_earlier_titles([conversation], conversation.user_id)
    turns = turns_after(conversation, conversation.user_id, row_after(conversation.turns.all(), request))
    return resources.ConversationWithTurns.of(conversation, turns, more=len(turns) == PAGE)


def _recordings(request: ApiRequest) -> recorded.RecordingPage:
    heard = Recording.objects.heard_by(request.login_session.user_id)
    page, next_after = newest(heard.select_related("consent_note"), request)
    return recorded.RecordingPage(recordings=list(map(recorded.Recording.of, page)), next=next_after)
