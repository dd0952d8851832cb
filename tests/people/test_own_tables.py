"""Every table that belongs to a user, or names one, is in the export of their data, or is left out for a reason."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.apps import apps
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import Permission, User
from django.contrib.contenttypes.models import ContentType
from django.db.models import CASCADE, ForeignKey, Model
from django.utils import timezone

from chat.models import (
    Collection,
    Consent,
    ConsentNote,
    DirectoryEntry,
    LoginSession,
    Pseudonym,
    Upload,
    UploadBatch,
)
from chat.people.own_data import account, conversation_document, conversations, encoded
from chat.people.own_data_in_markdown import account_text

from ..support.asked import asked, recorded

EXPORTED = {
    "admin.LogEntry.user": "changes_in_admin",
    "auth.User_groups.user": "profile",
    "auth.User_user_permissions.user": "profile",
    "chat.ApiToken.login_session": "api_tokens",
    "chat.CheckRequest.turn": "conversations",
    "chat.Citation.turn": "conversations",
    "chat.ConsentNote.written_by": "consent_notes_written",
    "chat.Conversation.user": "conversations",
    "chat.DailyUse.user": "daily_use",
    "chat.DirectoryEntry.user": "profile",
    "chat.Feedback.turn": "conversations",
    "chat.Invitation.invited_by": "invitations",
    "chat.Invitation.user": "invitations",
    "chat.Job.user": "recordings_begun",
    "chat.LoginSession.user": "sign_ins",
    "chat.Membership.user": "collections",
    "chat.Preference.user": "profile",
    "chat.Pseudonym.user": "profile",
    "chat.Quotation.turn": "conversations",
    "chat.ReviewLabel.owner": "conversations",
    "chat.ReviewLabel.reviewer": "labels_given",
    "chat.ReviewLabel.turn": "conversations",
    "chat.Turn.conversation": "conversations",
    "chat.Turn.user": "conversations",
    "chat.Upload.batch": "files_sent",
    "chat.UploadBatch.user": "files_sent",
    "mfa.Authenticator.user": "second_factors",
    "socialaccount.SocialAccount.user": "linked_identities",
}
"""By each foreign key: the part of the file that has its rows."""

_OF_THE_ANSWER = "made of the question or the answer, which the file has"
_AN_EVENT = "an event says so, which the file has"
_SECRET = "the digest of a link that was sent, and for how long it works"
DEPTH = 5
"""Most keys between a row and the user to whom it belongs."""
LEFT_OUT = {
    "account.EmailAddress.user": "the site stores nothing there: the address is in the profile",
    "account.EmailConfirmation.email_address": "the same",
    "chat.ChangedAnswer.turn": "the answer itself says that words of a speaker were removed from it",
    "chat.CheckRequest.opened_by": _AN_EVENT,
    "chat.Chunk.turn": _OF_THE_ANSWER,
    "chat.DataExport.user": "the file itself",
    "chat.DataExportPart.export": "the same",
    "chat.Hold.user": "an event says which hold, which the file has; administrators alone read its reason",
    "chat.IndexedTurn.turn": _OF_THE_ANSWER,
    "chat.Invitation_collections.invitation": "what somebody got by it is among the collections",
    "chat.Invitation_groups.invitation": "what somebody got by it is among the groups",
    "chat.ListedReviewer.user": _AN_EVENT,
    "chat.PasswordOffer.user": "that a new password may be set without the old one, for some minutes",
    "chat.PasswordReset.user": _SECRET,
    "chat.SpeakerErasure.actor": "an event says so, which the file has; the name is that of somebody else",
    "chat.TitleWord.conversation": _OF_THE_ANSWER,
    "chat.TraceExport.turn": "whether the turn was sent to MLflow, which has the same",
    "chat.Turn.login_session": "in which browser it was asked, of which the file has the devices",
    "chat.WithdrawnAudio.withdrawn_by": _AN_EVENT,
    "socialaccount.SocialToken.account": "the site stores no tokens of the provider",
}


def foreign_keys() -> list[ForeignKey[Any, Any]]:
    """Return the keys that name a user, and those of rows that are deleted with what belongs to a user."""
    models = apps.get_models(include_auto_created=True)
    keys = [field for model in models for field in model._meta.get_fields() if isinstance(field, ForeignKey)]
    own: set[type[Model]] = set()
    for _ in range(DEPTH):
        own |= {key.model for key in keys if _goes(key) and key.related_model in {User, *own}}
    return [key for key in keys if key.related_model is User or (_goes(key) and key.related_model in own)]


def _goes(key: ForeignKey[Any, Any]) -> bool:
    return key.remote_field.on_delete is CASCADE


def test_each_table_of_a_user_is_exported_or_left_out_for_a_reason() -> None:
    found = {f"{key.model._meta.label}.{key.name}" for key in foreign_keys()}

    assert found == EXPORTED.keys() | LEFT_OUT.keys()
    assert not EXPORTED.keys() & LEFT_OUT.keys()


@pytest.mark.django_db
def test_each_part_that_is_named_here_is_in_the_file(alice: User) -> None:
    assert set(EXPORTED.values()) <= account(alice).keys() | {"conversations"}


@pytest.mark.django_db
def test_it_tells_by_what_a_user_signs_in_and_no_secret(alice: User) -> None:
    linked = SocialAccount.objects.create(
        user=alice, provider="https://id.example.com", uid="alice-7", extra_data={"email": "alice@example.com"}
    )
    kinds = Authenticator.Type
    Authenticator.objects.create(user=alice, type=kinds.TOTP, data={"secret": "canary"})
    Authenticator.objects.create(user=alice, type=kinds.WEBAUTHN, data={"name": "blue key", "credential": "canary"})

    document = account(alice)

    [identity] = document["linked_identities"]
    assert identity == {
        "provider": "https://id.example.com",
        "subject": "alice-7",
        "email": "alice@example.com",
        "linked_at": linked.date_joined,
        "last_used_at": linked.last_login,
    }
    assert [(each["kind"], each["name"]) for each in document["second_factors"]] == [
        ("TOTP Authenticator", ""),
        ("WebAuthn", "blue key"),
    ]
    assert b"canary" not in encoded(document)
    assert "subject: alice-7" in account_text(document)


@pytest.mark.django_db
def test_it_tells_what_others_know_of_a_user_and_what_the_user_wrote_elsewhere(alice: User) -> None:
    alice.user_permissions.add(Permission.objects.get(codename="view_user"))
    DirectoryEntry.objects.create(user=alice, external_id="00u-alice")
    Pseudonym.objects.create(user=alice, name="Calm Heron 12")
    ConsentNote.write(recorded("Planning"), Consent("everybody", timezone.localdate()), actor=alice)
    kind = ContentType.objects.get_for_model(User)
    LogEntry.objects.create(user=alice, content_type=kind, object_repr="canary", action_flag=CHANGE)

    document = account(alice)

    profile = document["profile"]
    assert (profile["permissions"], profile["id_in_the_directory"], profile["name_in_the_review"]) == (
        ["view_user"], "00u-alice", "Calm Heron 12"
    )  # fmt: skip
    assert [note["told"] for note in document["consent_notes_written"]] == ["everybody"]
    assert [(each["what"], each["kind"]) for each in document["changes_in_admin"]] == [("Change", "user")]
    assert b"canary" not in encoded(document)


@pytest.mark.django_db
def test_it_tells_which_files_a_user_has_sent(alice: User) -> None:
    batch = UploadBatch.objects.create(user=alice, collection=Collection.objects.default(), title="Weekly")
    Upload.objects.create(batch=batch, pair=0, is_transcript=False, name="talk.mp3", size=100, received=8)

    [file] = account(alice)["files_sent"]

    assert (file["name"], file["received"], file["title"]) == ("talk.mp3", 8, "Weekly")


@pytest.mark.django_db
def test_a_conversation_has_its_turns(alice: User, login: LoginSession) -> None:
    asked(login, "When do the herons ship?")

    [(conversation, turns)] = conversations(alice.pk)

    assert conversation_document(conversation, turns)["turns"][0]["question"] == "When do the herons ship?"
