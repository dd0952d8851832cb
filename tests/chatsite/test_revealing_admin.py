"""Characters that hide a message are visible on every page of the admin."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from chat.models import LoginSession

from ..support.asked import asked, recorded
from ..support.reviewing import opened, page_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("static_files")]

HIDDEN = "Plan\U000e0041\u202e\U000e0101"
SHOWN = "Plan⟨U+E0041⟩⟨U+202E⟩⟨U+E0101⟩"


@pytest.fixture
def admin(client: Client, admin_user: User) -> Client:
    client.force_login(admin_user)
    return client


def text(response: Any) -> str:
    return str(response.content.decode())


def test_a_title_is_marked_in_the_list_of_recordings_on_its_page_and_in_its_history(admin: Client) -> None:
    recording = recorded(HIDDEN, "Nothing.")
    page = f"/admin/chat/recording/{recording.pk}/change/"

    saved = text(admin.post(page, {"title": f"{HIDDEN}s"}, follow=True))

    for html in (
        saved,
        *(text(admin.get(address)) for address in (page, page.replace("change", "history"), "/admin/")),
    ):
        assert f"{SHOWN}s" in html


def test_saving_a_form_changes_no_hidden_character(admin: Client) -> None:
    recording = recorded(HIDDEN, "Nothing.")

    assert f'value="{HIDDEN}"' in text(admin.get(f"/admin/chat/recording/{recording.pk}/change/"))


def test_the_name_of_a_user_is_marked_in_lists_filters_and_on_pages(admin: Client, login: LoginSession) -> None:
    asked(login)
    User.objects.filter(pk=login.user.pk).update(username=HIDDEN, first_name=HIDDEN, email=f"{HIDDEN}@e.example")
    pages = ["/admin/auth/user/", f"/admin/auth/user/{login.user.pk}/change/"]

    for address in pages:
        html = text(admin.get(address))
        assert SHOWN in html
        assert HIDDEN not in html.replace(f'value="{HIDDEN}', "")


def test_an_answer_is_marked_in_the_review_and_keeps_its_emoji(review: Client, login: LoginSession) -> None:
    turn = asked(login, "Why?", answer=f"**{HIDDEN}** 👩\u200d👩 می\u200cشود `{HIDDEN}`")

    html = text(opened(review, page_of(turn)))

    assert f"<strong>{SHOWN}</strong> 👩\u200d👩 می\u200cشود <code>{SHOWN}</code>" in html
    assert turn.answer.startswith(f"**{HIDDEN}")
