"""The addresses of the API."""

from django.urls import path, re_path

from . import chat, description, judging, reading, review, uploading

app_name = "api"
urlpatterns = [
    path("chat/stream", chat.stream, name="chat-stream"),
    path("conversations", reading.conversations, name="conversation-list"),
    path("conversations/<uuid:uuid>", reading.conversation, name="conversation-detail"),
    path("turns/<uuid:uuid>/feedback", judging.feedback, name="turn-feedback"),
    path("turns/<uuid:uuid>/check", judging.check, name="turn-check"),
    path("recordings", reading.recordings, name="recording-list"),
    path("uploads", uploading.uploads, name="upload-list"),
    path("uploads/<uuid:uuid>", uploading.upload, name="upload-detail"),
    path("uploads/<uuid:uuid>/<int:offset>", uploading.piece, name="upload-piece"),
    path("review/conversations", review.conversations, name="review-list"),
    path("review/conversations/<uuid:uuid>", review.conversation, name="review-detail"),
    path("openapi.json", description.openapi, name="openapi"),
    re_path("", description.nothing, name="nothing"),  # any other address; <path:…> matches no line breaks
]
