"""Hearing nodes: open, check, spend the nonces and hand over, or refuse, count and tell."""

from __future__ import annotations

import logging
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import InterfaceError, OperationalError, transaction
from django.utils import timezone

from caimera.hub.federation import handlers
from caimera.hub.federation.errors import CannotBeTaken, MessageRefused, NoHandler, Replayed, WrongSubject
from caimera.hub.federation.handlers import Refused, Undelivered
from caimera.hub.federation.identity import hub_identity
from caimera.hub.federation.queries import cards_of
from caimera.protocol.envelope import EnvelopeError, Letter, open_sealed
from caimera.protocol.identity import Card
from caimera.protocol.messages import Message
from caimera.receiving.actions import refuse_messages, spend_nonces
from caimera.transport import Arrival

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Refusal:
    """A message on a node's subjects that does not count."""

    node_id: str
    reason: EnvelopeError | MessageRefused
    request_id: str = ""


def hear(arrivals: Sequence[Arrival]) -> int:
    """Take what arrived together, whatever it is; returns how many messages counted.

    A subject is `fed.<kind>.<node>[.<question>]`; the broker lets only that node publish there, and on
    `fed.u.` nobody: there it says itself that a question found nobody. Raises OperationalError and
    InterfaceError while the database is away: nothing was taken then.
    """
    lost = [_undelivered(arrival) for arrival in arrivals if _is_undelivered(arrival)]
    spoken = [arrival for arrival in arrivals if not arrival.subject.startswith("fed.u.")]
    letters, refusals = _open_all(spoken, timezone.now())
    refusals += [
        Refusal(refused.letter.issuer, refused.reason, refused.letter.request_id)
        for refused in _take_all(letters)
    ]
    if lost:
        handlers.tell_undelivered(lost)
    _refuse(refusals)
    return len(spoken) - len(refusals)


def _is_undelivered(arrival: Arrival) -> bool:
    return arrival.undelivered and arrival.subject.startswith("fed.u.")


def _undelivered(arrival: Arrival) -> Undelivered:
    _, _, node_id, question_id = arrival.subject.split(".")
    return Undelivered(UUID(question_id), node_id)


def _open_all(arrivals: Sequence[Arrival], now: datetime) -> tuple[list[Letter], list[Refusal]]:
    senders = [arrival.subject.split(".")[2] for arrival in arrivals]
    cards = cards_of(senders)
    letters, refusals = [], []
    for node_id, arrival in zip(senders, arrivals, strict=True):
        try:
            letters.append(_open(arrival.data, node_id, cards, now))
        except (EnvelopeError, MessageRefused) as reason:
            refusals.append(Refusal(node_id, reason))
    return letters, refusals


def _open(data: bytes, node_id: str, cards: Mapping[str, Card], now: datetime) -> Letter:
    """Open an envelope that came on a node's subject.

    Raises EnvelopeError (malformed, forged, expired, not for us…) and WrongSubject.
    """

    def sender(site: str) -> Card | None:
        return cards.get(site) or cards_of([site]).get(site)

    letter = open_sealed(data, recipient=hub_identity(), senders=sender, now=now)
    if letter.issuer != node_id:
        raise WrongSubject(letter.issuer)
    return letter


def _take_all(letters: Sequence[Letter]) -> Sequence[Refused]:
    """Take letters together; where one of them cannot be, each by itself."""
    if not letters:
        return ()
    try:
        return take(letters=letters)
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        if len(letters) > 1:
            return [refused for letter in letters for refused in _take_all([letter])]
        logger.exception("a message could not be taken", extra={"caimera.node": letters[0].issuer})
        return [Refused(letters[0], CannotBeTaken(letters[0].issuer))]


def take(*, letters: Sequence[Letter]) -> Sequence[Refused]:
    """Hand letters to their rooms, in the one transaction that also spends their nonces."""
    kinds: defaultdict[type[Message], list[Letter]] = defaultdict(list)
    with transaction.atomic():
        refused = []
        for letter, new in zip(letters, spend_nonces(letters=letters), strict=True):
            if new:
                kinds[type(letter.message)].append(letter)
            else:
                refused.append(Refused(letter, Replayed(letter.issuer)))
        for kind, group in kinds.items():
            try:
                handler = handlers.handler_of(kind)
            except NoHandler as reason:
                refused += [Refused(letter, reason) for letter in group]
            else:
                refused += handler(letters=group)
    return refused


def _refuse(refusals: Iterable[Refusal]) -> None:
    """Count what was refused, and log it."""
    kinds = {}
    counts: Counter[tuple[str, str]] = Counter()
    for refusal in refusals:
        kind = (refusal.node_id, refusal.reason.code)
        counts[kind] += 1
        kinds[kind] = refusal
    for (node_id, code), refusal in kinds.items():
        logger.warning("message refused", extra={"caimera.node": node_id, "error.code": code})
        refuse_messages(
            site=node_id,
            object=f"node:{node_id}",
            code=code,
            sentence=str(refusal.reason),
            times=counts[node_id, code],
            request_id=refusal.request_id,
        )
