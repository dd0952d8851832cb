"""The names under which the review shows the owners of conversations."""

from __future__ import annotations

import secrets
from collections.abc import Collection

from django.conf import settings
from django.contrib.auth.models import User
from django.db import models
from django.db.models import Exists, OuterRef, QuerySet

from .conversation import Conversation

_ADJECTIVES = (
    "Agile", "Amber", "Bold", "Brave", "Bright", "Brisk", "Calm", "Candid", "Clever", "Coral", "Crisp", "Daring",
    "Deft", "Eager", "Early", "Fair", "Fleet", "Gentle", "Glad", "Golden", "Grand", "Hardy", "Honest", "Ivory",
    "Jolly", "Keen", "Kind", "Lively", "Loyal", "Lucid", "Merry", "Mild", "Neat", "Nimble", "Noble", "Olive",
    "Patient", "Plain", "Polite", "Proud", "Prompt", "Quick", "Quiet", "Rapid", "Ready", "Robust", "Rosy", "Round",
    "Sandy", "Sharp", "Shy", "Silent", "Silver", "Smart", "Snowy", "Sober", "Solid", "Steady", "Sunny", "Swift",
    "Tidy", "Warm", "Wise", "Witty",
)  # fmt: skip
_BIRDS = (
    "Avocet", "Bittern", "Bunting", "Buzzard", "Chough", "Condor", "Coot", "Cormorant", "Crane", "Curlew", "Dipper",
    "Dove", "Dunlin", "Eagle", "Egret", "Eider", "Falcon", "Finch", "Gannet", "Godwit", "Goshawk", "Grebe", "Grouse",
    "Gull", "Harrier", "Hobby", "Hoopoe", "Ibis", "Jackdaw", "Jay", "Kestrel", "Kingfisher", "Kite", "Knot",
    "Lapwing", "Lark", "Linnet", "Magpie", "Martin", "Merlin", "Nightjar", "Oriole", "Osprey", "Ouzel", "Owl",
    "Pelican", "Petrel", "Pipit", "Plover", "Puffin", "Quail", "Raven", "Robin", "Ruff", "Shrike", "Siskin", "Snipe",
    "Starling", "Stork", "Swallow", "Swift", "Tern", "Thrush", "Wren",
)  # fmt: skip
_NUMBERS = range(2, 1000)
_ATTEMPTS = 20
"""How often a name is drawn for one user: it is free at once, unless there are millions of users."""


class PseudonymQuerySet(models.QuerySet["Pseudonym"]):
    """Pseudonyms; a user gets one when a reviewer first meets a conversation of theirs."""

    def of_owners(self) -> list[str]:
        """Return the pseudonyms of all users who have a conversation, in order; those without get one first."""
        own = Conversation.objects.kept().filter(user=OuterRef("pk"))
        return sorted(self._named(User.objects.filter(Exists(own))).values())

    def of(self, user_id: int) -> str:
        """Return the pseudonym of a user, who gets one if there is none."""
        return self._named(User.objects.filter(pk=user_id))[user_id]

    def of_each(self, user_ids: Collection[int]) -> dict[int, str]:
        """Return the pseudonyms of these users by their ids; those without get one first."""
        return self._named(User.objects.filter(pk__in=user_ids))

    def _named(self, users: QuerySet[User]) -> dict[int, str]:
        """Return the pseudonyms of users by their ids."""
        for _ in range(_ATTEMPTS):
            found = dict(users.values_list("pk", "pseudonym__name"))
            missing = [pk for pk, name in found.items() if name is None]
            if not missing:
                return found
            self._give(missing)
        raise RuntimeError("no pseudonym is free")

    def _give(self, users: Collection[int]) -> None:
        # Another process may give one to the same user, or the same one to another user: then nothing is stored.
        self.bulk_create([Pseudonym(user_id=pk, name=_drawn()) for pk in users], ignore_conflicts=True)


class Pseudonym(models.Model):
    """The name of an owner in the review. It is drawn at random and stored, so nothing about the owner leads to it."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True)
    name = models.CharField(max_length=40, unique=True)

    objects = PseudonymQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name


def _drawn() -> str:
    return f"{secrets.choice(_ADJECTIVES)} {secrets.choice(_BIRDS)} {secrets.choice(_NUMBERS)}"
