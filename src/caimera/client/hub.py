"""One hub as a person sees it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Literal, Self

import httpx

from caimera.client.errors import (
    HubFailed,
    HubUnreachable,
    NameTaken,
    NotAllowed,
    NotSignedIn,
    Problem,
    QuestionRefused,
)
from caimera.client.events import events
from caimera.client.results import NodeStatus, SavedQuestion, SearchResult
from caimera.client.signing_in import Invitation, SignInService, require_safe
from caimera.client.tokens import Token, TokenFile

_TIMEOUT = httpx.Timeout(30.0, connect=5.0)
_OPENINGS = 3
"""How often a stream that breaks is opened; each opening begins with the whole state."""

_EVENTS = "text/event-stream"
_ALL = 5.0
"""Seconds in which answers may gather when only the whole is wanted."""
_PAUSE = 0.5
"""Seconds between two openings."""

Question = str | Mapping[str, object]
"""A question in its text form or its JSON form."""


class Hub:
    """A hub at `url`, asked with `token`, or with the one that `sign_in` stored.

    Every method raises HubUnreachable, HubFailed, NotSignedIn or NotAllowed; `search`, `stream` and `save`
    also QuestionRefused. Close it, or use it in a `with`.
    """

    def __init__(self, url: str, token: str | None = None, *, tokens: TokenFile | None = None) -> None:
        self.url = url.rstrip("/")
        require_safe(self.url)
        self._given = token
        self._tokens = tokens or TokenFile()
        self._http = httpx.Client(timeout=_TIMEOUT, headers={"user-agent": "caimera-client"})

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._http.close()

    def about(self) -> Mapping[str, Any]:
        """What the hub says to anyone: site, name, software, vocabulary, issuer, client_id."""
        return self._json("GET", "/api/about", signed_in=False)

    def vocabulary(self) -> Mapping[str, Any]:
        """The variables and values questions are made of, as the hub publishes them."""
        return self._json("GET", "/api/vocabulary", signed_in=False)

    def nodes(self) -> tuple[NodeStatus, ...]:
        """Every node of the federation and whether it is there."""
        document = self._json("GET", "/api/nodes")
        try:
            return tuple(NodeStatus.of(node) for node in document["nodes"])
        except (KeyError, TypeError, ValueError) as error:
            raise self._unintelligible() from error

    def search(self, question: Question, purpose: str = "", by: Sequence[str] = ()) -> SearchResult:
        """Ask and wait until every node has answered or the deadline has passed.

        `by` names up to three variables the patients are to be counted by as well; each spends a question of
        the budget you have at every protected dataset.
        """
        *_, last = self._followed(question, purpose, by, gather=_ALL)
        return self._result(self._read(last))

    def stream(self, question: Question, purpose: str = "", by: Sequence[str] = ()) -> Iterator[SearchResult]:
        """Ask, and give the whole state of the question at once and each time an answer changes it:

        `for result in hub.stream("modality = CT"): print(result.totals.subjects)`.
        """
        for state in self._followed(question, purpose, by):
            yield self._result(self._read(state))

    def _followed(
        self, question: Question, purpose: str, by: Sequence[str], gather: float | None = None
    ) -> Iterator[str]:
        """Ask, and give the states of the question as JSON; a stream that breaks off is opened again.

        `gather` is how many seconds changes may gather at the hub, to come as one.
        """
        sent = {"question": question, "purpose": purpose, **_counted(by)}
        opened = self._states(
            "POST", "/api/questions", json=sent, params={"gather": gather} if gather else {}
        )
        first = next(opened, "")
        question_id = self._result(self._read(first)).id
        yield first
        for _ in range(_OPENINGS):
            try:
                yield from opened
            except HubUnreachable:
                time.sleep(_PAUSE)
                opened = self._states("GET", f"/api/questions/{question_id}/stream")
            else:
                return
        yield self._response("GET", f"/api/questions/{question_id}").text

    def report(self, result: SearchResult | str, form: Literal["json", "csv"] = "json") -> str:
        """A question of yours, given or by its id, as a document to keep: versions, protection, every number.

        The columns of the CSV form are described in the reference, “The report of a question”.
        """
        question_id = result if isinstance(result, str) else result.id
        suffix = ".csv" if form == "csv" else ""
        response = self._response("GET", f"/api/questions/{question_id}/report{suffix}")
        return response.content.decode("utf-8-sig")

    def save(self, name: str, question: Question, by: Sequence[str] = ()) -> SavedQuestion:
        """Keep a question under a name that you have not used. Raises NameTaken, QuestionRefused."""
        sent = {"name": name, "question": question, **_counted(by)}
        return self._saved(self._json("POST", "/api/saved", json=sent))

    def saved(self) -> tuple[SavedQuestion, ...]:
        """The questions you keep, by name."""
        try:
            return tuple(SavedQuestion.of(one) for one in self._json("GET", "/api/saved")["saved"])
        except (KeyError, TypeError) as error:
            raise self._unintelligible() from error

    def _saved(self, document: Mapping[str, Any]) -> SavedQuestion:
        try:
            return SavedQuestion.of(document)
        except (KeyError, TypeError) as error:
            raise self._unintelligible() from error

    def _states(self, method: str, path: str, **sent: Any) -> Iterator[str]:
        """The states of a question until it is done. Raises HubUnreachable if the stream breaks off."""
        headers = {**self._authorization(), "accept": _EVENTS}
        with (
            self._connecting(),
            self._http.stream(method, self.url + path, headers=headers, **sent) as response,
        ):
            self._check(response)
            if not response.headers.get("content-type", "").startswith(_EVENTS):
                raise self._unintelligible()
            for name, data in events(response.iter_text()):
                if name == "done":
                    return
                if name == "state":
                    yield data
        raise HubUnreachable(f"The hub at {self.url} broke off. Ask again.")

    def sign_in(
        self, announce: Callable[[Invitation], None], sleep: Callable[[float], None] = time.sleep
    ) -> str:
        """Sign a person in by the device flow, keep the token, return the person's name.

        `announce` is given where the person approves. Raises SignInFailed.
        """
        service = self._sign_in_service()
        token = service.sign_in(announce, sleep)
        self._tokens.put(self.url, token)
        self._given = None
        return service.name_of(token)

    def sign_out(self) -> bool:
        """Forget the stored token and have it revoked; False when there was none."""
        token = self._tokens.remove(self.url)
        if token is not None:
            SignInService(self._http, token.issuer, token.client_id).revoke(token)
        return token is not None

    def _sign_in_service(self) -> SignInService:
        about = self.about()
        try:
            return SignInService(self._http, about["issuer"], about["client_id"])
        except KeyError as error:
            raise HubFailed(f"The hub at {self.url} does not say where to sign in.") from error

    def _authorization(self) -> dict[str, str]:
        token = self._given or self._stored_token()
        return {"authorization": f"Bearer {token}"}

    def _stored_token(self) -> str:
        token = self._tokens.get(self.url)
        if token is None:
            raise self._not_signed_in()
        if token.ends_within(seconds=30):
            token = self._refreshed(token)
        return token.access_token

    def _refreshed(self, token: Token) -> Token:
        fresh = SignInService(self._http, token.issuer, token.client_id).refresh(token)
        if fresh is None:
            raise self._not_signed_in()
        self._tokens.put(self.url, fresh)
        return fresh

    def _response(self, method: str, path: str, *, signed_in: bool = True, **sent: Any) -> httpx.Response:
        headers = self._authorization() if signed_in else {}
        with self._connecting():
            response = self._http.request(method, self.url + path, headers=headers, **sent)
            self._check(response)
        return response

    def _json(self, method: str, path: str, *, signed_in: bool = True, **sent: Any) -> Mapping[str, Any]:
        return self._read(self._response(method, path, signed_in=signed_in, **sent).text)

    def _read(self, text: str) -> Mapping[str, Any]:
        """A document of the hub."""
        try:
            document = json.loads(text)
        except ValueError as error:
            raise self._unintelligible() from error
        if not isinstance(document, dict):
            raise self._unintelligible()
        return document

    @contextmanager
    def _connecting(self) -> Iterator[None]:
        try:
            yield
        except httpx.TransportError as error:
            raise HubUnreachable(f"The hub at {self.url} does not answer. Is it running?") from error

    def _check(self, response: httpx.Response) -> None:
        if response.is_success:
            return
        response.read()
        body = _problem_body(response)
        title, detail = (str(body.get(name) or "") for name in ("title", "detail"))
        if response.status_code == 401:
            raise self._not_signed_in()
        if response.status_code == 403:
            raise NotAllowed(
                detail or "Only members may do this. Sign in on the hub's pages to see how to become one."
            )
        if response.status_code == 409:
            raise NameTaken(detail or "You keep another question under this name. Choose another.")
        if problems := body.get("problems"):
            raise QuestionRefused(tuple(_problem(problem) for problem in problems))
        said = f"{title} {detail}".strip()
        raise HubFailed(said or f"The hub at {self.url} answered with status {response.status_code}.")

    def _result(self, document: Mapping[str, Any]) -> SearchResult:
        try:
            return SearchResult.of(document)
        except (KeyError, TypeError) as error:
            raise self._unintelligible() from error

    def _not_signed_in(self) -> NotSignedIn:
        return NotSignedIn(f"You are not signed in at {self.url}. Run `caimera login` first.")

    def _unintelligible(self) -> HubFailed:
        return HubFailed(f"{self.url} does not answer as a hub does. Check the address, or update caimera.")


def _counted(by: Sequence[str]) -> dict[str, list[str]]:
    """The variables to count by, said only when there are any: older hubs do not know them."""
    return {"by": list(by)} if by else {}


def _problem_body(response: httpx.Response) -> Mapping[str, Any]:
    try:
        body = response.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _problem(document: Mapping[str, Any]) -> Problem:
    return Problem(*(str(document.get(name, "")) for name in ("path", "message", "fix")))
