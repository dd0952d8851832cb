"""The people of the tests: alice asks, bob is a stranger, carol is staff."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import User

from chat.models import LoginSession


@pytest.fixture
def alice(db: None) -> User:
    return get_user_model().objects.create_user("alice", password="alice-secret-words")


@pytest.fixture
def bob(db: None) -> User:
    return get_user_model().objects.create_user("bob", password="bob-secret-words")


@pytest.fixture
def carol(db: None) -> User:
    return get_user_model().objects.create_user("carol", password="carol-secret-words", is_staff=True)


@pytest.fixture
def login(alice: User) -> LoginSession:
    """A login session of alice."""
    return LoginSession.objects.create(user=alice)
