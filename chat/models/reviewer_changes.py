"""The changes of who may review, as events of the log of accesses.

What the log says is compared with who is a reviewer, so that it does not matter in which way that changed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from django.contrib.auth.models import Group, User
from django.db.models import Exists, OuterRef, Subquery, Value
from django.db.models.functions import Coalesce

from .access.acting import who_acts
from .access.event import AccessEvent
from .access.kinds import Kind
from .reviewer import REVIEWERS, reviewers

MEMBERS = (Kind.REVIEWER_ADDED, Kind.REVIEWER_REMOVED)


class Change(NamedTuple):
    """A user who has become a reviewer, or is none any more, of which the log says nothing yet."""

    kind: Kind
    member_id: int
    member_name: str


def unrecorded() -> set[Change]:
    """Return the changes that the log lacks. Each kind is read by one statement, so that both see one moment."""
    return {*_added(), *_removed()}


def record_changes() -> None:
    """Record the changes that the log lacks, as made by who acts at the moment."""
    actor, how = who_acts()
    for change in sorted(unrecorded()):
        AccessEvent.objects.record_member(
            change.kind,
            actor=actor,
            how=how,
            member_id=change.member_id,
            member_name=change.member_name,
            reason=_why(change),
        )


def record_group_change(what: str) -> None:
    """Record a change of the group itself, in words: ``The group was deleted.``"""
    actor, how = who_acts()
    AccessEvent.objects.record_member(Kind.REVIEWERS_CHANGED, actor=actor, how=how, reason=what)


def _added() -> Iterator[Change]:
    of_user = AccessEvent.objects.filter(member_id=OuterRef("pk"), kind__in=MEMBERS).order_by("-pk")
    last = Coalesce(Subquery(of_user.values("kind")[:1]), Value(""))
    users = reviewers().annotate(last=last).exclude(last=Kind.REVIEWER_ADDED)
    yield from (Change(Kind.REVIEWER_ADDED, *row) for row in users.values_list("pk", "username"))


def _removed() -> Iterator[Change]:
    later = AccessEvent.objects.filter(member_id=OuterRef("member_id"), kind__in=MEMBERS, pk__gt=OuterRef("pk"))
    added = AccessEvent.objects.filter(~Exists(later), owner_id=None, kind=Kind.REVIEWER_ADDED)
    lost = added.filter(~Exists(reviewers().filter(pk=OuterRef("member_id"))))
    for pk, name in lost.values_list("member_id", "member_name"):
        if pk is not None:
            yield Change(Kind.REVIEWER_REMOVED, pk, name)


def _why(change: Change) -> str:
    if change.kind == Kind.REVIEWER_ADDED:
        return ""
    user = User.objects.filter(pk=change.member_id).first()
    if user is None:
        return "The account was deleted."
    if not user.is_active:
        return "The account was deactivated."
    return "" if Group.objects.filter(name=REVIEWERS).exists() else "The group was deleted or got another name."
