"""Questions on their way to the server."""

from __future__ import annotations

import uuid

import pytest
from playwright.async_api import Page, expect

from .fake_pages import conversation_page, new_page, turn_html
from .fake_site import FakeSite
from .live import OTHER, TURN, accept, answer, ask, complete, open_new, open_page, question_box, token, turn_element

pytestmark = pytest.mark.browser


async def test_a_new_question_becomes_the_page_of_its_conversation(fake: FakeSite, page: Page) -> None:
    socket = await open_new(fake, page)
    listed = f'<ul><li><a href="/c/{fake.conversation}/" aria-current="page"><bdi>Why green?</bdi></a></li></ul>'
    fake.pages["/conversations/"] = (200, listed)

    await ask(page, "Why green?")
    command = await socket.expect("ask")
    await accept(fake, socket, command["request_id"])
    await socket.send_event("started", turn=TURN)
    await token(socket, 0, 1, "Because.")

    assert (command["conversation"], command["recordings"]) == (None, [])
    await expect(answer(page)).to_have_text("Because.")
    await expect(page.locator("[data-conversations]")).to_have_text("Why green?")
    await expect(page).to_have_title("Why green? · chatsite")
    assert page.url == f"{fake.url}/c/{fake.conversation}/"
    await expect(question_box(page)).to_be_focused()


async def test_a_conversation_that_has_just_begun_has_its_menu_at_once(fake: FakeSite, page: Page) -> None:
    socket = await open_new(fake, page)
    menu = page.locator("[data-menu]")
    await expect(menu).to_be_hidden()
    listed = f'<ul><li><a href="/c/{fake.conversation}/" aria-current="page"><bdi>Why green?</bdi></a></li></ul>'
    fake.pages["/conversations/"] = (200, listed)

    await ask(page, "Why green?")
    await accept(fake, socket, (await socket.expect("ask"))["request_id"])
    await menu.locator("summary").first.click()

    await expect(page.get_by_label("Title")).to_have_value("Why green?")
    forms = await menu.locator("form").evaluate_all("forms => forms.map((form) => form.getAttribute('action'))")
    assert forms == [f"/c/{fake.conversation}/rename/", f"/c/{fake.conversation}/delete/"]
    assert await menu.locator("form input[name=csrfmiddlewaretoken]").count() == 2


async def test_the_page_takes_over_the_title_that_the_model_gives(fake: FakeSite, page: Page) -> None:
    socket = await open_page(fake, page, turn_html(TURN, "streaming", text="So", seq=1))
    listed = f'<ul><li><a href="/c/{fake.conversation}/" aria-current="page"><bdi>{{}}</bdi></a></li></ul>'
    fake.pages["/conversations/"] = (200, listed.format("Decisions"))

    await complete(socket, "So it is.", 2)
    await expect(page.locator("[data-conversations]")).to_have_text("Decisions")
    fake.pages["/conversations/"] = (200, listed.format("The green launch"))

    await expect(page.locator("[data-page-title]")).to_have_text("The green launch", timeout=15_000)
    await expect(page).to_have_title("The green launch · chatsite")


async def test_the_second_question_of_a_new_conversation_waits_for_the_first(fake: FakeSite, page: Page) -> None:
    socket = await open_new(fake, page)

    await ask(page, "First")
    await ask(page, "Second")
    first = await socket.expect("ask")
    assert socket.waiting("ask") == []
    await accept(fake, socket, first["request_id"])
    second = await socket.expect("ask")

    assert (first["question"], first["conversation"]) == ("First", None)
    assert (second["question"], second["conversation"]) == ("Second", fake.conversation)


async def test_a_question_is_resent_with_the_same_id_until_it_is_accepted(fake: FakeSite, page: Page) -> None:
    socket = await open_page(fake, page, turn_html(OTHER, "complete", text="x", seq=1))
    await ask(page, "Is it saved?")
    first = await socket.expect("ask")

    socket.drop()
    second = await (await fake.socket()).expect("ask")
    await page.reload()
    socket = await fake.socket()
    third = await socket.expect("ask")
    await accept(fake, socket, third["request_id"])

    assert first == second == third
    await expect(turn_element(page)).to_have_attribute("data-state", "queued")
    await expect(page.locator("[data-turns]").get_by_text("Is it saved?", exact=True)).to_have_count(1)
    await page.reload()
    await (await fake.socket()).expect("follow")
    assert not fake.has_socket()


async def test_a_question_that_is_already_on_the_page_is_not_shown_twice(fake: FakeSite, page: Page) -> None:
    socket = await open_page(fake, page)
    await ask(page, "Once")
    command = await socket.expect("ask")
    fake.show(turn_html(TURN, "streaming", question="Once"))

    await page.reload()
    socket = await fake.socket()
    assert (await socket.expect("ask"))["request_id"] == command["request_id"]
    await accept(fake, socket, command["request_id"], position=None)
    await token(socket, 0, 1, "Yes.")

    await expect(answer(page)).to_have_text("Yes.")
    await expect(page.locator("[data-turns] [data-question]")).to_have_count(1)


async def test_a_refused_question_returns_to_the_box_with_the_reason(fake: FakeSite, page: Page) -> None:
    socket = await open_page(fake, page)
    await ask(page, "One too many")
    command = await socket.expect("ask")

    await socket.send_event(
        "error", code="QUEUE_FULL", message="Five wait.", retryable=True, request_id=command["request_id"]
    )

    await expect(page.locator("[data-refusal]")).to_have_text("Five wait.")
    await expect(question_box(page)).to_have_value("One too many")
    await expect(page.locator("[data-turns] [data-turn]")).to_have_count(0)
    await page.keyboard.type("!")
    await expect(page.locator("[data-refusal]")).to_be_hidden()


async def test_a_refused_question_does_not_replace_text_typed_meanwhile(fake: FakeSite, page: Page) -> None:
    socket = await open_page(fake, page)
    await ask(page, "Refused")
    command = await socket.expect("ask")
    await question_box(page).fill("Typed")

    await socket.send_event(
        "error", code="RATE_LIMITED", message="Wait.", retryable=True, request_id=command["request_id"]
    )

    await expect(question_box(page)).to_have_value("Typed\n\nRefused")


async def test_a_text_is_sent_once_despite_double_clicks_and_held_keys(fake: FakeSite, page: Page) -> None:
    socket = await open_page(fake, page)

    await question_box(page).fill("Once")
    await page.locator("[data-send]").dblclick()
    await question_box(page).fill("Held")
    for _ in range(5):
        await page.keyboard.down("Enter")
    await page.keyboard.up("Enter")

    assert [(await socket.expect("ask"))["question"] for _ in range(2)] == ["Once", "Held"]
    await expect(page.locator("[data-turns] [data-turn]")).to_have_count(2)
    assert socket.waiting("ask") == []


async def test_enter_sends_and_shift_enter_breaks_the_line(fake: FakeSite, page: Page) -> None:
    socket = await open_page(fake, page)
    await expect(page.locator("[data-send]")).to_be_disabled()
    height = await question_box(page).evaluate("box => box.offsetHeight")

    await page.keyboard.press("/")
    await page.keyboard.type("one")
    await page.keyboard.press("Shift+Enter")
    await page.keyboard.type("two")
    await expect(page.locator("[data-send]")).to_be_enabled()
    assert await question_box(page).evaluate("box => box.offsetHeight") > height
    await question_box(page).dispatch_event("keydown", {"key": "Enter", "isComposing": True})
    await question_box(page).dispatch_event("keydown", {"key": "Enter", "repeat": True})
    await expect(question_box(page)).to_have_value("one\ntwo")
    await page.keyboard.press("Enter")

    assert (await socket.expect("ask"))["question"] == "one\ntwo"
    await expect(question_box(page)).to_have_value("")


async def test_typed_text_survives_a_reload_but_not_another_user_or_a_sign_out(fake: FakeSite, page: Page) -> None:
    await open_page(fake, page)
    await question_box(page).fill("Mine")
    await page.reload()
    await expect(question_box(page)).to_have_value("Mine")
    path = f"/c/{fake.conversation}/"

    fake.pages[path] = (200, conversation_page(fake.conversation, ()).replace('data-user="7"', 'data-user="8"'))
    await page.reload()
    await expect(question_box(page)).to_have_value("")
    await question_box(page).fill("Theirs")
    await page.evaluate("document.querySelector('[data-sign-out]').dispatchEvent(new Event('submit'))")

    assert await page.evaluate("sessionStorage.length") == 0


async def test_a_double_click_on_retry_asks_once(fake: FakeSite, page: Page) -> None:
    socket = await open_page(fake, page, turn_html(OTHER, "stopped", text="x", seq=1))

    await turn_element(page, OTHER).get_by_role("button", name="Retry").dblclick()

    assert (await socket.expect("ask"))["retry_of"] == OTHER
    await expect(page.locator("[data-turns] [data-turn]")).to_have_count(2)
    assert socket.waiting("ask") == []


async def test_a_refusal_is_asked_again_in_all_recordings_with_one_click(fake: FakeSite, page: Page) -> None:
    socket = await open_page(fake, page, turn_html(OTHER, "complete", text="Nothing.", seq=1, recordings=[TURN]))

    await turn_element(page, OTHER).get_by_role("button", name="Search all recordings").click()
    command = await socket.expect("ask")

    assert (command["question"], command["recordings"]) == ("What was decided?", [])
    await expect(page.locator("[data-turns] [data-turn]").last.locator("[data-filter-note]")).to_be_hidden()


async def test_edit_puts_question_and_filter_back_into_the_box(fake: FakeSite, page: Page) -> None:
    socket = await open_page(fake, page, turn_html(OTHER, "complete", text="Nothing.", seq=1, recordings=[TURN]))

    await turn_element(page, OTHER).get_by_role("link", name="Edit").click()
    await expect(question_box(page)).to_be_focused()
    await expect(question_box(page)).to_have_value("What was decided?")
    await ask(page, "What was decided on Monday?")
    command = await socket.expect("ask")

    assert (command["question"], command["recordings"]) == ("What was decided on Monday?", [TURN])


async def test_a_retry_that_the_socket_refuses_is_sent_by_the_form(fake: FakeSite, page: Page) -> None:
    socket = await open_page(fake, page, turn_html(OTHER, "stopped", text="x", seq=1))
    await page.route("**/retry/", lambda route: route.fulfill(body=route.request.post_data or ""))
    await turn_element(page, OTHER).get_by_role("button", name="Retry").click()
    command = await socket.expect("ask")

    async with page.expect_navigation():
        await socket.send_event(
            "error", code="INVALID_REQUEST", message="No.", retryable=False, request_id=command["request_id"]
        )

    assert "csrfmiddlewaretoken=token" in await page.content()


async def test_a_question_from_another_tab_just_before_ours_is_not_missed(fake: FakeSite, page: Page) -> None:
    first, ours = str(uuid.uuid4()), str(uuid.uuid4())
    socket = await open_page(fake, page, turn_html(OTHER, "complete", text="x", seq=1))
    both = turn_html(first, "complete", question="Theirs", text="y", seq=1) + turn_html(ours, "queued", question="Ours")
    await ask(page, "Ours")
    command = await socket.expect("ask")
    fake.pages[f"/c/{fake.conversation}/turns/?after={OTHER}"] = (200, both)

    await accept(fake, socket, str(uuid.uuid4()), first)
    await accept(fake, socket, command["request_id"], ours)

    await expect(page.locator("[data-turns] [data-question]")).to_have_text(["What was decided?", "Theirs", "Ours"])


async def test_a_draft_stays_with_its_conversation_when_a_new_one_begins(fake: FakeSite, page: Page) -> None:
    socket = await open_new(fake, page)
    await ask(page, "First")
    await page.keyboard.type("Second, half")
    await accept(fake, socket, (await socket.expect("ask"))["request_id"])
    await expect(turn_element(page)).to_have_attribute("data-state", "queued")

    fake.show(turn_html(TURN, "streaming"))
    await page.reload()

    await expect(question_box(page)).to_have_value("Second, half")
    await page.goto(fake.url)
    await expect(question_box(page)).to_have_value("")


async def test_a_question_in_the_address_of_the_page_is_in_the_box(fake: FakeSite, page: Page) -> None:
    fake.pages["/"] = (200, new_page(question="What came up?"))
    await page.goto(f"{fake.url}/?q=What+came+up%3F")
    await expect(question_box(page)).to_have_value("What came up?")
    await expect(page.locator("[data-send]")).to_be_enabled()

    await question_box(page).fill("What came up, and when?")
    await page.reload()

    await expect(question_box(page)).to_have_value("What came up, and when?")
