"""What a site must be told before it starts, and the Django settings that follow from it.

Settings come from the environment (`CAIMERA_HUB_…`, `CAIMERA_NODE_…`) or from the dotenv file named by
`CAIMERA_ENV_FILE`. Secrets are not settings: they live in the encrypted file `secrets_file`.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar
from urllib.parse import parse_qsl, unquote, urlsplit

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    IPvAnyNetwork,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic_settings import BaseSettings, SettingsConfigDict

from caimera.secrets import FileStore
from caimera.web.logs import logging_settings

MEMBERSHIP_GROUP = (
    "urn:geant:lifescience-ri.eu:group:lifescience:communities_and_projects:EUCAIM#aai.lifescience-ri.eu"
)

_YEAR = 365
"""Days the trail keeps anything at least."""


class SettingsProblem(SystemExit):
    """The site cannot start; the message says what to set."""


class FurtherLogin(BaseModel):
    """One more login service of a site, whose clients have a secret in a file of their own (mode 0600)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    label: Annotated[str, Field(min_length=1, max_length=100)]
    issuer: Annotated[str, Field(pattern=r"^https?://")]
    client_id: str
    secret_file: Path
    authorities: Annotated[tuple[str, ...], Field(description="As `<namespace>#<authority>`.")] = ()


class SiteSettings(BaseSettings):
    """What hub and node both need to know. Each field's description is printed in the reference."""

    model_config = SettingsConfigDict(
        env_file=os.environ.get("CAIMERA_ENV_FILE"), extra="ignore", frozen=True
    )

    site_id: Annotated[
        str,
        Field(pattern=r"^[a-z][a-z0-9-]{1,40}$", description="Short name of this site in the federation."),
    ]
    site_name: Annotated[str, Field(min_length=1, description="Name people read.")]
    base_url: Annotated[
        str, Field(pattern=r"^https?://", description="Address people reach this site at, without a path.")
    ]
    database_url: Annotated[
        str,
        Field(
            pattern=r"^postgresql://", description="PostgreSQL database, as postgresql://user@host:port/name."
        ),
    ]
    secrets_file: Annotated[Path, Field(description="Encrypted file with this site's keys.")]
    secrets_key_file: Annotated[Path, Field(description="File (mode 0600) with the key of the secrets file.")]
    broker_url: Annotated[
        str, Field(pattern=r"^(nats|tls|wss?)://", description="Address of the federation's NATS broker.")
    ]
    oidc_issuer: Annotated[
        str,
        Field(
            pattern=r"^https?://", description="OpenID Connect issuer, letter for letter as it names itself."
        ),
    ] = "https://login.aai.lifescience-ri.eu/oidc/"
    oidc_client_id: Annotated[str, Field(description="This site's client identifier at the issuer.")] = ""
    cli_client_id: Annotated[
        str, Field(description="Client identifier of the command line at the issuer, a public client.")
    ] = "caimera-cli"
    login_services: Annotated[
        tuple[FurtherLogin, ...],
        Field(
            description="Further login services, as a JSON list of objects with `label`, `issuer`, "
            "`client_id`, `secret_file` and `authorities`: whose entitlements are believed, as "
            "`<namespace>#<authority>`."
        ),
    ] = ()
    login_away_minutes: Annotated[
        int,
        Field(
            ge=0,
            le=480,
            description="How long people who are signed in go on while the login service does not answer.",
        ),
    ] = 60
    step_up_for: Annotated[
        tuple[str, ...],
        Field(
            description="Permissions, such as roles.give, and routes, such as people:forget-me, that need a "
            "stronger sign-in, as a JSON list."
        ),
    ] = ()
    step_up_acr: Annotated[
        str, Field(description="The authentication context (`acr`) that is strong enough for them.")
    ] = "https://refeds.org/profile/mfa"
    step_up_minutes: Annotated[
        int, Field(ge=0, description="How long ago that may have been; 0 for as long as the sign-in counts.")
    ] = 30
    membership_group: Annotated[
        str, Field(description="Entitlement (AARC-G069) that makes a person a member.")
    ] = MEMBERSHIP_GROUP
    registration_url: Annotated[str, Field(description="Where a person asks to become a member.")] = (
        "https://signup.aai.lifescience-ri.eu/fed/registrar/?vo=lifescience&group=communities_and_projects:EUCAIM"
    )
    allowed_hosts: Annotated[
        tuple[str, ...], Field(description="Further host names this site answers to, as a JSON list.")
    ] = ()
    policies_asked: Annotated[
        bool, Field(description="Members must have accepted this site's policies, each version anew.")
    ] = True
    requests_per_minute: Annotated[
        int,
        Field(
            ge=0,
            description="Requests one address may send a minute, static files aside, to each server process; "
            "0 for no limit.",
        ),
    ] = 1200
    sign_ins_per_minute: Annotated[
        int,
        Field(
            ge=0,
            description="Steps of signing in that one address may take a minute, at each server process; "
            "0 for no limit.",
        ),
    ] = 60
    refused_tokens_per_minute: Annotated[
        int,
        Field(
            ge=0,
            description="Bearer tokens that open nothing which one address may send a minute, to each server "
            "process, before it has to wait; 0 for no limit.",
        ),
    ] = 30
    trusted_proxies: Annotated[
        tuple[IPvAnyNetwork, ...],
        Field(
            description="Addresses or networks of the reverse proxies before this site, as a JSON list; only "
            "what they say in X-Forwarded-For is believed."
        ),
    ] = ()
    node_modules_dir: Annotated[Path, Field(description="Where `npm ci` put the front-end packages.")] = Path(
        "node_modules"
    )
    static_root: Annotated[Path | None, Field(description="Where collected static files are kept.")] = None
    database_pool: Annotated[bool, Field(description="Keep database connections open between requests.")] = (
        True
    )
    audit_retention_days: Annotated[
        dict[str, int],
        Field(
            description="Days the trail keeps its records, as JSON: by act, by noun, or `*` for all others; "
            "at least 365."
        ),
    ] = {"*": 3653}
    retention_database_url: Annotated[
        str,
        Field(
            pattern=r"^(postgresql://.*)?$",
            description="The same database with a role that may retire records of the trail, for the worker "
            "or agent alone; empty where the role of `database_url` may.",
        ),
    ] = ""
    owner_database_url: Annotated[
        str,
        Field(
            pattern=r"^(postgresql://.*)?$",
            description="The same database with the role that owns its tables, for `migrate` alone; empty "
            "where the role of `database_url` owns them.",
        ),
    ] = ""
    mail_host: Annotated[
        str, Field(description="Mail server that takes this site's mail; empty: notices on pages only.")
    ] = ""
    mail_port: Annotated[int, Field(ge=1, le=65535, description="Its port.")] = 587
    mail_tls: Annotated[
        Literal["starttls", "tls", "none"],
        Field(description="How the line to it is secured: starttls, tls from the first byte, or none."),
    ] = "starttls"
    mail_user: Annotated[
        str, Field(description="Name to sign in with there; its password is `mail_password` of the secrets.")
    ] = ""
    mail_sender: Annotated[
        str,
        Field(
            pattern=r"^([!-~]+@[!-~]+)?$",
            description="Address this site's mail comes from.",
            validate_default=True,
        ),
    ] = ""
    demo: Annotated[
        bool, Field(description="This site is part of a demo: the sign-in simulator is accepted.")
    ] = False
    log_level: Annotated[
        str, Field(pattern=r"^(DEBUG|INFO|WARNING|ERROR)$", description="Least severe level that is logged.")
    ] = "INFO"

    metadata_licence: Annotated[
        str,
        Field(
            pattern=r"^https?://", description="Licence of what is published about datasets, by its address."
        ),
    ] = "https://creativecommons.org/publicdomain/zero/1.0/"

    @field_validator("audit_retention_days")
    @classmethod
    def _a_year_at_least(cls, days: dict[str, int]) -> dict[str, int]:
        if short := {kind: kept for kind, kept in days.items() if kept < _YEAR}:
            kind, kept = next(iter(short.items()))
            raise ValueError(
                f"'{kind}' would be kept for {kept} days, but the law has access logs kept for a year at "
                f"least (Regulation (EU) 2025/327, Article 73). Say {_YEAR} or more"
            )
        return days

    @field_validator("mail_sender")
    @classmethod
    def _from_somebody(cls, sender: str, known: ValidationInfo) -> str:
        if known.data.get("mail_host") and not sender:
            raise ValueError("there is a mail server, but no sender")
        return sender

    @field_validator("mail_user")
    @classmethod
    def _not_in_the_clear(cls, user: str, known: ValidationInfo) -> str:
        if user and known.data.get("mail_tls") == "none":
            raise ValueError("without TLS its password would be sent in the clear")
        return user

    @field_validator("base_url")
    @classmethod
    def _without_slash(cls, url: str) -> str:
        return url.rstrip("/")


Settings = TypeVar("Settings", bound=SiteSettings)


def load(kind: type[Settings]) -> Settings:
    """Read the settings of a site, or say in sentences which to set.

    Raises:
        SettingsProblem: a setting is missing or wrong.
    """
    try:
        return kind()
    except ValidationError as error:
        raise SettingsProblem("\n".join(_sentences(kind, error))) from None


def _sentences(kind: type[SiteSettings], error: ValidationError) -> list[str]:
    prefix = kind.model_config.get("env_prefix", "")
    return [
        _sentence(kind, prefix, problem) for problem in error.errors(include_input=False, include_url=False)
    ]


def _sentence(kind: type[SiteSettings], prefix: str, problem: Any) -> str:
    name = str(problem["loc"][0]) if problem["loc"] else ""
    variable = f"{prefix}{name}".upper()
    field = kind.model_fields.get(name)
    help_text = (field.description or "") if field else ""
    if problem["type"] == "missing":
        return f"{variable} is not set. Set it to: {help_text}"
    return f"{variable} cannot be used: {problem['msg'].removeprefix('Value error, ')}. It is: {help_text}"


def settings_module(
    build: Callable[[], Mapping[str, Any]],
) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """`__getattr__` and `__dir__` of a settings module whose settings are read when Django first looks.

    So the modules below it can be imported before a site has keys, or any setting at all.
    """
    read = cache(build)

    def getattr_(name: str) -> Any:
        if name.isupper() and name in read():
            return read()[name]
        raise AttributeError(f"There is no setting {name}.")

    return getattr_, lambda: list(read())


def django_settings(site: SiteSettings, *, apps: Sequence[str], urlconf: str) -> dict[str, Any]:
    """The Django settings of a site; its settings module publishes them as its own names."""
    host = urlsplit(site.base_url).hostname or "localhost"
    secure = site.base_url.startswith("https://")
    store = FileStore(site.secrets_file, site.secrets_key_file)
    return {
        "SITE": site,
        "SECRET_KEY": store.get("django_secret_key").decode(),
        "DEBUG": False,
        "ALLOWED_HOSTS": [host, *site.allowed_hosts],
        "ROOT_URLCONF": urlconf,
        "INSTALLED_APPS": [
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.sessions",
            "django.contrib.messages",
            "servestatic.runserver_nostatic",
            "django.contrib.staticfiles",
            *apps,
        ],
        "AUTH_USER_MODEL": "people.Person",
        "AUTHENTICATION_BACKENDS": ["caimera.people.backend.PersonBackend"],
        "LOGIN_URL": "people:sign-in",
        "MIDDLEWARE": MIDDLEWARE,
        "TEMPLATES": [TEMPLATES],
        "DATABASES": {"default": database(site)},
        "DEFAULT_AUTO_FIELD": "django.db.models.BigAutoField",
        "USE_TZ": True,
        "TIME_ZONE": "UTC",
        "USE_I18N": True,
        "LANGUAGE_CODE": "en",
        "SESSION_COOKIE_NAME": f"caimera_{site.site_id}_session",
        "SESSION_COOKIE_SECURE": secure,
        "SESSION_COOKIE_AGE": 8 * 3600,
        "CSRF_COOKIE_NAME": f"caimera_{site.site_id}_csrf",
        "CSRF_COOKIE_SECURE": secure,
        "CSRF_TRUSTED_ORIGINS": [site.base_url],
        "SECURE_HSTS_SECONDS": 31_536_000 if secure else 0,
        "SECURE_PROXY_SSL_HEADER": ("HTTP_X_FORWARDED_PROTO", "https") if secure else None,
        "X_FRAME_OPTIONS": "DENY",
        "DATA_UPLOAD_MAX_MEMORY_SIZE": 1_048_576,
        "LOGGING_CONFIG": "logging.config.dictConfig",
        "LOGGING": logging_settings(service=f"caimera-{site.site_id}", level=site.log_level),
        **static_settings(site),
    }


MIDDLEWARE = [
    "caimera.web.middleware.RequestLog",
    "caimera.web.limits.AddressLimits",
    "django.middleware.security.SecurityMiddleware",
    "caimera.web.middleware.ContentSecurityPolicy",
    "servestatic.middleware.ServeStaticMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "caimera.web.middleware.ReaderTimeZone",
]

TEMPLATES = {
    "BACKEND": "django.template.backends.django.DjangoTemplates",
    "APP_DIRS": True,
    "OPTIONS": {
        "context_processors": [
            "django.template.context_processors.request",
            "django.contrib.auth.context_processors.auth",
            "django.contrib.messages.context_processors.messages",
            "caimera.web.context.site",
        ],
    },
}


def static_settings(site: SiteSettings) -> dict[str, Any]:
    """Static files: served by this process, from the apps and from exactly named npm packages."""
    return {
        "STATIC_URL": "/static/",
        "STATIC_ROOT": site.static_root,
        "NODE_MODULES_DIR": site.node_modules_dir,
        "STATICFILES_FINDERS": [
            "django.contrib.staticfiles.finders.AppDirectoriesFinder",
            "caimera.web.finders.NodeModulesFinder",
        ],
        "SERVESTATIC_USE_FINDERS": site.static_root is None,
        "SERVESTATIC_USE_MANIFEST": False,
    }


def database(site: SiteSettings) -> dict[str, Any]:
    """Django's description of the site's PostgreSQL database, from its address."""
    parts = urlsplit(site.database_url)
    query = dict(parse_qsl(parts.query))
    options: dict[str, Any] = {
        "application_name": f"caimera-{site.site_id}",
        # What is asked again and again is read and planned once a connection.
        "server_side_binding": True,
        "prepare_threshold": 5,
    }
    if site.database_pool:
        options["pool"] = {"min_size": 1, "max_size": 12, "timeout": 10}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.get("host") or parts.hostname or "",
        "PORT": str(parts.port or query.get("port", "")),
        "OPTIONS": options,
    }
