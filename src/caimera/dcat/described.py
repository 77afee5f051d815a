"""What a person typed and what the data say, side by side."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from caimera.dcat.computed import Computed, Facet
from caimera.dcat.dataset import Dataset
from caimera.dcat.parts import Moment, Period


@dataclass(frozen=True, slots=True)
class Described:
    """A dataset: `typed` by people, `computed` from its data, None where nobody has the data."""

    typed: Dataset
    computed: Computed | None = None

    def published(self) -> Dataset:
        """What is published: what people typed, with the data's own word wherever the data have one.

        Where the two differ, `findings` says so, and both are shown.
        """
        if self.computed is None:
            return self.typed
        return replace(self.typed, **{name: value for name, value in said(self.computed).items() if value})


def said(computed: Computed) -> dict[str, Any]:
    """The fields of a `Dataset` the data can fill, empty where they may not tell or do not know."""
    ages, years = _first(computed, "age_at_imaging", "age_at_diagnosis"), computed.facet("year_of_imaging")
    conditions = computed.iris("condition")
    return {
        "individuals": computed.subjects.value,
        "studies": computed.studies.value,
        "sex": computed.iris("sex"),
        "minimum_age": ages.lowest if ages else None,
        "maximum_age": ages.highest if ages else None,
        "condition": conditions[0] if len(conditions) == 1 else None,
        "modality": computed.iris("modality"),
        "manufacturer": computed.iris("manufacturer"),
        "body_part": computed.iris("body_part"),
        "acquired": _period(years),
        "segmented_studies": computed.segmented_studies.value,
    }


def _first(computed: Computed, *variables: str) -> Facet | None:
    facets = (computed.facet(variable) for variable in variables)
    return next((facet for facet in facets if facet is not None and facet.lowest is not None), None)


def _period(years: Facet | None) -> tuple[Period, ...]:
    if years is None or years.lowest is None:
        return ()
    start, end = (Moment(f"{year:04d}", "gYear") for year in (years.lowest, years.highest))
    return (Period(start=start, end=end),)
