"""The sign-in service itself, without HTTP: clients, personas, codes, devices, tokens."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from time import time

from joserfc.jwk import KeySet

from caimera.demo.simulator.clients import CODE, DEVICE, REFRESH, Client
from caimera.demo.simulator.codes import MFA, SFA, Codes
from caimera.demo.simulator.devices import DEVICE_CODE_LIFETIME, Devices
from caimera.demo.simulator.errors import InvalidClient, InvalidToken, OAuthError
from caimera.demo.simulator.personas import CROWD, PERSONAS, SCOPES, Persona
from caimera.demo.simulator.tokens import LIFETIME, Claims, Kind, Mint

JSON = dict[str, object]


class Provider:
    """`clients` and `personas` may be changed while it runs: what a person loses, userinfo no longer says."""

    def __init__(
        self,
        issuer: str,
        clients: Mapping[str, Client],
        keys: KeySet,
        clock: Callable[[], float] = time,
    ) -> None:
        self.issuer = issuer
        self.clients = dict(clients)
        self.personas: dict[str, Persona] = {**PERSONAS, **CROWD}
        self.mint = Mint(issuer, keys, clock)
        self.revoked: set[str] = set()
        self.codes = Codes(clock, self.revoked.add)
        self.devices = Devices(clock)

    def discovery(self) -> JSON:
        """OpenID Connect Discovery, 3."""
        paths = {
            "authorization_endpoint": "authorize",
            "token_endpoint": "token",
            "userinfo_endpoint": "userinfo",
            "introspection_endpoint": "introspect",
            "revocation_endpoint": "revoke",
            "device_authorization_endpoint": "devicecode",
            "end_session_endpoint": "endsession",
            "jwks_uri": "jwk",
        }
        return {
            "issuer": self.issuer,
            **{name: self.issuer + path for name, path in paths.items()},
            "response_types_supported": ["code"],
            "response_modes_supported": ["query"],
            "grant_types_supported": [CODE, REFRESH, DEVICE],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256", "ES256"],
            "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post", "none"],
            "scopes_supported": list(SCOPES),
            "acr_values_supported": [SFA, MFA],
            "authorization_response_iss_parameter_supported": True,
            "backchannel_logout_supported": True,
            "backchannel_logout_session_supported": True,
            "claims_parameter_supported": False,
            "caimera_simulator": True,
        }

    def token(self, client: Client, form: Mapping[str, str]) -> JSON:
        """RFC 6749, 4.1.3 and 6; RFC 8628, 3.4."""
        grant_type = form.get("grant_type", "")
        if grant_type not in (CODE, DEVICE, REFRESH):
            raise OAuthError("unsupported_grant_type", f"The grant type {grant_type!r} is not offered.")
        if grant_type == REFRESH:
            return self._refresh(client, form.get("refresh_token", ""))
        client.require_grant(grant_type)
        if grant_type == DEVICE:
            approval = self.devices.poll(client, form.get("device_code", ""))
            return self._tokens(client, str(approval.sub), approval.scope, secrets.token_urlsafe(16))
        request, sub, grant = self.codes.redeem(client, form)
        return self._tokens(client, sub, request.scope, grant, request.nonce, request.acr)

    def _refresh(self, client: Client, token: str) -> JSON:
        """A refresh token works once; a second use revokes the whole grant (RFC 9700, 4.14.2)."""
        try:
            claims = self._live("refresh+jwt", token)
        except InvalidToken as error:
            raise OAuthError("invalid_grant", error.description) from error
        if claims["client_id"] != client.id:
            raise OAuthError("invalid_grant", "The refresh token was given to another client.")
        if claims["jti"] in self.revoked:
            self.revoked.add(claims["grant"])
            raise OAuthError("invalid_grant", "The refresh token was used before; what it gave is revoked.")
        self.revoked.add(claims["jti"])
        return self._tokens(client, claims["sub"], claims["scope"], claims["grant"], acr=claims["acr"])

    def _tokens(
        self, client: Client, sub: str, scope: str, grant: str, nonce: str | None = None, acr: str = SFA
    ) -> JSON:
        persona = self.person(sub)
        granted = " ".join(name for name in scope.split() if name in SCOPES)
        access = self.mint.token("at+jwt", client=client, sub=sub, scope=granted, grant=grant, acr=acr)
        answer: JSON = {
            "access_token": access,
            "token_type": "Bearer",
            "expires_in": LIFETIME["at+jwt"],
            "scope": granted,
        }
        if "openid" in granted.split():
            answer["id_token"] = self.mint.id_token(
                client=client, persona=persona, access_token=access, nonce=nonce, acr=acr, sid=grant
            )
        if "offline_access" in granted.split():
            answer["refresh_token"] = self.mint.token(
                "refresh+jwt", client=client, sub=sub, scope=granted, grant=grant, acr=acr
            )
        return answer

    def person(self, sub: str) -> Persona:
        """The persona with this `sub`. Raises InvalidToken when it is gone."""
        for persona in self.personas.values():
            if persona.sub == sub:
                return persona
        raise InvalidToken("The person this token speaks of is not here any more.")

    def userinfo(self, token: str) -> JSON:
        """OpenID Connect Core, 5.3. Raises InvalidToken."""
        claims = self._live("at+jwt", token)
        return self.person(claims["sub"]).claims(frozenset(claims["scope"].split()))

    def introspect(self, client: Client, token: str) -> JSON:
        """RFC 7662. Only a client that proves who it is may ask."""
        if client.secret_sha256 is None:
            raise InvalidClient(f"{client.name} has no secret and may not introspect.")
        try:
            claims = self._live("at+jwt", token)
        except InvalidToken:
            return {"active": False}
        told = ("iss", "aud", "client_id", "sub", "scope", "jti", "iat", "exp", "acr", "auth_time")
        return {"active": True, "token_type": "Bearer", **{name: claims[name] for name in told}}

    def revoke(self, client: Client, token: str) -> None:
        """RFC 7009: a token that is not ours or not the client's is passed over in silence."""
        for kind in LIFETIME:
            try:
                claims = self.mint.read(kind, token)
            except InvalidToken:
                continue
            if claims["client_id"] == client.id:
                self.revoked.add(claims["grant"])

    def _live(self, kind: Kind, token: str) -> Claims:
        claims = self.mint.read(kind, token)
        if claims["grant"] in self.revoked:
            raise InvalidToken("The token was revoked.")
        return claims

    def device_answer(self, client: Client, scope: str) -> JSON:
        """RFC 8628, 3.2."""
        client.require_grant(DEVICE)
        approval = self.devices.ask(client, scope)
        page = self.issuer + "device"
        return {
            "device_code": approval.device_code,
            "user_code": approval.user_code,
            "verification_uri": page,
            "verification_uri_complete": f"{page}?user_code={approval.user_code}",
            "expires_in": DEVICE_CODE_LIFETIME,
            "interval": approval.interval,
        }
