"""The page about data: each setting that matters has its sentence, and no secret is in any."""

from __future__ import annotations

from datetime import time
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import Settings

from chat.about import hosts
from chat.about.facts import sections

ADDRESS = "/about/data/"
SECRET = "hunter2-hunter2"
WORKSPACE = {"DATABRICKS_HOST": f"https://me:{SECRET}@adb-1.azuredatabricks.net/?o={SECRET}"}
PROXIED = {"TRUSTED_PROXY": "10.0.0.1", "DATABRICKS_HOST": "https://adb-1.azuredatabricks.net"}
MLFLOW = {"MLFLOW_EXPERIMENT": "/Shared/chat", "MLFLOW_TRACKING_URI": f"https://me:{SECRET}@mlflow.example.com/x"}

SENTENCES: list[tuple[dict[str, Any], str]] = [
    ({}, "The built-in model answers, on this server."),
    ({}, "Nothing: what is asked, answered and said stays here."),
    ({"CHAT_MODEL": "openai:gpt-5-mini"}, "written by an AI, gpt-5-mini, at api.openai.com."),
    ({"CHAT_MODEL": "openai:heron", "OPENAI_BASE_URL": f"http://me:{SECRET}@llm.lan:8000/v1"}, "heron, at llm.lan."),
    ({"CHAT_MODEL": "openai:heron", "OPENAI_BASE_URL": "http://127.0.0.1:8000/v1"}, "heron, at this server."),
    ({"CHAT_MODEL": "openai:h", "OPENAI_BASE_URL": "databricks"} | WORKSPACE, "h, at adb-1.azuredatabricks.net."),
    ({"CHAT_MODEL": "databricks:claude"} | WORKSPACE, "claude, at adb-1.azuredatabricks.net."),
    ({"CHAT_MODEL": "databricks:claude"}, "claude, at a Databricks workspace."),
    ({"CHAT_MODEL": "anthropic:claude"}, "claude, at the provider anthropic."),
    ({"CHAT_MODEL": "python:mine:make"}, "an AI, at a place that the operator of this site has programmed."),
    ({"CHAT_MODEL": "openai:heron", "CHAT_HISTORY_TURNS": 4}, "your question, up to 4 exchanges before it, and"),
    ({"CHAT_MODEL": "openai:heron", "CHAT_HISTORY_TURNS": 0}, "your question, and up to 8 passages"),
    ({"CHAT_MODEL": "openai:heron", "CHAT_PASSAGES": 5}, "up to 5 passages"),
    (
        {"CHAT_MODEL": "openai:heron", "CHAT_GRADE": True, "CHAT_TITLES": True},
        "rewrites follow-up questions for the search, judges what the search has found and names new conversations.",
    ),
    (
        {"CHAT_MODEL": "openai:h", "CHAT_REWRITE": False, "CHAT_TITLES": True},
        "The same model also names new conversations.",
    ),
    ({"CHAT_MODEL": "openai:heron"}, "The model is not told who asks."),
    ({"CHAT_MODEL": "openai:heron", "CHAT_ON_BEHALF_OF": True}, "The model is not told who asks."),
    ({"CHAT_MODEL": "databricks:heron", "CHAT_ON_BEHALF_OF": True} | PROXIED, "called with your own sign-in"),
    ({"EMBEDDINGS": "openai:small"}, "goes to api.openai.com, where small computes its meaning."),
    ({"EMBEDDINGS": "openai:small", "EMBEDDINGS_BASE_URL": "http://gpu.lan/v1"}, "goes to gpu.lan, where small"),
    ({"EMBEDDINGS": "databricks:gte"} | WORKSPACE, "goes to adb-1.azuredatabricks.net, where gte"),
    ({"CHAT_RETRIEVER": "databricks:a.b.c"} | WORKSPACE, "the index a.b.c at adb-1.azuredatabricks.net"),
    ({"TRANSCRIBER": "openai:whisper-1"}, "goes to api.openai.com, where whisper-1 writes it down."),
    ({"TRANSCRIBER": "openai:w", "TRANSCRIBER_BASE_URL": "http://gpu.lan/v1"}, "goes to gpu.lan, where w writes"),
    ({"TRANSCRIBER": "databricks-sql:1f2e"} | WORKSPACE, "adb-1.azuredatabricks.net, where ai_transcribe writes it"),
    ({"TRANSCRIBER": "faster-whisper:/models/x"}, "is written down by Whisper on this server."),
    ({"STORAGE": "volume:/Volumes/a/b/c"} | WORKSPACE, "sound of recordings is stored at adb-1.azuredatabricks.net."),
    ({"STORAGE": "s3://a/b", "S3_ENDPOINT": "https://s3.lan"}, "sound of recordings: at s3.lan."),
    (MLFLOW, "MLflow at mlflow.example.com gets each question with your user name"),
    (MLFLOW | {"MLFLOW_TEXTS": False}, "of each question, but no words and no names."),
    (MLFLOW | WORKSPACE | {"MLFLOW_TRACKING_URI": ""}, "MLflow at adb-1.azuredatabricks.net gets"),
    (MLFLOW | {"MLFLOW_TRACKING_URI": "sqlite:///mlflow.db"}, "MLflow at this server gets"),
    (MLFLOW | {"MLFLOW_TRACKING_URI": "./mlruns"}, "MLflow at this server gets"),
    ({"EMAIL_URL": f"smtp://me:{SECRET}@mail.example.com"}, "go to the mail server mail.example.com, with your name"),
    ({"CHAT_TOKENS_PER_DAY": 9}, "The questions and tokens that you use on a day are counted"),
    ({"CHAT_LANGSMITH": True}, "If the operator has set LangSmith up, it gets each question"),
    (
        {"REDIS_URL": f"redis://:{SECRET}@redis.lan:6379/0"},
        "passes through Redis on redis.lan, which does not keep it.",
    ),
    ({"REDIS_URL": "unix:///run/redis.sock"}, "passes through Redis on this server"),
    ({"CHAT_RETENTION_DAYS": 30}, "A conversation is removed 30 days after its last question."),
    ({"CHAT_RETENTION_DAYS": 0}, "A conversation is kept until you delete it."),
    ({"PURGE_AT": time(3, 30), "TIME_ZONE": "UTC"}, "erased from the database at 03:30 (UTC) of each day."),
    ({"PURGE_AT": None}, "erased when the operator of this site purges it."),
    ({}, "Your user name, and a password that is stored so that nobody can read it."),
    (
        {"SSO_OIDC_ISSUER": "https://id.example.com/realm"},
        "If you sign in at id.example.com: your name, your address and your id there.",
    ),
    (PROXIED, "Your company's sign-in sends your user name, your e-mail address and your name"),
    ({"SESSION_COOKIE_AGE": 7 * 24 * 60 * 60}, "A sign-in lasts 7 days at most."),
]
REVIEWED = [
    ({"REVIEW": "off"}, "Nobody reviews answers on this site.", "Reviewers are"),
    ({"REVIEW": "asked"}, "Reviewers read an answer only if you ask for a check.", "random"),
    ({"REVIEW": "announced", "REVIEW_RULE": ["failed"]}, "Reviewers read answers that failed or broke off,", "random"),
    ({"REVIEW": "announced", "REVIEW_RULE": ["share:5"]}, "The random share is drawn when you ask", "failed or"),
    ({"REVIEW": "all", "REVIEW_RULE": []}, "Reviewers may read your questions and answers.", "random"),
    ({"REVIEW": "all", "REVIEW_RULE": []}, "Reviewers are: carol.", "At present"),
]
KEYS = {"OPENAI_API_KEY": SECRET, "EMBEDDINGS_API_KEY": SECRET, "DATABRICKS_TOKEN": SECRET, "SECRET_KEY": SECRET}


pytestmark = pytest.mark.django_db


def shown() -> str:
    return "\n".join(sentence for section in sections() for sentence in section.sentences)


@pytest.mark.parametrize(("values", "sentence"), SENTENCES)
def test_each_setting_has_its_sentence_and_no_secret_is_in_any(
    settings: Any, values: dict[str, Any], sentence: str
) -> None:
    for name, value in (KEYS | values).items():
        setattr(settings, name, value)

    assert sentence in shown()
    assert SECRET not in shown()


@pytest.mark.parametrize(("values", "sentence", "absent"), REVIEWED)
def test_the_policy_of_the_review_is_said_with_the_names_of_the_reviewers(
    settings: Any, carol: User, values: dict[str, Any], sentence: str, absent: str
) -> None:
    for name, value in values.items():
        setattr(settings, name, value)

    assert sentence in shown()
    assert absent not in shown()


def test_a_site_without_reviewers_says_so() -> None:
    assert "At present nobody is a reviewer." in shown()


@pytest.mark.parametrize(
    ("database", "words"),
    [
        ({"ENGINE": "chatsite.sqlite", "NAME": "/srv/x.sqlite3"}, "(SQLite) on this server."),
        (
            {"ENGINE": "django.db.backends.postgresql", "HOST": "db.lan", "USER": "me", "PASSWORD": SECRET},
            "(PostgreSQL) on db.lan.",
        ),
        ({"ENGINE": "django.db.backends.postgresql", "HOST": "/run/postgresql"}, "(PostgreSQL) on this server."),
    ],
)
def test_the_page_says_where_the_database_is(
    monkeypatch: pytest.MonkeyPatch, database: dict[str, str], words: str
) -> None:
    monkeypatch.setattr("django.conf.settings.DATABASES", {"default": database})

    assert words in shown()
    assert SECRET not in shown()


def test_what_is_not_configured_is_not_mentioned(settings: Settings) -> None:
    settings.REDIS_URL = ""
    assert not [word for word in ("MLflow", "Redis", "LangSmith", "index", "meaning") if word in shown()]


def test_the_address_of_openai_is_that_which_the_model_uses() -> None:
    from chat.llm.openai import OPENAI_URL

    assert hosts.host_of(OPENAI_URL) == hosts._OPENAI


@pytest.mark.parametrize("address", ["", "http://[", "https://", "//"])
def test_an_address_without_a_host_shows_nothing_of_itself(address: str) -> None:
    assert hosts.host_of(address) == ""


@pytest.mark.usefixtures("static_files")
@pytest.mark.parametrize(
    ("policy", "rule", "words"),
    [
        ("off", [], None),
        ("asked", [], None),
        ("all", [], None),
        ("announced", ["failed"], "Reviewers read answers that failed or broke off, and what you ask to be checked."),
        ("all", ["share:5"], "Without giving a reason, they read a random 5 % of all questions"),
    ],
)
def test_a_published_rule_stands_where_people_ask(
    client: Client, alice: User, settings: Any, policy: str, rule: list[str], words: str | None
) -> None:
    client.force_login(alice)
    settings.REVIEW, settings.REVIEW_RULE = policy, rule

    page = " ".join(client.get("/").content.decode().split())

    assert (words in page) if words else ("Reviewers" not in page)


@pytest.mark.usefixtures("static_files")
def test_every_user_finds_the_page_from_the_box_and_from_the_menu(client: Client, alice: User) -> None:
    assert client.get(ADDRESS).status_code == 302
    client.force_login(alice)

    assert client.get("/").content.decode().count(f'href="{ADDRESS}"') == 2
    assert "The built-in model answers, on this server." in client.get(ADDRESS).content.decode()
    assert client.post(ADDRESS).status_code == 405
