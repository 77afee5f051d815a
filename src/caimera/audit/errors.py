"""What can go wrong when an act is recorded, or with the trail.

AuditError
├── OutsideTransaction   the act opened no transaction, so act and record could part
├── UnknownActor         the actor is none of person:, site:, system, visitor
├── NotRecordable        the detail has no canonical JSON
├── NotInPlaceYet        a record cannot be erased before it has its place in the tree
├── RetentionRefused     the database lets this role retire nothing
├── TrailDamaged         what is stored does not fit what this site has signed
├── TooMuchTouched       more was touched than a page or archive can hold
└── ExportMalformed      a file is no export of a trail
"""


class AuditError(Exception):
    """The root of this room's errors; where an act was to be recorded, it must not happen."""


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


class NotRecordable(AuditError):
    """The detail has no canonical JSON."""

    def __init__(self, act: str) -> None:
        super().__init__(
            f"The detail of '{act}' has no canonical JSON. Give text, numbers, lists and objects."
        )


class NotInPlaceYet(AuditError):
    """A record cannot be erased before it has its place in the tree."""

    def __init__(self) -> None:
        super().__init__(
            "Some of these records have no place in the tree yet, as an older act is still under way. "
            "Try again in a moment."
        )


class RetentionRefused(AuditError):
    """The database lets this role retire nothing; the role that serves is not to."""

    def __init__(self) -> None:
        super().__init__(
            "This site's database role may not retire records of the trail. Give the worker or agent, and "
            "nobody else, the setting retention_database_url with a role that may (`database-roles`)."
        )


class TrailDamaged(AuditError):
    """What is stored does not fit what this site has signed; nothing is built on it."""

    def __init__(self, what: str) -> None:
        super().__init__(f"{what} Run `caimera audit verify`, and bring the database back from its backup.")


class TooMuchTouched(AuditError):
    """More was touched than a page or archive can hold."""

    def __init__(self, most: int) -> None:
        super().__init__(
            f"More than {most} records fit. Take a shorter time, or run `caimera audit touched --output` at "
            "the site."
        )


class ExportMalformed(AuditError):
    """A file, or a line of it, is no export of a trail."""
