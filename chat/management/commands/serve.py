"""``manage.py serve``: prepare the site, then serve it."""

from __future__ import annotations

import sys
from typing import Any

from channels.routing import get_default_application
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from typing_extensions import override

from chat.database.outage import UNAVAILABLE
from chat.serving.memory import share_heaps
from chat.serving.serving_lock import ServingLock, Taken
from chat.upkeep.preparation import close_abandoned, prepare

END_SECONDS = 8.0
"""The time limit for a process to end after its turns have ended: it saves the rest and closes its sockets."""
WAITING = "Another process serves this database; waiting for it to end."


class Command(BaseCommand):
    """The process that serves the site at HOST and PORT, with the server that SERVER names, until SIGTERM or Ctrl-C."""

    help = "Prepare the database and the static files, then serve the site (HOST, PORT, SERVER)."
    requires_system_checks = ["chat"]

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        """Serve. Exit with 0 after a signal, with 1 if address or database cannot be used or another process serves."""
        share_heaps()
        lock = ServingLock()
        try:
            lock.acquire(settings.SERVE_DRAIN_SECONDS + END_SECONDS, on_wait=lambda: self._print([WAITING]))
            lines = prepare()
            if not settings.REDIS_URL:
                close_abandoned()
        except Taken as taken:
            raise CommandError(str(taken)) from None
        except UNAVAILABLE as error:
            raise CommandError(f"The database cannot be used: {error}") from None
        server = self._server(lambda: self._ready(lock, lines))
        server.run()
        if server.failure:
            raise CommandError(f"Cannot serve at {settings.HOST}:{settings.PORT}: {server.failure}")

    def _ready(self, lock: ServingLock, lines: list[str]) -> None:
        lock.mark_serving()
        self._print([f"chatsite is ready: {settings.ORIGINS[0]}/", *lines])

    def _server(self, on_ready: Any) -> Any:
        application = get_default_application()
        if settings.SERVER == "uvicorn":
            from chat.serving.uvicorn import UvicornServer

            return UvicornServer(application, host=settings.HOST, port=settings.PORT, on_ready=on_ready)
        from chat.serving.daphne import DaphneServer

        return DaphneServer(application, host=settings.HOST, port=settings.PORT, on_ready=on_ready)

    def _print(self, lines: list[str]) -> None:
        for line in lines:
            self.stdout.write(line)
        sys.stdout.flush()
