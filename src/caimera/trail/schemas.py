"""What a tracer's client sends. Fields nobody knows are refused: what is not kept is not to seem kept."""

from __future__ import annotations

import base64
import binascii
import hashlib
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import ConfigDict, Field, model_validator

from caimera.trail.tracing import ACTIONS, DATASETS, OTHER_NAMES, UPDATES

Text = Annotated[str, Field(min_length=1, max_length=300, pattern=r"^[^\x00]*$")]
Several = Annotated[list[Text], Field(min_length=1, max_length=1000)]
HASH_BYTES = {"SHA3_256": 32, "SHA3_512": 64}

_NEEDED = {
    "CREATE_DATASET": ("datasetId", "resources"),
    "UPDATE_DATASET": ("datasetId", "details"),
    "USE_DATASETS": ("datasetsIds",),
    "CREATE_MODEL_POD": ("datasetsIds", "applicationId", "modelId"),
    "USE_MODEL_POD": ("applicationId", "modelsIds"),
}


class Resource(Schema):
    """A part of a dataset with its hash, as version 2 or version 1 has it; content itself is hashed."""

    model_config = ConfigDict(extra="forbid")

    id: Text
    contentHash: str | None = None
    contentHashType: Literal["SHA3_256", "SHA3_512"] | None = None
    contentType: Literal["HASH", "FILE_DATA"] | None = None
    hash: str | None = None
    hashType: Literal["SHA3_256", "SHA3_512"] | None = None
    data: str | None = None
    name: Text | None = None
    resourceType: Literal["IMAGING_DATA", "PATIENT_INFO"] | None = None

    @model_validator(mode="after")
    def _hashed(self) -> Resource:
        if self.data is not None:
            self.contentHash = base64.b64encode(hashlib.sha3_256(_bytes(self.data)).digest()).decode()
            self.contentHashType, self.data = "SHA3_256", None
        self.contentHash = self.contentHash or self.hash
        self.contentHashType = self.contentHashType or self.hashType
        if self.contentHash is None or self.contentHashType is None:
            raise ValueError("give contentHash and contentHashType")
        if len(_bytes(self.contentHash)) != HASH_BYTES[self.contentHashType]:
            raise ValueError(f"contentHash is no {self.contentHashType} in base64")
        return self

    def kept(self) -> dict[str, str]:
        """The part as it stands in the trail and is given back."""
        return {
            "id": self.id,
            "contentHash": self.contentHash or "",
            "contentHashType": self.contentHashType or "",
        }


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("this is no base64") from None


class NewTrace(Schema):
    """One act in another program. Who calls is known by the token; `userId` is who acted, if another."""

    model_config = ConfigDict(extra="forbid")

    userAction: Text
    userId: Text | None = None
    callerId: Text | None = None
    """Read, for clients of the first tracer send it, and never believed."""
    datasetId: Text | None = None
    datasetsIds: Several | None = None
    details: Literal[UPDATES] | None = None  # type: ignore[valid-type]
    resources: Annotated[list[Resource], Field(max_length=1000)] | None = None
    toolName: Text | None = None
    toolVersion: Text | None = None
    applicationId: Text | None = None
    modelId: Text | None = None
    modelsIds: Several | None = None
    blockchains: list[str] | None = None
    """Read and without meaning: there is one trail."""

    @model_validator(mode="after")
    def _whole(self) -> NewTrace:
        name = self.userAction.upper()
        self.userAction = OTHER_NAMES.get(name, name)
        if self.userAction not in ACTIONS:
            raise ValueError(f"userAction is one of {', '.join(ACTIONS)}")
        if missing := [one for one in _NEEDED[self.userAction] if getattr(self, one) is None]:
            raise ValueError(f"{self.userAction} needs {', '.join(missing)}")
        return self

    def kept(self) -> dict[str, Any]:
        """What of it goes into the record's detail."""
        said = self.model_dump(
            include={"details", "toolName", "toolVersion", "applicationId", "modelId", "modelsIds"},
            exclude_none=True,
        )
        datasets = [self.datasetId] if self.datasetId else list(self.datasetsIds or ())
        resources = (
            {"resources": [one.kept() for one in self.resources]} if self.resources is not None else {}
        )
        return {**said, **resources, DATASETS: datasets}
