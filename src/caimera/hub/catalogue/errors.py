"""What can go wrong with the catalogue.

CatalogueError
├── UnknownSource        there is no source of that name
└── NothingToConfirm     no harvest of the source waits for a person

MessageRefused (hub.federation)
├── NotWanted            the node answers a harvest that is not running, or not its own
└── OutOfOrder           the list does not go on after the dataset it was asked after
"""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext as _

from caimera.hub.federation.errors import MessageRefused


class CatalogueError(Exception):
    """Something asked of the catalogue cannot be done; the message says what to do."""


class UnknownSource(CatalogueError):
    """There is no source of that name."""

    def __init__(self, source_id: str) -> None:
        sentence = _("There is no source '%s'. `caimera hub catalogue sources` lists those there are.")
        super().__init__(sentence % source_id)


class NothingToConfirm(CatalogueError):
    """No harvest of the source waits for a person."""

    def __init__(self, source_id: str) -> None:
        sentence = _("No harvest of '%s' waits to be confirmed. Its page tells how the last one ended.")
        super().__init__(sentence % source_id)


class NotWanted(MessageRefused):
    """The node answers a harvest that is not running, or not its own."""

    code = "not_wanted"

    def __init__(self, node_id: str, run: UUID) -> None:
        super().__init__(f"'{node_id}' answers harvest {run}, which is not running for it.")


class OutOfOrder(MessageRefused):
    """The list does not go on after the dataset it was asked after."""

    code = "out_of_order"

    def __init__(self, node_id: str) -> None:
        super().__init__(
            f"The list of '{node_id}' is not in order of identifiers, or goes on without end. "
            "The harvest was ended; bring the node to this release."
        )
