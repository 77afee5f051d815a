"""Which condition the patients of a collection have, as far as the collection can say."""

from __future__ import annotations

from dataclasses import replace

from caimera.cdm import Decision, Outcome, read_decisions
from caimera.demo.idc.collections import MAPPINGS, Collection

_LISTED = read_decisions("condition", MAPPINGS / "cancer_types.csv")


def condition_of(collection: Collection) -> Decision:
    """The one condition every patient of the collection has, or why nothing can be said.

    A type that means different diseases in different places is looked up with its tumour location first
    (`Squamous Cell Carcinoma | Lung`).
    """
    if len(collection.cancer_types) > 1:
        reason = "several are listed; the source does not say which patient has which"
        return Decision(Outcome.UNMAPPED, reason=reason, shown_as=", ".join(collection.cancer_types))
    (cancer_type,) = collection.cancer_types
    if not cancer_type:
        return Decision(Outcome.MISSING)
    for raw in (f"{cancer_type} | {collection.tumor_locations}", cancer_type):
        if raw in _LISTED:
            return replace(_LISTED[raw], shown_as=raw)
    return Decision(Outcome.UNMAPPED, reason="not listed in cancer_types.csv", shown_as=cancer_type)
