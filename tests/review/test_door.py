"""Reviewers enter the review, and nobody else: neither staff nor superusers do, and reviewers need not be staff."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qs

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.test import Client

from chat.models import REVIEWERS, AccessEvent, Conversation, LoginSession, Review, Turn

from ..support.asked import asked
from ..support.reviewing import LIST, REASON, opened, page_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("static_files")]


@pytest.fixture
def turn(login: LoginSession) -> Turn:
    return asked(login, "When does the CANARY ship?", answer="In March.")


@pytest.fixture
def staff(db: None) -> User:
    """Who is staff and no reviewer, with every permission of Django that a user can have."""
    staff = User.objects.create_user("stan", is_staff=True)
    staff.user_permissions.set(Permission.objects.all())
    return staff


@pytest.fixture
def reviewer(db: None) -> User:
    """A reviewer who is not staff, with every permission of Django that a user can have."""
    reviewer = User.objects.create_user("rita")
    reviewer.user_permissions.set(Permission.objects.all())
    reviewer.groups.add(Group.objects.get_or_create(name=REVIEWERS)[0])
    return reviewer


def text(response: Any) -> str:
    return str(response.content.decode())


def pages_of(turn: Turn) -> list[str]:
    names = ("change", "history", "print", "reason", "unmask")
    return [LIST, f"{LIST}search/", f"{LIST}export/", *(page_of(turn, page=name) for name in names)]


@pytest.mark.parametrize("who", ["staff", "superuser", "user", "former reviewer", "inactive reviewer"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_who_is_no_reviewer_gets_nothing_of_the_review(
    client: Client, turn: Turn, staff: User, admin_user: User, bob: User, reviewer: User, who: str, method: str
) -> None:
    users = {"staff": staff, "superuser": admin_user, "user": bob}
    client.force_login(users.get(who, reviewer))
    if who == "former reviewer":
        reviewer.groups.clear()
    elif who == "inactive reviewer":
        User.objects.filter(pk=reviewer.pk).update(is_active=False)

    for address in [*pages_of(turn), f"{LIST}{turn.conversation.pk}/turns/{turn.uuid}/label/"]:
        response = getattr(client, method)(
            address, {"reason": REASON, "words": "canary", "verdict": "good"}, follow=True
        )
        assert response.status_code == 403 or "/accounts/login/" in response.redirect_chain[-1][0], address
        assert "CANARY" not in text(response)
    assert not AccessEvent.objects.filter(kind__in=["read", "found", "searched", "exported", "unmasked"]).exists()


@pytest.mark.parametrize("who", ["staff", "superuser"])
def test_the_admin_does_not_offer_the_review_to_others(client: Client, staff: User, admin_user: User, who: str) -> None:
    client.force_login(staff if who == "staff" else admin_user)

    index = text(client.get("/admin/"))

    assert "/admin/chat/apitoken/" in index
    assert LIST not in index
    for page in ("/", "/admin/"):
        assert "Administration" in text(client.get(page))
    assert ">Review<" not in "".join(text(client.get("/admin/")).split())


def test_a_reviewer_who_is_not_staff_reads_and_labels(client: Client, turn: Turn, reviewer: User) -> None:
    client.force_login(reviewer)

    assert LIST in text(client.get("/admin/"))
    assert f'href="{LIST}"' in text(client.get("/"))
    assert "CANARY" in text(opened(client, page_of(turn)))
    client.post(f"{LIST}{turn.conversation.pk}/turns/{turn.uuid}/label/", {"verdict": "good"})
    assert turn.review_labels.get().reviewer == reviewer


@pytest.mark.parametrize("is_staff", [True, False])
def test_review_leads_to_the_list_and_administration_to_the_index(
    client: Client, reviewer: User, is_staff: bool
) -> None:
    User.objects.filter(pk=reviewer.pk).update(is_staff=is_staff)
    client.force_login(reviewer)

    page = text(client.get("/"))

    assert re.findall(rf'href="({LIST}|/admin/)">.*?</svg>\s*(\w+)', page, re.DOTALL) == [
        (LIST, "Review"),
        *([("/admin/", "Administration")] if is_staff else []),
    ]


def test_a_reviewer_who_is_not_staff_sees_nothing_else_in_the_admin(client: Client, reviewer: User) -> None:
    client.force_login(reviewer)
    index = text(client.get("/admin/"))

    for name in ("chat/apitoken", "chat/recording", "auth/user", "auth/group"):
        assert f"/admin/{name}/" not in index
        for page in ("", "add/", f"{reviewer.pk}/change/", f"{reviewer.pk}/history/", f"{reviewer.pk}/delete/"):
            assert client.get(f"/admin/{name}/{page}", follow=True).status_code == 403, (name, page)
    for path in ("autocomplete/", "r/4/1/", "nothing/"):
        assert client.get(f"/admin/{path}", follow=True).status_code in {403, 404}, path
    assert client.get("/admin/auth/").status_code == 404


def test_a_refused_page_of_the_admin_is_named_after_the_refusal(client: Client, reviewer: User) -> None:
    client.force_login(reviewer)

    response = client.get("/admin/auth/user/", follow=True)

    address, query = response.redirect_chain[-1][0].split("?")
    assert (address, parse_qs(query)) == ("/admin/login/", {"next": ["/admin/auth/user/"]})


def test_the_rule_lies_with_the_conversations(turn: Turn, staff: User, admin_user: User, reviewer: User) -> None:
    for user in (staff, admin_user, turn.user):
        assert not Review.of(user).conversations().exists()
        assert not Review.of(user).turns().exists()
        assert Review.of(user).may_open(turn.conversation) is None

    assert Review.of(reviewer).may_open(turn.conversation)
    turn.conversation.discard()
    assert Review.of(reviewer).may_open(Conversation.objects.get()) is None
