"""Everything that is stored about a user, as they may read it: what the export contains."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.db.models import Q

from ..api.resources import Turn as TurnResource
from ..conversations.rendering import PAGE, turns_after
from ..conversations.shown_turn import ShownTurn
from ..models import (
    AccessEvent,
    ConsentNote,
    Conversation,
    DailyUse,
    DirectoryEntry,
    Invitation,
    Membership,
    Preference,
    Pseudonym,
    ReviewLabel,
    show_earlier_titles,
)
from ..processing.shown import jobs_of
from ..uploads.own import sent_files
from .own_sign_ins import sign_ins

BATCH = 20
Document = dict[str, Any]


def account(user: User) -> Document:
    """Return all but the conversations of a user, and no secret."""
    preference = Preference.of(user)
    return {
        "profile": {
            "user_name": user.get_username(),
            "name": user.get_full_name(),
            "email": user.email,
            "joined_at": user.date_joined,
            "last_sign_in_at": user.last_login,
            "is_active": user.is_active,
            "is_staff": user.is_staff,
            "is_administrator": user.is_superuser,
            "groups": sorted(user.groups.values_list("name", flat=True)),
            "permissions": sorted(user.user_permissions.values_list("codename", flat=True)),
            "name_in_the_review": "".join(Pseudonym.objects.filter(user=user).values_list("name", flat=True)),
            "id_in_the_directory": "".join(
                DirectoryEntry.objects.filter(user=user).values_list("external_id", flat=True)
            ),
            "time_zone": preference.zone,
            "theme": preference.theme,
        },
        **sign_ins(user),
        "collections": [_membership(member) for member in _memberships(user)],
        "daily_use": list(DailyUse.objects.filter(user=user).values("day", "questions", "tokens")),
        "invitations": [_invitation(each) for each in _invitations(user)],
        "consent_notes_written": [_note(note) for note in ConsentNote.objects.filter(written_by=user).order_by("pk")],
        "files_sent": sent_files(user.pk),
        "recordings_begun": jobs_of(user.pk),
        "labels_given": [_label(label) for label in ReviewLabel.objects.filter(reviewer=user).order_by("pk")],
        "reads_by_others": [_event(event) for event in AccessEvent.objects.of_owner(user.pk).exclude(actor_id=user.pk)],
        "changes_of_rights": [_event(event) for event in AccessEvent.objects.of_member(user.pk)],
        "changes_in_admin": [_change(entry) for entry in LogEntry.objects.filter(user=user).order_by("pk")],
        "own_accesses": [_own_access(event) for event in AccessEvent.objects.filter(actor_id=user.pk).order_by("-pk")],
    }


def conversations(user_id: int) -> Iterator[tuple[Conversation, list[ShownTurn]]]:
    """Yield the conversations of a user with all their turns, the oldest first, read a few at a time."""
    after = 0
    while batch := list(Conversation.objects.kept().filter(user=user_id, pk__gt=after).order_by("pk")[:BATCH]):
        after = batch[-1].pk
        show_earlier_titles(batch, user_id)
        yield from ((conversation, _turns(conversation)) for conversation in batch)


def conversation_document(conversation: Conversation, turns: Sequence[ShownTurn]) -> Document:
    """Return a conversation as the export has it."""
    return {
        "id": conversation.uuid,
        "title": conversation.title,
        "created_at": conversation.created_at,
        "asked_at": conversation.asked_at,
        "turns": [_turn(shown) for shown in turns],
    }


def encoded(document: object) -> bytes:
    """Return a document as JSON, indented for people."""
    return msgspec.json.format(msgspec.json.encode(document), indent=2)


def recordings_in(turns: Sequence[ShownTurn]) -> set[str]:
    """Return the ids of the recordings of which these turns have words or titles."""
    cited = {str(citation.recording_uuid) for shown in turns for citation in shown.citations if citation.is_heard}
    quoted = {str(each.recording_uuid) for shown in turns for each in shown.quotations if each.recording_uuid}
    return cited | quoted | {each["id"] for shown in turns for each in shown.filter if each["id"]}


def _turns(conversation: Conversation) -> list[ShownTurn]:
    found: list[ShownTurn] = []
    while page := turns_after(conversation, conversation.user_id, found[-1].turn if found else None):
        found += page
        if len(page) < PAGE:
            break
    return found


def _turn(shown: ShownTurn) -> Document:
    turn = shown.turn
    said = {"usage": turn.usage, "milliseconds": turn.steps, "finish_reason": turn.finish_reason}
    document: Document = msgspec.to_builtins(TurnResource.of(shown))
    return document | said


def _memberships(user: User) -> Sequence[Membership]:
    groups = Membership.objects.filter(group__in=user.groups.all())
    found = (Membership.objects.filter(user=user) | groups).select_related("collection", "group")
    return list(found.distinct().order_by("collection__name", "pk"))


def _membership(member: Membership) -> Document:
    group = member.group.name if member.group else None
    return {"id": member.collection.uuid, "name": member.collection.name, "role": member.role, "by_group": group}


def _invitations(user: User) -> Sequence[Invitation]:
    """Return the invitation by which a user came, and those that the user has made."""
    return list(
        Invitation.objects.filter(Q(user=user) | Q(invited_by=user)).select_related("invited_by").order_by("pk")
    )


def _invitation(invitation: Invitation) -> Document:
    by = invitation.invited_by
    return {
        "name": invitation.name,
        "email": invitation.email,
        "invited_by": by.get_username() if by else "",
        "made_at": invitation.made_at,
        "used_at": invitation.used_at,
        "revoked_at": invitation.revoked_at,
    }


def _label(label: ReviewLabel) -> Document:
    return {
        "verdict": label.verdict,
        "comment": label.comment,
        "labelled_at": label.labelled_at,
    }


def _note(note: ConsentNote) -> Document:
    """Return the words of a note, without the recording: the user may hear it no longer."""
    return {"told": note.told, "told_on": note.told_on, "link": note.link, "written_at": note.written_at}


def _change(entry: LogEntry) -> Document:
    """Return what a member of staff did in the admin, without the name of what it was done to."""
    kind = entry.content_type.name if entry.content_type else ""
    return {"what": entry.get_action_flag_display(), "kind": kind, "at": entry.action_time}


def _event(event: AccessEvent) -> Document:
    return {
        "what": event.what,
        "by": event.actor_name,
        "at": event.at,
        "way": event.way,
        "reason": event.reason,
        "conversation": event.conversation,
        "turns": event.turns,
        "collection": event.collection,
        "details": event.details,
    }


def _own_access(event: AccessEvent) -> Document:
    """Return what the user did, without whose conversation it was: that is the owner's."""
    return {"what": event.what, "at": event.at, "way": event.way, "reason": event.reason}
