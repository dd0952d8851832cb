"""The Django app of the site, and its admin."""

from django.apps import AppConfig
from django.contrib.admin import apps as admin
from typing_extensions import override


class ChatConfig(AppConfig):
    """Recordings, questions and answers."""

    name = "chat"
    default_auto_field = "django.db.models.BigAutoField"

    @override
    def ready(self) -> None:
        """Register the system checks, and the signal receivers for sign-ins and changes of accounts and reviewers."""
        from . import checks  # noqa: F401
        from .accounts import account_events, leftovers, login_sessions, reviewers  # noqa: F401
        from .storage import checks as storage_checks  # noqa: F401
        from .transcription import checks as transcription_checks  # noqa: F401
        from .uploads import removing  # noqa: F401


class AdministrationConfig(admin.AdminConfig):
    """Django's admin, with our rule of who may enter it."""

    default = False  # of this app
    default_site = "chat.accounts.admin_site.Administration"
