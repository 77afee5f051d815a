"""Foreign points and documents: read whole, or refused with a reason; nothing good is lost by them."""

from __future__ import annotations

import itertools
import socket
import ssl
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.test import Client
from django.utils import timezone

from caimera.audit.models import Record as Trail
from caimera.dcat import JSON_LD, RDF_XML, Unreadable, write
from caimera.hub.catalogue import actions, fetching, foreign, queries
from caimera.hub.catalogue.errors import AlreadyThere, NotAnAddress, NotOnTheWeb, Unfetchable, UnknownSource
from caimera.hub.catalogue.models import Harvest, Kind, Proposal, Record, Source
from caimera.hub.catalogue.walking import dataset_id_of
from tests.hub.catalogue.guests import Web, contained, described, served
from tests.hub.catalogue.holders import Federation, Holder, last_run, numbers

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def web() -> Iterator[Web]:
    with served() as found:
        yield found


def added(web: Web, path: str = "/", **given: Any) -> Source:
    return foreign.add_source(url=web[path], private=True, actor="system", **given)


def harvested(source: Source) -> Harvest:
    """A run from beginning to end, as the worker leads it."""
    Source.objects.filter(pk=source.pk).update(wanted=True)
    assert foreign.harvest_due(now=timezone.now()) >= 1
    while actions.read_some():
        pass
    actions.finish_complete()
    return last_run(source.pk)


def titles() -> list[str]:
    return list(queries.visible_records().values_list("title", flat=True))


def shown(source: Source) -> str:
    return Client().get(f"/catalogue/sources/{source.pk}").content.decode()


def test_a_point_is_walked_to_every_dataset(web: Web) -> None:
    web.point(1, 2)
    source = added(web)
    assert (source.kind, source.name, "_" in source.pk) == (Kind.POINT, web.address[7:], True)
    run = harvested(source)
    assert (run.state, numbers(run)) == ("applied", {"added": 2})
    assert titles() == ["Foreign 1", "Foreign 2"]
    kept = Record.objects.get(address=web["/dataset/1"])
    assert kept.pk == dataset_id_of(web["/dataset/1"])
    assert web["/distribution/1"] in kept.turtle
    assert kept.conformance["eucaim-v2"]["state"] == "conforms"
    assert Trail.objects.filter(act="source.added", object=f"source:{source.pk}").exists()


def test_what_did_not_change_is_left_and_what_did_is_read(web: Web) -> None:
    web.point(1, 2, 3)
    source = added(web)
    harvested(source)
    names = set(Record.objects.values_list("id", flat=True))
    assert numbers(harvested(source)) == {"unchanged": 3}
    web.describe(2, title="Other")
    web.catalogue(1, 2)
    web.describe(4)
    web.catalogue(1, 2, 4)
    assert numbers(harvested(source)) == {"added": 1, "changed": 1, "gone": 1, "unchanged": 1}
    assert titles() == ["Foreign 1", "Foreign 4", "Other"]
    assert names < set(Record.objects.values_list("id", flat=True))


@pytest.mark.parametrize("form", ["text/turtle; charset=utf-8", JSON_LD, RDF_XML])
def test_a_document_holds_everything(web: Web, form: str) -> None:
    graphs = [described(web[f"/d/{n}"], f"Document {n}") for n in (1, 2)]
    web.put("/all", write(itertools.chain(*graphs), form.partition(";")[0]), media_type=form)
    source = added(web, "/all", title="All of it")
    assert (source.kind, source.name) == (Kind.DOCUMENT, "All of it")
    assert numbers(harvested(source)) == {"added": 2}
    assert numbers(harvested(source)) == {"unchanged": 2}


def test_a_document_goes_on_in_others(web: Web) -> None:
    for number, more in ((1, "/all?page=2"), (2, "/all?page=1")):
        path = "/all?page=2" if number == 2 else "/all"
        link = {"Link": f'<{web[more]}>; rel="next"'}
        web.put(path, write(described(web[f"/d/{number}"], f"Page {number}")), headers=link)
    web.put("/all?page=1", web.pages["/all"].body)
    assert numbers(harvested(added(web, "/all"))) == {"added": 2}


def test_circles_are_walked_once(web: Web) -> None:
    web.point(1)
    web.put(
        "/catalog/1",
        contained(web["/catalog/1"], "x", "dct:hasPart", [web["/"], web["/catalog/1"], web["/catalog/2"]])
        + contained(web["/catalog/1"], "y", "dcat:dataset", [web["/dataset/1"], web["/dataset/1"]]),
    )
    web.put("/catalog/2", contained(web["/catalog/2"], "x", "dct:hasPart", [web["/catalog/1"], web["/"]]))
    source = added(web)
    web.asked.clear()
    assert numbers(harvested(source)) == {"added": 1}
    assert sorted(web.asked) == ["/", "/catalog/1", "/catalog/2", "/dataset/1", "/distribution/1"]


def endless() -> Iterator[bytes]:
    return itertools.repeat(b"# nothing, again and again\n" * 10_000)


def slow() -> Iterator[bytes]:
    """A trickle that never ends by itself, nor is ever long."""
    while True:
        yield b"#\n"
        time.sleep(0.05)


BOMB = """<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">&b;</rdf:RDF>"""
REMOTE = '{"@context": "http://127.0.0.1:1/context.jsonld", "@id": "https://a.org/1"}'
BAD_WEATHER = {
    "web page": ({"body": "<html>Sign in</html>", "media_type": "text/html"}, "web page for people"),
    "broken": ({"body": "<x> a ;;"}, "no valid Turtle"),
    "entities": ({"body": BOMB, "media_type": RDF_XML}, "DOCTYPE"),
    "remote context": ({"body": REMOTE, "media_type": JSON_LD}, "contexts are not fetched"),
    "error": ({"body": "", "status": 500}, "answers 500"),
    "gone": ({"body": "", "status": 410}, "is not there (410)"),
    "endless": ({"body": endless()}, "larger than 1 MB"),
    "huge": ({"body": b"", "headers": {"Content-Length": str(1 << 30)}}, "larger than 1 MB"),
    "slow": ({"body": slow()}, "took more than"),
    "packed": ({"body": b"", "headers": {"Content-Encoding": "gzip"}}, "sent packed"),
    "to itself": ({"body": b"", "status": 302, "headers": {"Location": "/catalog/1"}}, "leads on and on"),
    "to a file": ({"body": b"", "status": 302, "headers": {"Location": "file:///etc/passwd"}}, "http://"),
    "to no form": ({"body": "x", "media_type": "application/pdf"}, "Descriptions come as"),
}


@pytest.fixture
def bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "LARGEST", 1 << 20)
    monkeypatch.setattr(fetching, "SECONDS", 1.0)


@pytest.mark.usefixtures("bounds")
@pytest.mark.parametrize("weather", BAD_WEATHER)
def test_a_list_that_cannot_be_read_changes_nothing(web: Web, weather: str) -> None:
    said, sentence = BAD_WEATHER[weather]
    web.point(1, 2)
    source = added(web)
    harvested(source)
    web.put("/catalog/1", **said)  # type: ignore[arg-type]
    run = harvested(source)
    assert (run.state, titles()) == ("failed", ["Foreign 1", "Foreign 2"])
    assert sentence in run.sentence
    assert "The last good records stay." in shown(source)


@pytest.mark.usefixtures("bounds")
@pytest.mark.parametrize("weather", set(BAD_WEATHER) - {"gone", "slow", "endless"})
def test_a_dataset_that_cannot_be_read_costs_itself_alone(web: Web, weather: str) -> None:
    said, _ = BAD_WEATHER[weather]
    web.point(1, 2)
    source = added(web)
    harvested(source)
    web.put("/dataset/1", **said)  # type: ignore[arg-type]
    web.describe(2, title="Changed")
    run = harvested(source)
    assert numbers(run) == {"changed": 1, "refused": 1}
    assert titles() == ["Changed", "Foreign 1"]
    assert web["/dataset/1"] in shown(source)


def test_a_dataset_that_is_gone_while_the_source_is_read_is_withdrawn(web: Web) -> None:
    web.point(1, 2)
    source = added(web)
    harvested(source)
    del web.pages["/dataset/1"]
    assert numbers(harvested(source)) == {"gone": 1, "unchanged": 1}


def test_a_server_that_hangs_is_left(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "PATIENCE", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        with pytest.raises(Unfetchable, match="does not answer"):
            foreign.add_source(url=url, private=True, actor="system")
    assert not Source.objects.exists()


def test_a_point_that_shrinks_to_nothing_waits_for_a_person(web: Web) -> None:
    web.point(1, 2)
    source = added(web)
    harvested(source)
    web.catalogue()
    run = harvested(source)
    assert (run.state, len(titles())) == ("held", 2)
    actions.confirm_harvest(source_id=source.pk, actor="system")
    assert titles() == []


def test_one_identifier_belongs_to_the_first_source(web: Web) -> None:
    web.point(1)
    web.put("/all", write(described(web["/dataset/1"], "Taken over")))
    first, second = added(web), added(web, "/all")
    harvested(first)
    run = harvested(second)
    assert (numbers(run), titles()) == ({"refused": 1}, ["Foreign 1"])
    assert "first and keeps it" in shown(second)


def test_a_foreign_catalogue_that_has_our_datasets_is_no_second_holder(
    web: Web, holder: Holder, federation: Federation
) -> None:
    holder.publish(1)
    federation.harvest()
    copies = ("http://testserver/fdp/dataset", "https://node.example.org/fdp/dataset")
    for number, copy in enumerate(copies):
        web.put(f"/{number}", write(described(f"{copy}/{UUID(int=1)}", "A copy")))
        assert numbers(harvested(added(web, f"/{number}"))) == {"refused": 1}
    assert titles() == ["Dataset 1"]


def test_markup_in_texts_is_text(web: Web) -> None:
    evil = "<script>alert(1)</script>Lung <img src=x onerror=alert(2)>"
    web.put("/all", write(described(web["/d"], evil)))
    harvested(added(web, "/all"))
    (record,) = Record.objects.all()
    assert record.title == "Lung"
    assert "alert(" not in Client().get(f"/catalogue/{record.pk}").content.decode()


def test_records_that_cannot_be_known_again_or_kept_are_refused(web: Web) -> None:
    long = described(web["/long"], "Long", "")
    web.put("/all", write(long) + b"[] a <http://www.w3.org/ns/dcat#Dataset> .")
    source = added(web, "/all")
    assert numbers(harvested(source)) == {"added": 1, "refused": 1}
    assert "has no address" in shown(source)


def test_other_hosts_are_not_asked(web: Web) -> None:
    elsewhere = "http://127.0.0.1:9/dataset/9"
    web.point(1)
    held = contained(web["/catalog/1"], "x", "dcat:dataset", [elsewhere, web["/dataset/1"]])
    web.put(
        "/catalog/1", held + contained(web["/catalog/1"], "y", "dct:hasPart", ["http://127.0.0.1:9/more"])
    )
    source = added(web)
    assert numbers(harvested(source)) == {"added": 1, "refused": 1}
    assert "lies at another host" in shown(source)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:1/",
        "http://[::1]/",
        "http://10.0.0.1/",
        "http://169.254.169.254/latest",
        "http://[::ffff:127.0.0.1]/",
        "http://localhost/",
        "http://intranet/",
        "http://2130706433/",
        "file:///etc/passwd",
        "https://user@example.org/",
        "http://testserver/fdp",
        "no address",
    ],
)
def test_private_and_odd_addresses_are_refused(url: str) -> None:
    with pytest.raises(NotAnAddress):
        foreign.add_source(url=url, actor="system")
    assert not Source.objects.exists()


def resolving(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> list[str]:
    """Let every name lead to one address after the other; returns what was looked up."""
    answers, asked, really = itertools.cycle(addresses), [], socket.getaddrinfo

    def lookup(host: str, port: int, *rest: Any, **given: Any) -> list[Any]:
        if host.replace(".", "").isdigit():
            return really(host, port, *rest, **given)
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers), port))]

    monkeypatch.setattr(fetching.socket, "getaddrinfo", lookup)
    return asked


def test_a_name_that_leads_inside_is_refused(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    resolving(monkeypatch, "127.0.0.1")
    with pytest.raises(Unfetchable, match="private network"):
        foreign.add_source(url=f"http://fdp.example.org:{web.address.rpartition(':')[2]}/", actor="system")
    assert web.asked == []


def test_the_address_that_was_checked_is_the_one_that_is_asked(
    web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = web.address.rpartition(":")[2]
    web.put("/", write(described("https://a.org/1", "Rebound")))
    monkeypatch.setattr(fetching, "is_public", lambda address: address == "127.0.0.1")
    asked = resolving(monkeypatch, "127.0.0.1", "10.9.9.9")
    foreign.add_source(url=f"http://fdp.example.org:{port}/", actor="system")
    assert asked == ["fdp.example.org"]
    assert web.hosts == [f"fdp.example.org:{port}"]


def test_a_redirect_inside_is_refused(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    port = web.address.rpartition(":")[2]
    web.put("/", b"", status=302, headers={"Location": f"http://inside.example.org:{port}/secret"})
    monkeypatch.setattr(fetching, "is_public", lambda address: address == "127.0.0.1")
    resolving(monkeypatch, "127.0.0.1", "10.0.0.1")
    with pytest.raises(Unfetchable, match=r"inside\.example\.org is in a private network"):
        foreign.add_source(url=f"http://fdp.example.org:{port}/", actor="system")
    assert web.asked == ["/"]


def test_a_source_is_added_once_and_can_be_stopped(web: Web) -> None:
    web.point(1)
    Proposal.objects.create(url=web["/"], first_at=timezone.now(), last_at=timezone.now())
    source = added(web)
    assert not Proposal.objects.exists()
    with pytest.raises(AlreadyThere):
        added(web)
    harvested(source)
    foreign.set_harvested(source_id=source.pk, harvested=False, actor="system")
    actions.want_harvest(source_id=source.pk)
    assert foreign.harvest_due(now=timezone.now()) == 0
    assert titles() == ["Foreign 1"]
    foreign.set_harvested(source_id=source.pk, harvested=True, actor="system")
    assert foreign.harvest_due(now=timezone.now()) == 1
    hand = actions.add_hand(name="x", title="X", actor="system")
    with pytest.raises(NotOnTheWeb):
        foreign.set_harvested(source_id=hand.pk, harvested=False, actor="system")
    with pytest.raises(UnknownSource):
        foreign.set_harvested(source_id="nobody", harvested=False, actor="system")


def test_what_is_no_catalogue_is_not_added(web: Web) -> None:
    web.put("/", "<html></html>", media_type="text/html")
    with pytest.raises(Unreadable):
        added(web)
    assert not Source.objects.exists()


def test_two_sources_of_one_host_have_names_of_their_own(web: Web) -> None:
    for path in ("/a", "/b"):
        web.put(path, write(described(web[f"{path}/1"], "One")))
    first, second = added(web, "/a").pk, added(web, "/b").pk
    assert (first, second) == (f"web_127-0-0-1-{web.address.rpartition(':')[2]}", f"{first}-2")


def test_a_worker_that_is_stopped_leaves_the_source_for_later(web: Web) -> None:
    web.point(1)
    source = added(web)
    calls = itertools.count()
    assert foreign.harvest_due(now=timezone.now(), stopped=lambda: next(calls) > 1) == 1
    run = last_run(source.pk)
    assert (run.state, "worker was stopped" in run.sentence) == ("failed", True)
    assert titles() == []


@pytest.mark.parametrize(
    ("limit", "value", "sentence"),
    [
        ("MOST_ANSWERS", 4, "more than 4 documents"),
        ("SECONDS_IN_ALL", -1.0, "took more than"),
        ("LARGEST_IN_ALL", 20_000, "The source is larger"),
    ],
)
def test_a_source_without_end_is_given_up_and_changes_nothing(
    web: Web, monkeypatch: pytest.MonkeyPatch, limit: str, value: float, sentence: str
) -> None:
    web.point(1, 2, 3)
    source = added(web)
    harvested(source)
    web.point(1, 2, 3, 4)
    monkeypatch.setattr(fetching, limit, value)
    run = harvested(source)
    assert (run.state, titles()) == ("failed", ["Foreign 1", "Foreign 2", "Foreign 3"])
    assert sentence in run.sentence


def test_a_worker_that_is_stopped_among_datasets_refuses_none(web: Web) -> None:
    web.point(1, 2)
    source = added(web)
    calls = itertools.count()
    foreign.harvest_due(now=timezone.now(), stopped=lambda: next(calls) > 4)
    run = last_run(source.pk)
    assert (run.state, numbers(run), web.asked[-1]) == ("failed", {}, "/distribution/1")


@pytest.mark.parametrize("location", ["http://[", "https://[::1/", "//", "\xff"])
def test_a_redirect_to_nowhere_is_refused(web: Web, location: str) -> None:
    web.put("/", b"", status=302, headers={"Location": location})
    with pytest.raises(Unfetchable):
        added(web)


def certificate(folder: Path, name: str) -> Path:
    """A certificate for a name that signs itself, with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem, pkcs8 = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    file = folder / f"{name}.pem"
    file.write_bytes(key.private_bytes(pem, pkcs8, serialization.NoEncryption()) + signed.public_bytes(pem))
    return file


def test_tls_is_held_to_the_name_and_not_to_the_address(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = certificate(tmp_path, "fdp.example.org")
    trusting = ssl.create_default_context(cafile=str(file))
    monkeypatch.setattr(fetching.ssl, "create_default_context", lambda: trusting)
    resolving(monkeypatch, "127.0.0.1")
    with served(certificate=file) as web:
        port = web.address.rpartition(":")[2]
        web.put("/", write(described("https://a.org/1", "Behind TLS")))
        url = f"https://fdp.example.org:{port}/"
        assert foreign.add_source(url=url, private=True, actor="system").kind == Kind.DOCUMENT
        with pytest.raises(Unfetchable, match="certificate"):
            foreign.add_source(url=f"https://other.example.org:{port}/", private=True, actor="system")
