"""The addresses of the pages."""

from django.urls import path

from .about import views as about
from .conversations import turn_views
from .conversations import views as conversations
from .recordings import audio, whole_text
from .recordings import views as recordings
from .search import views as search

app_name = "chat"
urlpatterns = [
    path("", conversations.home, name="home"),
    path("ask/", conversations.ask, name="ask"),
    path("c/<uuid:uuid>/", conversations.detail, name="conversation-detail"),
    path("c/<uuid:uuid>/ask/", conversations.ask, name="conversation-ask"),
    path("c/<uuid:uuid>/rename/", conversations.rename, name="conversation-rename"),
    path("c/<uuid:uuid>/delete/", conversations.delete, name="conversation-delete"),
    path("c/<uuid:uuid>/turns/", conversations.newer_turns, name="conversation-turns"),
    path("conversations/", conversations.listing, name="conversation-list"),
    path("conversations/all/", conversations.archive, name="conversation-archive"),
    path("turns/<uuid:uuid>/", turn_views.detail, name="turn-detail"),
    path("turns/<uuid:uuid>/stop/", turn_views.stop, name="turn-stop"),
    path("turns/<uuid:uuid>/retry/", turn_views.retry, name="turn-retry"),
    path("about/data/", about.data, name="about-data"),
    path("about/reviewers/", about.reviewers, name="reviewers"),
    path("search/", search.search, name="search"),
    path("recordings/", recordings.listing, name="recording-list"),
    path("recordings/options/", recordings.options, name="recording-options"),
    path("recordings/<uuid:uuid>/", recordings.detail, name="recording-detail"),
    path("recordings/<uuid:uuid>/segments/", recordings.segments, name="recording-segments"),
    path("recordings/<uuid:uuid>/text/", whole_text.whole_text, name="recording-text"),
    path("recordings/<uuid:uuid>/audio/", audio.audio, name="recording-audio"),
]
