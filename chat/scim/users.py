"""Users as the directory sees and changes them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from ..accounts.account_events import record_account
from ..accounts.leaving import let_in, lock_out
from ..models import REVIEWERS, DirectoryEntry, Hold, Kind, kept_under
from .paths import Comparison, Path, path
from .protocol import USER, Document, ScimError

_NAME_LIMIT = 150
_OURS = ["username", "first_name", "last_name", "email"]
_COLUMNS = {"username": "username", "emails.value": "email", "emails": "email", "displayname": "first_name"}


def visible() -> QuerySet[User]:
    """Return the users that there are for the directory."""
    shown = User.objects.filter(Q(directory_entry=None) | Q(directory_entry__removed_at=None))
    return shown.select_related("directory_entry").order_by("pk")


def found(wanted: Comparison) -> QuerySet[User]:
    """Return the users for which a comparison holds. Names and addresses are the same in capitals."""
    value = str(wanted.value)
    if "\0" in value:
        return User.objects.none()
    if wanted.attribute == "id":
        return visible().filter(pk=int(value)) if _is_number(value) else User.objects.none()
    if wanted.attribute == "externalid":
        return visible().filter(directory_entry__external_id=value)
    if wanted.attribute == "active":
        return visible().filter(is_active=truth(wanted.value))
    if wanted.attribute not in _COLUMNS:
        raise ScimError(400, f"Users cannot be found by {wanted.attribute}.", "invalidFilter")
    return visible().filter(**{f"{_COLUMNS[wanted.attribute]}__iexact": value})


def resource(user: User, base: str) -> Document:
    """Return a user as a resource; ``base`` is the address of the service."""
    entry = getattr(user, "directory_entry", None)
    groups = user.groups.exclude(name=REVIEWERS).order_by("name").values_list("pk", "name")
    name = {"givenName": user.first_name, "familyName": user.last_name, "formatted": user.get_full_name()}
    return {
        "schemas": [USER],
        "id": str(user.pk),
        **({"externalId": entry.external_id} if entry and entry.external_id else {}),
        "userName": user.get_username(),
        "name": {key: value for key, value in name.items() if value},
        "displayName": user.get_full_name() or user.get_username(),
        "emails": [{"value": user.email, "type": "work", "primary": True}] if user.email else [],
        "active": user.is_active,
        "groups": [{"value": str(pk), "display": name, "$ref": f"{base}Groups/{pk}"} for pk, name in groups],
        "meta": {
            "resourceType": "User",
            "created": user.date_joined.isoformat(),
            "location": f"{base}Users/{user.pk}",
        },
    }


@transaction.atomic
def create(document: Document) -> User:
    """Create a user without a password. A user whom the directory has deleted before comes back."""
    name = user_name(document.get("userName"))
    user = User.objects.filter(username__iexact=name).select_related("directory_entry").first()
    if user is None:
        user = User(username=name, is_active=truth(document.get("active", True)))
        user.set_unusable_password()
        _save(user)
        record_account(Kind.ACCOUNT_MADE, user)
    elif not _was_removed(user):
        raise ScimError(409, f"There is a user {name} already.", "uniqueness")
    DirectoryEntry.objects.update_or_create(user=user, defaults={"removed_at": None})
    replace(user, {"active": True} | document)
    return user


@transaction.atomic
def replace(user: User, document: Document) -> None:
    """Replace what a resource says of a user; what it leaves out becomes empty, except whether the user is active."""
    given = {str(key).lower(): value for key, value in document.items()}
    empty: Document = {"name": {}, "displayname": "", "emails": [], "externalid": ""}
    _apply(user, empty | {key: value for key, value in given.items() if not key.startswith("urn:")})


@transaction.atomic
def patch(user: User, operations: Iterator[tuple[str, Path | None, Any]]) -> None:
    """Carry out changes in their order."""
    for verb, where, value in operations:
        if where is None:
            changes = {str(key): each for key, each in (value or {}).items()} if isinstance(value, Mapping) else {}
            for key, each in changes.items():
                _change(user, verb, path(key), each)
        else:
            _change(user, verb, where, value)


def remove(user: User) -> None:
    """Deactivate a user for good, as far as the directory sees it.

    Under a legal hold the user is only deactivated: then raise ``ScimError``, which names the hold.
    """
    names = list(Hold.objects.on(user).values_list("name", flat=True))
    with transaction.atomic():
        lock_out(user)
        if not names:
            DirectoryEntry.objects.update_or_create(user=user, defaults={"removed_at": Now()})
    if names:
        raise ScimError(409, f"The user was deactivated, but not deleted. {kept_under(names)}", "mutability")


def user_name(value: object) -> str:
    """Return a valid user name. Raise ``ScimError``. Behind a proxy names are in lower case, as it makes them."""
    name = User.normalize_username(str(value or "").strip())
    if not name or len(name) > _NAME_LIMIT or not name.isprintable():
        raise ScimError(400, "userName is missing, too long, or has characters that cannot be shown.", "invalidValue")
    return name.lower() if settings.TRUSTED_PROXY else name


def truth(value: object) -> bool:
    """Return a value as true or false; some directories send text."""
    if str(value).lower() in ("true", "false"):
        return str(value).lower() == "true"
    raise ScimError(400, "active is true or false.", "invalidValue")


def _change(user: User, verb: str, where: Path, value: Any) -> None:
    """Change one attribute of a user."""
    if verb == "remove":
        value = {} if where.attribute == "name" and not where.part else [] if where.attribute == "emails" else ""
        if where.attribute in ("username", "active"):
            raise ScimError(400, f"{where.attribute} cannot be removed.", "mutability")
    if where.attribute == "name" and where.part:
        current = {"givenname": user.first_name, "familyname": user.last_name}
        value = {"formatted": value} if where.part == "formatted" else current | {where.part: value}
    if where.attribute == "emails" and not isinstance(value, list):
        value = [value if isinstance(value, Mapping) else {"value": value}] if value else []
    _apply(user, {where.attribute: value})


def _apply(user: User, given: Document) -> None:
    """Store attributes of a user, whose names are in lower case. What the site does not have is ignored."""
    if "username" in given:
        user.username = user_name(given["username"])
    if "name" in given or given.get("displayname"):
        _set_name(user, given.get("name") or {}, given.get("displayname"))
    if "emails" in given:
        user.email = _email(given["emails"])
    _save(user)
    if "externalid" in given:
        limit = DirectoryEntry.EXTERNAL_ID_LIMIT
        values = {"external_id": _text(given["externalid"])[:limit]}
        user.directory_entry = DirectoryEntry.objects.update_or_create(user=user, defaults=values)[0]
    if "active" in given and truth(given["active"]) != user.is_active:
        lock_out(user) if user.is_active else let_in(user)


def _set_name(user: User, name: object, display: object) -> None:
    parts = {str(key).lower(): _text(value) for key, value in name.items()} if isinstance(name, Mapping) else {}
    given, family = parts.get("givenname", ""), parts.get("familyname", "")
    if not (given or family):
        given = parts.get("formatted", "") or _text(display)
    user.first_name, user.last_name = given[:_NAME_LIMIT], family[:_NAME_LIMIT]


def _email(emails: object) -> str:
    """Return the primary address, or else the first one."""
    listed = [each for each in emails if isinstance(each, Mapping)] if isinstance(emails, list) else []
    chosen = next((each for each in listed if each.get("primary")), listed[0] if listed else {})
    address = _text(chosen.get("value"))
    try:
        if address:
            validate_email(address)
    except ValidationError:
        raise ScimError(400, "This is no e-mail address.", "invalidValue") from None
    return address.lower()


def _save(user: User) -> None:
    try:
        with transaction.atomic():
            user.save(update_fields=None if user.pk is None else _OURS)
    except IntegrityError:
        raise ScimError(409, "Another user has this userName.", "uniqueness") from None


def _was_removed(user: User) -> bool:
    entry = getattr(user, "directory_entry", None)
    return entry is not None and entry.removed_at is not None


def _text(value: object) -> str:
    return "" if value is None else str(value).replace("\0", "").strip()


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19
