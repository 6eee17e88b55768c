"""Configuration: environment variables, read here; `serve` reads its own before that.

`docs/configuration.md` lists them. A wrong value or combination stops the start with one
sentence that names the variable.
"""

from __future__ import annotations

import ipaddress
import re
from pathlib import Path
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

from linkhub.accounts.oidc.claims import Roles
from linkhub.embedded import environment
from linkhub.lib import logs, roles

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
TRUTH = {"true": True, "yes": True, "on": True, "1": True} | {
    "false": False,
    "no": False,
    "off": False,
    "0": False,
    "": False,
}
LINKHUB_HOME = Path(env.str("LINKHUB_HOME", default=str(BASE_DIR / ".linkhub"))).absolute()

# Commands run by hand beside `serve` find its servers and secret through the home folder.
for _name, _value in environment.load(LINKHUB_HOME).items():
    environ.Env.ENVIRON.setdefault(_name, _value)


def read(kind: str, name: str, default: Any) -> Any:
    """The variable `name` as `kind` (a reader of django-environ), or one clear sentence."""
    try:
        return getattr(env, kind)(name, default=default)
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} is not a valid {kind}: {error}.") from error


def flag(name: str, default: str = "false") -> bool:
    """A truth value; django-environ would take any misspelling for false."""
    value = env.str(name, default=default).strip().lower()
    if value not in TRUTH:
        raise ImproperlyConfigured(f"{name} must be true or false, not {value}.")
    return TRUTH[value]


def positive(name: str, default: int) -> int:
    value = int(read("int", name, default))
    if value <= 0:
        raise ImproperlyConfigured(f"{name} must be greater than 0, not {value}.")
    return value


def natural(name: str, default: int) -> int:
    """A limit that 0 lifts."""
    value = int(read("int", name, default))
    if value < 0:
        raise ImproperlyConfigured(f"{name} must be 0 or greater, not {value}.")
    return value


def project_role(text: str) -> tuple[str, str, str]:
    """`group=project:role`, as LINKHUB_OIDC_ROLES has them."""
    group, _, of_project = text.partition("=")
    project, _, role = of_project.rpartition(":")
    if not group or not project or role not in {"viewer", "maintainer"}:
        raise ImproperlyConfigured(
            f"LINKHUB_OIDC_ROLES must be a list of group=project:role, and {text} is none:"
            " a role is viewer or maintainer."
        )
    return group, project, role


def networks(name: str, default: list[str]) -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    try:
        return [ipaddress.ip_network(each) for each in read("list", name, default)]
    except ValueError as error:
        raise ImproperlyConfigured(f"{name}: {error}.") from error


# Every statement of a page or a round is about few rows, by an index. What PostgreSQL sets up once
# tables are large (processes beside its own, caches as large as a join might need, machine code)
# then takes longer than the statement, and the other processors are busy anyway.
FEW_ROWS = {"max_parallel_workers_per_gather": "0", "enable_memoize": "off", "jit": "off"}


# A server that vanished with its machine tells nobody: its connections end after a minute, where
# the system would wait for hours.
GONE: dict[str, str | int] = {
    "connect_timeout": 5,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 60_000,
}


def database_options(seconds: int) -> dict[str, str | int]:
    """A statement ends after `seconds`, waiting for a lock after a third, a transaction in which
    nothing happens after twice that. With 0 none is sent, which a PgBouncer would refuse."""
    limits = {
        "statement_timeout": seconds,
        "lock_timeout": seconds / 3,
        "idle_in_transaction_session_timeout": 2 * seconds,
    }
    sent = {name: f"{value * 1000:.0f}" for name, value in limits.items()} | FEW_ROWS
    options = " ".join(f"-c {name}={value}" for name, value in sent.items())
    return GONE | ({"options": options} if seconds else {})


def log_level() -> str:
    level: str = env.str("LINKHUB_LOG_LEVEL", default="info").strip().upper()
    if level not in logs.LEVELS:
        known = ", ".join(logs.LEVELS).lower()
        raise ImproperlyConfigured(f"LINKHUB_LOG_LEVEL must be one of {known}.")
    return level


DEBUG = flag("DEBUG")
SECRET_KEY = read("str", "SECRET_KEY", "")
if not SECRET_KEY:
    raise ImproperlyConfigured(
        "SECRET_KEY is not set: set it to a long random text, or start with `make run`."
    )
ALLOWED_HOSTS = read("list", "ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = read("list", "CSRF_TRUSTED_ORIGINS", [])
# Whether browsers reach LinkHub by https (itself or through a proxy that ends TLS).
HTTPS = flag("LINKHUB_HTTPS")
BEHIND_PROXY = flag("LINKHUB_BEHIND_PROXY")
# Proxies before LinkHub, each of which adds to X-Forwarded-For; 0 where that is not to be trusted.
LINKHUB_PROXY_HOPS = natural("LINKHUB_PROXY_HOPS", int(BEHIND_PROXY))

INSTALLED_APPS = [
    "linkhub.accounts",
    "linkhub.runs",
    "linkhub.links",
    "linkhub.ingest",
    "linkhub.seeing",
    "linkhub.api",
    "linkhub.pages",
    "linkhub.embedded",
    "linkhub.accounts.admin_config.Config",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_htmx",
    "template_partials",
    "simple_history",
    "csp",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    # A page of many rows asks for itself again and again; it is a tenth of its size compressed.
    # (A secret beside what others wrote is safe: CSRF tokens are masked, lengths are blurred.)
    "django.middleware.gzip.GZipMiddleware",
    "csp.middleware.CSPMiddleware",
    "linkhub.pages.middleware.known_callers",
    "linkhub.pages.metering.metered",
    "linkhub.pages.middleware.limited_addresses",
    "linkhub.pages.middleware.storable_queries",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]

ROOT_URLCONF = "linkhub.urls"
WSGI_APPLICATION = "linkhub.wsgi.application"
ASGI_APPLICATION = "linkhub.asgi.application"

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
    },
]

# --- Logs -------------------------------------------------------------------------------

LOGGING_CONFIG = "linkhub.lib.logs.configure"
LOGGING = logs.logging_of(log_level())

# --- Data -------------------------------------------------------------------------------

if not env.str("DATABASE_URL", default=""):
    raise ImproperlyConfigured(
        "DATABASE_URL is not set and no `make run` has left one in LINKHUB_HOME"
        f" ({LINKHUB_HOME}): set it, for example postgres://linkhub:…@localhost/linkhub."
    )
DATABASES = {"default": read("db_url", "DATABASE_URL", None)}
if DATABASES["default"].get("ENGINE") != "django.db.backends.postgresql":
    raise ImproperlyConfigured("DATABASE_URL must name a PostgreSQL database (postgres://…).")
DATABASES["default"] |= {
    "ENGINE": "linkhub.lib.postgres",
    "CONN_MAX_AGE": 600,
    "CONN_HEALTH_CHECKS": True,
}
# Whoever waits longer would wait for nothing; commands, such as migrations, take their time.
WEB_STATEMENT_SECONDS = natural("LINKHUB_WEB_STATEMENT_SECONDS", 30)
WORKER_STATEMENT_SECONDS = natural("LINKHUB_WORKER_STATEMENT_SECONDS", 300)
DATABASES["default"]["OPTIONS"] = database_options(
    {
        roles.Role.WEB: WEB_STATEMENT_SECONDS,
        roles.Role.WORKER: WORKER_STATEMENT_SECONDS,
    }.get(roles.current(), 0)
) | DATABASES["default"].get("OPTIONS", {})
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Accounts ---------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
SESSION_ENGINE = "linkhub.accounts.sessions"
LOGIN_URL = "sign_in"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "sign_in"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
SESSION_COOKIE_AGE = 3600 * positive("LINKHUB_SESSION_HOURS", 14 * 24)
# Wrong passwords for one name from one address in 15 minutes; others follow, see lockout.py.
LINKHUB_SIGN_IN_TRIES = positive("LINKHUB_SIGN_IN_TRIES", 5)

# --- OpenID Connect ---------------------------------------------------------------------

OIDC_ISSUER = read("str", "LINKHUB_OIDC_ISSUER", "").rstrip("/")
OIDC_CLIENT_ID = read("str", "LINKHUB_OIDC_CLIENT_ID", "")
LINKHUB_OIDC_NAME = read("str", "LINKHUB_OIDC_NAME", "single sign-on") if OIDC_ISSUER else ""
LINKHUB_OIDC_SESSION_HOURS = positive("LINKHUB_OIDC_SESSION_HOURS", 12)
LINKHUB_PASSWORD_SIGN_IN = flag("LINKHUB_PASSWORD_SIGN_IN", default="true")
if OIDC_ISSUER and not OIDC_CLIENT_ID:
    raise ImproperlyConfigured("LINKHUB_OIDC_CLIENT_ID is not set, though LINKHUB_OIDC_ISSUER is.")
if not re.match(r"https://|http://(localhost|127\.0\.0\.1|\[::1\])(:|/|$)|$", OIDC_ISSUER):
    raise ImproperlyConfigured("LINKHUB_OIDC_ISSUER must begin with https://.")
if not OIDC_ISSUER and not LINKHUB_PASSWORD_SIGN_IN:
    raise ImproperlyConfigured(
        "LINKHUB_PASSWORD_SIGN_IN is false and LINKHUB_OIDC_ISSUER is not set:"
        " nobody could sign in."
    )
OIDC_ROLES = Roles(
    groups_claim=read("str", "LINKHUB_OIDC_GROUPS_CLAIM", "groups"),
    groups=tuple(read("list", "LINKHUB_OIDC_GROUPS", ["*"])),
    admins=frozenset(read("list", "LINKHUB_OIDC_ADMINS", [])),
    required=frozenset(read("list", "LINKHUB_OIDC_REQUIRED", [])),
)
LINKHUB_OIDC_ROLES = [project_role(each) for each in read("list", "LINKHUB_OIDC_ROLES", [])]
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {
        "OAUTH_PKCE_ENABLED": True,
        "SCOPE": read("list", "LINKHUB_OIDC_SCOPES", ["openid", "profile", "email"]),
        "APPS": [
            {
                "provider_id": "oidc",
                "name": LINKHUB_OIDC_NAME,
                "client_id": OIDC_CLIENT_ID,
                "secret": read("str", "LINKHUB_OIDC_CLIENT_SECRET", ""),
                "settings": {"server_url": OIDC_ISSUER},
            }
        ]
        if OIDC_ISSUER
        else [],
    }
}
ACCOUNT_ADAPTER = "linkhub.accounts.oidc.adapters.AccountAdapter"
ACCOUNT_EMAIL_VERIFICATION = "none"
# Signing in with a password is LinkHub's own; of allauth's pages none is in use.
ACCOUNT_RATE_LIMITS = False
SOCIALACCOUNT_ADAPTER = "linkhub.accounts.oidc.adapters.SocialAdapter"
# A link, not a form: the policy of forms would have to name the provider's origins.
SOCIALACCOUNT_LOGIN_ON_GET = True

# --- Celery -----------------------------------------------------------------------------

REDIS_URL = read("str", "REDIS_URL", "")
if REDIS_URL and not re.match(r"(rediss?|unix)://", REDIS_URL):
    raise ImproperlyConfigured(
        "REDIS_URL must begin with redis://, rediss:// or unix://, as in redis://:…@localhost:6379/0."
    )
# redis-py says unix:///path?db=0 where Celery says redis+socket:///path?virtual_host=0.
CELERY_BROKER_URL = re.sub(r"^unix://", "redis+socket://", REDIS_URL).replace(
    "?db=", "?virtual_host="
)
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_SOFT_TIME_LIMIT = 60
CELERY_TASK_TIME_LIMIT = 90
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 300,
    "unacked_restore_throttle": 1,
    # A Redis behind a network that swallows everything is away, too.
    "socket_connect_timeout": 3,
    "socket_timeout": 15,
    "socket_keepalive": True,
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# For as long as Redis is away: by default workers and beat give up after a while.
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_WORKER_CONSUMER = "linkhub.seeing.consumer:Consumer"
CELERY_DB_REUSE_MAX = 1000
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TASK_DEFAULT_QUEUE = "resolve"
CELERY_BEAT_SCHEDULER = "linkhub.seeing.workers:Scheduler"
# A worker's clock may be ahead of beat's: what expired sooner would never be done there. (More the
# doctor calls wrong.)
CLOCKS_DIFFER_SECONDS = 10


def every(seconds: float, task: str, queue: str = CELERY_TASK_DEFAULT_QUEUE) -> dict[str, Any]:
    """An entry of beat's: a message that nobody took before the next one is worth nothing."""
    expires = max(seconds, CLOCKS_DIFFER_SECONDS)
    return {"task": task, "schedule": seconds, "options": {"expires": expires, "queue": queue}}


CELERY_BEAT_SCHEDULE = {
    "sweep-pending": every(2, "linkhub.links.sweep_pending"),
    "advance-backfills": every(1, "linkhub.links.advance_backfills"),
    "sweep-sources": every(2, "linkhub.ingest.sweep_sources"),
    "sweep-arrivals": every(2, "linkhub.ingest.sweep_arrivals"),
    "forget-arrivals": every(3600, "linkhub.ingest.forget_arrivals"),
    "tally-links": every(900, "linkhub.links.tally_links"),
    "write-backlinks": every(20, "linkhub.links.write_backlinks", "backlinks"),
    "clear-backlinks": every(24 * 3600, "linkhub.links.clear_backlinks", "backlinks"),
    "recompute-days": every(5, "linkhub.links.recompute_days"),
    "retire-runs": every(60, "linkhub.runs.retire_runs", "backlinks"),
    "look-around": every(15, "linkhub.seeing.look_around"),
}

# --- Link checks ------------------------------------------------------------------------

# Off while no host is allowed; private networks only where they are named.
LINKHUB_CHECK_HOSTS = read("list", "LINKHUB_CHECK_HOSTS", [])
LINKHUB_CHECK_NETWORKS = [str(each) for each in networks("LINKHUB_CHECK_NETWORKS", [])]
if LINKHUB_CHECK_HOSTS:
    CELERY_BEAT_SCHEDULE["check-links"] = every(10, "linkhub.links.check_links", "checks")

# --- Resolving --------------------------------------------------------------------------

# Units that a worker claims, resolves and writes at once.
LINKHUB_RESOLVE_BATCH = positive("LINKHUB_RESOLVE_BATCH", 500)
# How long a claim holds: what a killed worker had claimed is claimed again after this.
LINKHUB_LEASE_SECONDS = positive("LINKHUB_LEASE_SECONDS", 30)
# After so many failures a unit rests, with its error shown, until something about it changes.
LINKHUB_MAX_ATTEMPTS = positive("LINKHUB_MAX_ATTEMPTS", 8)
# Units that all backfills together may have waiting.
LINKHUB_BACKFILL_PENDING = positive("LINKHUB_BACKFILL_PENDING", 2000)

# --- Links ------------------------------------------------------------------------------

LINKHUB_SCHEMES = read("list", "LINKHUB_SCHEMES", [])
if _unsafe := {"javascript", "data", "vbscript", "file", "blob"}.intersection(
    scheme.lower() for scheme in LINKHUB_SCHEMES
):
    raise ImproperlyConfigured(
        f"LINKHUB_SCHEMES must not hold {', '.join(sorted(_unsafe))}: such links run code or read"
        " files on the viewer's machine."
    )
LINKHUB_ADMIN_HOSTS = read("list", "LINKHUB_ADMIN_HOSTS", ["*"])
LINKHUB_ATTACHED_HOSTS = read("list", "LINKHUB_ATTACHED_HOSTS", ["*"])
LINKHUB_VARIABLE_HOSTS = read("list", "LINKHUB_VARIABLE_HOSTS", [])
LINKHUB_MAX_URL_LENGTH = positive("LINKHUB_MAX_URL_LENGTH", 8000)
LINKHUB_MAX_TEMPLATE_LENGTH = positive("LINKHUB_MAX_TEMPLATE_LENGTH", 8000)
# Python `Link` classes that definitions may name, as globs of module:Class.
LINKHUB_LINK_CLASSES = read("list", "LINKHUB_LINK_CLASSES", [])
LINKHUB_LINK_CLASS_SECONDS = positive("LINKHUB_LINK_CLASS_SECONDS", 5)

# Where people reach LinkHub, for what is written into other tools.
LINKHUB_PUBLIC_URL = read("str", "LINKHUB_PUBLIC_URL", "")
# W&B, for back-links: the key goes to the API's host alone, for links that lead to the hosts.
LINKHUB_WANDB_API_KEY = read("str", "LINKHUB_WANDB_API_KEY", "")
LINKHUB_WANDB_API_HOST = read("str", "LINKHUB_WANDB_API_HOST", "https://api.wandb.ai")
LINKHUB_WANDB_HOSTS = read("list", "LINKHUB_WANDB_HOSTS", ["https://wandb.ai"])

# --- Recording --------------------------------------------------------------------------

LINKHUB_MAX_BODY_BYTES = positive("LINKHUB_MAX_BODY_BYTES", 10 * 1024 * 1024)
LINKHUB_MAX_ACTIONS = positive("LINKHUB_MAX_ACTIONS", 10_000)
LINKHUB_MAX_BATCH_BYTES = positive("LINKHUB_MAX_BATCH_BYTES", 100 * 1024 * 1024)
LINKHUB_MAX_BATCH_DOCUMENTS = positive("LINKHUB_MAX_BATCH_DOCUMENTS", 10_000)
DATA_UPLOAD_MAX_MEMORY_SIZE = LINKHUB_MAX_BODY_BYTES

# Projects that Flyte's SDK may report local runs to without a token.
LINKHUB_OPEN_PROJECTS = read("list", "LINKHUB_OPEN_PROJECTS", [])

# --- Keeping ----------------------------------------------------------------------------

# Days that runs are kept after their end, where their project says nothing; 0 is for ever.
LINKHUB_KEEP_DAYS = natural("LINKHUB_KEEP_DAYS", 0)
LINKHUB_KEEP_AUDIT_DAYS = natural("LINKHUB_KEEP_AUDIT_DAYS", 0)
# Runs go without an archive where there is none.
LINKHUB_ARCHIVE = read("str", "LINKHUB_ARCHIVE", "")
if LINKHUB_ARCHIVE and not Path(LINKHUB_ARCHIVE).is_absolute():
    raise ImproperlyConfigured(
        f"LINKHUB_ARCHIVE must be an absolute path, not {LINKHUB_ARCHIVE}: processes may have"
        " folders of their own."
    )

# --- Sources ----------------------------------------------------------------------------

# Hosts that sources may be polled at.
LINKHUB_CONNECTOR_HOSTS = read("list", "LINKHUB_CONNECTOR_HOSTS", ["*"])

# --- Load -------------------------------------------------------------------------------

# Requests a minute; 0 is no limit.
LINKHUB_TOKEN_REQUESTS = natural("LINKHUB_TOKEN_REQUESTS", 30_000)
LINKHUB_ADDRESS_REQUESTS = natural("LINKHUB_ADDRESS_REQUESTS", 60_000)
# Units that may wait to be resolved before recording is put off.
LINKHUB_MAX_PENDING = natural("LINKHUB_MAX_PENDING", 1_000_000)
# Of a web process; three in four may wait for bodies.
LINKHUB_WEB_THREADS = positive("LINKHUB_WEB_THREADS", 16)

# --- Seeing -----------------------------------------------------------------------------

# New units that are due for longer are late: pages and /readyz say so.
LINKHUB_LATE_SECONDS = positive("LINKHUB_LATE_SECONDS", 300)
# Who may read /metrics: who sends the token, or asks from one of the networks.
LINKHUB_METRICS_TOKEN = read("str", "LINKHUB_METRICS_TOKEN", "")
LINKHUB_METRICS_NETWORKS = networks("LINKHUB_METRICS_NETWORKS", ["127.0.0.0/8", "::1/128"])

# --- Web --------------------------------------------------------------------------------

LANGUAGE_CODE = "en"
USE_I18N = False
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "static/"
STATIC_ROOT = read("path", "STATIC_ROOT", LINKHUB_HOME / "static")
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "linkhub.pages.stylesheet.JoinedStylesheet"},
}

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "img-src": ["'self'", "data:"],
        "object-src": ["'none'"],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
