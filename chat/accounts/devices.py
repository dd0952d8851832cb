"""The devices of a user: the browsers in which they are signed in."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from ..models import LoginSession, Turn
from .agents import described
from .login_sessions import end

SHOWN = 50
"""Most devices that are shown, those first that were used last."""


@dataclass(frozen=True)
class Device:
    """A browser in which a user is signed in; ``is_this`` for the one that asks."""

    login: LoginSession
    name: str
    seen_at: datetime | None
    is_this: bool = False


def live_devices(users: Collection[int]) -> QuerySet[LoginSession]:
    """Return the login sessions of browsers in which these users are signed in.

    A sign-in that nobody has used for as long as it lasts has lapsed, though nothing says so in its row.
    """
    lapsed = timezone.now() - timedelta(seconds=settings.SESSION_COOKIE_AGE)
    used = Q(seen_at__gt=lapsed) | Q(seen_at=None, created_at__gt=lapsed)
    return LoginSession.objects.filter(used, user__in=users, ended_at=None, api_token=None)


def devices_of(user_id: int, this: LoginSession | None = None) -> list[Device]:
    """Return the devices of a user: this one first, then by their last use."""
    asked = Turn.objects.filter(login_session=OuterRef("pk")).order_by("-pk").values("created_at")[:1]
    logins = list(live_devices([user_id]).annotate(asked_at=Subquery(asked)).order_by("-seen_at", "-pk")[:SHOWN])
    devices = [Device(login, described(login.agent), _seen(login), login == this) for login in logins]
    return sorted(devices, key=lambda device: (not device.is_this, -_moment(device.seen_at)))


def sign_out_others(user_id: int, this: LoginSession) -> int:
    """Sign a user out in all browsers but one, and return in how many. API tokens go on."""
    others = list(LoginSession.objects.filter(user=user_id, ended_at=None, api_token=None).exclude(pk=this.pk))
    shown = live_devices([user_id]).exclude(pk=this.pk).count()
    for login in others:
        end(login)
    return shown


def sign_out(user_id: int, uuid: UUID) -> Device | None:
    """Sign a user out in one browser, and return it; None if the user is not signed in there."""
    login = LoginSession.objects.filter(user=user_id, uuid=uuid, ended_at=None, api_token=None).first()
    if login is None:
        return None
    end(login)
    return Device(login, described(login.agent), _seen(login))


def _seen(login: LoginSession) -> datetime | None:
    """Return when a login was last used: questions over a socket count, which open no page."""
    moments = [at for at in (login.seen_at, getattr(login, "asked_at", None)) if at]
    return max(moments, default=None)


def _moment(at: datetime | None) -> float:
    return at.timestamp() if at else 0.0
