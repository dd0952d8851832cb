"""Two users with a collection each: nothing of what one hears may reach the other."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.models import User

from chat.models import Collection, Membership, Recording
from chat.retrieval import index

from .asked import recorded

WORD = "zephyrine"
"""A word that is said in both collections."""


@dataclass(frozen=True)
class Team:
    """A user and the recording that nobody else hears, with words that are said nowhere else."""

    user: User
    collection: Collection
    recording: Recording
    secret: str


def team(user: User, secret: str, *said: str) -> Team:
    """Make a collection that only this user hears, with an indexed recording that has ``secret`` everywhere."""
    collection = Collection.objects.create(name=f"Collection {secret}")
    Membership.objects.create(collection=collection, user=user)
    texts = (
        f"We have decided that the {WORD} {secret} engine is what we take.",
        f"The {WORD} budget is 400 euros in June, says the {secret} report.",
        *said,
    )
    recording = recorded(
        f"Title {secret}", *texts, speaker=f"Speaker {secret}", audio=f"{secret}.mp3", collection=collection
    )
    index([recording])
    return Team(user, collection, recording, secret)
