"""The app."""

from django.apps import AppConfig


class ChatConfig(AppConfig):
    """Recordings, questions and answers."""

    name = "chat"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the system checks, and what goes with signing in and out."""
        from . import checks  # noqa: F401
        from .accounts import login_sessions  # noqa: F401
