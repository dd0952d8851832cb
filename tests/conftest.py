"""Shared fixtures: people, running sites and a browser.

alice asks, bob is another user, carol is staff and a reviewer. A test that needs a program that is not installed is
skipped, and the reason names the package of the program.
"""

from __future__ import annotations

import os
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis
import pytest
import pytest_asyncio
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, User
from django.db import connection
from django.dispatch import receiver
from django.test import Client, TransactionTestCase, override_settings
from django.test.signals import setting_changed
from pytest_django import Settings

from chat import retrieval
from chat.llm import chat_model
from chat.models import REVIEWERS, LoginSession
from chat.turns.owner import Owner
from chat.turns.runner import TurnRunner
from chatsite import asgi

from .support import sockets
from .support.collected import collected
from .support.flush import delete_rows
from .support.migrated import migrated_once
from .support.processes import Missing, chromium
from .support.scripts import Scripts
from .support.selection import is_traced, only_repeats, select
from .support.signing_in import sign_in
from .support.site_process import SiteProcess
from .support.sites import copy_of, database_for_site, prepare_once
from .support.sockets import Open
from .support.workspace import TOKEN, Workspace, serving

if TYPE_CHECKING:
    from playwright.async_api import Browser, Page

CHROMIUM_ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

hypothesis.settings.register_profile("suite", derandomize=True, deadline=None, database=None)
hypothesis.settings.load_profile("suite")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """See ``support/selection.py``."""
    select(config, items)


@pytest.fixture(autouse=True)
def tracing(request: pytest.FixtureRequest) -> Iterator[None]:
    """See ``selection.is_traced``."""
    trace = sys.gettrace()
    if not is_traced(request.node):
        sys.settrace(None)
    yield
    sys.settrace(trace)


@receiver(setting_changed)
def forget_the_model(*, setting: str, **_: object) -> None:
    """Load the chat model again when a test names another one, and when that test is over."""
    if setting == "CHAT_MODEL":
        chat_model.cache_clear()


# People


@pytest.fixture(scope="session", autouse=True)
def quick_passwords() -> Iterator[None]:
    """Use a fast hash: the real one takes a quarter of a second for each person in each test."""
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield


@pytest.fixture(scope="session", autouse=True)
def quick_flush() -> Iterator[None]:
    """See ``flush.delete_rows``."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", delete_rows)
        yield


@pytest.fixture(scope="session", autouse=True)
def quick_databases() -> Iterator[None]:
    """See ``migrated.migrated_once``."""
    with migrated_once():
        yield


@pytest.fixture(scope="session")
def django_db_setup(quick_databases: None, django_db_setup: None) -> Iterator[None]:
    """End all connections after the last test: PostgreSQL drops no database that threads of the tests still use."""
    yield
    if connection.vendor == "postgresql":
        import psycopg

        with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as server:
            server.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s",
                [connection.settings_dict["NAME"]],
            )


@pytest.fixture(scope="session", autouse=True)
def static_files_on_request() -> Iterator[None]:
    """Look for static files on request: the middleware of every test client would read all of them at its start."""
    with override_settings(SERVESTATIC_AUTOREFRESH=True, SERVESTATIC_USE_MANIFEST=False):
        yield


@pytest.fixture
def alice(db: None) -> User:
    return get_user_model().objects.create_user("alice", password="alice-secret-words")


@pytest.fixture
def bob(db: None) -> User:
    return get_user_model().objects.create_user("bob", password="bob-secret-words")


@pytest.fixture
def carol(db: None) -> User:
    carol = get_user_model().objects.create_user("carol", password="carol-secret-words", is_staff=True)
    carol.groups.add(Group.objects.get_or_create(name=REVIEWERS)[0])
    return carol


@pytest.fixture
def review(client: Client, carol: User) -> Client:
    """A client signed in as carol, who has no permissions in Django."""
    client.force_login(carol)
    return client


@pytest.fixture
def login(alice: User) -> LoginSession:
    """A login session of alice."""
    return LoginSession.objects.create(user=alice)


# The application in this process


@pytest_asyncio.fixture
async def scripts() -> Scripts:
    """The answers of ``runner``, one for each question."""
    return Scripts()


@pytest_asyncio.fixture
async def runner(scripts: Scripts, tmp_path: Path, db: None) -> AsyncIterator[TurnRunner]:
    """A runner that answers from scripts. In tests/api and tests/live it drives the application."""
    runner = TurnRunner(answer=scripts, owner=Owner(tmp_path))
    await runner.start()
    yield runner
    await runner.drain(0)


@pytest_asyncio.fixture
async def connect(runner: TurnRunner) -> AsyncIterator[Open]:
    """Open a socket for a Django session (None: not signed in)."""
    clients: list[sockets.Client] = []

    async def connect(session_key: str | None) -> sockets.Client:
        clients.append(sockets.Client(asgi.application, session_key))
        assert await clients[-1].open()
        return clients[-1]

    yield connect
    for client in clients:
        await client.close()


@pytest.fixture
def session(alice: User, login: LoginSession) -> str:
    """The key of a Django session in which alice is signed in."""
    return sockets.sign_in(alice, login)


# Sites


@pytest.fixture(scope="session")
def prepared_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SiteProcess]:
    """A site that was prepared and never started. Other sites start as copies of it, which saves seconds for each."""
    with database_for_site() as url:
        if not url:
            of_worker = tmp_path_factory.getbasetemp()
            yield prepare_once((of_worker.parent if "PYTEST_XDIST_WORKER" in os.environ else of_worker) / "site")
            return
        site = SiteProcess(tmp_path_factory.mktemp("prepared"), database_url=url)
        site.manage("prepare")
        yield site


@pytest.fixture(scope="session")
def site(prepared_site: SiteProcess, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SiteProcess]:
    """A running site with the demo, shared by all tests that leave it running."""
    with copy_of(prepared_site, tmp_path_factory.mktemp("site")) as site:
        yield site


@pytest.fixture
def start_site(
    request: pytest.FixtureRequest, prepared_site: SiteProcess, tmp_path: Path
) -> Iterator[Callable[..., SiteProcess]]:
    """Start a site of the test's own, which it may stop or kill; keywords are settings (``SERVER="uvicorn"``)."""
    covered = bool(request.node.get_closest_marker("covers")) and not only_repeats(request.node)
    with ExitStack() as stack:

        def start(**settings: str) -> SiteProcess:
            folder = tmp_path / f"site{len(list(tmp_path.iterdir()))}"
            return stack.enter_context(copy_of(prepared_site, folder, covered=covered, **settings))

        yield start


# The browser


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    """The installed Chromium."""
    from playwright.async_api import async_playwright

    try:
        program = chromium()
    except Missing as missing:
        pytest.skip(str(missing))
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program, args=CHROMIUM_ARGUMENTS)
        yield browser
        await browser.close()


@pytest.fixture
async def browser_page(browser: Browser) -> AsyncIterator[Page]:
    """An empty page in a browser context of its own (no cookies of other tests)."""
    context = await browser.new_context(viewport={"width": 1280, "height": 800})
    yield await context.new_page()
    await context.close()


@pytest.fixture
async def signed_in_page(site: SiteProcess, browser_page: Page) -> Page:
    """The home page of the shared site, signed in as demo by a sign-in link."""
    await sign_in(browser_page, site)
    return browser_page


# Vectors


@pytest.fixture
def workspace(settings: Settings) -> Iterator[Workspace]:
    """A loopback server that makes vectors and searches an index; the settings name it."""
    with serving() as workspace:
        settings.OPENAI_BASE_URL, settings.OPENAI_API_KEY = f"{workspace.url}/v1", TOKEN
        settings.DATABRICKS_HOST, settings.DATABRICKS_TOKEN = workspace.url, TOKEN
        settings.CHAT_RETRIEVAL_SECONDS = 60  # however busy the machine is
        retrieval.reset()
        yield workspace
        retrieval.reset()


# Static files


@pytest.fixture(scope="session")
def static_files() -> Iterator[None]:
    """The collected static files, which pages refer to."""
    with override_settings(STATIC_ROOT=collected()):
        yield
