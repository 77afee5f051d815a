"""A foreign web server on loopback, whose every answer a test decides."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from caimera.dcat import (
    TURTLE,
    Catalogue,
    Dataset,
    Distribution,
    Graph,
    Text,
    container,
    to_graph,
    triples,
    write,
)
from tests.dcat.samples import whole


@dataclass
class Page:
    """One answer. Of an endless body only as much is sent as is read."""

    body: bytes | Iterable[bytes] = b""
    media_type: str = TURTLE
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Web:
    """A server with its pages by their paths, and what was asked for."""

    address: str
    pages: dict[str, Page] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    hosts: list[str] = field(default_factory=list)
    """The `Host` of each request."""

    def __getitem__(self, path: str) -> str:
        return f"{self.address}{path}"

    def put(self, path: str, body: bytes | str | Iterable[bytes], **said: object) -> None:
        given = body.encode() if isinstance(body, str) else body
        self.pages[path] = Page(given, **said)  # type: ignore[arg-type]

    def describe(self, number: int, title: str = "") -> None:
        """A dataset at `/dataset/NUMBER`, whose distribution has a document of its own."""
        here = self[f"/dataset/{number}"]
        part = self[f"/distribution/{number}"]
        said = described(here, title or f"Foreign {number}", part)
        names = {each for each in said.subjects() if str(each.value).startswith(part)}
        self.put(f"/dataset/{number}", write(each for each in said if each.subject not in names))
        self.put(f"/distribution/{number}", write(each for each in said if each.subject in names))

    def point(self, *numbers: int) -> None:
        """A FAIR Data Point at `/` with one catalogue of these datasets."""
        for number in numbers:
            self.describe(number)
        self.put("/", contained(self["/"], "catalogs", "fdp-o:metadataCatalog", [self["/catalog/1"]]))
        self.catalogue(*numbers)

    def catalogue(self, *numbers: int) -> None:
        held = [self[f"/dataset/{number}"] for number in numbers]
        here = self["/catalog/1"]
        said = Catalogue(id=here, title=(Text("Elsewhere", "en"),), dataset=tuple(held))
        self.put("/catalog/1", write(triples(said)) + contained(here, "datasets", "dcat:dataset", held))


def described(address: str, title: str, part: str = "") -> Graph:
    """A whole record of a dataset at an address."""
    sample = whole()
    shared: Distribution = replace(sample.distribution[0], id=part or None)
    dataset: Dataset = replace(
        sample, id=address, identifier=address, title=(Text(title, "en"),), distribution=(shared,)
    )
    return to_graph(dataset)


def contained(of: str, name: str, relation: str, held: Iterable[str]) -> bytes:
    """A container as a document."""
    return write(triples(container(of=of, name=name, relation=relation, contains=tuple(held), title=name)))


@contextmanager
def served(certificate: Path | None = None) -> Iterator[Web]:
    """A server for as long as it is needed; with TLS where it has a certificate."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.0"

        def do_GET(self) -> None:
            web.asked.append(self.path)
            web.hosts.append(self.headers["Host"])
            page = web.pages.get(self.path, Page(b"Nothing", "text/plain", 404))
            self.send_response(page.status)
            self.send_header("Content-Type", page.media_type)
            for header, value in page.headers.items():
                self.send_header(header, value)
            self.end_headers()
            try:
                for piece in [page.body] if isinstance(page.body, bytes) else page.body:
                    self.wfile.write(piece)
            except OSError:
                return

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    web = Web(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield web
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
