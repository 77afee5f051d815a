"""Hub and nodes as the API tells of them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from caimera.hub.federation.models import Node
from caimera.hub.federation.queries import enrolled_nodes, is_present, refused_lately


class About(BaseModel):
    """What a client must know before it signs in."""

    model_config = ConfigDict(frozen=True, title="About this hub")

    site: Annotated[str, Field(examples=["hub"])]
    name: Annotated[str, Field(description="Name people read.")]
    software: Annotated[str, Field(examples=["caimera 0.1.0"])]
    vocabulary: Annotated[str, Field(examples=["2026.11"])]
    issuer: Annotated[str, Field(description="OpenID Connect issuer to sign in at.")]
    client_id: Annotated[str, Field(description="Client identifier of the command line at that issuer.")]


class NodeSummary(BaseModel):
    """A node, whether it is there, and what it can answer."""

    model_config = ConfigDict(frozen=True, title="Node")

    id: Annotated[str, Field(description="Name of the node in the federation.", examples=["trials"])]
    name: Annotated[str, Field(description="Name people read.", examples=["Clinical Trials Node"])]
    state: Annotated[
        Literal["present", "away"], Field(description="`away` after 15 s of silence or an orderly stop.")
    ]
    last_heard_at: Annotated[datetime | None, Field(description="Last sign of life.")]
    software: Annotated[str, Field(description="Software and version.", examples=["caimera 0.1.0"])]
    vocabulary: Annotated[str, Field(description="Version of the vocabulary.", examples=["2026.11"])]
    variables: Annotated[
        dict[str, list[str]],
        Field(
            description="Searchable variables, each with the operators the node answers.",
            examples=[{"sex": ["EQUALS", "IN"]}],
        ),
    ]
    dataset_count: Annotated[int, Field(ge=0, description="Datasets the node answers for.")]
    refused: Annotated[
        str,
        Field(
            description="Why messages in its name were refused within the last two minutes, and what helps; "
            "empty when none was.",
            examples=[
                "This envelope expired 61 s ago. Ask again; if that is no help, set both sites' clocks."
            ],
        ),
    ] = ""

    @classmethod
    def of(cls, node: Node, *, now: datetime, refused: str = "") -> NodeSummary:
        """The node as it stands at `now`."""
        return cls(
            id=node.pk,
            name=node.name,
            state="present" if is_present(node, now) else "away",
            last_heard_at=node.last_heard_at,
            software=node.software,
            vocabulary=node.vocabulary,
            variables=node.capabilities,
            dataset_count=node.dataset_count,
            refused=refused,
        )

    @classmethod
    def every(cls, *, now: datetime) -> list[NodeSummary]:
        """All enrolled nodes, by name, each with what is amiss with its messages."""
        refused = refused_lately(now)
        return [cls.of(node, now=now, refused=refused.get(node.pk, "")) for node in enrolled_nodes()]


class NodeList(BaseModel):
    """The nodes of the federation."""

    model_config = ConfigDict(frozen=True, title="Nodes")

    nodes: list[NodeSummary]
