"""Run by the Python of `.venv/clients`: FAIR Data Point clients that others wrote, against one point.

`clients.py POINT CATALOGUE` prints as JSON what each of them found.
"""

from __future__ import annotations

import json
import sys
import warnings

warnings.simplefilter("ignore")

from ckanext.dcat.processors import RDFParser  # noqa: E402
from fairclient.basicclient import BasicAPIClient  # noqa: E402
from fdpclient.client import Client  # noqa: E402
from rdflib import DCAT, RDF, Graph, URIRef  # noqa: E402
from requests import get  # noqa: E402
from signposting import find_signposting_http  # noqa: E402


def fairdatapoint_client(point: str, catalogue: str) -> list[str]:
    """Every dataset of the catalogue, each read with its distribution."""
    client = Client(point)
    assert (URIRef(point), RDF.type, None) in client.read_fdp()
    held = sorted(map(str, client.read_catalog(catalogue).objects(None, DCAT.dataset)))
    for address in held:
        record = client.read_dataset(address.rpartition("/")[2])
        assert (URIRef(address), RDF.type, DCAT.Dataset) in record
        for part in record.objects(URIRef(address), DCAT.distribution):
            name = str(part).rpartition("/")[2]
            assert (part, RDF.type, DCAT.Distribution) in client.read_distribution(name)
    return held


def fairclient(point: str, catalogue: str) -> list[str]:
    """The same with the client of Health-RI, which asks for no form and expects Turtle."""
    client = BasicAPIClient(f"{point}/", {})
    found = Graph().parse(data=client.get(f"catalog/{catalogue}").content, format="turtle")
    held = sorted(map(str, found.objects(None, DCAT.dataset)))
    for address in held:
        record = Graph().parse(data=client.get(address).content, format="turtle")
        assert (URIRef(address), RDF.type, DCAT.Dataset) in record
    return held


def ckan(held: list[str]) -> list[str]:
    """Titles of the records with a resource, as the reader of DCAT in CKAN's harvester has them."""
    titles = []
    for address in held:
        parser = RDFParser(profiles=["euro_dcat_ap_3"])
        parser.parse(get(address, headers={"accept": "text/turtle"}, timeout=30).text, _format="turtle")
        titles += [dataset["title"] for dataset in parser.datasets() if dataset["resources"]]
    return titles


def signposts(address: str) -> dict[str, list[str]]:
    """What the signposting library finds at a dataset's page."""
    found = find_signposting_http(address)
    return {
        "cite-as": [found.citeAs.target] if found.citeAs else [],
        "describedby": sorted(link.type or "" for link in found.describedBy),
    }


if __name__ == "__main__":
    point, catalogue = sys.argv[1:]
    held = fairdatapoint_client(point, catalogue)
    told = {"fairdatapoint-client": held, "fairclient": fairclient(point, catalogue)}
    print(json.dumps({**told, "ckanext-dcat": ckan(held), "signposting": signposts(held[0])}))
