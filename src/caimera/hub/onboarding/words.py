"""Events as the trail says them: `case.submitted`."""

from collections.abc import Mapping

PAST: Mapping[str, str] = {
    "submit": "submitted",
    "return": "returned",
    "invite": "invited",
    "file-tier-maturity": "answered",
    "file-data-warehouse": "answered",
    "answer": "handed-in",
    "file-documents": "documented",
    "describe": "described",
    "report-technical": "reported",
    "report-legal": "reported",
    "ask-again": "asked-again",
    "accept": "accepted",
    "decline": "declined",
    "give-site-identifier": "joined",
    "give-place": "joined",
    "hand-over": "handed-over",
    "withdraw": "withdrawn",
    "lapse": "lapsed",
}
