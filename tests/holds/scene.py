"""What the tests of holds delete, or try to."""

from __future__ import annotations

from datetime import date

from django.contrib.auth.models import User
from django.test import Client

from chat.models import (
    Citation,
    Collection,
    Consent,
    ConsentNote,
    Conversation,
    LoginSession,
    Membership,
    Recording,
    Segment,
    Turn,
)
from chat.models.collection import Role

from ..support.asked import asked, citing, recorded

NAME = "Case 12"
USER, COLLECTION, EMPTY = "alice", "collection", "empty"


class Scene:
    """Alice has asked about a recording of a collection, which she manages; boss administrates."""

    def __init__(self, login: LoginSession) -> None:
        self.alice = login.user
        self.boss = User.objects.create_superuser("boss", password="boss-secret-words")
        self.collection = Collection.objects.create(name="Sales")
        self.empty = Collection.objects.create(name="Empty")
        for collection in (self.collection, self.empty):
            for user in (self.alice, self.boss):
                Membership.objects.create(collection=collection, user=user, role=Role.MANAGE)
        self.recording = recorded("Pipeline", "We ship in March.", collection=self.collection, audio="pipeline.mp3")
        ConsentNote.write(self.recording, Consent("everybody", date(2026, 1, 2)), actor=self.boss)
        self.turn = asked(login, answer="In March [1].", citations=[citing(self.recording)])
        self.conversation = self.turn.conversation

    def by(self, user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    def rows(self) -> list[int]:
        """Count what a hold keeps, and what is not hidden or changed of it."""
        kept = Conversation.objects.kept().count() + ConsentNote.objects.filter(told="everybody").count()
        models = (User, Collection, Recording, Segment, Conversation, Turn, Citation)
        return [kept, *(model.objects.count() for model in models)]
