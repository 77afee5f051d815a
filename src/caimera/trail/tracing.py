"""What a tracer reports, and how the trail keeps it: names of actions here and there.

The actions, fields and answers are those of the CHAIMELEON tracer (version 1) and of EUCAIM's tracing service
(version 2); what they cannot do here is speak for the caller, change a trace, or show one to others.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

ACTIONS: Mapping[str, str] = MappingProxyType(
    {
        "CREATE_DATASET": "trace.dataset-created",
        "UPDATE_DATASET": "trace.dataset-updated",
        "USE_DATASETS": "trace.datasets-used",
        "CREATE_MODEL_POD": "trace.model-created",
        "USE_MODEL_POD": "trace.model-used",
    }
)
"""The tracer's name of an action, and the act it is recorded as."""

TRACES: Mapping[str, str] = MappingProxyType({act: action for action, act in ACTIONS.items()})
"""The other way round."""

OTHER_NAMES: Mapping[str, str] = MappingProxyType(
    {"CREATE_MODEL": "CREATE_MODEL_POD", "USE_MODELS": "USE_MODEL_POD"}
)
"""What the first tracer reads besides."""

UPDATES = (
    "RELEASE",
    "PUBLISH",
    "INVALIDATE",
    "REACTIVATE",
    "UNPUBLISH",
    "LICENSE_UPDATED",
    "PID_UPDATED",
    "CONTACT_INFORMATION_UPDATED",
    "AUTHOR_CHANGED",
)
HASHES = ("SHA3_256", "SHA3_512")
RESOURCES = ("IMAGING_DATA", "PATIENT_INFO")
CONTENTS = ("FILE_DATA", "HASH")

DATASETS = "datasets"
"""Under this key of a record's detail stand the identifiers of its datasets, whatever the action."""
USER = "user"
"""Under this one the person who acted, where the caller reports for them: `person:<sub>`."""
