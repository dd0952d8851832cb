"""The addresses of the pages."""

from django.urls import path

from .about import views as about
from .collections import moving, retaining
from .collections import views as collections
from .conversations import judging_views, turn_views
from .conversations import views as conversations
from .erasing import views as erasing
from .processing import views as jobs
from .recordings import audio, consent, deleting, language, whole_text, withdrawing
from .recordings import views as recordings
from .search import views as search
from .uploads import views as uploads

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
    path("turns/<uuid:uuid>/feedback/", judging_views.feedback, name="turn-feedback"),
    path("turns/<uuid:uuid>/check/", judging_views.check, name="turn-check"),
    path("turns/<uuid:uuid>/sources/<int:number>/", turn_views.source, name="turn-source"),
    path("turns/<uuid:uuid>/stop/", turn_views.stop, name="turn-stop"),
    path("turns/<uuid:uuid>/retry/", turn_views.retry, name="turn-retry"),
    path("about/data/", about.data, name="about-data"),
    path("about/reviewers/", about.reviewers, name="reviewers"),
    path("search/", search.search, name="search"),
    path("collections/", collections.listing, name="collection-list"),
    path("collections/new/", collections.new, name="collection-new"),
    path("collections/<uuid:uuid>/", collections.detail, name="collection-detail"),
    path("collections/<uuid:uuid>/edit/", collections.edit, name="collection-edit"),
    path("collections/<uuid:uuid>/retention/", retaining.retention, name="collection-retention"),
    path("collections/<uuid:uuid>/delete/", collections.delete, name="collection-delete"),
    path("collections/<uuid:uuid>/leave/", collections.leave, name="collection-leave"),
    path("collections/<uuid:uuid>/members/", collections.add_member, name="collection-members"),
    path("collections/<uuid:uuid>/members/<int:pk>/", collections.change_member, name="collection-member"),
    path("erasures/", erasing.listing, name="erasure-list"),
    path("erasures/new/", erasing.new, name="erasure-new"),
    path("erasures/<uuid:uuid>/", erasing.detail, name="erasure-detail"),
    path("erasures/<uuid:uuid>/resume/", erasing.resume, name="erasure-resume"),
    path("recordings/", recordings.listing, name="recording-list"),
    path("recordings/options/", recordings.options, name="recording-options"),
    path("recordings/speakers/", recordings.speakers, name="recording-speakers"),
    path("recordings/upload/", uploads.upload, name="recording-upload"),
    path("recordings/upload/<uuid:uuid>", uploads.detail, name="upload-detail"),
    path("recordings/upload/<uuid:uuid>/<int:offset>", uploads.piece, name="upload-piece"),
    path("recordings/processing/", jobs.listing, name="job-list"),
    path("recordings/processing/shown/", jobs.shown, name="job-shown"),
    path("recordings/processing/<uuid:uuid>/again", jobs.begin_again, name="job-again"),
    path("recordings/processing/<uuid:uuid>/cancel", jobs.give_up, name="job-cancel"),
    path("recordings/processing/<uuid:uuid>/transcript", jobs.attach, name="job-transcript"),
    path("recordings/<uuid:uuid>/", recordings.detail, name="recording-detail"),
    path("recordings/<uuid:uuid>/segments/", recordings.segments, name="recording-segments"),
    path("recordings/<uuid:uuid>/move/", moving.move_recording, name="recording-move"),
    path("recordings/<uuid:uuid>/delete/", deleting.delete, name="recording-delete"),
    path("recordings/<uuid:uuid>/consent/", consent.consent_note, name="recording-consent"),
    path("recordings/<uuid:uuid>/language/", language.language, name="recording-language"),
    path("recordings/<uuid:uuid>/text/", whole_text.whole_text, name="recording-text"),
    path("recordings/<uuid:uuid>/audio/", audio.audio, name="recording-audio"),
    path("recordings/<uuid:uuid>/audio/withdraw/", withdrawing.withdraw, name="recording-withdraw-audio"),
]
