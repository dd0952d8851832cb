"""The groups that a trusted proxy names, and attempts to forge them."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, User
from pytest_django import Settings

from chat.models import REVIEWERS

from ..support.forwarding import STRANGER, Browser, trust

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("static_files"),
    pytest.mark.any_database,
]
ANA = ("X-Forwarded-Email", "ana@example.com")


@pytest.fixture
def browser(settings: Settings, db: None) -> Browser:
    trust(settings)
    settings.TRUSTED_PROXY_GROUPS_HEADER = "X-Forwarded-Groups"
    for name in ("Sellers", "Engineers"):
        Group.objects.create(name=name)
    return Browser()


def named(*names: str) -> tuple[str, str]:
    return ("X-Forwarded-Groups", ",".join(names))


async def groups() -> set[str]:
    return {name async for name in Group.objects.filter(user__username=ANA[1]).values_list("name", flat=True)}


async def test_a_user_is_in_the_groups_that_the_proxy_names(browser: Browser) -> None:
    await browser.get("/", ANA, named("Sellers", " Engineers", "unknown here"))
    assert await groups() == {"Sellers", "Engineers"}

    await browser.get("/", ANA, named("Engineers"))
    assert await groups() == {"Engineers"}

    await browser.get("/", ANA, named(""))
    assert await groups() == set()


async def test_a_group_that_is_made_later_is_joined_with_the_next_page(browser: Browser) -> None:
    await browser.get("/", ANA, named("Sellers", "Buyers"))
    await Group.objects.acreate(name="Buyers")

    await browser.get("/", ANA, named("Sellers", "Buyers"))

    assert await groups() == {"Sellers", "Buyers"}


async def test_without_the_header_the_groups_stay(browser: Browser) -> None:
    await browser.get("/", ANA, named("Sellers"))

    await browser.get("/", ANA)

    assert await groups() == {"Sellers"}


async def test_the_proxy_makes_nobody_a_reviewer(browser: Browser) -> None:
    await Group.objects.aget_or_create(name=REVIEWERS)

    await browser.get("/", ANA, named(REVIEWERS, "Sellers"))

    assert await groups() == {"Sellers"}


async def test_who_was_made_a_reviewer_stays_one(browser: Browser) -> None:
    await browser.get("/", ANA, named("Sellers"))
    ana = await User.objects.aget(username=ANA[1])
    await ana.groups.aadd((await Group.objects.aget_or_create(name=REVIEWERS))[0])

    await browser.get("/", ANA, named("Engineers"))

    assert await groups() == {REVIEWERS, "Engineers"}


@pytest.mark.parametrize("header", [("X_Forwarded_Groups", "Sellers"), ("x-forwarded-roles", "Sellers")])
async def test_another_header_names_no_groups(browser: Browser, header: tuple[str, str]) -> None:
    await browser.get("/", ANA, header)

    assert await groups() == set()


async def test_groups_from_elsewhere_do_not_count(browser: Browser) -> None:
    await browser.get("/", ANA, named("Engineers"))

    await browser.get("/", ANA, named("Sellers"), peer=STRANGER)

    assert await groups() == {"Engineers"}


async def test_a_header_that_came_twice_signs_nobody_in(browser: Browser) -> None:
    page = await browser.get("/", ANA, named("Engineers"), named("Sellers"))

    assert page["status"] == 302
    assert await groups() == set()


async def test_the_header_counts_only_if_a_setting_names_it(settings: Settings, browser: Browser) -> None:
    settings.TRUSTED_PROXY_GROUPS_HEADER = ""

    await Browser().get("/", ANA, named("Sellers"))

    assert await groups() == set()
