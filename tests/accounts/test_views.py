from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from chat.accounts.login_sessions import end_login_sessions
from chat.accounts.sign_in_links import sign_in_link
from chat.models import LoginSession, SignInAttempt

from ..support.asked import asked

pytestmark = [pytest.mark.django_db, pytest.mark.any_database, pytest.mark.usefixtures("static_files")]

RIGHT = {"username": "alice", "password": "alice-secret-words"}
WRONG = {"username": "alice", "password": "a guess"}


def text(response: Any) -> str:
    return str(response.content.decode())


def sign_in(client: Client, **data: str) -> Any:
    return client.post("/accounts/login/", RIGHT | data)


def login_session_of(client: Client) -> str:
    return str(client.session.get(LoginSession.SESSION_KEY))


# Signing in and out


def test_signing_in_begins_a_login_session(client: Client, alice: User) -> None:
    response = sign_in(client)

    assert response["Location"] == "/"
    assert login_session_of(client) == str(LoginSession.objects.get(user=alice, ended_at=None).uuid)


def test_signing_out_ends_the_login_session_and_its_turns(client: Client, alice: User) -> None:
    sign_in(client)
    login = LoginSession.objects.get()
    streaming, queued = asked(login, state="streaming"), asked(login, state="queued")

    response = client.post("/accounts/logout/")

    for row in (login, streaming, queued):
        row.refresh_from_db()
    assert login.ended_at
    assert (bool(streaming.stop_requested_at), queued.state) == (True, "cancelled")
    assert response["Clear-Site-Data"] == '"cache", "storage"'
    assert "You are signed out." in text(client.get(response["Location"]))


def test_each_browser_has_its_own_login_session(alice: User) -> None:
    one_browser, other_browser = Client(), Client()
    sign_in(one_browser)
    sign_in(other_browser)

    one_browser.post("/accounts/logout/")

    assert LoginSession.objects.filter(ended_at=None).count() == 1
    assert other_browser.get("/").status_code == 200


def test_a_session_without_a_login_session_gets_one(client: Client, alice: User) -> None:
    client.force_login(alice)
    session = client.session
    del session[LoginSession.SESSION_KEY]
    session.save()

    assert client.get("/").status_code == 200
    assert LoginSession.objects.filter(uuid=login_session_of(client), user=alice).exists()


def test_a_login_session_that_was_ended_elsewhere_signs_out(client: Client, alice: User) -> None:
    client.force_login(alice)

    end_login_sessions(alice)

    assert client.get("/")["Location"] == "/accounts/login/?next=/"
    assert LoginSession.objects.count() == 1


def test_a_session_with_the_login_session_of_another_user_is_signed_out(client: Client, alice: User, bob: User) -> None:
    client.force_login(alice)
    session = client.session
    session[LoginSession.SESSION_KEY] = str(LoginSession.objects.create(user=bob).uuid)
    session.save()

    assert client.get("/").status_code == 302


def test_signing_in_again_keeps_the_login_session(client: Client, alice: User) -> None:
    client.force_login(alice)

    client.force_login(alice)

    assert LoginSession.objects.count() == 1


@pytest.mark.parametrize(
    ("requested", "reached"),
    [
        ("/recordings/", "/recordings/"),
        ("http://testserver/recordings/", "http://testserver/recordings/"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("/\\evil.example", "/"),
        ("\\\\evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("http:///evil.example", "/"),
        ("\t//evil.example", "/"),
        ("http://testserver@evil.example/", "/"),
        ("http://testserver.evil.example/", "/"),
        ("https:evil.example", "/"),
    ],
)
def test_the_sign_in_page_redirects_within_this_site_only(
    client: Client, alice: User, requested: str, reached: str
) -> None:
    assert sign_in(client, next=requested)["Location"] == reached


def test_the_sign_in_page_redirects_a_user_who_is_signed_in(client: Client, alice: User) -> None:
    client.force_login(alice)

    assert client.get("/accounts/login/")["Location"] == "/"


# Guessing passwords


def test_after_five_failures_even_the_right_password_is_refused(client: Client, alice: User) -> None:
    answers = [sign_in(client, **WRONG) for _ in range(5)]

    refused = sign_in(client)

    assert {answer.status_code for answer in answers} == {200}
    assert refused.status_code == 429
    assert "Please try again in 15 minutes, at " in text(refused)


def test_existing_and_unknown_names_get_the_same_answers(alice: User) -> None:
    to_existing = [sign_in(Client(), **WRONG) for _ in range(7)]
    to_unknown = [sign_in(Client(), **WRONG | {"username": "nobody"}) for _ in range(7)]

    assert [answer.status_code for answer in to_existing] == [answer.status_code for answer in to_unknown]
    for existing, unknown in zip(to_existing, to_unknown, strict=True):
        assert _alert(existing) == _alert(unknown)


def _alert(response: Any) -> str:
    return text(response).partition('role="alert">')[2].partition("<")[0]


def test_an_inactive_user_gets_the_answer_of_a_wrong_password(client: Client, alice: User) -> None:
    wrong = _alert(sign_in(client, **WRONG))
    User.objects.update(is_active=False)

    assert _alert(sign_in(client)) == wrong != ""


def test_failures_are_forgotten_after_fifteen_minutes(client: Client, alice: User) -> None:
    for _ in range(5):
        sign_in(client, **WRONG)

    SignInAttempt.objects.update(at=timezone.now() - timedelta(minutes=15, seconds=1))

    assert sign_in(client).status_code == 302


def test_refused_attempts_do_not_extend_the_wait(client: Client, alice: User) -> None:
    for _ in range(9):
        sign_in(client, **WRONG)

    assert SignInAttempt.objects.count() == 5


def test_signing_in_clears_earlier_failures(client: Client, alice: User) -> None:
    for _ in range(4):
        sign_in(client, **WRONG)

    sign_in(client)

    assert not SignInAttempt.objects.exists()


def test_other_addresses_and_other_users_may_still_sign_in(client: Client, alice: User, bob: User) -> None:
    for _ in range(6):
        sign_in(client, **WRONG)

    elsewhere = client.post("/accounts/login/", RIGHT, REMOTE_ADDR="10.0.0.2")
    other = client.post("/accounts/login/", {"username": "bob", "password": "bob-secret-words"})

    assert {elsewhere.status_code, other.status_code} == {302}


@pytest.mark.parametrize("name", ["", "a" * 151, "al\0ice", "ＡＬＩＣＥ" * 30])
def test_an_invalid_user_name_is_refused(client: Client, alice: User, name: str) -> None:
    assert sign_in(client, username=name).status_code == 200
    assert not LoginSession.objects.exists()


# Passwords


NEW = {"new_password1": "quite-another-word", "new_password2": "quite-another-word"}


def test_a_new_password_signs_the_other_browsers_out(alice: User) -> None:
    this_browser, other_browser = Client(), Client()
    sign_in(this_browser)
    sign_in(other_browser)
    login_session = login_session_of(this_browser)

    response = this_browser.post("/accounts/password/", {"old_password": RIGHT["password"], **NEW}, follow=True)

    assert "Your password was changed." in text(response)
    assert login_session_of(this_browser) == login_session
    assert [str(login.uuid) for login in LoginSession.objects.filter(ended_at=None)] == [login_session]
    assert other_browser.get("/").status_code == 302


def test_changing_the_password_requires_the_old_one(client: Client, alice: User) -> None:
    client.force_login(alice)

    response = client.post("/accounts/password/", {"old_password": "a guess", **NEW})

    assert "Your old password was entered incorrectly" in text(response)
    assert client.get("/").status_code == 200


def test_a_user_who_came_by_a_link_sets_a_first_password(client: Client, alice: User) -> None:
    alice.set_unusable_password()
    alice.save()
    client.post(urlsplit(sign_in_link(alice, "")).path)

    assert "Old password" not in text(client.get("/accounts/password/"))
    client.post("/accounts/password/", NEW)

    assert sign_in(Client(), password="quite-another-word").status_code == 302


def test_the_pages_speak_of_user_names_and_passwords_in_one_way(client: Client, alice: User) -> None:
    page = text(sign_in(client, **WRONG))
    assert "User name</label>" in page
    assert "The user name or the password is wrong. Capital letters matter in both." in page

    client.force_login(alice)
    page = text(client.get("/accounts/password/"))
    assert "New password again</label>" in page
    assert "for verification" not in page


def test_a_weak_password_is_refused(client: Client, alice: User) -> None:
    client.force_login(alice)
    weak = {"new_password1": "12345", "new_password2": "12345"}

    response = client.post("/accounts/password/", {"old_password": RIGHT["password"], **weak})

    assert "too short" in text(response)


def test_who_was_locked_out_reads_why_on_the_sign_in_page(client: Client) -> None:
    sentence = "You were signed out, because your account was deactivated or deleted."

    assert sentence in text(client.get("/accounts/login/?locked-out=1"))
    assert sentence not in text(client.get("/accounts/login/"))
