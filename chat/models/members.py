"""The changes of who hears a collection. Each is an event that its members can see, or it does not happen."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Concatenate, ParamSpec, TypeVar, cast

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, User
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError, Q, Value
from django.db.models.functions import Concat

from .access.event import AccessEvent
from .access.kinds import How, Kind
from .collection import Collection, Membership, Role
from .hold import refuse_if_held
from .job_state import UNFINISHED
from .recording import Recording
from .refusal import InvalidRequest, NotFound

P = ParamSpec("P")
R = TypeVar("R")

_LAST = "Somebody has to manage this collection: give the role to another member first."
_NOT_EMPTY = "This collection has recordings. Move or delete them first."
_IN_WORK = "Recordings are on their way into this collection. Wait for them, or cancel them first."
_GONE = "This member was removed meanwhile."


def _locked(change: Callable[Concatenate[Members, P], R]) -> Callable[Concatenate[Members, P], R]:
    """Make a change while the collection is locked; undo it if it leaves the collection without a manager."""

    def change_locked(members: Members, /, *args: P.args, **kwargs: P.kwargs) -> R:
        with transaction.atomic():
            Collection.objects.select_for_update().get(pk=members.collection.pk)
            was_managed = members.is_managed()
            result = change(members, *args, **kwargs)
            if was_managed and not members.is_managed():
                raise InvalidRequest(_LAST)
            return result

    return change_locked


@transaction.atomic
def make_collection(maker: User, name: str, description: str = "") -> Collection:
    """Make and return a collection that its maker manages, and that nobody else hears yet."""
    collection = Collection.objects.create(name=name, description=description)
    members = Members(collection, maker)
    members.record_change({"did": "made"})
    members.add_user(maker, Role.MANAGE)
    return collection


@transaction.atomic
def dissolve(collection: Collection, actor: User) -> None:
    """Delete a collection. Raise ``InvalidRequest`` if it is the default one or has recordings, also a moment ago.

    Raise ``Held`` if a legal hold keeps it.
    """
    refuse_if_held(Collection.objects.filter(pk=collection.pk))
    if collection.is_default:
        raise InvalidRequest("This collection is where new recordings go. It cannot be deleted.")
    try:
        with transaction.atomic():
            collection.jobs.exclude(state__in=UNFINISHED).delete()
            Collection.objects.get(pk=collection.pk).delete()
    except ProtectedError as error:
        has_recordings = any(isinstance(each, Recording) for each in error.protected_objects)
        raise InvalidRequest(_NOT_EMPTY if has_recordings else _IN_WORK) from None
    Members(collection, actor).record_change({"did": "deleted", "name": collection.name})


class Members:
    """The members of a collection, as ``actor`` changes them. The caller checks whether the actor may."""

    def __init__(self, collection: Collection, actor: User) -> None:
        self.collection = collection
        self._actor = actor

    @_locked
    def add(self, named: str, role: str) -> Membership:
        """Add the user or group of this name or e-mail address. Raise ``InvalidRequest`` unless it is exactly one."""
        _check(role)
        member = _member(named)
        return self._add(role, group=member) if isinstance(member, Group) else self._add(role, user=member)

    def add_user(self, user: User, role: str) -> Membership:
        """Add a user. Raise ``InvalidRequest`` if the user is a member already."""
        return self._add(role, user=user)

    @_locked
    def change(self, pk: int, role: str) -> Membership:
        """Give a member another role. Raise ``NotFound``, or ``InvalidRequest`` if nobody would manage any more."""
        membership = self._get(pk)
        _check(role)
        if membership.role != role:
            membership.role = role
            membership.save(update_fields=["role"])
            self._record(Kind.MEMBER_CHANGED, membership)
        return membership

    @_locked
    def remove(self, pk: int) -> Membership:
        """Remove a member. Raise ``NotFound``, or ``InvalidRequest`` if nobody would manage any more."""
        membership = self._get(pk)
        Membership.objects.filter(pk=membership.pk).delete()
        self._record(Kind.MEMBER_REMOVED, membership)
        return membership

    @_locked
    def open_to_everyone(self, everyone: bool) -> None:
        """Let everyone who is signed in hear the collection, or only its members."""
        changed = Collection.objects.filter(pk=self.collection.pk).exclude(everyone=everyone).update(everyone=everyone)
        self.collection.everyone = everyone
        if changed:
            self.record_change({"everyone": everyone})

    def is_managed(self) -> bool:
        """Return whether an active user, alone or in a group, manages the collection."""
        managing = self.collection.memberships.filter(role=Role.MANAGE)
        return managing.filter(Q(user__is_active=True) | Q(group__user__is_active=True)).exists()

    def record_change(self, details: dict[str, object]) -> None:
        """Record that the rules of the collection changed."""
        AccessEvent.objects.record_member(
            Kind.COLLECTION_CHANGED, actor=self._actor, how=How.PAGE, collection=self.collection.uuid, details=details
        )

    def _add(self, role: str, *, user: User | None = None, group: Group | None = None) -> Membership:
        try:
            with transaction.atomic():
                membership = Membership.objects.create(collection=self.collection, role=role, user=user, group=group)
        except IntegrityError:
            raise InvalidRequest(f"{user or group} is a member already.") from None
        self._record(Kind.MEMBER_ADDED, membership)
        return membership

    def _get(self, pk: int) -> Membership:
        membership = self.collection.memberships.select_related("user", "group").filter(pk=pk).first()
        if membership is None:
            raise NotFound(_GONE)
        return membership

    def _record(self, kind: Kind, membership: Membership) -> None:
        AccessEvent.objects.record_member(
            kind,
            actor=self._actor,
            how=How.PAGE,
            member_id=membership.user_id,
            member_name=str(membership.user or membership.group),
            collection=self.collection.uuid,
            details={"role": membership.role} | ({"group": str(membership.group)} if membership.group else {}),
        )


@transaction.atomic
def move(recording: Recording, to: Collection, actor: User) -> None:
    """Move a recording; from now on the members of ``to`` hear it, and nobody else. Those of both see that it moved.

    Raise ``NotFound`` if the actor may not change both collections, or if the recording was moved or deleted meanwhile.
    Raise ``InvalidRequest`` if the same transcript is in ``to`` already, and ``Held`` if a legal hold is on the
    collection that it is in: it would get out of it.
    """
    refuse_if_held(Collection.objects.filter(pk=recording.collection_id))
    both = Collection.objects.changeable_by(actor).select_for_update().in_bulk([recording.collection_id, to.pk])
    moved = Recording.objects.filter(pk=recording.pk, collection=recording.collection_id)
    may_move = {recording.collection_id, to.pk} <= both.keys()
    twins = Recording.objects.filter(digest=recording.digest, collection=to).exclude(pk=recording.pk)
    if may_move and twins.exists():  # both collections are locked
        raise InvalidRequest(f"“{to.name}” has a recording of the same transcript already.")
    if not may_move or not moved.update(collection=to):
        raise NotFound("This recording cannot be moved there: it was moved or deleted, or you do not manage both.")
    details = {"recording": str(recording.uuid), "from": both[recording.collection_id].name, "to": to.name}
    for uuid in dict.fromkeys(collection.uuid for collection in both.values()):
        AccessEvent.objects.record_member(
            Kind.RECORDING_MOVED, actor=actor, how=How.PAGE, collection=uuid, details=details
        )
    recording.collection = to


def hearers(collections: Iterable[Collection]) -> dict[int, set[int]]:
    """Return the ids of the active users who hear each of these collections, by the key of the collection."""
    found = {collection.pk: set[int]() for collection in collections}
    active = Membership.objects.filter(collection__in=found)
    for path in ("user", "group__user"):
        pairs = active.filter(**{f"{path}__is_active": True}).values_list("collection", path)
        for collection, user in pairs:
            found[collection].add(user)
    open_to_all = [collection.pk for collection in collections if collection.everyone]
    if open_to_all:
        everyone = set(get_user_model().objects.filter(is_active=True).values_list("pk", flat=True))
        found |= dict.fromkeys(open_to_all, everyone)
    return found


def _check(role: str) -> None:
    if role not in Role.values:
        raise InvalidRequest("Please choose a role.")


def _member(named: str) -> User | Group:
    """Return the user or the group that somebody means."""
    name = named.strip()
    if not name:
        raise InvalidRequest("Please type a name, an e-mail address or the name of a group.")
    users = get_user_model().objects.filter(is_active=True)
    exact: list[User | Group] = [*users.filter(username=name), *Group.objects.filter(name=name)]
    found = exact if len(exact) == 1 else [*_users(name), *Group.objects.filter(name__iexact=name)]
    if not found:
        raise InvalidRequest(f"No active user has the name or e-mail address “{name}”, and no group has this name.")
    if len(found) > 1:
        names = ", ".join(f"{'group' if isinstance(each, Group) else 'user'} {each}" for each in found[:5])
        raise InvalidRequest(f"“{name}” may be any of these: {names}. Please type the user name.")
    return cast(User | Group, found[0])


def _users(name: str) -> Iterable[User]:
    full_name = Concat("first_name", Value(" "), "last_name")
    called = Q(username__iexact=name) | Q(email__iexact=name) | Q(full_name__iexact=name) | Q(first_name__iexact=name)
    active = get_user_model().objects.filter(is_active=True)
    return active.annotate(full_name=full_name).filter(called).order_by("username")
