"""Reading what strangers publish on the web: bounded in size, time and number, and only where it is allowed.

Each host's address is looked up once, checked, and that very address is connected to: a name that leads
elsewhere at the second look (DNS rebinding) gains nothing. Redirects are followed the same way, few of them.
"""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import MappingProxyType
from urllib.parse import urljoin

import httpx
from django.conf import settings
from django.utils.translation import gettext as _

from caimera.dcat import Graph, read
from caimera.hub.catalogue.errors import GoneThere, NotAnAddress, Unfetchable, WalkEnded
from caimera.hub.catalogue.web_address import checked, is_public

LARGEST = 32 * 1024 * 1024
"""Bytes of one answer."""
LARGEST_IN_ALL = 512 * 1024 * 1024
"""Bytes of all answers of one walk."""
MOST_ANSWERS = 25_000
SECONDS, SECONDS_IN_ALL = 60.0, 1_800.0
"""For one answer, and for a walk."""
PATIENCE = 10.0
"""Seconds of silence."""
REDIRECTS = 5
WANTED = "text/turtle, application/ld+json;q=0.9, application/rdf+xml;q=0.8, application/n-triples;q=0.7"

_SHOWN = MappingProxyType({"Accept": WANTED, "Accept-Encoding": "identity", "User-Agent": "caimera-hub"})


@dataclass(frozen=True, slots=True)
class Answer:
    """A document as it came: from where in the end, in which form, and where it goes on."""

    url: str
    media_type: str
    body: bytes
    onward: str = ""

    @property
    def graph(self) -> Graph:
        """Its statements. Raises DcatError where it is no RDF, or a trap."""
        return read(self.body, self.media_type, base=self.url)


@dataclass
class Fetcher:
    """Asks one source; what it may spend is counted over all it asks. Use as `with Fetcher.opened(…)`."""

    client: httpx.Client
    private: bool
    before_each: Callable[[], None] = lambda: None
    """Called before each document is asked for."""
    spent: int = 0
    answers: int = 0
    until: float = field(default_factory=lambda: time.monotonic() + SECONDS_IN_ALL)

    @classmethod
    @contextmanager
    def opened(cls, *, private: bool, before_each: Callable[[], None] = lambda: None) -> Iterator[Fetcher]:
        """`private`: an operator allowed addresses that are not public."""
        timeout = httpx.Timeout(PATIENCE)
        with httpx.Client(timeout=timeout, trust_env=False, verify=ssl.create_default_context()) as client:
            yield cls(client, private, before_each)

    def get(self, url: str) -> Answer:
        """The document at an address.

        Raises Unfetchable with a sentence, GoneThere for 404 and 410, WalkEnded where all is too much.
        """
        until = min(time.monotonic() + SECONDS, self.until)
        for _hop in range(REDIRECTS + 1):
            self._count(url)
            answer, further = self._asked(url, until)
            if answer is not None:
                return answer
            if url.startswith("https:") and not further.startswith("https:"):
                raise Unfetchable(_("%s leads from https to an address that is not.") % url)
            url = further
        raise Unfetchable(_("%s leads on and on to other addresses.") % url)

    def _count(self, url: str) -> None:
        self.before_each()
        self.answers += 1
        if self.answers > MOST_ANSWERS:
            raise WalkEnded(_("The source has more than %d documents.") % MOST_ANSWERS)
        if time.monotonic() > self.until:
            raise WalkEnded(_("Reading the source took more than %d minutes.") % (SECONDS_IN_ALL // 60))

    def _asked(self, url: str, until: float) -> tuple[Answer | None, str]:
        """An answer, or where it leads."""
        try:
            with self._pinned(url) as response:
                if response.is_redirect:
                    return None, urljoin(url, response.headers.get("location", ""))
                _refuse(url, response)
                body = self._body(url, response, until)
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as problem:
            raise Unfetchable(_("%(url)s cannot be read: %(problem)s") % _told(url, problem)) from problem
        onward = response.links.get("next", {}).get("url", "")
        return Answer(
            url, response.headers.get("content-type", ""), body, onward and urljoin(url, onward)
        ), ""

    @contextmanager
    def _pinned(self, url: str) -> Iterator[httpx.Response]:
        """The response from the very address that was checked, under the name that was asked for."""
        try:
            found = checked(url, private=self.private, own=settings.SITE.base_url)
        except NotAnAddress as problem:
            raise Unfetchable(f"{url[:200]}: {problem}") from problem
        address = httpx.URL(found)
        pinned = address.copy_with(host=self._address(address))
        headers = {**_SHOWN, "Host": address.netloc.decode()}
        names = {"sni_hostname": address.host}
        with self.client.stream("GET", pinned, headers=headers, extensions=names) as response:
            yield response

    def _address(self, url: httpx.URL) -> str:
        """An IP address of a host that may be asked."""
        port = url.port or (443 if url.scheme == "https" else 80)
        found = [str(info[4][0]) for info in socket.getaddrinfo(url.host, port, type=socket.SOCK_STREAM)]
        allowed = [address for address in found if self.private or is_public(address.partition("%")[0])]
        if not allowed:
            sentence = _("%s is in a private network. An operator can allow that for a source.")
            raise Unfetchable(sentence % url.host)
        return allowed[0]

    def _body(self, url: str, response: httpx.Response, until: float) -> bytes:
        """What is sent, as long as it is neither too much nor too slow."""
        pieces, size = [], 0
        for piece in response.iter_raw():  # as it comes: gathered into large pieces, a trickle has no end
            pieces.append(piece)
            size += len(piece)
            self.spent += len(piece)
            if size > LARGEST:
                raise Unfetchable(
                    _("%(url)s is larger than %(most)d MB.") % {"url": url, "most": LARGEST >> 20}
                )
            if self.spent > LARGEST_IN_ALL:
                raise WalkEnded(_("The source is larger than %d MB.") % (LARGEST_IN_ALL >> 20))
            if time.monotonic() > until:
                raise Unfetchable(_("%(url)s took more than %(most)d s.") % {"url": url, "most": SECONDS})
        return b"".join(pieces)


def _refuse(url: str, response: httpx.Response) -> None:
    """Say what is wrong with an answer before it is read."""
    if response.status_code in (404, 410):
        raise GoneThere(
            _("%(url)s is not there (%(status)d).") % {"url": url, "status": response.status_code}
        )
    if response.status_code != 200:
        raise Unfetchable(_("%(url)s answers %(status)d.") % {"url": url, "status": response.status_code})
    if response.headers.get("content-encoding", "identity") != "identity":
        raise Unfetchable(_("%s is sent packed although that was not asked for.") % url)
    length = response.headers.get("content-length", "")
    if length.isdigit() and int(length[:18]) > LARGEST:
        raise Unfetchable(_("%(url)s is larger than %(most)d MB.") % {"url": url, "most": LARGEST >> 20})


def _told(url: str, problem: Exception) -> Mapping[str, str]:
    """What went wrong, in words that a page may show."""
    if isinstance(problem, httpx.TimeoutException):
        return {"url": url, "problem": _("it does not answer.")}
    return {"url": url, "problem": str(problem)[:200] or type(problem).__name__}
