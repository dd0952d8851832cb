"""``manage.py serve``: prepare the site, then serve it."""

from __future__ import annotations

import sys
from typing import Any

from channels.routing import get_default_application
from django.conf import settings
from django.core.management.base import CommandError
from typing_extensions import override

from chat.database.outage import UNAVAILABLE, first_line
from chat.management.site_command import CheckedCommand
from chat.serving import garbage
from chat.serving.memory import share_heaps
from chat.serving.opening import CannotOpen, Opening, place
from chat.serving.serving_lock import ServingLock

END_SECONDS = 8.0
"""The time limit for a process to end after its turns have ended: it saves the rest and closes its sockets."""
WAITING = "Another process serves this database; waiting for it to end."


class Command(CheckedCommand):
    """The process that serves the site at HOST and PORT, with the server that SERVER names, until SIGTERM or Ctrl-C."""

    help = "Prepare the database and the static files, then serve the site (HOST, PORT, SERVER)."

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        """Serve. Exit with 0 after a signal, with 1 if address or database cannot be used or another process serves.

        A PostgreSQL that does not answer is no reason to end: it may start later than the site.
        """
        garbage.resume()
        share_heaps()
        lock = ServingLock()
        lock_seconds = settings.SERVE_DRAIN_SECONDS + END_SECONDS
        opening = Opening(lock, lock_seconds=lock_seconds, on_wait=lambda: self._print([WAITING]))
        try:
            lines = opening.open()
            server = self._server(lambda: self._ready(lock, lines))
        except CannotOpen as error:
            raise CommandError(str(error)) from None
        except UNAVAILABLE as error:
            self._report_away(error)
            opening.wait(lambda lines: self._ready(lock, lines))
            server = self._server(lambda: None)
        server.run()
        if opening.failure:
            raise CommandError(opening.failure)
        if server.failure:
            raise CommandError(f"Cannot serve at {settings.HOST}:{settings.PORT}: {server.failure}")

    def _report_away(self, error: Exception) -> None:
        self.stderr.write(
            f"Warning: the database of DATABASE_URL ({place()}) does not answer: {first_line(error)}. The site serves"
            f" {settings.ORIGINS[0]}/ meanwhile, says that it is not available, and goes on once the database answers."
        )

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
