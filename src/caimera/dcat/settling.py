"""The same record written the same each time, whatever its reader called what has no name."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from pyoxigraph import BlankNode, Literal, Triple

from caimera.dcat.graph import Graph, Statement, Subject, Term

ROUNDS = 6
"""How far away statements tell nodes apart; parts of a record are nested less deep."""


def settled(graph: Graph) -> Graph:
    """The statements in order, blank nodes named after what is said of them and by what they are named.

    Nodes of which the same is said as far as `ROUNDS` statements away may change places: then a record is
    taken for changed that is not, and nothing worse.
    """
    statements = list(graph.statements())
    names = _names(statements)
    told = [Triple(_named(s, names), p, _named(o, names)) for s, p, o in statements]  # type: ignore[arg-type]
    return Graph(sorted(told, key=str))


def _names(statements: list[Statement]) -> Mapping[Term, BlankNode]:
    blanks: set[Term] = {each for s, _, o in statements for each in (s, o) if isinstance(each, BlankNode)}
    colours = dict.fromkeys(blanks, "")
    near = [each for each in statements if each.subject in blanks or each.object in blanks]
    for _ in range(ROUNDS if blanks else 0):
        colours = _coloured(near, colours)
    order = sorted(blanks, key=colours.__getitem__)
    return {blank: BlankNode(f"b{number}") for number, blank in enumerate(order, 1)}


def _coloured(near: list[Statement], colours: Mapping[Term, str]) -> dict[Term, str]:
    """Each blank node by its statements, with the colours that others had before."""
    said: dict[Term, list[str]] = {blank: [] for blank in colours}
    for subject, predicate, value in near:
        about, of = colours.get(subject, str(subject)), colours.get(value, str(value))
        if subject in said:
            said[subject].append(f"> {predicate} {of}")
        if value in said:
            said[value].append(f"< {predicate} {about}")
    return {
        blank: hashlib.sha256("\n".join([colours[blank], *sorted(lines)]).encode()).hexdigest()
        for blank, lines in said.items()
    }


def _named(value: Subject | Term, names: Mapping[Term, BlankNode]) -> Term:
    return value if isinstance(value, Literal) else names.get(value, value)
