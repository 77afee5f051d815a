"""What can go wrong with the catalogue.

CatalogueError
├── UnknownSource        there is no source of that name
├── NothingToConfirm     no harvest of the source waits for a person
├── NotByHand            the source is not one that people fill
├── RecordsRefused       records given by hand cannot be shown; none was taken
├── WouldWithdraw        a list given by hand lacks most of what the source has
├── BasketFull           more datasets than a basket holds
├── NotAnAddress         nothing can be harvested at the address
├── AlreadyThere         the address is a source already
├── NotOnTheWeb          the source is none on the web
├── WalkEnded            a source on the web is not read to its end
├── Unfetchable          a document on the web cannot be read
│   └── GoneThere        it is not there
└── TooManyProposals     too many foreign points told of themselves

MessageRefused (hub.federation)
├── NotWanted            the node answers a harvest that is not running, or not its own
└── OutOfOrder           the list does not go on after the dataset it was asked after
"""

from __future__ import annotations

from collections.abc import Mapping
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


class NotByHand(CatalogueError):
    """The source is not one that people fill."""

    def __init__(self, source_id: str) -> None:
        sentence = _("'%s' is harvested; nothing is entered there by hand. Enter it at a source of your own.")
        super().__init__(sentence % source_id)


class RecordsRefused(CatalogueError):
    """Records given by hand cannot be shown; none was taken. `problems` has a sentence for each."""

    def __init__(self, problems: Mapping[UUID, str]) -> None:
        self.problems = problems
        sentence = _("Nothing was taken in, because %(count)d records cannot be: %(first)s")
        super().__init__(sentence % {"count": len(problems), "first": next(iter(problems.values()))})


class WouldWithdraw(CatalogueError):
    """A list given by hand lacks most of what the source has."""

    def __init__(self, gone: int, known: int) -> None:
        self.gone, self.known = gone, known
        sentence = _(
            "The list lacks %(gone)d of %(known)d datasets. Nothing was changed: say that they are really "
            "withdrawn, or give the whole list."
        )
        super().__init__(sentence % {"gone": gone, "known": known})


class BasketFull(CatalogueError):
    """More datasets than a basket holds."""

    def __init__(self, most: int, *, signed_in: bool) -> None:
        sentence = _(
            "A basket holds at most %d datasets; nothing was put in. Take some out, or choose fewer."
        )
        more = "" if signed_in else " " + _("Signed in, it holds more.")
        super().__init__(sentence % most + more)


class NotAnAddress(CatalogueError):
    """Nothing can be harvested at the address; the message says why."""


class AlreadyThere(CatalogueError):
    """The address is a source already."""

    def __init__(self, url: str) -> None:
        super().__init__(_("%s is a source already. `caimera hub catalogue harvest` reads it again.") % url)


class NotOnTheWeb(CatalogueError):
    """The source is none on the web."""

    def __init__(self, source_id: str) -> None:
        sentence = _("'%s' is not on the web. A node is kept out with `caimera hub revoke`.")
        super().__init__(sentence % source_id)


class Unfetchable(CatalogueError):
    """A document on the web cannot be read; the message says why."""


class WalkEnded(CatalogueError):
    """A source on the web is not read to its end; the message says why."""


class GoneThere(Unfetchable):
    """The document is not there."""


class TooManyProposals(CatalogueError):
    """Too many foreign points told of themselves, or one too often."""

    def __init__(self) -> None:
        super().__init__(_("Too many messages came. Send one a week; it is remembered."))


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
