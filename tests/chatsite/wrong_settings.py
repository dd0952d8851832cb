"""The rows of ``test_wrong_settings.py``: what is set, and the line that the start must end with."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from ..support.processes import ROOT

ROWS = re.findall(
    r"^\| `([A-Z_]+)` \| `?(\d+(?:\.\d+)?)`? \| (.*) \|$", (ROOT / "docs/settings.md").read_text(), re.MULTILINE
)
WITH_ZERO = [name for name, _, meaning in ROWS if "`0`" in meaning]
"""The numbers for which the document says what 0 means."""
WITHOUT_ZERO = [name for name, _, meaning in ROWS if "`0`" not in meaning]

OPENAI = {"CHAT_MODEL": "openai:gpt-5-mini"}
ENDPOINT = {"CHAT_MODEL": "databricks:endpoint"}
KEY = {"OPENAI_API_KEY": "canary"}
WORKSPACE = {"DATABRICKS_HOST": "https://w.example.com", "DATABRICKS_TOKEN": "canary"}
FACTOR = {"SECOND_FACTOR": "administrators"}
PROVIDER = {"SSO_OIDC_ISSUER": "https://id.example.com", "SSO_OIDC_CLIENT_ID": "chatsite"}
INDEX = {"CHAT_RETRIEVER": "databricks:main.meetings.passages"}


@dataclass(frozen=True)
class Row:
    """One wrong setting. ``hidden`` packages count as not installed; ``early`` lets ``bin/run`` find it, too."""

    expected: str
    set: dict[str, str] = field(default_factory=dict)
    file: str | bytes = ""
    hidden: str = ""
    early: bool = False


VALUES = [
    Row(r"PORT is 70000; set a number from 1 to 65535", {"PORT": "70000"}),
    Row(r"CHAT_PASSAGES cannot be read: .*'many'.*leave it out", {"CHAT_PASSAGES": "many"}),
    Row(r"CHAT_PASSAGES cannot be -1: it must be a number, 0 or greater", {"CHAT_PASSAGES": "-1"}),
    Row(r"DEMO cannot be read: 'ja' is neither true nor false", {"DEMO": "ja"}),
    Row(r"SECRET_KEY_FILE cannot be read: .*/nowhere", {"SECRET_KEY_FILE": "/nowhere"}),
    Row(r"TRUSTED_PROXY cannot be read: .*list addresses", {"TRUSTED_PROXY": "a.proxy"}),
    Row(r"TIME_ZONE is 'Europe/Berln', .* one such as Europe/Berlin or UTC", {"TIME_ZONE": "Europe/Berln"}),
    Row(r"TIME_ZONE is 'Europe', which is no time zone", {"TIME_ZONE": "Europe"}),
    Row(r"LOG_LEVEL is 'chatty', .* one of DEBUG, INFO, WARNING", {"LOG_LEVEL": "chatty"}),
    Row(r"SECOND_FACTOR and TRUSTED_PROXY are both set; remove one", {**FACTOR, "TRUSTED_PROXY": "10.0.0.5"}),
    Row(r"SSO_OIDC_ISSUER must begin with https://", {"SSO_OIDC_ISSUER": "http://id.example.com"}),
    Row(r"SSO_OIDC_ISSUER is set, but SSO_OIDC_CLIENT_ID is not", {"SSO_OIDC_ISSUER": "https://id.example.com"}),
    Row(r"SSO_OIDC_ISSUER is 'https://\?x', .* as in https://id", {"SSO_OIDC_ISSUER": "https://?x"}),
    Row(r"SSO_OIDC_SCOPES lacks openid; .*; add it", {**PROVIDER, "SSO_OIDC_SCOPES": "email"}),
    Row(r"SSO_OIDC_ADMIN_GROUP is set, but .* for example groups", {**PROVIDER, "SSO_OIDC_ADMIN_GROUP": "admins"}),
    Row(r"PASSWORD_SIGN_IN is false, .* set SSO_OIDC_ISSUER", {"PASSWORD_SIGN_IN": "false"}),
    Row(r"SSO_OIDC_ISSUER and TRUSTED_PROXY are both set; remove one", {**PROVIDER, "TRUSTED_PROXY": "10.0.0.5"}),
    Row(r"CHAT_READER is 'httpx', .* one of aiohttp, library", {"CHAT_READER": "httpx"}),
    *[Row(rf"{name} is 0, .* set a greater number, or leave it out", {name: "0"}) for name in WITHOUT_ZERO],
]
HOSTS = [
    Row(r"HOST is 0\.0\.0\.0, .*set ALLOWED_HOSTS=own", {"HOST": "0.0.0.0"}, early=True),  # noqa: S104  # it is refused
    Row(r"HOST is ::, .*set ALLOWED_HOSTS=own", {"HOST": "::"}, early=True),
    Row(r"ALLOWED_HOSTS has 'https://a\.example', .*: a\.example$", {"ALLOWED_HOSTS": "https://a.example"}, early=True),
    Row(
        r"ALLOWED_HOSTS has 'a\.example:80', .* port and path: a\.example$",
        {"ALLOWED_HOSTS": "a.example:80"},
        early=True,
    ),
    Row(r"ALLOWED_HOSTS has 'a\.example/chat', .* path: a\.example$", {"ALLOWED_HOSTS": "a.example/chat"}, early=True),
    Row(r"ALLOWED_HOSTS has '::1'; .*brackets: \[::1\]$", {"ALLOWED_HOSTS": "::1"}, early=True),
    Row(r"ALLOWED_HOSTS accepts every host name.* ALLOWED_HOSTS=own", {"ALLOWED_HOSTS": "*", "ORIGINS": "http://a"}),
    Row(r"ALLOWED_HOSTS has the pattern \.example\.com, so also set ORIGINS", {"ALLOWED_HOSTS": ".example.com"}),
    Row(r"ORIGINS has 'a\.example', .*no scheme; write https://a\.example$", {"ORIGINS": "a.example"}, early=True),
    Row(
        r"ORIGINS has 'https://a\.example/chat', .*; write https://a\.example$",
        {"ORIGINS": "https://a.example/chat"},
        early=True,
    ),
    Row(
        r"ORIGINS has 'https://a\.example/', .*; write https://a\.example$",
        {"ORIGINS": "https://a.example/"},
        early=True,
    ),
    Row(r"ORIGINS has 'https://\*\.example'; .*one host", {"ORIGINS": "https://*.example"}, early=True),
]
ADDRESSES = [
    Row(r"REDIS_URL has no scheme .*write redis://…", {"REDIS_URL": "127.0.0.1:6379"}),
    Row(r"OPENAI_BASE_URL has no scheme .*https://… or http://…", {**OPENAI, "OPENAI_BASE_URL": "127.0.0.1:11434/v1"}),
    Row(r"EMBEDDINGS_BASE_URL has no scheme .*https://…", {"EMBEDDINGS_BASE_URL": "127.0.0.1:8081"}),
    Row(r"DATABASE_URL must begin with sqlite:/// or postgres://", {"DATABASE_URL": "mysql://host/name"}),
    Row(r"DATABASE_URL must begin with sqlite:///", {"DATABASE_URL": "sqlite://chat"}),
    Row(r"DATABASE_URL names no database; write", {"DATABASE_URL": "postgres://me@127.0.0.1"}),
    Row(r"DATABASE_URL cannot be read; in its password, write / as %2F", {"DATABASE_URL": "postgres://me:[x/y@host/n"}),
    Row(r"DATABASE_URL: there is no folder /nowhere; create it", {"DATABASE_URL": "sqlite:////nowhere/chat.sqlite3"}),
    Row(r"DATABASE_URL: \S+/docs is a folder; name a file", {"DATABASE_URL": f"sqlite:///{ROOT}/docs"}),
    Row(r"DATABASE_URL: \S+/LICENSE is no SQLite database; correct", {"DATABASE_URL": f"sqlite:///{ROOT}/LICENSE"}),
]
FILES = [
    Row(r"ENV_FILE is /nowhere/\.env, which does not exist", {"ENV_FILE": "/nowhere/.env"}, early=True),
    Row(r"docs cannot be read: Is a directory; .*ENV_FILE", {"ENV_FILE": f"{ROOT}/docs"}, early=True),
    Row(r"\.env is not UTF-8; save it again", file=b"TIME_ZONE=\xff\xfe\n", early=True),
    Row(r"\.env, line 2: PORT has a comment behind its value; give", file="# x\nPORT=8000 # main\n", early=True),
    Row(r"\.env, line 1: PORT has a comment behind its value", file='PORT="8000" # main\n', early=True),
    Row(r"\.env, line 1: PORT has text behind its value", file="PORT='8000'1\n", early=True),
    Row(r"\.env, line 1: SECRET_KEY has an open quote; close it", file='SECRET_KEY="canary\n', early=True),
    Row(r"\.env, line 1: SECRET_KEY ends with an open quote", file="SECRET_KEY=canary'\n", early=True),
    Row(r"\.env, line 1: this is neither NAME=value nor a comment", file="canary\n", early=True),
    Row(r"DATABSE_URL in the \.env file is no setting; did you mean DATABASE_URL\?", file="DATABSE_URL=x\n"),
    Row(r"PROT in the \.env file is no setting; did you mean PORT\?", file="PROT=8000\n"),
    Row(r"time_zone in the \.env file .*TIME_ZONE\?", file="time_zone=UTC\n"),
    Row(r"SECRET_KYE_FILE in the \.env file .*SECRET_KEY_FILE\?", file="SECRET_KYE_FILE=/x\n"),
]
PARTS = [
    Row(r"CHAT_MODEL is 'oracle:delphi', which is unknown\. Known:", {"CHAT_MODEL": "oracle:delphi"}),
    Row(r"CHAT_MODEL is 'openai:', which names no model\. .*openai:gpt-5-mini", {"CHAT_MODEL": "openai:", **KEY}),
    Row(r"CHAT_MODEL is 'openai:gpt-5-mini', .*no credentials .*OPENAI_API_KEY.*OPENAI_BASE_URL", OPENAI),
    Row(r"CHAT_MODEL .*OPENAI_API_KEY has a character that no key has", OPENAI | {"OPENAI_API_KEY": "…"}),
    Row(
        r"CHAT_MODEL is 'openai:gpt-5-mini', .*not installed\. .*--extra openai",
        {**OPENAI, **KEY},
        hidden="langchain_openai",
    ),
    Row(r"CHAT_MODEL is 'openai:gpt-5-mini', .*Set DATABRICKS_HOST", {**OPENAI, "OPENAI_BASE_URL": "databricks"}),
    Row(
        r"CHAT_MODEL is 'databricks:endpoint', .*not installed\. .*databricks",
        {**ENDPOINT, **WORKSPACE},
        hidden="databricks_langchain",
    ),
    Row(r"CHAT_MODEL is 'databricks:', which names no model", {"CHAT_MODEL": "databricks:", **WORKSPACE}),
    Row(r"CHAT_MODEL is 'python:nowhere:model', but there is no such module", {"CHAT_MODEL": "python:nowhere:model"}),
    Row(r"EMBEDDINGS is 'openai:m', .*no credentials .*OPENAI_API_KEY", {"EMBEDDINGS": "openai:m"}),
    Row(
        r"EMBEDDINGS is 'openai:m', .*DATABRICKS_HOST", {"EMBEDDINGS": "openai:m", "EMBEDDINGS_BASE_URL": "databricks"}
    ),
    Row(r"EMBEDDINGS is 'databricks:gte', .*DATABRICKS_HOST", {"EMBEDDINGS": "databricks:gte"}),
    Row(
        r"CHAT_RETRIEVER is 'databricks:passages', .*full name", {"CHAT_RETRIEVER": "databricks:passages", **WORKSPACE}
    ),
    Row(r"STORAGE is 'tape', which is unknown\. Known: disk, volume:", {"STORAGE": "tape"}),
    Row(r"STORAGE is 'volume:/Volumes/a/b', which is not the path", {"STORAGE": "volume:/Volumes/a/b", **WORKSPACE}),
    Row(r"STORAGE is '/Volumes/a/b/c', .*Set DATABRICKS_HOST", {"STORAGE": "/Volumes/a/b/c"}),
    Row(r"STORAGE is 's3://b/\.\./c', which names no bucket", {"STORAGE": "s3://b/../c"}),
    Row(r"STORAGE is 's3://box', .*Set S3_SECRET_ACCESS_KEY", {"STORAGE": "s3://box", "S3_ACCESS_KEY_ID": "x"}),
    Row(r"STORAGE is 's3://box', .*not installed\. .*--extra s3", {"STORAGE": "s3://box"}, hidden="obstore"),
    Row(r"S3_ENDPOINT has no scheme .*https://…", {"STORAGE": "s3://box", "S3_ENDPOINT": "minio:9000"}),
    Row(r"STORAGE_ON_BEHALF_OF is on, .*TRUSTED_PROXY", {"STORAGE_ON_BEHALF_OF": "true"}),
    Row(r"SERVER is 'butler', which is unknown\. Known:", {"SERVER": "butler"}),
    Row(r"SERVER is 'uvicorn', which is not installed\. .*--extra uvicorn", {"SERVER": "uvicorn"}, hidden="uvicorn"),
    Row(
        r"REDIS_URL is set, .*not installed\. .*--extra redis",
        {"REDIS_URL": "redis://127.0.0.1"},
        hidden="channels_redis",
    ),
    Row(
        r"DATABASE_URL needs the package psycopg.*--extra postgres",
        {"DATABASE_URL": "postgres://me@h/n"},
        hidden="psycopg",
    ),
    Row(r"WEB_CONCURRENCY is 2, .*Set REDIS_URL", {"WEB_CONCURRENCY": "2"}),
    Row(r"DEBUG is on while HTTPS is on", {"DEBUG": "true", "HTTPS": "true"}),
    Row(r"SECRET_KEY can be guessed.*Leave it out", {"SECRET_KEY": "short"}),
    Row(r"TRUSTED_PROXY_USER_HEADER is 'X-User', .*Known:", {"TRUSTED_PROXY_USER_HEADER": "X-User"}),
]
HALVES = [
    ({"DATABRICKS_TOKEN": "canary"}, "Set DATABRICKS_HOST"),
    ({"DATABRICKS_HOST": "https://w.example.com"}, "Set DATABRICKS_TOKEN, or DATABRICKS_CLIENT_ID"),
    ({"DATABRICKS_HOST": "https://w.example.com", "DATABRICKS_CLIENT_ID": "x"}, "Set DATABRICKS_CLIENT_SECRET"),
    ({"DATABRICKS_HOST": "https://w.example.com", "DATABRICKS_CLIENT_SECRET": "canary"}, "Set DATABRICKS_CLIENT_ID"),
]
PARTS += [Row(rf"EMBEDDINGS is .*{hint}", {"EMBEDDINGS": "databricks:gte", **half}) for half, hint in HALVES]

ALL = [*VALUES, *HOSTS, *ADDRESSES, *FILES, *PARTS]
