"""The app."""

from django.apps import AppConfig


class ChatConfig(AppConfig):
    """Recordings, questions and answers."""

    name = "chat"
    default_auto_field = "django.db.models.BigAutoField"
