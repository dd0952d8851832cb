"""The Django app of the site."""

from django.apps import AppConfig
from typing_extensions import override


class ChatConfig(AppConfig):
    """Recordings, questions and answers."""

    name = "chat"
    default_auto_field = "django.db.models.BigAutoField"

    @override
    def ready(self) -> None:
        """Register the system checks, and the signal receivers for sign-ins and for changes of reviewers."""
        from . import checks  # noqa: F401
        from .accounts import login_sessions, reviewers  # noqa: F401
