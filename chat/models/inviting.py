"""The life of an invitation: made, given a new link, revoked, used. Each step is an event, or it does not happen."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib.auth.models import Group, User
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from .access.acting import acting
from .access.event import AccessEvent
from .access.kinds import How, Kind
from .collection import Collection, Role
from .invitation import LIFETIME, Delivery, Invitation, may_invite
from .mail_address import is_same_address
from .members import Members
from .refusal import InvalidRequest, NotFound
from .secret import digest_of, new_secret

ENDED = "This invitation was used or revoked meanwhile."
NO_LONGER = "This invitation no longer works."


def invite(
    by: User, *, name: str, email: str, groups: Iterable[Group] = (), collections: Iterable[Collection] = ()
) -> tuple[Invitation, str]:
    """Invite somebody. Return the invitation, and the secret of its link, which is not stored.

    Raise ``InvalidRequest`` if the address has an account or an invitation. The caller checks who may invite.
    """
    _refuse_known(email)
    secret = new_secret()
    try:
        with transaction.atomic():
            invitation = Invitation.objects.create(
                name=name, email=email, invited_by=by, digest=digest_of(secret), expires_at=Now() + LIFETIME
            )
            invitation.groups.set(groups)
            invitation.collections.set(collections)
            _record(Kind.INVITED, invitation, by)
    except IntegrityError:
        raise InvalidRequest(_invited(email)) from None
    invitation.refresh_from_db()
    return invitation, secret


def renew(invitation: Invitation, by: User) -> str:
    """Give an open invitation a new link for a week, in place of the one before. Return its secret.

    Raise ``InvalidRequest`` if it is no longer open, or its address has got an account.
    """
    if holder := _holder(invitation.email):
        raise InvalidRequest(_has_account(invitation.email, holder))
    secret = new_secret()
    with transaction.atomic():
        renewed = Invitation.objects.open().filter(pk=invitation.pk)
        if not renewed.update(digest=digest_of(secret), expires_at=Now() + LIFETIME, delivery=Delivery.NONE):
            raise InvalidRequest(ENDED)
        _record(Kind.INVITATION_SENT, invitation, by)
    invitation.refresh_from_db()
    return secret


def revoke(invitation: Invitation, by: User) -> None:
    """End an open invitation. Raise ``InvalidRequest`` if it was used or revoked before."""
    with transaction.atomic():
        if not Invitation.objects.open().filter(pk=invitation.pk).update(revoked_at=Now()):
            raise InvalidRequest(ENDED)
        _record(Kind.INVITATION_REVOKED, invitation, by)


def accept(secret: str, user: User) -> None:
    """Store a new account, with the groups and collections of the invitation whose link has this secret.

    Raise ``Refused`` if it does not work, or no longer: then there is no account either. Of two who use it at once, the
    second waits for its row and is refused. Who has invited must still be allowed to invite and to change the
    collections: nobody comes in by a right that was lost.
    """
    _accept(Invitation.objects.with_secret(secret), user, How.LINK)


def accept_by_address(email: str, user: User) -> None:
    """Do the same for who has proved to own the address of an invitation, with which no link is needed."""
    same = [each.pk for each in Invitation.objects.of_address(email) if is_same_address(each.email, email)]
    _accept(Invitation.objects.filter(pk__in=same), user, How.SSO)


@transaction.atomic
def _accept(invitations: QuerySet[Invitation], user: User, how: How) -> None:
    invitation = invitations.select_for_update().first()
    inviter = invitation.invited_by if invitation else None
    if not (invitation and inviter and works(invitation)):
        raise NotFound(NO_LONGER)
    with acting(inviter, How.INVITATION):
        user.email, user.first_name = invitation.email, invitation.name
        user.save()
        usable = Invitation.objects.open().filter(pk=invitation.pk, expires_at__gt=Now())
        if not usable.update(used_at=Now(), user=user):
            raise NotFound(NO_LONGER)
        user.groups.set(invitation.groups.all())
        _join_collections(invitation, inviter, user)
    _record(Kind.INVITATION_USED, invitation, user, member=user, how=how)


def works(invitation: Invitation) -> bool:
    """Return whether the link of an invitation would work now."""
    inviter = invitation.invited_by
    is_valid = invitation.is_open and not invitation.is_too_old
    return is_valid and inviter is not None and may_invite(inviter) and not _holder(invitation.email)


def _join_collections(invitation: Invitation, inviter: User, user: User) -> None:
    changeable = Collection.objects.changeable_by(inviter)
    for collection in changeable.filter(pk__in=invitation.collections.values("pk")):
        Members(collection, inviter).add_user(user, Role.LISTEN)


def _refuse_known(email: str) -> None:
    if holder := _holder(email):
        raise InvalidRequest(_has_account(email, holder))
    if Invitation.objects.of_address(email).exists():
        raise InvalidRequest(_invited(email))


def _holder(email: str) -> User | None:
    return User.objects.filter(email__iexact=email).first()


def _has_account(email: str, holder: User) -> str:
    state = "" if holder.is_active else ", which is not active"
    return f"{email} is the address of the account {holder.get_username()}{state}."


def _invited(email: str) -> str:
    return f"{email} is invited already: send it again, or revoke it first."


def _record(
    kind: Kind, invitation: Invitation, actor: User, *, member: User | None = None, how: How = How.PAGE
) -> None:
    AccessEvent.objects.record_member(
        kind,
        actor=actor,
        how=how,
        member_id=member.pk if member else None,
        member_name=member.get_username() if member else invitation.name,
        details={"invitation": str(invitation.uuid)},
    )
