"""People who have no account yet: invited, or let in by a setting, or by the address of their organisation."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from pytest_django import Settings

from chat.models import AccessEvent, Kind, inviting

from ..support.identity_provider import IdentityProvider
from .coming import come

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("static_files")]


@pytest.fixture
def ana(provider: IdentityProvider) -> str:
    """The identity of Ana, who has no account."""
    provider.knows(
        "ana-1", email="ana@example.com", email_verified=True, name="Ana Silva", preferred_username="ana@corp"
    )
    return "ana-1"


def test_who_was_invited_comes_in_by_the_same_address(client: Client, provider: IdentityProvider, ana: str) -> None:
    boss = User.objects.create_superuser("boss")
    invitation, _ = inviting.invite(
        boss, name="Ana S.", email="Ana@example.com", groups=[Group.objects.create(name="A")]
    )

    assert come(client, provider, ana).status_code == 302

    invitation.refresh_from_db()
    assert invitation.user
    assert (invitation.user.username, invitation.user.first_name) == ("ana", "Ana S.")
    assert not invitation.user.has_usable_password()
    assert invitation.user.groups.get().name == "A"
    assert AccessEvent.objects.get(kind=Kind.INVITATION_USED).how == "sso"


def test_a_revoked_invitation_lets_nobody_in(client: Client, provider: IdentityProvider, ana: str) -> None:
    boss = User.objects.create_superuser("boss")
    invitation, _ = inviting.invite(boss, name="Ana", email="ana@example.com")
    inviting.revoke(invitation, boss)

    assert come(client, provider, ana).status_code == 403
    assert User.objects.count() == 1


def test_an_invitation_is_not_for_an_address_that_only_looks_the_same(
    client: Client, provider: IdentityProvider, ana: str
) -> None:
    inviting.invite(User.objects.create_superuser("boss"), name="Ian", email="ian@example.com")
    provider.knows(ana, email="\u0131an@example.com", email_verified=True)

    assert come(client, provider, ana).status_code == 403
    assert User.objects.count() == 1


def test_a_setting_gives_everybody_an_account(
    client: Client, provider: IdentityProvider, settings: Settings, ana: str
) -> None:
    settings.SSO_OIDC_CREATE = True
    User.objects.create_user("ana")

    assert come(client, provider, ana).status_code == 302
    assert come(Client(), provider, ana).status_code == 302

    made = User.objects.get(email="ana@example.com")
    assert (made.username, made.first_name, made.is_staff) == ("ana2", "Ana Silva", False)
    assert AccessEvent.objects.get(kind=Kind.ACCOUNT_MADE).how == "sso"


@pytest.mark.parametrize(
    ("claims", "status"),
    [
        ({"email": "ana@Example.com"}, 302),
        ({"email": "ana@example.com", "email_verified": False}, 403),
        ({"email": "ana@other.example.com"}, 403),
    ],
)
def test_addresses_of_the_organisation_count_as_verified_unless_the_provider_denies_it(
    client: Client, provider: IdentityProvider, settings: Settings, claims: dict[str, object], status: int
) -> None:
    settings.SSO_OIDC_CREATE, settings.SSO_OIDC_VERIFIED_DOMAINS = True, ["example.com"]
    provider.knows("ana-2", **claims)

    assert come(client, provider, "ana-2").status_code == status
