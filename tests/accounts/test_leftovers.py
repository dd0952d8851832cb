"""Users who have rows of django-allauth, on a site whose settings have turned it off."""

from __future__ import annotations

import pytest
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.contrib.auth.models import User
from django.test import modify_settings

PACKAGES = ["allauth.mfa", "allauth.socialaccount", "chat.sso"]


@pytest.mark.django_db(transaction=True)
def test_a_user_is_deleted_with_factors_and_identities_although_the_package_is_off(alice: User, bob: User) -> None:
    for user in (alice, bob):
        Authenticator.objects.create(user=user, type="totp", data={"secret": ""})
        SocialAccount.objects.create(user=user, provider="sso", uid=user.username)

    with modify_settings(INSTALLED_APPS={"remove": PACKAGES}):
        alice.delete()

    assert [each.user for each in Authenticator.objects.all()] == [bob]
    assert [each.user for each in SocialAccount.objects.all()] == [bob]
