"""How dates are written on the pages that no script changes."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client

from chat.models import REVIEWERS, LoginSession, Recording

from ..support.asked import asked, recorded

OTHER_STYLES = re.compile(r"\b\d{4}-\d\d-\d\d\b|\b[A-Z][a-z]+\.? \d{1,2}, \d{4}|[ap]\.m\.|\bnoon\b|\bmidnight\b")


@pytest.mark.django_db
@pytest.mark.usefixtures("static_files")
def test_all_dates_of_the_admin_have_one_style(admin_client: Client, admin_user: User, login: LoginSession) -> None:
    admin_user.groups.add(Group.objects.get_or_create(name=REVIEWERS)[0])
    conversation = asked(login).conversation
    recording = recorded("Planning", "Hello.")
    Recording.objects.filter(pk=recording.pk).update(recorded_on=date(2026, 2, 3))
    paths = [
        "recording/",
        f"recording/{recording.pk}/change/",
        "conversation/",
        f"conversation/{conversation.pk}/change/",
    ]

    for path in [f"chat/{path}" for path in paths] + [
        f"auth/user/{conversation.user_id}/change/",
        f"auth/user/{conversation.user_id}/history/",
    ]:
        html = admin_client.get(f"/admin/{path}").content.decode()
        shown = re.sub(r"<(script|style).*?</\1>|<[^>]*>", " ", html, flags=re.DOTALL)
        assert not OTHER_STYLES.findall(shown), path
        assert "history" in path or re.search(r"\b\d{1,2} [A-Z][a-z]{2} \d{4}\b", shown), path
