"""Two people who use two links for the first administrator at the same moment."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.contrib.auth.models import User
from django.db import connection

from chat.models import FirstRunLink, Refused

pytestmark = pytest.mark.django_db(transaction=True)


def test_one_of_two_becomes_administrator() -> None:
    secrets, both = [FirstRunLink.make(), FirstRunLink.make()], Barrier(2)

    def use(secret: str) -> bool:
        try:
            both.wait()
            FirstRunLink.use(secret, User(username=f"user{secrets.index(secret)}"))
        except Refused:
            return False
        else:
            return True
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as threads:
        outcomes = list(threads.map(use, secrets))

    assert sorted(outcomes) == [False, True]
    assert User.objects.count() == 1
