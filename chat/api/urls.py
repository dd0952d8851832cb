"""The addresses of the API."""

from django.urls import path, re_path

from . import chat, description, reading

app_name = "api"
urlpatterns = [
    path("chat/stream", chat.stream, name="chat-stream"),
    path("conversations", reading.conversations, name="conversation-list"),
    path("conversations/<uuid:uuid>", reading.conversation, name="conversation-detail"),
    path("recordings", reading.recordings, name="recording-list"),
    path("openapi.json", description.openapi, name="openapi"),
    re_path("", description.nothing, name="nothing"),  # any other address; <path:…> matches no line breaks
]
