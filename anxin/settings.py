"""Django settings. Everything an operator may change is an environment variable:

ANXIN_DATA     data folder (SQLite, keys, Delta tables, evidence); default ``./data``
DATABASE_URL   another database, e.g. ``postgres://user:password@host/name``; default SQLite in the data folder
ANXIN_ENGINE   ``duckdb`` (default) or a Spark master such as ``local[2]`` or ``spark://host:7077``
ANXIN_HOSTS    comma-separated host names the site answers to; default ``*``
ANXIN_OPEN_API_ALIASES  comma-separated further paths of the national door, e.g. ``/foreign/upload/check``
ANXIN_PROXIES  comma-separated addresses of our own proxies, whose ``X-Forwarded-For`` is believed
ANXIN_ADDRESS  the site's address as people type it, e.g. ``https://anxin.example``; with https, cookies ask for it
ANXIN_PASSWORD_DAYS    days after which a password must be changed; default 0: never
ANXIN_SESSION_HOURS    hours without use after which a session ends; default 12
ANXIN_SECOND_STEP      comma-separated roles that sign in with one-time codes only, e.g. ``operator,chief``
ANXIN_OIDC_ISSUER      the government's single sign-on (OpenID Connect); with ANXIN_OIDC_CLIENT, ANXIN_OIDC_SECRET,
                       ANXIN_OIDC_CLAIM (which claim names a person, default ``sub``), ANXIN_OIDC_NAME (on the button)
ANXIN_SMTP, ANXIN_SMS, ANXIN_SMS_TOKEN, ANXIN_ROBOTS    ways to people; ``notices.channels.ways`` tells their forms
ANXIN_DUCKDB_MEMORY    how much memory DuckDB may take, e.g. ``6GB``; default 3GB
ANXIN_DEMO     ``1`` shows workers their sign-in code on the page where no SMS gateway is set; only ``anxin demo``
ANXIN_DEBUG    ``1`` shows Django's error pages; never in production
"""

import os
import re
from pathlib import Path

import dj_database_url

from anxin.vault import keys

DATA = Path(os.environ.get("ANXIN_DATA") or "data").resolve()
LEDGER = DATA / "ledger"
ENGINE = os.environ.get("ANXIN_ENGINE") or "duckdb"
if not re.match(r"duckdb$|(local|yarn)\b|(spark|k8s)://.", ENGINE):
    raise ValueError(
        f"ANXIN_ENGINE is {ENGINE}; it must be duckdb or a Spark master such as local[2] or spark://host:7077."
    )
DEBUG = os.environ.get("ANXIN_DEBUG") == "1"
SECRET_KEY = keys.django_secret(DATA)
ALLOWED_HOSTS = os.environ.get("ANXIN_HOSTS", "*").split(",")
OPEN_API_ALIASES = os.environ.get("ANXIN_OPEN_API_ALIASES", "").split(",")
PROXIES = [address.strip() for address in os.environ.get("ANXIN_PROXIES", "").split(",") if address.strip()]
ROOT_URLCONF = "anxin.urls"
WSGI_APPLICATION = "anxin.wsgi.application"
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
LOCALE_PATHS = [Path(__file__).parent / "locale"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "people.User"
LOGIN_URL = "/sign-in"
LOGIN_REDIRECT_URL = "/"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
DATA_UPLOAD_MAX_MEMORY_SIZE = 64 * 1024 * 1024
SILENCED_SYSTEM_CHECKS = ["models.W042"]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django_htmx",
    "ninja",
    "anxin.people",
    "anxin.notices",
    "anxin.registry",
    "anxin.ledger",
    "anxin.intake",
    "anxin.watch",
    "anxin.cases",
    "anxin.remedies",
    "anxin.credit",
    "anxin.insight",
    "anxin.portal",
    "anxin.upkeep",
]

MIDDLEWARE = [
    "anxin.intake.fastlane.DoorMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "anxin.portal.ui.headers.HeadersMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "anxin.portal.ui.language.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "anxin.portal.ui.cleaning.CleaningMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [Path(__file__).parent / "portal" / part / "templates" for part in ("ui", "officer", "site", "worker")],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["django.templatetags.i18n", "anxin.portal.ui.tags"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "anxin.portal.ui.nav.page",
            ],
        },
    }
]

_DATABASE_URL = os.environ.get("DATABASE_URL")
if _DATABASE_URL:
    # The address is not quoted: it may hold a password.
    if _DATABASE_URL.partition(":")[0] not in {"postgres", "postgresql", "sqlite"}:
        raise ValueError("DATABASE_URL is no database's address; write it as postgres://user:password@host/name.")
    DATABASES = {"default": dj_database_url.parse(_DATABASE_URL, conn_max_age=600)}
    if DATABASES["default"]["ENGINE"].endswith("postgresql"):
        # For what ``plainly`` spells. A pooler must lend whole sessions: locks and plans are the session's.
        DATABASES["default"].setdefault("OPTIONS", {})["prepare_threshold"] = 5
else:
    DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": str(DATA / "anxin.sqlite3"),
            "CONN_MAX_AGE": 600,
            "OPTIONS": {
                "timeout": 30,
                "transaction_mode": "IMMEDIATE",
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-64000;"
                " PRAGMA mmap_size=268435456; PRAGMA temp_store=MEMORY;",
            },
        }
    }

STATIC_URL = "/static/"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
# Built files carry twelve hex digits of their content's hash: browsers may keep them for ever.
WHITENOISE_IMMUTABLE_FILE_TEST = r"^.+\.[0-9a-f]{12}\..+$"

ADDRESS = os.environ.get("ANXIN_ADDRESS", "").rstrip("/")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = ADDRESS.startswith("https://")
CSRF_TRUSTED_ORIGINS = [ADDRESS] if ADDRESS else []
DEMO = os.environ.get("ANXIN_DEMO") == "1"
PASSWORD_DAYS = int(os.environ.get("ANXIN_PASSWORD_DAYS", "0"))
SECOND_STEP_ROLES = [
    role.strip().lower() for role in os.environ.get("ANXIN_SECOND_STEP", "").split(",") if role.strip()
]
SESSION_COOKIE_AGE = int(os.environ.get("ANXIN_SESSION_HOURS", "12")) * 3600
OIDC_ISSUER = os.environ.get("ANXIN_OIDC_ISSUER", "")
OIDC_CLIENT = os.environ.get("ANXIN_OIDC_CLIENT", "")
OIDC_SECRET = os.environ.get("ANXIN_OIDC_SECRET", "")
OIDC_CLAIM = os.environ.get("ANXIN_OIDC_CLAIM", "sub")
OIDC_NAME = os.environ.get("ANXIN_OIDC_NAME", "")

_POLICY = "django.contrib.auth.password_validation"
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": f"{_POLICY}.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "display_name")},
    },
    {"NAME": f"{_POLICY}.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": f"{_POLICY}.CommonPasswordValidator"},
    {"NAME": f"{_POLICY}.NumericPasswordValidator"},
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
    "django.contrib.auth.hashers.ScryptPasswordHasher",
]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"()": "anxin.vault.logs.MaskingFormatter", "format": "%(asctime)s %(levelname)s %(name)s %(message)s"}
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
}
