"""The researcher's Python API: `with Hub("https://hub.example.eu") as hub: hub.search("modality = CT")`."""

from caimera.client.errors import (
    ClientError,
    HubFailed,
    HubUnreachable,
    InsecureAddress,
    NameTaken,
    NotAllowed,
    NotSignedIn,
    Problem,
    QuestionRefused,
    SignInFailed,
    TokensUnreadable,
)
from caimera.client.hub import Hub
from caimera.client.results import (
    BreakdownTotal,
    ConditionRow,
    Count,
    DatasetRow,
    NodeRow,
    NodeStatus,
    Protection,
    SavedQuestion,
    SearchResult,
    Totals,
    ValueRow,
    ValueTotal,
)
from caimera.client.signing_in import Invitation
from caimera.client.tokens import Token, TokenFile, config_home

__all__ = [
    "BreakdownTotal",
    "ClientError",
    "ConditionRow",
    "Count",
    "DatasetRow",
    "Hub",
    "HubFailed",
    "HubUnreachable",
    "InsecureAddress",
    "Invitation",
    "NameTaken",
    "NodeRow",
    "NodeStatus",
    "NotAllowed",
    "NotSignedIn",
    "Problem",
    "Protection",
    "QuestionRefused",
    "SavedQuestion",
    "SearchResult",
    "SignInFailed",
    "Token",
    "TokenFile",
    "TokensUnreadable",
    "Totals",
    "ValueRow",
    "ValueTotal",
    "config_home",
]
