"""Namespaces, and short names for what they hold."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from pyoxigraph import NamedNode

PREFIXES: Mapping[str, str] = MappingProxyType(
    {
        "adms": "http://www.w3.org/ns/adms#",
        "caimera": "https://w3id.org/caimera#",
        "csvw": "http://www.w3.org/ns/csvw#",
        "cv": "http://data.europa.eu/m8g/",
        "dcat": "http://www.w3.org/ns/dcat#",
        "dcatap": "http://data.europa.eu/r5r/",
        "dct": "http://purl.org/dc/terms/",
        "dpv": "https://w3id.org/dpv#",
        "dqv": "http://www.w3.org/ns/dqv#",
        "eucaim": "https://cancerimage.eu/ontology/EUCAIM#",
        "fdp-o": "https://w3id.org/fdp/fdp-o#",
        "foaf": "http://xmlns.com/foaf/0.1/",
        "geodcatap": "http://data.europa.eu/930/",
        "healthdcatap": "http://healthdataportal.eu/ns/health#",
        "ldp": "http://www.w3.org/ns/ldp#",
        "odrl": "http://www.w3.org/ns/odrl/2/",
        "prov": "http://www.w3.org/ns/prov#",
        "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
        "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
        "sh": "http://www.w3.org/ns/shacl#",
        "skos": "http://www.w3.org/2004/02/skos/core#",
        "spdx": "http://spdx.org/rdf/terms#",
        "vcard": "http://www.w3.org/2006/vcard/ns#",
        "xsd": "http://www.w3.org/2001/XMLSchema#",
    }
)
"""The prefixes of every document written here."""
_BASES = tuple(PREFIXES.values())

AUTHORITY = "http://publications.europa.eu/resource/authority/"
"""Where the Publications Office keeps its lists."""
HEALTH_AUTHORITY = "https://hdeu-dcat.acceptance.data.health.europa.eu/resource/authority/"
"""Where HealthDCAT-AP Release 7 keeps its lists, an acceptance host included."""
EHDS = "http://data.europa.eu/eli/reg/2025/327/oj"
"""The European Health Data Space Regulation."""
HEALTH_THEME = f"{AUTHORITY}data-theme/HEAL"
ACCESS_CONDITIONS = (
    "https://eucaim.github.io/eucaim_dcat_ap/releases/controlled-vocabularies/access-conditions/#"
)
DATA_USE_CONDITIONS = (
    "https://eucaim.github.io/eucaim_dcat_ap/releases/controlled-vocabularies/data-use-conditions/#"
)


def expand(curie: str) -> str:
    """`dct:title` as an IRI; raises KeyError on a prefix not in `PREFIXES`."""
    prefix, _, name = curie.partition(":")
    return PREFIXES[prefix] + name


@cache
def term(curie: str) -> NamedNode:
    """`dct:title` as a term of a graph."""
    return NamedNode(expand(curie))


def shrink(iri: str) -> str:
    """An IRI by its short name where it has one, else in full."""
    if not iri.startswith(_BASES):
        return iri
    found = ((prefix, base) for prefix, base in PREFIXES.items() if iri.startswith(base) and iri != base)
    prefix, base = max(found, key=lambda pair: len(pair[1]), default=("", ""))
    return f"{prefix}:{iri.removeprefix(base)}" if base else iri


TYPE = term("rdf:type")
