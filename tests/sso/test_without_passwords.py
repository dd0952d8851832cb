"""A site without passwords: no page takes one, and the server can still let somebody in."""

from __future__ import annotations

from io import StringIO

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from chat.models import FirstRunLink, PasswordReset, inviting

from ..support.identity_provider import IdentityProvider
from .coming import come

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("static_files")]


@pytest.fixture(autouse=True)
def without_passwords(provider: IdentityProvider, settings: Settings) -> None:
    settings.PASSWORD_SIGN_IN = False
    settings.EMAIL_URL = "console"


def test_the_sign_in_page_has_the_button_alone_and_takes_no_password(client: Client, alice: User) -> None:
    page = client.get(reverse("login")).content.decode()
    posted = client.post(reverse("login"), {"username": "alice", "password": "alice-secret-words"})

    assert "/accounts/sso/" in page
    assert "<form" not in page
    assert posted.status_code == 403
    assert "This site uses no passwords" in posted.content.decode()
    assert "_auth_user_id" not in client.session


def test_no_page_sets_or_forgets_a_password(client: Client, alice: User, settings: Settings) -> None:
    settings.PASSWORD_SIGN_IN = True
    secret = PasswordReset.make(alice)
    settings.PASSWORD_SIGN_IN = False
    addresses = [reverse("forgotten"), reverse("new-password", args=[secret])]
    new = {"email": "a@example.com", "new_password1": "a-new-secret-word", "new_password2": "a-new-secret-word"}

    assert [client.post(address, new).status_code for address in addresses] == [403, 403]
    client.force_login(alice)
    assert client.post(reverse("password_change"), new).status_code == 403
    assert "This site uses no passwords" in client.get(reverse("password_change")).content.decode()
    assert "Change your password there" in client.get(reverse("account")).content.decode()
    alice.refresh_from_db()
    assert alice.check_password("alice-secret-words")


def test_an_invitation_is_accepted_by_signing_in(client: Client, provider: IdentityProvider) -> None:
    boss = User.objects.create_superuser("boss")
    _, secret = inviting.invite(boss, name="Ana", email="ana@example.com")
    chosen = {"username": "ana", "password1": "a-new-secret-word", "password2": "a-new-secret-word"}

    address = reverse("invitation", args=[secret])
    assert "Sign in with your organisation" in client.get(address).content.decode()
    assert client.post(address, chosen).status_code == 403
    provider.knows("ana-1", email="ana@example.com", email_verified=True)
    assert come(client, provider, "ana-1").status_code == 302


def test_the_first_administrator_gets_none(client: Client) -> None:
    response = client.post(reverse("first-run", args=[FirstRunLink.make()]), {"username": "boss"})

    assert response.status_code == 302
    assert not User.objects.get(username="boss").has_usable_password()


def test_the_server_prints_a_link_that_lets_somebody_in(client: Client, alice: User) -> None:
    printed = StringIO()
    call_command("sign_in_link", "alice", stdout=printed)

    response = client.post(printed.getvalue().strip())

    assert response["Location"] == reverse("chat:home")
    assert client.get(reverse("account")).status_code == 200


def test_who_leaves_proves_it_by_the_user_name(client: Client, alice: User) -> None:
    client.force_login(alice)

    assert "Your user name, alice" in client.get(reverse("account-delete")).content.decode()
