"""One settings file. Every choice that differs between machines comes from the environment through `spm.env`."""

from pathlib import Path

import plotly
from csp.constants import NONCE, NONE, SELF
from django.utils.translation import gettext_lazy as _

from spm import env

BASE_DIR = Path(__file__).resolve().parent.parent

# --- Who we are -------------------------------------------------------------------------------------------------------
DEBUG = env.flag("SPM_DEBUG")
SECRET_KEY = env.text(
    "SPM_SECRET_KEY", "only-for-development-and-tests" if DEBUG or env.flag("SPM_INSECURE_KEY") else ""
)
ALLOWED_HOSTS = env.words("SPM_ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = env.words("SPM_TRUSTED_ORIGINS")
ROOT_URLCONF = "spm.urls"
WSGI_APPLICATION = "spm.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
SITE_ID = 1

INSTALLED_APPS = [
    "spm",
    "people",
    "crm",
    "metrics",
    "goals",
    "incentives",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "crispy_forms",
    "crispy_bootstrap5",
    "csp",
    "bootstrap",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_htmx",
    "pghistory",
    "pgtrigger",
    "rest_framework",
    "template_partials",
]

MIDDLEWARE = [
    "spm.health.probes",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "people.middleware.TenantMiddleware",
    "people.api.callers.KeyMiddleware",
]

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
                "csp.context_processors.nonce",
                "people.context.frame",
                "spm.demo.bar.context",
            ],
        },
    }
]

# --- Servers ----------------------------------------------------------------------------------------------------------
# Web, workers and commands act as spm_app, which owns nothing; only migrate, backup and restore act as the owner.
DATABASES = {"default": env.database("DATABASE_URL", role=env.text("SPM_DATABASE_ROLE", "spm_app"))}
REDIS_URL = env.text("REDIS_URL", "redis://127.0.0.1:6379/0")
CACHES = {"default": {"BACKEND": "people.cache.ForgivingRedisCache", "LOCATION": REDIS_URL, "KEY_PREFIX": "spm"}}
SESSION_ENGINE = "django.contrib.sessions.backends.db"

CELERY_BROKER_URL = REDIS_URL
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 3600, "socket_timeout": 5, "socket_connect_timeout": 2}
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_DEFAULT_QUEUE = "spm"
CELERY_TIMEZONE = "UTC"
HEARTBEAT_FILE = env.text("SPM_HEARTBEAT_FILE")

# --- People and sign-in -----------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "people.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
NAVIGATION = "spm.navigation.NAVIGATION"  # the places of the frame, composed here and read by people.frame
# once they hold rows, the organization's currency cannot change
FACT_MODELS = ["crm.Opportunity", "crm.Transaction", "crm.Quota"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_ADAPTER = "people.adapter.AccountAdapter"
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_NOTIFICATIONS = True  # who changes a password or a second factor is told by mail
MFA_ADAPTER = "people.adapter.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_RECOVERY_CODES_SHOW_ONCE = False
EMAIL_HOST = env.text("SPM_EMAIL_HOST")  # without one, mails are printed where the process prints
EMAIL_FILE_PATH = env.text("SPM_EMAIL_FOLDER")  # or written into this folder, one file a mail
_mails_go = "smtp" if EMAIL_HOST else "filebased" if EMAIL_FILE_PATH else "console"
EMAIL_BACKEND = f"django.core.mail.backends.{_mails_go}.EmailBackend"
EMAIL_PORT = env.number("SPM_EMAIL_PORT", 587)
EMAIL_HOST_USER = env.text("SPM_EMAIL_USER")
EMAIL_HOST_PASSWORD = env.text("SPM_EMAIL_PASSWORD")
EMAIL_USE_TLS = env.flag("SPM_EMAIL_TLS", True)
EMAIL_TIMEOUT = 10
SITE_HREF = env.text("SPM_SITE", f"http://localhost:{env.text('PORT', '8000')}")  # where links in mails lead
DEFAULT_FROM_EMAIL = env.text("SPM_EMAIL_FROM", "Sales performance <no-reply@localhost>")

# --- Language and time ------------------------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("de", _("German"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "UTC"
USE_I18N = True
USE_TZ = True
USE_THOUSAND_SEPARATOR = True

# --- Pages ------------------------------------------------------------------------------------------------------------
STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static", ("plotly", Path(plotly.__file__).parent / "package_data")]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000

# --- API --------------------------------------------------------------------------------------------------------------
API_ROWS = env.number("SPM_API_ROWS", 100)  # of a list, unless the caller says how many
API_MOST_ROWS = env.number("SPM_API_MOST_ROWS", 1_000)
API_MOST_FACTS = env.number("SPM_API_MOST_FACTS", 5_000)  # rows of one push
API_MOST_BYTES = env.number("SPM_API_MOST_BYTES", 10 * 1024 * 1024)  # of one request
API_READS_PER_MINUTE = env.number("SPM_API_READS_PER_MINUTE", 600)  # per key
API_WRITES_PER_MINUTE = env.number("SPM_API_WRITES_PER_MINUTE", 120)
API_REPLAY_HOURS = env.number("SPM_API_REPLAY_HOURS", 24)  # how long an Idempotency-Key is remembered

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "people.api.callers.KeyAuthentication",
        "people.api.callers.SignedInAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": [],  # ApiView lets in whoever has a viewer, and asks for the scope of a key
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["people.api.reading.ExactJSONParser"],
    "DEFAULT_PAGINATION_CLASS": "people.api.paging.CursorPages",
    "DEFAULT_FILTER_BACKENDS": ["people.api.filtering.StrictFilters"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "people.api.problem.exception_handler",
    "URL_FORMAT_OVERRIDE": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Sales performance",
    "DESCRIPTION": "Facts in, numbers out. Amounts are decimal texts; days are YYYY-MM-DD; an end is not included.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {
        "ImportStateEnum": "crm.models.ImportBatch.State",
        "JobStateEnum": "people.models.Job.State",
        "SeatRoleEnum": "people.models.Seat.Role",
        "CreditRoleEnum": "crm.models.Credit.Role",
        "HandOverRuleEnum": "crm.models.handover.HandOverRule",
        "BulkRevisionRuleEnum": "goals.models.BulkRevision.Rule",
        "MeasureEnum": "crm.models.quota.Measure",
        "ProrationEnum": "crm.models.Proration",
        "GoalKindEnum": "goals.models.Measured.Kind",
        "GoalUnitEnum": "goals.models.Measured.Unit",
        "ChangeRequestStateEnum": "goals.models.ChangeRequest.State",
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "spm.api_schema.problems_describe",
    ],
}

# --- Safety -----------------------------------------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "style-src": [SELF, NONCE],
        "script-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
HTTPS = env.flag("SPM_HTTPS")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
ALLAUTH_TRUSTED_PROXY_COUNT = env.number("SPM_PROXY_COUNT", 0)  # whose word on addresses is taken
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "filters": {"no_probes": {"()": "spm.health.NoProbes"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["no_probes"]}},
    "root": {"handlers": ["console"], "level": env.text("SPM_LOG_LEVEL", "INFO")},
}
