"""The addresses of the Life Science Login under `/oidc/`, each with its handler."""

from __future__ import annotations

from urllib.parse import urlencode

from caimera.demo.simulator import pages
from caimera.demo.simulator.asgi import (
    Application,
    Handler,
    Request,
    Response,
    answer_json,
    answer_page,
    redirect,
)
from caimera.demo.simulator.clients import Client, authenticate
from caimera.demo.simulator.codes import MFA, addressee, checked
from caimera.demo.simulator.errors import InvalidToken, OAuthError
from caimera.demo.simulator.provider import Provider

ROOT = "/oidc/"
PAGES = frozenset({ROOT + "authorize", ROOT + "device", ROOT + "endsession"})


def application(provider: Provider) -> Application:
    """The ASGI application of one provider."""
    return Application(_Handlers(provider).table(), _on_error)


def _on_error(path: str, error: OAuthError) -> Response:
    if path in PAGES:
        return answer_page(pages.message("Sign-in is not possible", error.description), error.status)
    scheme = "Bearer" if isinstance(error, InvalidToken) else "Basic"
    challenge = {"www-authenticate": f'{scheme} realm="simulator", error="{error.code}"'}
    body = {"error": error.code, "error_description": error.description}
    return answer_json(body, error.status, challenge if error.status == 401 else None)


class _Handlers:
    def __init__(self, provider: Provider) -> None:
        self._provider = provider

    def table(self) -> dict[tuple[str, str], Handler]:
        return {
            ("GET", "/readyz"): lambda request: answer_json({"ready": True}),
            ("GET", ROOT + ".well-known/openid-configuration"): self.discovery,
            ("GET", ROOT + "jwk"): self.jwk,
            ("GET", ROOT + "authorize"): self.authorize,
            ("POST", ROOT + "token"): self.token,
            ("GET", ROOT + "userinfo"): self.userinfo,
            ("POST", ROOT + "userinfo"): self.userinfo,
            ("POST", ROOT + "introspect"): self.introspect,
            ("POST", ROOT + "revoke"): self.revoke,
            ("POST", ROOT + "devicecode"): self.devicecode,
            ("GET", ROOT + "device"): self.device,
            ("POST", ROOT + "device"): self.answer_device,
            ("GET", ROOT + "endsession"): self.endsession,
        }

    def discovery(self, request: Request) -> Response:
        return answer_json(self._provider.discovery())

    def jwk(self, request: Request) -> Response:
        return answer_json(self._provider.mint.keys.as_dict(private=False))

    def authorize(self, request: Request) -> Response:
        """Sends back a code for the persona in `login_hint`, or lets one be chosen."""
        query = request.query
        client, redirect_uri = addressee(self._provider.clients, query)
        state = {"iss": self._provider.issuer, **({"state": query["state"]} if "state" in query else {})}
        try:
            wanted = checked(client, redirect_uri, query)
            persona = self._provider.personas.get(query.get("login_hint", ""))
            if persona is None and query.get("prompt") == "none":
                raise OAuthError("login_required", "Nobody is signed in.")
        except OAuthError as error:
            return _back(redirect_uri, {"error": error.code, "error_description": error.description, **state})
        if persona is None:
            fields = {name: value for name, value in query.items() if name != "login_hint"}
            people, strong = self._provider.personas.values(), wanted.acr == MFA
            return answer_page(pages.choose_persona(people, client.name, fields, strong=strong))
        return _back(redirect_uri, {"code": self._provider.codes.give(wanted, persona.sub), **state})

    def token(self, request: Request) -> Response:
        return answer_json(self._provider.token(self._client(request), request.form))

    def userinfo(self, request: Request) -> Response:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            raise InvalidToken("Send the access token in the Authorization header.")
        return answer_json(self._provider.userinfo(token))

    def introspect(self, request: Request) -> Response:
        return answer_json(self._provider.introspect(self._client(request), request.form.get("token", "")))

    def revoke(self, request: Request) -> Response:
        self._provider.revoke(self._client(request), request.form.get("token", ""))
        return answer_json({})

    def devicecode(self, request: Request) -> Response:
        return answer_json(
            self._provider.device_answer(self._client(request), request.form.get("scope", "openid"))
        )

    def device(self, request: Request) -> Response:
        typed = request.query.get("user_code", "")
        approval = self._provider.devices.by_user_code(typed)
        if approval is None:
            return answer_page(pages.enter_code(typed), 404 if typed else 200)
        fields = {"user_code": approval.user_code}
        people = self._provider.personas.values()
        return answer_page(pages.choose_persona(people, approval.client.name, fields, method="post"))

    def answer_device(self, request: Request) -> Response:
        typed = request.form.get("user_code", "")
        approval = self._provider.devices.by_user_code(typed)
        if approval is None:
            return answer_page(pages.enter_code(typed), 404)
        persona = self._provider.personas.get(request.form.get("login_hint", ""))
        if persona is None:
            approval.refused = True
            return answer_page(
                pages.message("Refused", "The device is told that you refused. You may close this page.")
            )
        approval.sub = persona.sub
        sentence = f"The device is signed in as {persona.name}. You may close this page."
        return answer_page(pages.message("Signed in", sentence))

    def endsession(self, request: Request) -> Response:
        """OpenID Connect RP-Initiated Logout, 2: no session is kept here, so there is only the way back."""
        address = request.query.get("post_logout_redirect_uri", "")
        client = self._provider.clients.get(request.query.get("client_id", ""))
        if client is None or address not in client.logout_uris:
            return answer_page(
                pages.message("Signed out", "You are signed out of the Life Science Login simulator.")
            )
        return _back(address, {"state": request.query["state"]} if "state" in request.query else {})

    def _client(self, request: Request) -> Client:
        return authenticate(self._provider.clients, request.headers.get("authorization", ""), request.form)


def _back(address: str, fields: dict[str, str]) -> Response:
    if not fields:
        return redirect(address)
    return redirect(f"{address}{'&' if '?' in address else '?'}{urlencode(fields)}")
