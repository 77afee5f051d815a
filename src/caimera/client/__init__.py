"""The researcher's Python API: `with Hub("https://hub.example.eu") as hub: hub.search("modality = CT")`."""

from caimera.client.errors import (
    ClientError,
    HubFailed,
    HubUnreachable,
    InsecureAddress,
    NotAllowed,
    NotSignedIn,
    Problem,
    QuestionRefused,
    SignInFailed,
    TokensUnreadable,
)
from caimera.client.hub import Hub
from caimera.client.results import ConditionRow, Count, DatasetRow, NodeRow, NodeStatus, SearchResult, Totals
from caimera.client.signing_in import Invitation
from caimera.client.tokens import Token, TokenFile, config_home

__all__ = [
    "ClientError",
    "ConditionRow",
    "Count",
    "DatasetRow",
    "Hub",
    "HubFailed",
    "HubUnreachable",
    "InsecureAddress",
    "Invitation",
    "NodeRow",
    "NodeStatus",
    "NotAllowed",
    "NotSignedIn",
    "Problem",
    "QuestionRefused",
    "SearchResult",
    "SignInFailed",
    "Token",
    "TokenFile",
    "TokensUnreadable",
    "Totals",
    "config_home",
]
