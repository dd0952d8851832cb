"""A thread of questions and answers that belongs to one user."""

from __future__ import annotations

import re
import uuid
from datetime import datetime, timedelta
from typing import cast

from django.apps import apps
from django.conf import settings
from django.db import models, transaction
from django.db.models import Exists, F, OuterRef
from django.db.models.functions import Now

from ..addresses import address
from . import review_policy
from .hold import held, refuse_if_held
from .title_word import TitleWord
from .turns.state import ACTIVE

TITLE_LIMIT = 80

# Polite beginnings, which most questions share; "Do you know what…" asks "what…".
_FILLERS = re.compile(
    r"""(?:
        (?:hi|hello|hey|good\ (?:morning|afternoon|evening)|ok(?:ay)?|so|well|please|now|thanks|thank\ you)\b[\s,.!:–-]*
      | (?:can|could|would|will)\ you\ (?:please\ |kindly\ |perhaps\ |maybe\ )*
        (?:tell|show|explain|remind|give|say|find(?:\ out)?|look\ up)\b(?:\ to)?(?:\ (?:me|us))?(?:\ about)?[\s,:]+
      | (?:please\ )?(?:tell|show|remind|explain\ to)\ (?:me|us)(?:\ about)?[\s,:]+
      | (?:do|would)\ you\ (?:happen\ to\ )?know[\s,:]+
      | (?:i|we)(?:\ would|[’']d)?\ (?:want|like|need)\ to\ (?:know|see|find\ out|understand|hear|ask(?:\ you)?)
        (?:\ about)?[\s,:]+
      | i(?:\ am|[’']m|\ was)\ wondering[\s,:]+ | i\ wonder[\s,:]+ | i\ have\ a\ question[\s,.:–-]+
      | (?:is\ it\ possible|are\ you\ able)\ to\ (?:tell|show)\ (?:me|us)[\s,:]+
    )+""",
    re.IGNORECASE | re.VERBOSE,
)
_CLOSINGS = re.compile(r"[\s,.!–-]+(?:please|thanks|thank you|many thanks)(?:[\s.!]*)(?=\??$)", re.IGNORECASE)


class ConversationQuerySet(models.QuerySet["Conversation"]):
    """Conversations; every look-up for a user starts from ``of(user)``, so no query can forget the ownership."""

    def kept(self) -> ConversationQuerySet:
        """Return the conversations that are not deleted: nobody reads the others, whose text the purge removes."""
        return self.filter(deleted_at=None)

    def of(self, user_id: int) -> ConversationQuerySet:
        """Return the user's own conversations that are not deleted, the last used first."""
        return self.kept().filter(user_id=user_id).order_by("-asked_at", "-pk")

    def found_of(self, user_id: int) -> ConversationQuerySet:
        """Return the same as ``of``, to be narrowed to what a search finds.

        The sum keeps the database from reading all conversations of the user by index, to see which of them are found.
        """
        return self.kept().alias(owner=F("user_id") + 0).filter(owner=user_id).order_by("-asked_at", "-pk")

    def idle(self, days: int, at: datetime | None = None) -> ConversationQuerySet:
        """Return the conversations at rest that are not deleted and have had no question for ``days`` at a time."""
        return self.filter(deleted_at=None, asked_at__lt=(at or Now()) - timedelta(days=days)).at_rest()

    def held(self) -> ConversationQuerySet:
        """Return the conversations that a legal hold keeps."""
        return cast(ConversationQuerySet, held(self))

    def free(self) -> ConversationQuerySet:
        """Return the conversations that no legal hold keeps."""
        return self.exclude(pk__in=self.model.objects.all().held().values("pk"))

    def open_to_review(self) -> ConversationQuerySet:
        """Return the conversations of which a reviewer may open at least one turn."""
        if review_policy.policy() == review_policy.Policy.ALL:
            return self.kept()
        turns = apps.get_model("chat", "Turn").objects.open_to_review()
        return self.kept().filter(Exists(turns.filter(conversation=OuterRef("pk"))))

    @transaction.atomic
    def discard(self) -> int:
        """Hide these conversations from everybody, and end their active turns; return how many they were.

        Raise ``Held``, and hide none, if a legal hold keeps one.
        """
        keys = list(self.filter(deleted_at=None).values_list("pk", flat=True))
        refuse_if_held(self.filter(deleted_at=None))
        count = self.model.objects.filter(pk__in=keys, deleted_at=None).update(deleted_at=Now())
        apps.get_model("chat", "Turn").objects.filter(conversation__in=keys, state__in=ACTIVE).end(None)
        return int(count)

    def removable(self) -> ConversationQuerySet:
        """Return the deleted conversations at rest; a deleted one gets no further questions."""
        return self.filter(deleted_at__isnull=False).at_rest()

    def at_rest(self) -> ConversationQuerySet:
        """Return the conversations without a queued or streaming turn."""
        return self.exclude(turns__state__in=ACTIVE)

    @transaction.atomic
    def rename(self, title: str) -> None:
        """Give these conversations another title, by which they are found from now on."""
        keys = list(self.select_for_update().values_list("pk", flat=True))
        self.model.objects.filter(pk__in=keys).update(title=title, earlier_title=None)
        TitleWord.objects.filter(conversation__in=keys).delete()
        TitleWord.store((key, title) for key in keys)


class Conversation(models.Model):
    """An owner's thread of turns."""

    uuid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="conversations", db_index=False
    )
    title = models.CharField(max_length=TITLE_LIMIT)
    earlier_title = models.CharField(max_length=TITLE_LIMIT, null=True)
    """The title from before the upgrade, which may tell what an answer says: ``show_earlier_titles`` shows it."""

    created_at = models.DateTimeField(db_default=Now(), editable=False)
    asked_at = models.DateTimeField(db_default=Now(), editable=False)
    deleted_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = ConversationQuerySet.as_manager()

    class Meta:
        # With the id, so that no page of either list has to be sorted.
        indexes = [
            models.Index(fields=["user", "-asked_at", "-id"], name="conversation_of_user"),
            models.Index(fields=["-asked_at", "-id"], condition=models.Q(deleted_at=None), name="conversation_kept"),
        ]

    def __str__(self) -> str:
        """Return no title, which is content: Django's admin and logs write this."""
        return f"conversation {self.uuid}"

    def get_absolute_url(self) -> str:
        return address("chat:conversation-detail", self.uuid)

    def discard(self) -> None:
        """Hide the conversation from everybody and end its active turns; the purge removes it for good.

        Raise ``Held`` if a legal hold keeps it.
        """
        refuse_if_held(type(self).objects.filter(pk=self.pk))
        type(self).objects.filter(pk=self.pk, deleted_at=None).update(deleted_at=Now())
        self.turns.end(None)


def title_from(question: str) -> str:
    """Return a title of at most 80 characters: the first question without filler words, cut between words.

    >>> title_from("Hi! Can you tell me what was decided about the seal, please?")
    'What was decided about the seal?'
    """
    line = _without_fillers(" ".join(question.split()))
    if len(line) <= TITLE_LIMIT:
        return line
    head, space, _ = line[: TITLE_LIMIT - 1].rpartition(" ")
    return (head if space else line[: TITLE_LIMIT - 1]) + "…"


def _without_fillers(line: str) -> str:
    """Return a question without the words around it that say nothing about its subject, unless nothing else is left."""
    kept = _CLOSINGS.sub("", _FILLERS.sub("", line, count=1) if _FILLERS.match(line) else line)
    if not any(character.isalnum() for character in kept) or kept.rstrip("?!. ").casefold() in ("me", "us"):
        return line
    return kept[0].upper() + kept[1:] if kept != line else line
