"""What each column of the CSV report says; the reference page is made from this."""

from __future__ import annotations

from collections.abc import Mapping

COLUMNS: Mapping[str, str] = {
    "question_id": "The question's id at the hub.",
    "asked_at": "When it was asked (ISO 8601).",
    "reported_at": "When this report was made (ISO 8601); answers that came later are not in it.",
    "purpose": "What it was asked for.",
    "question": "The question as asked, in its text form.",
    "canonical": "The one text equal questions share.",
    "hash": "SHA-256 of the canonical text.",
    "vocabulary": "Version of the vocabulary at the hub.",
    "software": "Version of Caimera at the hub.",
    "node": "Id of the node; a node without datasets to tell of has one row.",
    "node_name": "Its name.",
    "node_state": "waiting, answered, slow, offline or refused.",
    "node_reason": "Why it said nothing, or not everything.",
    "conditions": "What it did with each condition it did not simply apply, and why.",
    "dataset": "Id of the dataset.",
    "title": "Its title.",
    "version": "Version of the data that was counted.",
    "policy": "open: exact numbers; protected: patients only, with noise and rounding.",
    "by": "Empty in the dataset's own row; in a row of a breakdown the variable counted by.",
    "value": "Its value: a vocabulary name, the first number of a band of five, or (not recorded).",
    "patients": "Number of patients; empty where it may not be said.",
    "patients_kind": "How to read it: exact, rounded, fewer_than (see the bound), withheld.",
    "patients_bound": "With fewer_than: the true number is below this, zero possible.",
    "patients_step": "With rounded: to the nearest multiple of this.",
    "studies": "Number of studies; empty where it may not be said.",
    "studies_kind": "How to read it.",
    "series": "Number of series; empty where it may not be said.",
    "series_kind": "How to read it.",
    "minimum": "Protected datasets: numbers below this are not told.",
    "step": "Protected datasets: the step of rounding.",
    "epsilon": "Protected datasets: of the discrete Laplace noise added before rounding.",
    "margin_95": "Protected datasets: the true number lies within this distance in 95 % of cases.",
    "budget_left": "Protected datasets: new questions the asker may put to it within seven days.",
    "reason": "Why the dataset withheld everything.",
}
"""The columns of the CSV report, with what each says."""
