"""Each kind of event of an account, by an action that makes it: who did it to whom, and in which way."""

from __future__ import annotations

import time
from collections.abc import Callable
from io import StringIO

import pytest
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.contrib.auth.models import Group, User
from django.core.management import call_command
from django.test import Client
from pytest_django import Settings

from chat.accounts.leaving import delete_account, set_active
from chat.models import (
    REVIEWERS,
    AccessEvent,
    FirstRunLink,
    How,
    Invitation,
    Kind,
    LoginSession,
    PasswordReset,
    acting,
    holding,
    inviting,
)
from chat.second_factor import factors
from chat.second_factor.app import PERIOD, code_at, new_secret
from chat.second_factor.notices import Notice
from chat.sso.coming_in import link

from ..scim.directory import TOKEN, created, patched
from ..support.pages import browser_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("static_files")]

SILENT = Notice()
NOT_OF_ACCOUNTS = {
    Kind.READ, Kind.SEARCHED, Kind.FOUND, Kind.EXPORTED, Kind.UNMASKED, Kind.MEMBER_ADDED, Kind.MEMBER_REMOVED,
    Kind.MEMBER_CHANGED, Kind.RECORDING_MOVED, Kind.AUDIO_WITHDRAWN, Kind.CONSENT_NOTE, Kind.SPEAKER_ERASED,
    Kind.RECORDING_DELETED, Kind.COLLECTION_CHANGED, Kind.REVIEWERS_CHANGED,
}  # fmt: skip
"""Reads, and changes of collections and of a group: other tests have them."""


class Scene:
    """boss administrates, and ana is a user."""

    def __init__(self) -> None:
        self.boss = User.objects.create_superuser("boss", "boss@example.com", "boss-secret-words")
        self.ana = User.objects.create_user("ana", "ana@example.com", "ana-secret-words")

    def by_page(self, path: str, **data: str) -> None:
        assert browser_of(self.ana).post(path, data).status_code in (200, 302)

    def by_admin(self, path: str, **data: str) -> None:
        assert browser_of(self.boss).post(f"/admin/auth/user/{path}", data).status_code in (200, 302)

    def invitation(self) -> tuple[Invitation, str]:
        return inviting.invite(self.boss, name="Bo", email="bo@example.com")

    def identity(self) -> None:
        account = SocialAccount(provider="https://id.example.com", uid="ana-7")
        link(type("Login", (), {"account": account}), self.ana)

    def factor(self) -> list[str]:
        secret = new_secret()
        with acting(self.ana, How.PAGE):
            factors.set_up_app(self.ana, secret, code_at(secret, int(time.time()) // PERIOD), SILENT)
            return factors.make_recovery_codes(self.ana, SILENT)

    def use_code(self) -> None:
        code = self.factor()[0].replace("-", "")
        with acting(self.ana, How.PAGE):
            assert factors.use_recovery_code(self.ana, code, SILENT)

    def lose_factor(self) -> None:
        self.factor()
        with acting(self.boss, How.PAGE):
            factors.remove_all_factors(self.ana, SILENT)
        assert not Authenticator.objects.exists()

    def first_administrator(self) -> None:
        User.objects.all().delete()
        FirstRunLink.use(FirstRunLink.make() or "", User(username="ana"))

    def use_link(self) -> None:
        printed = StringIO()
        call_command("sign_in_link", "ana", base_url="", stdout=printed)
        assert Client().post(printed.getvalue().strip()).status_code == 302

    def revoke_token(self) -> None:
        self.by_page("/accounts/tokens/", name="reports")
        token = LoginSession.objects.get(api_token__isnull=False)
        self.by_page(f"/accounts/tokens/{token.uuid}/revoke/")


def locked_out_by_directory(user: User) -> None:
    patched(f"Users/{user.pk}", {"op": "replace", "path": "active", "value": False})


def activated(scene: Scene) -> None:
    set_active(scene.ana, scene.boss, active=False)
    set_active(scene.ana, scene.boss, active=True)


def reviewers() -> Group:
    return Group.objects.get_or_create(name=REVIEWERS)[0]


def no_reviewer(user: User) -> None:
    user.groups.add(reviewers())
    user.groups.remove(reviewers())


def promoted(user: User) -> None:
    user.is_staff = True
    user.save()


def with_new_password(user: User) -> None:
    user.set_password("another-secret-words")
    user.save()


def reset(user: User) -> None:
    made = PasswordReset.of(PasswordReset.make(user))
    assert made
    made.use("another-secret-words")


def forgotten(scene: Scene) -> None:
    scene.identity()
    call_command("forget_identity", "ana", stdout=StringIO())


def released(scene: Scene) -> None:
    holding.release(holding.place(scene.ana, name="7", reason="A", actor=scene.boss), actor=scene.boss)


Action = Callable[[Scene], object]
ACTIONS: list[tuple[Kind, str, How, Action]] = [
    (Kind.FIRST_ADMINISTRATOR, "ana", How.LINK, Scene.first_administrator),
    (Kind.INVITED, "boss", How.PAGE, Scene.invitation),
    (Kind.INVITATION_SENT, "boss", How.PAGE, lambda it: inviting.renew(it.invitation()[0], it.boss)),
    (Kind.INVITATION_REVOKED, "boss", How.PAGE, lambda it: inviting.revoke(it.invitation()[0], it.boss)),
    (Kind.INVITATION_USED, "bo", How.LINK, lambda it: inviting.accept(it.invitation()[1], User(username="bo"))),
    (Kind.ACCOUNT_MADE, "", How.SCIM, lambda it: created()),
    (Kind.ACCOUNT_MADE, "", How.PROGRAM, lambda it: User.objects.create_superuser("cy")),
    (Kind.ACCOUNT_MADE, "boss", How.ADMIN, lambda it: it.by_admin("add/", username="cy", usable_password="false")),
    (Kind.ACCOUNT_DEACTIVATED, "boss", How.PAGE, lambda it: set_active(it.ana, it.boss, active=False)),
    (Kind.ACCOUNT_DEACTIVATED, "", How.SCIM, lambda it: locked_out_by_directory(it.ana)),
    (Kind.ACCOUNT_ACTIVATED, "boss", How.PAGE, activated),
    (Kind.ACCOUNT_DELETED, "ana", How.PAGE, lambda it: delete_account(it.ana, it.ana)),
    (Kind.GROUPS_CHANGED, "", How.PROGRAM, lambda it: it.ana.groups.add(Group.objects.create(name="Birders"))),
    (Kind.REVIEWER_ADDED, "", How.PROGRAM, lambda it: it.ana.groups.add(reviewers())),
    (Kind.REVIEWER_REMOVED, "", How.PROGRAM, lambda it: no_reviewer(it.ana)),
    (Kind.ROLE_CHANGED, "", How.PROGRAM, lambda it: promoted(it.ana)),
    (Kind.PASSWORD_CHANGED, "", How.PROGRAM, lambda it: with_new_password(it.ana)),
    (Kind.PASSWORD_RESET, "ana", How.LINK, lambda it: reset(it.ana)),
    (Kind.SIGN_IN_LINK_MADE, "boss", How.ADMIN, lambda it: it.by_admin(f"{it.ana.pk}/sign-in-link/")),
    (Kind.SIGN_IN_LINK_MADE, "", How.PROGRAM, Scene.use_link),
    (Kind.SIGN_IN_LINK_USED, "ana", How.LINK, Scene.use_link),
    (Kind.SIGN_IN_LINKED, "ana", How.SSO, Scene.identity),
    (Kind.SIGN_IN_UNLINKED, "", How.PROGRAM, forgotten),
    (Kind.TOKEN_MADE, "ana", How.PAGE, lambda it: it.by_page("/accounts/tokens/", name="reports")),
    (Kind.TOKEN_REVOKED, "ana", How.PAGE, Scene.revoke_token),
    (Kind.FACTOR_ADDED, "ana", How.PAGE, Scene.factor),
    (Kind.FACTOR_REMOVED, "boss", How.PAGE, Scene.lose_factor),
    (Kind.RECOVERY_CODES_MADE, "ana", How.PAGE, Scene.factor),
    (Kind.RECOVERY_CODE_USED, "ana", How.PAGE, Scene.use_code),
    (Kind.HOLD_PLACED, "boss", How.PAGE, lambda it: holding.place(it.ana, name="7", reason="A", actor=it.boss)),
    (Kind.HOLD_RELEASED, "boss", How.PAGE, released),
]


@pytest.mark.parametrize(("kind", "actor", "how", "action"), ACTIONS, ids=[f"{row[0]} {row[2]}" for row in ACTIONS])
def test_it_is_an_event(settings: Settings, kind: Kind, actor: str, how: How, action: Action) -> None:
    settings.SCIM_TOKEN, settings.SSO_OIDC_ISSUER = TOKEN, "https://id.example.com"
    scene = Scene()

    action(scene)

    events = AccessEvent.objects.filter(kind=kind).values_list("actor_name", "how")
    assert (actor, how) in list(events)


def test_every_kind_of_an_account_has_a_row() -> None:
    assert {row[0] for row in ACTIONS} == set(Kind) - NOT_OF_ACCOUNTS
