"""What can go wrong between a site and the broker.

TransportError
├── BrokerUnreachable  nobody answers at the broker's address, or the connection is down
├── BrokerRefuses      the broker does not know this site's key
├── NotPermitted       the broker does not let this site hear a subject
├── MessageTooLarge    a message is over the broker's limit
├── BadBrokerKey       a text is not a broker key
├── BadAddress         a text is not a broker's address
└── BadSubject         a name does not fit into a subject, or a subject is heard already
"""

from __future__ import annotations


class TransportError(RuntimeError):
    """The root of this room's errors; each says what happened and what to do."""


class BrokerUnreachable(TransportError):
    """Nobody answers at the broker's address, or the connection is down."""


class BrokerRefuses(TransportError):
    """The broker answers, and does not let this site in."""


class NotPermitted(TransportError):
    """The broker does not let this site hear a subject."""


class MessageTooLarge(TransportError):
    """A message is over the broker's limit."""


class BadBrokerKey(TransportError):
    """A text is not a broker key of the kind that is needed."""


class BadAddress(TransportError):
    """A text is not a broker's address."""


class BadSubject(TransportError):
    """A name does not fit into a subject, or a subject is heard already."""
