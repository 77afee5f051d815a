"""The login service: found by discovery, distrusted until it fits, spoken to through Authlib.

OpenID Connect Core 1.0 and Discovery 1.0; PKCE: RFC 7636; introspection: RFC 7662; the issuer in the
answer: RFC 9207. Authlib checks azp, exp, iat, nonce and at_hash of the id token by itself; issuer,
audience and algorithms it checks because it is told to here.
"""

from __future__ import annotations

import ipaddress
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import requests
from authlib.integrations.base_client import OAuthError
from authlib.integrations.django_client import DjangoIntegration, DjangoOAuth2App
from django.conf import settings
from django.http import HttpRequest, HttpResponseRedirect
from joserfc.errors import JoseError

from caimera.people.claims import Claims, claims_from
from caimera.people.errors import (
    IdentityRefused,
    LoginRefused,
    LoginUnreachable,
    SignInDeclined,
    SignInMixedUp,
    SignInProblem,
    TokenRefused,
)
from caimera.secrets import FileStore
from caimera.web.site import SiteSettings

SCOPE = "openid profile email eduperson_entitlement"
ALGORITHMS = ("RS256", "ES256")
LEEWAY_SECONDS = 30
TIMEOUT_SECONDS = 10
DESCRIPTION_COUNTS_SECONDS = 3600.0

_NEEDED = (
    "authorization_endpoint",
    "token_endpoint",
    "userinfo_endpoint",
    "introspection_endpoint",
    "jwks_uri",
)


@dataclass(frozen=True, slots=True)
class Arrival:
    """Somebody came back from the login service: who they are, and where they were going."""

    claims: Claims
    target: str


@dataclass(frozen=True, slots=True)
class Introspected:
    """An access token the login service stands by: whose it is, until when (Unix seconds)."""

    sub: str
    expires_at: float


class LoginService:
    """The login service of one site, as its description says it is."""

    def __init__(self, site: SiteSettings, description: Mapping[str, Any]) -> None:
        require_trustworthy(description, issuer=site.oidc_issuer, demo=site.demo)
        self.issuer = site.oidc_issuer
        self.sign_out_page = str(description.get("end_session_endpoint", ""))
        self._clients = {site.oidc_client_id, site.cli_client_id}
        self._credentials = (site.oidc_client_id, _client_secret(site))
        self._userinfo_endpoint = description["userinfo_endpoint"]
        self._introspection_endpoint = description["introspection_endpoint"]
        self._app = DjangoOAuth2App(
            DjangoIntegration("login"),
            "login",
            client_id=self._credentials[0],
            client_secret=self._credentials[1],
            client_kwargs={
                "scope": SCOPE,
                "code_challenge_method": "S256",
                "token_endpoint_auth_method": "client_secret_basic",
                "default_timeout": TIMEOUT_SECONDS,
            },
            issuer=site.oidc_issuer,
            id_token_signing_alg_values_supported=list(ALGORITHMS),
            **{name: description[name] for name in _NEEDED},
        )

    def send_away(self, request: HttpRequest, *, callback: str, target: str) -> HttpResponseRedirect:
        """Send the browser to the login service; `target` is remembered with this sign-in's state."""
        with _answered_well():
            begun = self._app.create_authorization_url(callback)
        self._app.save_authorize_data(request, redirect_uri=callback, target=target, **begun)
        return HttpResponseRedirect(begun["url"])

    def receive(self, request: HttpRequest) -> Arrival:
        """Take the browser back: redeem the code, check the id token, ask userinfo.

        Raises:
            SignInProblem: of any kind; nobody is signed in then.
        """
        begun = self._begun(request)
        try:
            with _answered_well():
                token = self._app.authorize_access_token(
                    request, claims_options=self._claims_options(), leeway=LEEWAY_SECONDS
                )
        finally:
            self._app.framework.clear_state_data(request.session, request.GET["state"])
        identity = token.get("userinfo")
        if not identity:
            raise IdentityRefused("The login service sent no id token.")
        return Arrival(self.claims(token["access_token"], sub=identity["sub"]), begun["target"])

    def _begun(self, request: HttpRequest) -> Mapping[str, Any]:
        """What was kept in this browser's session when this sign-in began."""
        begun = self._app.framework.get_state_data(request.session, request.GET.get("state", ""))
        if begun is None:
            raise SignInMixedUp("The state belongs to no sign-in begun in this session.")
        if request.GET.get("iss", self.issuer) != self.issuer:
            raise SignInMixedUp("The answer comes from another issuer.")
        if error := request.GET.get("error"):
            raise SignInDeclined(f"The login service answered '{error}'.")
        return begun

    def _claims_options(self) -> dict[str, Any]:
        return {
            "iss": {"essential": True, "value": self.issuer},
            "aud": {"essential": True, "value": self._app.client_id},
        }

    def claims(self, access_token: str, *, sub: str) -> Claims:
        """What userinfo says now about the person `sub`, whose token this is.

        Raises:
            LoginUnreachable, IdentityRefused
        """
        headers = {"Authorization": f"Bearer {access_token}"}
        userinfo = _ask("GET", self._userinfo_endpoint, refused=IdentityRefused, headers=headers)
        return claims_from(userinfo, issuer=self.issuer, sub=sub)

    def introspect(self, access_token: str, *, now: float) -> Introspected:
        """Ask whether a token is good, for whom, and given to us (RFC 7662).

        Raises:
            TokenRefused, LoginUnreachable, LoginRefused
        """
        said = _ask(
            "POST",
            self._introspection_endpoint,
            refused=LoginRefused,
            data={"token": access_token, "token_type_hint": "access_token"},
            auth=self._credentials,
        )
        if not isinstance(said, Mapping) or said.get("active") is not True:
            raise TokenRefused("The login service does not stand by this token.")
        return self._introspected(said, now)

    def _introspected(self, said: Mapping[str, Any], now: float) -> Introspected:
        audience = said.get("aud") or ()
        audience = {audience} if isinstance(audience, str) else set(audience)
        if said.get("client_id") not in self._clients or (audience and not audience & self._clients):
            raise TokenRefused("This token was given to another client.")
        if said.get("iss", self.issuer) != self.issuer:
            raise TokenRefused("This token is from another issuer.")
        expires_at = float(said.get("exp", "inf"))
        if expires_at <= now or not isinstance(said.get("sub"), str):
            raise TokenRefused("This token has expired or belongs to nobody.")
        return Introspected(said["sub"], expires_at)


@contextmanager
def _answered_well() -> Iterator[None]:
    """Turns what can go wrong between us and the login service into sentences for the person."""
    try:
        yield
    except requests.RequestException as error:
        raise LoginUnreachable(f"The login service did not answer well: {error}") from error
    except OAuthError as error:
        if error.error in ("invalid_client", "unauthorized_client", "invalid_scope"):
            raise LoginRefused(f"The login service refuses this site: {error.error}.") from error
        raise SignInMixedUp(f"The login service does not take the code: {error.error}.") from error
    except (JoseError, ValueError) as error:
        raise IdentityRefused(f"The id token does not hold: {error}") from error


def _client_secret(site: SiteSettings) -> str:
    return FileStore(site.secrets_file, site.secrets_key_file).get("oidc_client_secret").decode()


def require_trustworthy(description: Mapping[str, Any], *, issuer: str, demo: bool) -> None:
    """Whether a discovery document is that of our issuer and offers what a safe sign-in needs.

    Raises:
        LoginRefused
    """
    if description.get("issuer") != issuer:
        raise LoginRefused(f"The service at {issuer} calls itself '{description.get('issuer')}'.")
    if description.get("caimera_simulator") and not demo:
        raise LoginRefused(f"{issuer} is the sign-in simulator, which is for the demo only.")
    if missing := [name for name in _NEEDED if not isinstance(description.get(name), str)]:
        raise LoginRefused(f"{issuer} does not offer {', '.join(missing)}.")
    for name in _NEEDED:
        require_trustworthy_address(description[name], demo=demo)
    if "S256" not in description.get("code_challenge_methods_supported", ["S256"]):
        raise LoginRefused(f"{issuer} does not offer PKCE with S256.")


def require_trustworthy_address(address: str, *, demo: bool) -> None:
    """Outside the demo the login service is reached by https and is not on this machine.

    Raises:
        LoginRefused
    """
    if demo:
        return
    parts = urlsplit(address)
    if parts.scheme != "https" or _is_this_machine(parts.hostname or ""):
        raise LoginRefused(
            f"The login service at {address} is not reached by https or is on this machine, "
            "which only a demo may use."
        )


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


_known: dict[str, tuple[tuple[SiteSettings, int], float, LoginService]] = {}
"""By issuer: settings and edition of the secrets it was made for, when it was read, the service."""


def login_service() -> LoginService:
    """The login service of this site; read again every hour, and at once when a secret of the site changed.

    Raises:
        LoginUnreachable, LoginRefused
    """
    site: SiteSettings = settings.SITE
    wanted = (site, site.secrets_file.stat().st_mtime_ns)
    if known := _known.get(site.oidc_issuer):
        made_for, read_at, service = known
        if made_for == wanted and time.monotonic() - read_at <= DESCRIPTION_COUNTS_SECONDS:
            return service
    service = LoginService(site, _description(site.oidc_issuer))
    _known[site.oidc_issuer] = (wanted, time.monotonic(), service)
    return service


def _description(issuer: str) -> Mapping[str, Any]:
    """The discovery document (OpenID Connect Discovery, 4)."""
    address = f"{issuer.rstrip('/')}/.well-known/openid-configuration"
    description = _ask("GET", address, refused=LoginRefused)
    if not isinstance(description, Mapping):
        raise LoginRefused(f"{issuer} does not describe itself.")
    return description


def _ask(method: str, address: str, *, refused: type[SignInProblem], **sent: Any) -> object:
    """The JSON at an address of the login service. Raises LoginUnreachable, or `refused` if it says no."""
    try:
        answer = requests.request(method, address, timeout=TIMEOUT_SECONDS, allow_redirects=False, **sent)
        if answer.status_code in (HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
            raise refused(f"{address} answered {answer.status_code}.")
        answer.raise_for_status()
        return answer.json()
    except requests.RequestException as error:
        raise LoginUnreachable(f"{address} does not answer: {error}") from error
