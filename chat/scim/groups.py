"""Groups as the directory sees and changes them: all but that of the reviewers, which people alone decide."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.contrib.auth.models import Group, User
from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from ..models import REVIEWERS, DirectoryEntry
from . import users
from .paths import Comparison, Path
from .protocol import GROUP, Document, ScimError

_NAME_LIMIT = 150


def visible() -> QuerySet[Group]:
    """Return the groups that there are for the directory."""
    return Group.objects.exclude(name=REVIEWERS).select_related("directory_entry").order_by("pk")


def found(wanted: Comparison) -> QuerySet[Group]:
    """Return the groups for which a comparison holds."""
    value = str(wanted.value)
    if "\0" in value:
        return Group.objects.none()
    if wanted.attribute == "id":
        return visible().filter(pk=int(value)) if value.isascii() and value.isdigit() else Group.objects.none()
    if wanted.attribute == "externalid":
        return visible().filter(directory_entry__external_id=value)
    if wanted.attribute == "displayname":
        return visible().filter(name__iexact=value)
    raise ScimError(400, f"Groups cannot be found by {wanted.attribute}.", "invalidFilter")


def resource(group: Group, base: str, *, with_members: bool = True) -> Document:
    """Return a group as a resource; ``base`` is the address of the service."""
    entry = getattr(group, "directory_entry", None)
    members = users.visible().filter(groups=group) if with_members else User.objects.none()
    return {
        "schemas": [GROUP],
        "id": str(group.pk),
        **({"externalId": entry.external_id} if entry and entry.external_id else {}),
        "displayName": group.name,
        "members": [
            {"value": str(user.pk), "display": user.get_username(), "$ref": f"{base}Users/{user.pk}"}
            for user in members
        ],
        "meta": {"resourceType": "Group", "location": f"{base}Groups/{group.pk}"},
    }


@transaction.atomic
def create(document: Document) -> Group:
    """Create a group with its members."""
    name = _name(document.get("displayName"))
    if Group.objects.filter(name=name).exists():
        raise ScimError(409, f"There is a group {name} already.", "uniqueness")
    group = Group.objects.create(name=name)
    replace(group, document)
    return group


@transaction.atomic
def replace(group: Group, document: Document) -> None:
    """Replace the name and the members of a group."""
    given = {str(key).lower(): value for key, value in document.items()}
    _rename(group, given.get("displayname"))
    _note(group, given.get("externalid", ""))
    group.user_set.set(_members(given.get("members") or []))


@transaction.atomic
def patch(group: Group, operations: Iterator[tuple[str, Path | None, Any]]) -> None:
    """Carry out changes in their order."""
    for verb, where, value in operations:
        if where is None:
            given = {str(key).lower(): each for key, each in value.items()} if isinstance(value, Mapping) else {}
            for key, each in given.items():
                _change(group, verb, Path(key), each)
        else:
            _change(group, verb, where, value)


def _change(group: Group, verb: str, where: Path, value: Any) -> None:
    """Change one attribute of a group. What the site does not have is ignored."""
    if where.attribute == "displayname" and verb != "remove":
        _rename(group, value)
    elif where.attribute == "externalid":
        _note(group, "" if verb == "remove" else value)
    elif where.attribute == "members":
        _change_members(group, verb, where, value)


def _change_members(group: Group, verb: str, where: Path, value: Any) -> None:
    listed = value if isinstance(value, list) else [value] if value else []
    if where.picked:
        listed = [{"value": where.picked.value}]
    if verb == "add":
        group.user_set.add(*_members(listed))
    elif verb == "replace":
        group.user_set.set(_members(listed))
    elif listed:
        group.user_set.remove(*_members(listed, missing_is_error=False))
    else:
        group.user_set.set([])


def _members(listed: Iterable[Any], *, missing_is_error: bool = True) -> list[User]:
    """Return the users that a list of members names. Raise ``ScimError`` if one is unknown."""
    names = [str(each.get("value", "")) if isinstance(each, Mapping) else str(each) for each in listed]
    keys = {int(name) for name in names if name.isascii() and name.isdigit() and len(name) < 19}
    known = list(users.visible().filter(pk__in=keys))
    if missing_is_error and len(known) < len(set(names)):
        raise ScimError(400, "A member is no user of this site.", "invalidValue")
    return known


def _rename(group: Group, value: object) -> None:
    name = _name(value)
    if name == group.name:
        return
    group.name = name
    try:
        with transaction.atomic():
            group.save(update_fields=["name"])
    except IntegrityError:
        raise ScimError(409, "Another group has this displayName.", "uniqueness") from None


def _note(group: Group, value: object) -> None:
    text = "" if value is None else str(value).replace("\0", "")[: DirectoryEntry.EXTERNAL_ID_LIMIT]
    group.directory_entry = DirectoryEntry.objects.update_or_create(group=group, defaults={"external_id": text})[0]


def _name(value: object) -> str:
    name = str(value or "").strip()
    if not name or len(name) > _NAME_LIMIT or not name.isprintable():
        raise ScimError(
            400, "displayName is missing, too long, or has characters that cannot be shown.", "invalidValue"
        )
    if name == REVIEWERS:
        raise ScimError(403, f"Who is in the group {REVIEWERS} is decided on this site alone.", "mutability")
    return name
