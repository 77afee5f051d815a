"""What can go wrong when an act is recorded.

AuditError
├── OutsideTransaction   the act opened no transaction, so act and record could part
└── UnknownActor         the actor is none of person:, site:, system, visitor
"""


class AuditError(Exception):
    """The act was not recorded, and must not happen."""


class OutsideTransaction(AuditError):
    """The act opened no transaction, so act and record could part."""

    def __init__(self, act: str) -> None:
        super().__init__(
            f"'{act}' was to be recorded outside a transaction. Wrap the act in transaction.atomic."
        )


class UnknownActor(AuditError):
    """The actor is none of the kinds the trail knows."""

    def __init__(self, actor: str) -> None:
        super().__init__(
            f"'{actor}' is no actor. Name it 'person:<sub>', 'site:<id>', 'system' or 'visitor'."
        )
