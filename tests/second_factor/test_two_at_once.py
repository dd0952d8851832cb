"""Two browsers that send the same at the same moment, on both databases: it counts once."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from chat.models import InvalidRequest
from chat.second_factor.app import add_app, app_of, code_at, new_secret, use_code
from chat.second_factor.recovery import count_unused, make_codes, use_recovery_code

from ..support.at_once import at_once
from .conftest import Factored, TestClock

pytestmark = pytest.mark.django_db(transaction=True)


def refused_unless(done: bool) -> None:
    if not done:
        raise InvalidRequest("refused")


def test_one_code_signs_one_of_two_in(dana: Factored) -> None:
    code = dana.code()

    done = at_once(lambda user: refused_unless(use_code(user, code)), dana.user, dana.user)

    assert sorted(done) == [False, True]


def test_one_recovery_code_signs_one_of_two_in(dana: Factored) -> None:
    done = at_once(lambda user: refused_unless(use_recovery_code(user, dana.codes[0])), dana.user, dana.user)

    assert sorted(done) == [False, True]
    assert count_unused(dana.user) == 9


def test_two_recovery_codes_are_both_used_up(dana: Factored) -> None:
    done = at_once(lambda code: refused_unless(use_recovery_code(dana.user, code)), dana.codes[0], dana.codes[1])

    assert done == [True, True]
    assert count_unused(dana.user) == 8


def test_one_of_two_apps_is_added(clock: TestClock) -> None:
    user = User.objects.create_user("ivy")
    secrets = new_secret(), new_secret()

    done = at_once(lambda secret: add_app(user, secret, code_at(secret, clock.step)), *secrets)

    assert sorted(done) == [False, True]
    assert app_of(user)


def test_codes_that_are_made_twice_leave_one_set(dana: Factored) -> None:
    assert at_once(make_codes, dana.user, dana.user) == [True, True]
    assert count_unused(dana.user) == 10
