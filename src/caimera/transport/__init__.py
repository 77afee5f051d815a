"""The broker: connect, publish, subscribe. The only room that knows NATS."""

from caimera.transport import subjects
from caimera.transport.configuration import MAX_PAYLOAD, broker_config
from caimera.transport.connection import Tally
from caimera.transport.delivery import Arrival, Departure, Handler
from caimera.transport.errors import (
    BadAddress,
    BadBrokerKey,
    BadSubject,
    BrokerRefuses,
    BrokerUnreachable,
    MessageTooLarge,
    NotPermitted,
    TransportError,
)
from caimera.transport.keys import check_public_key, new_broker_key, public_key
from caimera.transport.link import Link, LinkState

__all__ = [
    "MAX_PAYLOAD",
    "Arrival",
    "BadAddress",
    "BadBrokerKey",
    "BadSubject",
    "BrokerRefuses",
    "BrokerUnreachable",
    "Departure",
    "Handler",
    "Link",
    "LinkState",
    "MessageTooLarge",
    "NotPermitted",
    "Tally",
    "TransportError",
    "broker_config",
    "check_public_key",
    "new_broker_key",
    "public_key",
    "subjects",
]
