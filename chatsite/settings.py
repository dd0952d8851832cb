"""Settings: each is an environment variable, or a line in ``.env``, with a default that works.

docs/settings.md lists them. An invalid value stops the start with an error that names its variable.
"""

import os
import tomllib
from pathlib import Path
from urllib.parse import quote

from django.core.exceptions import ImproperlyConfigured

from . import address, content_policy, databases, lakebase, log, mail, names, secret_key, sign_on
from .environment import Environment

BASE_DIR = Path(__file__).resolve().parent.parent
env = Environment()
env.read_file("ENV_FILE", default=BASE_DIR / ".env")

DATA_DIR = env.folder("DATA_DIR", default=BASE_DIR / "var")
VERSION: str = tomllib.loads((BASE_DIR / "pyproject.toml").read_text())["project"]["version"]


# The site and its address

DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY", default="") or secret_key.stored(DATA_DIR / "secret_key")
HTTPS = env.bool("HTTPS", default=False)
HSTS_SUBDOMAINS = env.bool("HSTS_SUBDOMAINS", default=False)
HSTS_PRELOAD = env.bool("HSTS_PRELOAD", default=False)
HOST = env.str("HOST", default="127.0.0.1")
PORT = env.count("PORT", default=env.count("DATABRICKS_APP_PORT", default=8000, most=65535), most=65535)
SERVER = env.str("SERVER", default="daphne")
_hosts, _origins = env.items("ALLOWED_HOSTS", default=""), env.items("ORIGINS", default="")
try:
    ALLOWED_HOSTS = address.allowed_hosts(_hosts, HOST)
    ORIGINS = address.checked_origins(_origins) or address.default_origins(ALLOWED_HOSTS, https=HTTPS, port=PORT)
except address.Invalid as error:
    raise ImproperlyConfigured(str(error)) from None
CSRF_TRUSTED_ORIGINS = ORIGINS if HTTPS else []

# Apps, middleware and templates

INSTALLED_APPS = [
    "daphne",
    "chat.apps.AdministrationConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "channels",
    "csp",
    "chat",
]
MIDDLEWARE = [
    "csp.middleware.CSPMiddleware",
    "chatsite.headers.PrivacyHeadersMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "servestatic.middleware.ServeStaticMiddleware",
    "chatsite.compression.CompressionMiddleware",
    "chat.serving.hold.HoldMiddleware",
    "chatsite.reader_zone.ReaderZoneMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "chat.accounts.login_sessions.SignedInMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "chatsite.revealing_admin.RevealingAdminMiddleware",
]
ROOT_URLCONF = "chatsite.urls"
ASGI_APPLICATION = "chatsite.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]

# The proxies in front of the site

PROXY_ADDRESSES = env.networks("PROXY_ADDRESSES", default="127.0.0.1,::1")

# Users whom a trusted proxy signs in

TRUSTED_NETWORKS = env.networks("TRUSTED_PROXY", default="")
TRUSTED_PROXY = env.str("TRUSTED_PROXY", default="")
TRUSTED_PROXY_USER_HEADER = env.str("TRUSTED_PROXY_USER_HEADER", default="X-Forwarded-Email")
TRUSTED_PROXY_GROUPS_HEADER = env.str("TRUSTED_PROXY_GROUPS_HEADER", default="")
STAFF_EMAILS = [email.lower() for email in env.items("STAFF_EMAILS", default="")]
REVIEWER_EMAILS = [email.lower() for email in env.items("REVIEWER_EMAILS", default=",".join(STAFF_EMAILS))]
ADMIN_EMAILS = [email.lower() for email in env.items("ADMIN_EMAILS", default="")]
if TRUSTED_PROXY:
    AUTHENTICATION_BACKENDS = ["chat.accounts.forwarded_user.ForwardedUserBackend"]
    MIDDLEWARE.insert(
        MIDDLEWARE.index("chat.accounts.login_sessions.SignedInMiddleware"),
        "chat.accounts.forwarded_user.ForwardedUserMiddleware",
    )

# Storage

LAKEBASE_ENDPOINT = env.str("LAKEBASE_ENDPOINT", default="")
_database_url = lakebase.url(os.environ) if LAKEBASE_ENDPOINT else f"sqlite:///{quote(str(DATA_DIR))}/chatsite.sqlite3"
DATABASE_POOL = env.count("DATABASE_POOL", default=16)
_database = databases.with_options(env.database("DATABASE_URL", default=_database_url), DATABASE_POOL, DATA_DIR)
DATABASES = {"default": lakebase.database(_database) if LAKEBASE_ENDPOINT else _database}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.url("REDIS_URL", default="", schemes=("redis", "rediss", "unix"))
if REDIS_URL:
    CHANNEL_LAYERS = {
        "default": {"BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer", "CONFIG": {"hosts": [REDIS_URL]}}
    }
else:
    CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}

MEDIA_ROOT = DATA_DIR / "media"
STORAGE = env.str("STORAGE", default="disk")
STORAGE_ON_BEHALF_OF = env.bool("STORAGE_ON_BEHALF_OF", default=False)
S3_ENDPOINT = env.url("S3_ENDPOINT", default="", schemes=("https", "http"))
S3_REGION = env.str("S3_REGION", default="")
S3_ACCESS_KEY_ID = env.str("S3_ACCESS_KEY_ID", default="")
S3_SECRET_ACCESS_KEY = env.str("S3_SECRET_ACCESS_KEY", default="")
UPLOAD_MAX_BYTES = env.count("UPLOAD_MAX_BYTES", default=2 * 1024**3)
UPLOAD_OPEN_PER_USER = env.count("UPLOAD_OPEN_PER_USER", default=200)
UPLOAD_FREE_BYTES = env.int("UPLOAD_FREE_BYTES", default=1024**3)
UPLOAD_KEPT_DAYS = env.count("UPLOAD_KEPT_DAYS", default=7)
STATIC_URL = "static/"
STATIC_ROOT = DATA_DIR / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "chatsite.static.ModuleManifestStorage"},
}
SERVESTATIC_ALLOW_ALL_ORIGINS = False

# Signing in

LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "chat:home"
LOGOUT_REDIRECT_URL = "login"
PASSWORD_SIGN_IN = env.bool("PASSWORD_SIGN_IN", default=True)
SCIM_TOKEN = env.str("SCIM_TOKEN", default="")
SECOND_FACTOR = env.choice("SECOND_FACTOR", default="off", known=("off", "offered", "administrators", "everyone"))
PASSWORD_RESET_TIMEOUT = 60 * 60
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{rule}Validator"}
    for rule in ("UserAttributeSimilarity", "MinimumLength", "CommonPassword", "NumericPassword")
]

# Single sign-on

SSO_OIDC_ISSUER = env.url("SSO_OIDC_ISSUER", default="", schemes=("https", "http"))
SSO_OIDC_CLIENT_ID = env.str("SSO_OIDC_CLIENT_ID", default="")
SSO_OIDC_CLIENT_SECRET = env.str("SSO_OIDC_CLIENT_SECRET", default="")
SSO_OIDC_NAME = env.str("SSO_OIDC_NAME", default="your organisation")
SSO_OIDC_SCOPES = env.items("SSO_OIDC_SCOPES", default="openid,profile,email")
SSO_OIDC_VERIFIED_DOMAINS = [name.lower() for name in env.items("SSO_OIDC_VERIFIED_DOMAINS", default="")]
SSO_OIDC_CREATE = env.bool("SSO_OIDC_CREATE", default=False)
SSO_OIDC_GROUPS_CLAIM = env.str("SSO_OIDC_GROUPS_CLAIM", default="")
SSO_OIDC_GROUPS = env.items("SSO_OIDC_GROUPS", default="")
SSO_OIDC_ADMIN_GROUP = env.str("SSO_OIDC_ADMIN_GROUP", default="")
SSO_OIDC_REVIEWER_GROUP = env.str("SSO_OIDC_REVIEWER_GROUP", default="")
SSO_OIDC_LOGOUT = env.bool("SSO_OIDC_LOGOUT", default=True)
sign_on.refuse_closed(by_password=PASSWORD_SIGN_IN, otherwise=bool(SSO_OIDC_ISSUER or TRUSTED_PROXY))
USES_ALLAUTH = bool(SSO_OIDC_ISSUER) or SECOND_FACTOR != "off"
"""Whether django-allauth is installed as an app; without it nothing of it is imported."""
if SSO_OIDC_ISSUER:
    sign_on.refuse_wrong(SSO_OIDC_ISSUER, client_id=SSO_OIDC_CLIENT_ID, trusted_proxy=TRUSTED_PROXY)
    _by_group = {
        "SSO_OIDC_GROUPS": SSO_OIDC_GROUPS,
        "SSO_OIDC_ADMIN_GROUP": SSO_OIDC_ADMIN_GROUP,
        "SSO_OIDC_REVIEWER_GROUP": SSO_OIDC_REVIEWER_GROUP,
    }
    sign_on.refuse_wrong_scopes(SSO_OIDC_SCOPES, claim=SSO_OIDC_GROUPS_CLAIM, by_group=_by_group)
sign_on.refuse_factor(wanted=SECOND_FACTOR != "off", trusted_proxy=TRUSTED_PROXY)
if USES_ALLAUTH:
    INSTALLED_APPS += sign_on.apps(single=bool(SSO_OIDC_ISSUER), second=SECOND_FACTOR != "off")
    MIDDLEWARE += sign_on.MIDDLEWARE
    globals().update(sign_on.SETTINGS)

# E-mail

EMAIL_URL = env.url("EMAIL_URL", default="", schemes=mail.SCHEMES, words=("console",))
_server = mail.MailServer.of(EMAIL_URL)
EMAIL_BACKEND, EMAIL_TIMEOUT = _server.backend, 10
EMAIL_HOST, EMAIL_PORT, EMAIL_USE_TLS, EMAIL_USE_SSL = _server.host, _server.port, _server.starttls, _server.tls
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _server.user, _server.password
EMAIL_FROM = env.str("EMAIL_FROM", default=_server.user if "@" in _server.user else "")
DEFAULT_FROM_EMAIL = EMAIL_FROM

# Restrictions on browsers

SESSION_COOKIE_HTTPONLY = True
CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
X_FRAME_OPTIONS = "DENY"
# Other sites get no referrer. With "no-referrer", browsers would send "Origin: null" with our own forms, too, and the
# CSRF check would refuse them.
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
CONTENT_SECURITY_POLICY = {"DIRECTIVES": content_policy.DIRECTIVES}
if HTTPS:
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = ["^livez$", "^readyz$"]
    SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60
    # Both bind hosts other than this one, for a year and more, so they are a decision of whoever owns the domain.
    SECURE_HSTS_PRELOAD = HSTS_PRELOAD
    SECURE_HSTS_INCLUDE_SUBDOMAINS = HSTS_SUBDOMAINS or HSTS_PRELOAD  # browsers' lists require both
    SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]  # which would have everybody decide to bind them

# Language, time zone and log

LANGUAGE_CODE = "en"
TIME_ZONE = env.time_zone("TIME_ZONE", default="UTC")
LOG_LEVEL = env.choice("LOG_LEVEL", default="WARNING", known=("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"))
USE_I18N = False
FORMAT_MODULE_PATH = "chatsite.formats"
USE_TZ = True
LOGGING = log.configuration(LOG_LEVEL)

# Questions and answers

_WEB = ("https", "http")
CHAT_MODEL = env.str("CHAT_MODEL", default="embedded")
CHAT_ANSWER_TOKENS = env.int("CHAT_ANSWER_TOKENS", default=0)
CHAT_DONE_IS_END = env.bool("CHAT_DONE_IS_END", default=False)
CHAT_ON_BEHALF_OF = env.bool("CHAT_ON_BEHALF_OF", default=False)
CHAT_READER = env.choice("CHAT_READER", default="aiohttp", known=("aiohttp", "library"))
CHAT_LANGSMITH = env.bool("CHAT_LANGSMITH", default=False)
OPENAI_BASE_URL = env.url("OPENAI_BASE_URL", default="", schemes=_WEB, words=("databricks",))
OPENAI_API_KEY = env.str("OPENAI_API_KEY", default="")
DATABRICKS_HOST = env.str("DATABRICKS_HOST", default="")
DATABRICKS_TOKEN = env.str("DATABRICKS_TOKEN", default="")
DATABRICKS_CLIENT_ID = env.str("DATABRICKS_CLIENT_ID", default="")
DATABRICKS_CLIENT_SECRET = env.str("DATABRICKS_CLIENT_SECRET", default="")
MLFLOW_EXPERIMENT = env.str("MLFLOW_EXPERIMENT", default="")
MLFLOW_TRACKING_URI = env.str("MLFLOW_TRACKING_URI", default="")
MLFLOW_TEXTS = env.bool("MLFLOW_TEXTS", default=True)
CHAT_RETRIEVER = env.str("CHAT_RETRIEVER", default="embedded")
CHAT_RETRIEVAL_SECONDS = env.seconds("CHAT_RETRIEVAL_SECONDS", default=5.0)
EMBEDDINGS = env.str("EMBEDDINGS", default="")
EMBEDDINGS_BASE_URL = env.url("EMBEDDINGS_BASE_URL", default="", schemes=_WEB, words=("databricks",))
EMBEDDINGS_API_KEY = env.str("EMBEDDINGS_API_KEY", default="")
TRANSCRIBER = env.str("TRANSCRIBER", default="")
TRANSCRIBER_BASE_URL = env.url("TRANSCRIBER_BASE_URL", default="", schemes=_WEB, words=("databricks",))
TRANSCRIBER_API_KEY = env.str("TRANSCRIBER_API_KEY", default="")
TRANSCRIBER_PART_MINUTES = env.count("TRANSCRIBER_PART_MINUTES", default=20)
TRANSCRIBER_SECONDS = env.seconds("TRANSCRIBER_SECONDS", default=900.0)
CHAT_EMBEDDED_WORDS_PER_SECOND = env.float("CHAT_EMBEDDED_WORDS_PER_SECOND", default=30.0)
CHAT_PASSAGES = env.count("CHAT_PASSAGES", default=8)
CHAT_HISTORY_TURNS = env.int("CHAT_HISTORY_TURNS", default=6)
CHAT_PROMPT_TOKENS = env.int("CHAT_PROMPT_TOKENS", default=12_000)
CHAT_REWRITE = env.bool("CHAT_REWRITE", default=True)
CHAT_GRADE = env.bool("CHAT_GRADE", default=False)
CHAT_TITLES = env.bool("CHAT_TITLES", default=True)
CHAT_STEP_SECONDS = env.seconds("CHAT_STEP_SECONDS", default=5.0)
CHAT_FIRST_TOKEN_SECONDS = env.seconds("CHAT_FIRST_TOKEN_SECONDS", default=30.0)
CHAT_IDLE_SECONDS = env.seconds("CHAT_IDLE_SECONDS", default=30.0)
CHAT_TOTAL_SECONDS = env.seconds("CHAT_TOTAL_SECONDS", default=280.0)
CHAT_QUESTIONS_PER_MINUTE = env.count("CHAT_QUESTIONS_PER_MINUTE", default=20)
CHAT_QUESTIONS_PER_DAY = env.int("CHAT_QUESTIONS_PER_DAY", default=0)
CHAT_TOKENS_PER_DAY = env.int("CHAT_TOKENS_PER_DAY", default=0)
CHAT_STREAMS_PER_USER = env.count("CHAT_STREAMS_PER_USER", default=3)
CHAT_SOCKETS_PER_USER = env.count("CHAT_SOCKETS_PER_USER", default=50)
CHAT_API_STREAMS_PER_USER = env.count("CHAT_API_STREAMS_PER_USER", default=5)
CHAT_COMMANDS_PER_MINUTE = env.count("CHAT_COMMANDS_PER_MINUTE", default=100)
CHAT_RETENTION_DAYS = env.int("CHAT_RETENTION_DAYS", default=0)
REVIEW = env.choice("REVIEW", default="all", known=("off", "asked", "announced", "all"))
_rule = "failed,no_sources,thumbs_down,share:5" if REVIEW == "announced" else ""
REVIEW_RULE = env.items("REVIEW_RULE", default=_rule)
PROCESSING_AT_ONCE = env.count("PROCESSING_AT_ONCE", default=1)
PROCESSING_IN_ALL = env.count("PROCESSING_IN_ALL", default=4)
PROCESSING_ATTEMPTS = env.count("PROCESSING_ATTEMPTS", default=3)
PURGE_AT = env.daily("PURGE_AT", default="03:00")
DEMO = env.bool("DEMO", default=True)
WEB_CONCURRENCY = env.count("WEB_CONCURRENCY", default=1)
SERVE_DRAIN_SECONDS = env.float("SERVE_DRAIN_SECONDS", default=20.0)

env.refuse_misspelt()
ENV_NAMES = frozenset(env.names)
"""The variables read above."""
MISSPELT = list(names.misspelt(os.environ.keys() - env.file_names, ENV_NAMES))
"""A sentence for each variable of the environment that looks like a setting; a system check warns with them."""
UNKNOWN_NAMES = sorted(name for name in env.file_names if name.removesuffix("_FILE") not in ENV_NAMES)
"""The names in ``.env`` that are no settings; a system check lists them in one warning."""
