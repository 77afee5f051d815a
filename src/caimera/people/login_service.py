"""The login services: spoken to through Authlib, believed only what holds.

OpenID Connect Core 1.0; PKCE: RFC 7636; introspection: RFC 7662; revocation: RFC 7009; the issuer in the
answer: RFC 9207. Authlib checks azp, exp, iat, nonce and at_hash of the id token by itself; issuer, audience
and algorithms it checks because it is told to here.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import Any

import requests
from authlib.integrations.base_client import OAuthError
from authlib.integrations.django_client import DjangoIntegration, DjangoOAuth2App
from django.conf import settings
from django.http import HttpRequest
from joserfc.errors import JoseError

from caimera.people.begun import Begun, Purpose
from caimera.people.claims import Claims, claims_from
from caimera.people.discovery import (
    ENDPOINTS,
    REVOCATION,
    TIMEOUT_SECONDS,
    ask,
    description,
    require_trustworthy,
    tell,
)
from caimera.people.errors import (
    IdentityRefused,
    LoginRefused,
    LoginUnreachable,
    NotStrongEnough,
    SignInDeclined,
    SignInMixedUp,
    TokenRefused,
)
from caimera.people.proof import LEEWAY_SECONDS, Demand, Proof
from caimera.people.providers import Provider, provider_of
from caimera.web.site import SiteSettings

SCOPE = "openid profile email eduperson_entitlement"
OFFLINE = "offline_access"
ALGORITHMS = ("RS256", "ES256")
DESCRIPTION_COUNTS_SECONDS = 3600.0


@dataclass(frozen=True, slots=True)
class Tokens:
    """What the login service may be asked with again: until when the access token counts (Unix seconds)."""

    access: str
    until: float
    refresh: str = ""

    @classmethod
    def of(cls, answer: Mapping[str, Any], *, refresh: str = "") -> Tokens:
        """Those of a token answer; a refresh token that is not renewed goes on (RFC 6749, 6)."""
        until = time.time() + float(answer.get("expires_in") or TIMEOUT_SECONDS)
        return cls(str(answer["access_token"]), until, str(answer.get("refresh_token") or refresh))

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Arrival:
    """Somebody came back from a login service: who they are, how they proved it, what for."""

    claims: Claims
    tokens: Tokens
    proof: Proof
    sid: str
    begun: Begun


@dataclass(frozen=True, slots=True)
class Introspected:
    """An access token the login service stands by: whose it is, until when (Unix seconds), how proved."""

    sub: str
    expires_at: float
    proof: Proof = field(default_factory=Proof)


class LoginService:
    """One login service of a site, as its description says it is."""

    def __init__(self, provider: Provider, site: SiteSettings, said: Mapping[str, Any]) -> None:
        require_trustworthy(said, issuer=provider.issuer, demo=site.demo)
        self.issuer = provider.issuer
        self.client_id = provider.client_id
        self.sign_out_page = str(said.get("end_session_endpoint", ""))
        self._clients = {provider.client_id, site.cli_client_id}
        self._credentials = (provider.client_id, provider.secret(site))
        self._endpoints = {name: str(said[name]) for name in ENDPOINTS}
        self._revocation = str(said.get(REVOCATION, ""))
        self._names_itself = said.get("authorization_response_iss_parameter_supported") is True
        offline = f" {OFFLINE}" if OFFLINE in said.get("scopes_supported", ()) else ""
        self._app = DjangoOAuth2App(
            DjangoIntegration("login"),
            "login",
            client_id=self._credentials[0],
            client_secret=self._credentials[1],
            client_kwargs={
                "scope": SCOPE + offline,
                "code_challenge_method": "S256",
                "token_endpoint_auth_method": "client_secret_basic",
                "default_timeout": TIMEOUT_SECONDS,
            },
            issuer=provider.issuer,
            id_token_signing_alg_values_supported=list(ALGORITHMS),
            **self._endpoints,
        )

    def begin(
        self,
        *,
        callback: str,
        target: str,
        purpose: Purpose = "sign-in",
        person: str = "",
        demand: Demand | None = None,
    ) -> tuple[str, Begun]:
        """The address to send the browser to, and what it has to bring back."""
        asked = _asked(demand) if demand else {}
        if purpose == "link":
            asked["prompt"] = "login"
        with _answered_well():
            made = self._app.create_authorization_url(callback, **asked)
        begun = Begun(
            issuer=self.issuer,
            state=made["state"],
            nonce=made["nonce"],
            code_verifier=made["code_verifier"],
            callback=callback,
            target=target,
            purpose=purpose,
            person=person,
            acr=demand.acr if demand else "",
            max_age=demand.max_age if demand else None,
        )
        return made["url"], begun

    def receive(self, request: HttpRequest, begun: Begun) -> Arrival:
        """Take the browser back: redeem the code, check the id token, ask userinfo.

        Raises:
            SignInProblem: of any kind; nobody is signed in then.
        """
        self._require_ours(request)
        with _answered_well():
            answer = self._app.fetch_access_token(
                code=request.GET.get("code"), redirect_uri=begun.callback, code_verifier=begun.code_verifier
            )
            identity = self._app.parse_id_token(
                answer, nonce=begun.nonce, claims_options=self._claims_options(), leeway=LEEWAY_SECONDS
            )
        if not identity:
            raise IdentityRefused("The login service sent no id token.")
        proof = _proof(identity)
        if not proof.meets(Demand(begun.acr, begun.max_age), now=time.time()):
            raise NotStrongEnough(f"'{begun.acr}' and {begun.max_age} s were asked for, not {proof}.")
        claims = self.claims(answer["access_token"], sub=identity["sub"])
        sid = identity.get("sid")
        return Arrival(claims, Tokens.of(answer), proof, sid if isinstance(sid, str) else "", begun)

    def _require_ours(self, request: HttpRequest) -> None:
        if request.GET.get("iss", "" if self._names_itself else self.issuer) != self.issuer:
            raise SignInMixedUp("The answer comes from another issuer.")
        if error := request.GET.get("error"):
            if error == "unmet_authentication_requirements":
                raise NotStrongEnough("The login service cannot authenticate them as strongly as asked.")
            raise SignInDeclined(f"The login service answered '{error}'.")

    def _claims_options(self) -> dict[str, Any]:
        return {
            "iss": {"essential": True, "value": self.issuer},
            "aud": {"essential": True, "value": self.client_id},
        }

    def claims(self, access_token: str, *, sub: str) -> Claims:
        """What userinfo says now about the person `sub`, whose token this is.

        Raises:
            LoginUnreachable, IdentityRefused
        """
        headers = {"Authorization": f"Bearer {access_token}"}
        userinfo = ask("GET", self._endpoints["userinfo_endpoint"], refused=IdentityRefused, headers=headers)
        return claims_from(userinfo, issuer=self.issuer, sub=sub)

    def ask_again(self, tokens: Tokens, *, sub: str) -> tuple[Claims, Tokens]:
        """What userinfo says now of somebody who signed in earlier, and the tokens for the next time.

        Raises:
            TokenRefused: it stands by them no longer, or there is nothing left to ask it with.
            LoginUnreachable, LoginRefused: it does not say.
        """
        if tokens.until > time.time():
            try:
                return self.claims(tokens.access, sub=sub), tokens
            except IdentityRefused:
                pass  # ended before its time: the refresh token decides
        tokens = self._refreshed(tokens)
        try:
            return self.claims(tokens.access, sub=sub), tokens
        except IdentityRefused as error:
            raise TokenRefused("Userinfo does not take a token given a moment ago.") from error

    def _refreshed(self, tokens: Tokens) -> Tokens:
        if not tokens.refresh:
            raise TokenRefused("The access token is over, and there is no refresh token.")
        try:
            with _answered_well():
                answer = self._app.fetch_access_token(
                    grant_type="refresh_token", refresh_token=tokens.refresh
                )
        except (SignInMixedUp, IdentityRefused) as error:
            raise TokenRefused("The login service does not take the refresh token.") from error
        return Tokens.of(answer, refresh=tokens.refresh)

    def revoke(self, tokens: Tokens) -> None:
        """Make tokens worthless (RFC 7009), the refresh token first; where that is not offered, they end by
        their own time. A token the service does not know any more is none to it, and no fault.

        Raises LoginUnreachable, LoginRefused.
        """
        access = tokens.access if tokens.until > time.time() else ""
        for token, hint in ((tokens.refresh, "refresh_token"), (access, "access_token")):
            if token and self._revocation:
                form = {"token": token, "token_type_hint": hint}
                tell(self._revocation, data=form, auth=self._credentials)

    def keys(self, *, anew: bool = False) -> Mapping[str, Any]:
        """The service's public keys (JWKS). Raises LoginUnreachable."""
        with _answered_well():
            found: Mapping[str, Any] = self._app.fetch_jwk_set(force=anew)
        return found

    def introspect(self, access_token: str, *, now: float) -> Introspected:
        """Ask whether a token is good, for whom, and given to us (RFC 7662).

        Raises:
            TokenRefused, LoginUnreachable, LoginRefused
        """
        said = ask(
            "POST",
            self._endpoints["introspection_endpoint"],
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
        return Introspected(said["sub"], expires_at, _proof(said))


def _asked(demand: Demand) -> dict[str, Any]:
    asked: dict[str, Any] = {"acr_values": demand.acr} if demand.acr else {}
    return asked if demand.max_age is None else {**asked, "max_age": demand.max_age}


def _proof(said: Mapping[str, Any]) -> Proof:
    acr, at = said.get("acr"), said.get("auth_time")
    is_time = isinstance(at, int | float) and not isinstance(at, bool)
    return Proof(acr if isinstance(acr, str) else "", float(at) if is_time and at is not None else None)


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


_known: dict[str, tuple[tuple[SiteSettings, int], float, LoginService]] = {}
"""By issuer: settings and edition of the secret it was made for, when it was read, the service."""


def login_service(issuer: str = "") -> LoginService:
    """A login service of this site, by default that of `oidc_issuer`; read again every hour, and at once when
    its secret changed.

    Raises:
        LoginUnreachable, LoginRefused
    """
    site: SiteSettings = settings.SITE
    provider = provider_of(issuer or site.oidc_issuer)
    wanted = (site, provider.edition(site))
    if known := _known.get(provider.issuer):
        made_for, read_at, service = known
        if made_for == wanted and time.monotonic() - read_at <= DESCRIPTION_COUNTS_SECONDS:
            return service
    service = LoginService(provider, site, description(provider.issuer))
    _known[provider.issuer] = (wanted, time.monotonic(), service)
    return service
