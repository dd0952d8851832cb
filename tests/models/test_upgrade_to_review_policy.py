"""A database of the release before keeps its labels: their owners are noted, to whom they are not new."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from chat.models import Conversation, LoginSession, ReviewLabel

from ..support.asked import asked
from .test_upgrade_to_collections import migrate

pytestmark = pytest.mark.django_db(transaction=True)


def test_earlier_labels_have_owners_who_have_seen_them(login: LoginSession, carol: User, bob: User) -> None:
    of_bob = LoginSession.objects.create(user=bob)
    turns = [asked(each, "When?") for each in (login, of_bob)]
    labels = [ReviewLabel.give(turn, carol, "partly", "Not all of it.") for turn in turns]
    unnamed = ReviewLabel.give(turns[0], bob, "wrong", "")
    ReviewLabel.objects.filter(pk=unnamed.pk).update(reviewer=None)
    try:
        migrate("0025_reviewers")
    finally:
        migrate(None)

    kept = ReviewLabel.objects.order_by("pk")
    assert [(label.pk, label.owner_id) for label in kept] == [
        (labels[0].pk, login.user_id),
        (labels[1].pk, bob.pk),
        (unnamed.pk, login.user_id),
    ]
    assert all(label.seen_at == label.labelled_at for label in kept)
    assert [label.comment for label in kept] == ["Not all of it.", "Not all of it.", ""]
    assert not ReviewLabel.objects.unseen_by(login.user_id).exists()
    assert {each.title for each in Conversation.objects.all()} == {"When?"}


def test_an_upgrade_goes_on_after_the_labels(login: LoginSession, carol: User) -> None:
    turn = asked(login)
    try:
        migrate("0025_reviewers")
    finally:
        migrate(None)

    label = ReviewLabel.give(turn, carol, "good", "")

    assert list(ReviewLabel.objects.unseen_by(login.user_id)) == [label]
