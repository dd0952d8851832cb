"""What each serving process asks the database again and again, with or without work: never for all turns."""

from __future__ import annotations

import re
from collections.abc import Callable
from uuid import uuid4

import pytest
from django.db import connection

from chat.live.socket_watch import NewTurns
from chat.models import Job, LoginSession, SpeakerErasure, Submission, Turn
from chat.turns.runner import runner
from chat.upkeep.sealer import Sealer

from ..support.plans import explained

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

GROWING = "chat_(?:conversation|turn|chunk|citation|quotation|accessevent|loginsession)"
SCAN = {"sqlite": rf"^SCAN (?:{GROWING}|[U-Z]\d|login|turn)\b(?! USING)", "postgresql": rf"Seq Scan on {GROWING}\b"}
LOOKS: dict[str, Callable[[], object]] = {
    "turns whose owner is gone": lambda: Turn.objects.find_abandoned({"gone"}),
    "turns that were asked to stop": runner._asked_to_stop,
    "sign-ins that no longer count": Turn.objects.lost_logins,
    "turns that may start": lambda: Turn.objects.claim("me"),
    "turns that an owner holds": lambda: Turn.objects.held_by("me"),
    "turns of open conversations": NewTurns().find,
    "jobs in line": lambda: Job.objects.claim("me", at_once=1, attempts=1),
    "erasures": lambda: list(SpeakerErasure.objects.unfinished()),
    "events to seal": lambda: Sealer("me").look(),
}


@pytest.mark.parametrize("look", LOOKS)
def test_no_look_reads_all_turns(login: LoginSession, look: str) -> None:
    for owner in ("me", ""):
        Turn.objects.submit_to(owner, login, Submission(request_id=uuid4(), question="When?"))

    LOOKS[look]()  # the first time, it may look for where to begin

    with explained() as plans:
        LOOKS[look]()

    scan = re.compile(SCAN[connection.vendor], re.MULTILINE)
    assert plans
    assert not [plan for plan in plans if scan.search(plan)]
