"""Health checks for the supervisor of the process: whether it is alive, and whether it should get requests."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from channels.layers import BaseChannelLayer, get_channel_layer
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from .. import retrieval
from ..database import in_database
from ..database.outage import UNAVAILABLE
from ..problems import without_logging
from ..turns.owned_tasks import OwnedTasks
from ..turns.runner import runner
from .life import model_state

_DISPENSABLE = {"layer", "retrieval"}
_AWAY = "unavailable"

LAYER_SECONDS = 2.0
"""How long the channel layer may take to return a message."""


@require_safe
@login_not_required
def livez(request: HttpRequest) -> HttpResponse:
    """Return 200 while the process answers at all."""
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
@login_not_required
async def readyz(request: HttpRequest) -> HttpResponse:
    """Return 200 if this process can answer a question, else 503. Each part is ``ok`` or names its problem.

    A service that does not answer is ``unavailable``, whether it has answered before or not. Without the database the
    process is not ready. An unreachable channel layer does not count, because it only delays answers by a second. Nor
    does a model that is down: all processes would become unready at once, and only questions of users show that the
    model is back. Without the services that searches use, the full text answers alone.
    """
    parts = {
        "database": await _database(),
        "process": "draining" if runner.draining else "ok",
        "model": model_state(),
        "retrieval": retrieval.state(),
        "layer": await _layer(),
    }
    needed = {part: state for part, state in parts.items() if part not in _DISPENSABLE}
    is_ready = all(state == "ok" or (part, state) == ("model", _AWAY) for part, state in needed.items())
    return without_logging(JsonResponse(parts | {"version": settings.VERSION}, status=200 if is_ready else 503))


async def _database() -> str:
    try:
        await in_database(_ask_database)
    except (DatabaseError, *UNAVAILABLE):
        return _AWAY
    return "ok"


def _ask_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM chat_turn LIMIT 1")


async def _layer() -> str:
    """Return ``ok`` if a message comes back in time. Do not wait for a layer whose client cannot be cancelled."""
    layer = get_channel_layer()
    if layer is None:
        return "missing"
    round_trip = _round_trips.start(_comes_back(layer))
    await asyncio.wait([round_trip], timeout=LAYER_SECONDS)
    if round_trip.done() and round_trip.result():
        return "ok"
    round_trip.cancel()
    return _AWAY


async def _comes_back(layer: BaseChannelLayer) -> bool:
    """Send a message to ourselves, and return whether it came back."""
    try:
        channel = await layer.new_channel()
        await layer.send(channel, {"type": "ready"})
        await layer.receive(channel)
        with suppress(TimeoutError):
            async with asyncio.timeout(0):
                await layer.receive(channel)  # its cancellation makes the layer forget the channel
    except Exception:  # any error of the layer's client means that the layer is unreachable
        return False
    return True


_round_trips = OwnedTasks("the health check")
