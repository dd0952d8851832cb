"""Fill the database of a site with 300 conversations of the last months: run it in the environment of that site."""

from __future__ import annotations

import os
import sys
from datetime import timedelta
from itertools import product
from pathlib import Path

import django

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chatsite.settings")
django.setup()

from django.contrib.auth.models import User  # noqa: E402  # Django must be set up first
from django.utils import timezone  # noqa: E402

from chat.models import Conversation, LoginSession  # noqa: E402
from tests.support.asked import asked  # noqa: E402

CONVERSATIONS = 300
THINGS = ("budget", "roadmap", "hiring", "website", "contract", "warehouse", "insurance", "survey", "training", "rent")
QUESTIONS = [
    "What was decided about the {0} in {1}?",
    "Who looks after the {0} of {1}?",
    "What does the {0} cost in {1}?",
]
PLACES = ("Leeds", "Porto", "Ghent", "Turin", "Malmö", "Cork", "Graz", "Lyon", "Bergen", "Delft")


def main(username: str, last_week: str) -> None:
    """Create the conversations, the newest today and that with the question ``last_week`` a week ago."""
    user = User.objects.get(username=username)
    login = LoginSession.objects.create(user=user)
    questions = [question.format(thing, place) for thing, place, question in product(THINGS, PLACES, QUESTIONS)]
    for number, question in enumerate(questions[:CONVERSATIONS]):
        is_last_week = number == 60
        turn = asked(login, last_week if is_last_week else question, answer="They talked about it at length.")
        asked_at = timezone.now() - timedelta(hours=2.8 * number + 1)
        Conversation.objects.filter(pk=turn.conversation_id).update(asked_at=asked_at, created_at=asked_at)


if __name__ == "__main__":
    main(*sys.argv[1:])
