"""Three validators of SHACL: ours, pyshacl, and rdf-validate-shacl of npm; what each finds in a document."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections import Counter
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from unittest import mock

import pyshacl
import rdflib

from caimera.dcat import N_TRIPLES, Graph, shapes_text, write
from caimera.dcat.shacl import evaluate, rules_of

SH = rdflib.Namespace("http://www.w3.org/ns/shacl#")
Results = Counter[tuple[str, ...]]
"""Focus, path, constraint, severity and message of each result."""


@cache
def shapes(name: str) -> rdflib.Graph:
    """Our shapes but for those of order: rdflib cannot put years in order, and fails."""
    found = rdflib.Graph().parse(data=shapes_text(name), format="turtle")
    found.remove((None, SH.lessThanOrEquals, None))
    return found


def theirs(graph: Graph, name: str) -> Results:
    with mock.patch.object(rdflib, "NORMALIZE_LITERALS", False):
        data = rdflib.Graph().parse(data=write(graph, N_TRIPLES), format="nt")
    _, report, _ = pyshacl.validate(data, shacl_graph=shapes(name), ont_graph=shapes("classes"))
    return Counter(
        (
            str(report.value(result, SH.focusNode)),
            str(report.value(result, SH.resultPath) or ""),
            str(report.value(result, SH.sourceConstraintComponent)).removeprefix(str(SH)),
            str(report.value(result, SH.resultSeverity)).removeprefix(str(SH)),
            str(report.value(result, SH.resultMessage)),
        )
        for result in report.subjects(rdflib.RDF.type, SH.ValidationResult)
    )


def ours(graph: Graph, name: str) -> Results:
    return Counter(
        (
            each.focus.value,
            each.rule.path.value if each.rule.path else "",
            f"{each.constraint}ConstraintComponent",
            each.rule.severity.value,
            each.rule.mend,
        )
        for each in evaluate(graph, rules_of(name))
    )


def a_third(graphs: Sequence[Graph], name: str) -> list[Results]:
    """What rdf-validate-shacl finds in each, in one go: Node.js takes long to start."""
    texts = [shapes_text(name).decode(), shapes_text("classes").decode()]
    question = {"shapes": texts, "documents": [write(graph, N_TRIPLES).decode() for graph in graphs]}
    judge = [shutil.which("node") or "node", str(Path(__file__).with_name("judge.mjs"))]
    run = subprocess.run(judge, input=json.dumps(question), capture_output=True, text=True, check=True)
    return [Counter(map(tuple, results)) for results in json.loads(run.stdout)]


def comparable(found: Results) -> Results:
    """Without what rdflib cannot judge: it cannot put years in order."""
    return Counter({each: count for each, count in found.items() if not each[2].startswith("LessThan")})
