"""A dataset described: EUCAIM DCAT-AP as RDF and other forms, its conformance, and what its data say."""

from caimera.dcat.addresses import addressed
from caimera.dcat.catalogue import Catalogue, CatalogueRecord, DatasetSeries
from caimera.dcat.computed import Computed, Facet, Share
from caimera.dcat.concepts import Concept, concepts, iri_of, label_of, listed, values_of
from caimera.dcat.croissant import as_croissant, cite_as
from caimera.dcat.datacite import as_datacite
from caimera.dcat.dataset import Dataset, Record
from caimera.dcat.described import Described
from caimera.dcat.describing import About, describe_open, describe_protected
from caimera.dcat.distribution import Checksum, DataService, Distribution
from caimera.dcat.documents import FORMATS, JSON_LD, N_TRIPLES, RDF_XML, TURTLE, dump, read, write
from caimera.dcat.dumping import DUMPS, piece, piece_of
from caimera.dcat.errors import BrokenShapes, DcatError, NotADescription, Unreadable
from caimera.dcat.facts import tables_of
from caimera.dcat.figures import counts_of, figures, figures_of
from caimera.dcat.findings import Finding, findings, findings_in
from caimera.dcat.graph import Graph
from caimera.dcat.holdings import Holdings, address_of, dataset_addresses, holdings, is_point, title_of
from caimera.dcat.mapping import Note, Reading, named, record_of, records, to_graph, triples
from caimera.dcat.moving import HEAD, HERE, body, moved, placed
from caimera.dcat.parts import (
    Agent,
    Contact,
    ContactPoint,
    Identifier,
    Moment,
    Period,
    Provenance,
    Purpose,
    Rights,
    Text,
)
from caimera.dcat.points import Container, FairDataPoint, Upkeep, container, part_of, parts_at
from caimera.dcat.profiles import PROFILES, Complaint, Conformance, Profile, State, conformance
from caimera.dcat.schema_org import as_schema_org
from caimera.dcat.serving import RECORD_SHAPES, Change, Document, Holding, Point, Times, changes, organisation
from caimera.dcat.settling import settled
from caimera.dcat.shacl import Severity, shapes_text
from caimera.dcat.showing import Line, Word, lines
from caimera.dcat.signposting import Link, header, links
from caimera.dcat.telling import Memory
from caimera.dcat.upgrading import Upgrade, upgraded

__all__ = [
    "DUMPS",
    "FORMATS",
    "HEAD",
    "HERE",
    "JSON_LD",
    "N_TRIPLES",
    "PROFILES",
    "RDF_XML",
    "RECORD_SHAPES",
    "TURTLE",
    "About",
    "Agent",
    "BrokenShapes",
    "Catalogue",
    "CatalogueRecord",
    "Change",
    "Checksum",
    "Complaint",
    "Computed",
    "Concept",
    "Conformance",
    "Contact",
    "ContactPoint",
    "Container",
    "DataService",
    "Dataset",
    "DatasetSeries",
    "DcatError",
    "Described",
    "Distribution",
    "Document",
    "Facet",
    "FairDataPoint",
    "Finding",
    "Graph",
    "Holding",
    "Holdings",
    "Identifier",
    "Line",
    "Link",
    "Memory",
    "Moment",
    "NotADescription",
    "Note",
    "Period",
    "Point",
    "Profile",
    "Provenance",
    "Purpose",
    "Reading",
    "Record",
    "Rights",
    "Severity",
    "Share",
    "State",
    "Text",
    "Times",
    "Unreadable",
    "Upgrade",
    "Upkeep",
    "Word",
    "address_of",
    "addressed",
    "as_croissant",
    "as_datacite",
    "as_schema_org",
    "body",
    "changes",
    "cite_as",
    "concepts",
    "conformance",
    "container",
    "counts_of",
    "dataset_addresses",
    "describe_open",
    "describe_protected",
    "dump",
    "figures",
    "figures_of",
    "findings",
    "findings_in",
    "header",
    "holdings",
    "iri_of",
    "is_point",
    "label_of",
    "lines",
    "links",
    "listed",
    "moved",
    "named",
    "organisation",
    "part_of",
    "parts_at",
    "piece",
    "piece_of",
    "placed",
    "read",
    "record_of",
    "records",
    "settled",
    "shapes_text",
    "tables_of",
    "title_of",
    "to_graph",
    "triples",
    "upgraded",
    "values_of",
    "write",
]
