"""The changes of legal holds. Each is an event in the log of accesses, or it does not happen."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models.functions import Now

from .access.event import AccessEvent
from .access.kinds import How, Kind
from .collection import Collection
from .hold import Hold
from .refusal import InvalidRequest


@transaction.atomic
def place(on: Collection | User, *, name: str, reason: str, actor: User | None, how: How = How.PAGE) -> Hold:
    """Put a collection or a user under a legal hold; ``actor`` is None for a command.

    Raise ``InvalidRequest`` without a name or a reason, or if a hold of this name stands there already.
    """
    name, reason = " ".join(name.split()), reason.strip()
    if not (name and reason) or len(name) > Hold.NAME_LIMIT or len(reason) > Hold.REASON_LIMIT:
        raise InvalidRequest(
            f"A hold needs a name of at most {Hold.NAME_LIMIT} characters, and a reason of at most {Hold.REASON_LIMIT}."
        )
    subject = on.get_username() if isinstance(on, User) else on.name
    where = {"user": on} if isinstance(on, User) else {"collection": on}
    by = actor.get_username() if actor else ""
    try:
        with transaction.atomic():
            hold = Hold.objects.create(name=name, reason=reason, subject=subject, placed_by=by, **where)
    except IntegrityError:
        raise InvalidRequest(f"{subject} is under a hold of the name “{name}” already.") from None
    _record(Kind.HOLD_PLACED, hold, actor, how)
    return hold


@transaction.atomic
def release(hold: Hold, *, actor: User | None, how: How = How.PAGE) -> None:
    """Release a legal hold, which stays as history. Raise ``InvalidRequest`` if it was released meanwhile."""
    by = actor.get_username() if actor else ""
    if not Hold.objects.standing().filter(pk=hold.pk).update(released_by=by, released_at=Now()):
        raise InvalidRequest(f"The hold “{hold.name}” was released before.")
    _record(Kind.HOLD_RELEASED, hold, actor, how)


def _record(kind: Kind, hold: Hold, actor: User | None, how: How) -> None:
    """Record a change, without the reason: the members of a collection see its events."""
    AccessEvent.objects.record_member(
        kind,
        actor=actor,
        how=how,
        member_id=hold.user_id,
        member_name=hold.subject if hold.user_id else "",
        collection=hold.collection.uuid if hold.collection else None,
        details={"hold": hold.name},
    )
