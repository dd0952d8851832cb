"""The credentials that a question needs: a token, or a session and the CSRF token of a page."""

from __future__ import annotations

import pytest

from chat.database import in_database
from chat.models import LoginSession, Turn
from chat.turns.runner import TurnRunner

from ..support.scripts import Scripts
from .client import CSRF, Program, asked_by_a_page, complete, page_of, text

pytestmark = pytest.mark.django_db(transaction=True)


async def test_a_session_needs_the_csrf_token_of_a_page(
    login: LoginSession, session: str, scripts: Scripts, runner: TurnRunner
) -> None:
    refused = await page_of(session).ask("When?")
    scripts["When?"].say("In March.").end()
    accepted = await asked_by_a_page(session, "When?")

    assert (refused.status, (await refused.json())["code"]) == (403, "FORBIDDEN")
    assert text(await complete(accepted)) == "In March."
    assert (await in_database(Turn.objects.get)).login_session_id == login.pk


async def test_a_foreign_origin_is_refused_even_with_a_csrf_token(session: str, runner: TurnRunner) -> None:
    headers = {"x-csrftoken": CSRF, "origin": "https://evil.example"}

    answer = await page_of(session).ask("When?", headers=headers)

    assert answer.status == 403


async def test_a_token_needs_no_csrf_token_and_takes_precedence_over_a_session(
    secret: str, session: str, scripts: Scripts, runner: TurnRunner
) -> None:
    scripts["When?"].say("In March.").end()

    await complete(await Program(secret, session).ask("When?"))

    turn = await in_database(Turn.objects.select_related("login_session__api_token").get)
    assert turn.login_session.api_token.name == "reports"
