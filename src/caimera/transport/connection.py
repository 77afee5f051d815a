"""One connection to the broker, from sign-in to its end. It does not come back: `link` makes the next one."""

from __future__ import annotations

import asyncio
import logging
import re
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

from nats.aio.client import Client
from nats.aio.subscription import Subscription
from nats.errors import Error as NatsError
from nats.errors import SlowConsumerError

from caimera.transport.delivery import Delivery
from caimera.transport.errors import (
    BadAddress,
    BrokerRefuses,
    BrokerUnreachable,
    NotPermitted,
    TransportError,
)

logger = logging.getLogger(__name__)

_TIMEOUT = 2
"""Seconds for the broker to answer while connecting, subscribing and closing."""
_PING_INTERVAL = 5
"""Seconds; a broker that leaves two pings unanswered is taken for gone."""
_LOOK_EVERY = 1.0
_WAITING_MESSAGES = 10_000
_WAITING_BYTES = 64_000_000
_SUBSCRIPTION = re.compile(r'subscription to "([^"]+)"')


@dataclass(slots=True)
class Tally:
    """What went wrong on a link since it was made; all zero in a healthy federation."""

    violations: int = 0
    """How often the broker refused this site a subject."""
    dropped: int = 0
    """Messages this site was too slow for."""
    failed: int = 0
    """Messages whose handler raised."""


class Connection:
    """A signed-in connection; `tally` is the link's own."""

    def __init__(self, *, url: str, name: str, tally: Tally) -> None:
        self._url = url
        self._name = name
        self._tally = tally
        self._client = Client()
        self._ended = asyncio.Event()
        self._patterns: set[str] = set()
        self._subscriptions: list[Subscription] = []
        self._refused: set[str] = set()

    async def sign_in(self, seed: str) -> None:
        """Connect once. Raises BrokerUnreachable, or BrokerRefuses where this key is not known."""
        try:
            await self._client.connect(
                self._url,
                name=self._name,
                nkeys_seed_str=seed,
                allow_reconnect=False,
                max_reconnect_attempts=1,
                reconnect_time_wait=0,
                connect_timeout=_TIMEOUT,
                ping_interval=_PING_INTERVAL,
                error_cb=self._on_problem,
                closed_cb=self._on_end,
            )
        except (OSError, TimeoutError, NatsError) as error:
            raise self._named(error) from None
        finally:
            if not self._client.is_connected:
                await self._client.close()

    def _named(self, error: Exception) -> TransportError:
        if "authorization" in str(error).lower():
            return BrokerRefuses(
                f"The broker at {self._url} does not know the key of {self._name}. "
                "Enrol this site at the hub and renew the broker's configuration."
            )
        return BrokerUnreachable(f"Nobody answers at {self._url}. Start the broker, or correct its address.")

    async def over(self) -> None:
        """Wait until the connection has ended, however it ended."""
        while not self._client.is_closed:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._ended.wait(), _LOOK_EVERY)

    async def publish(self, subject: str, data: bytes, *, reply: str) -> None:
        """Hand a message to the broker. Raises BrokerUnreachable."""
        try:
            await self._client.publish(subject, data, reply=reply)
        except NatsError:
            raise self._lost() from None

    async def confirm(self) -> None:
        """Wait until the broker has taken all that was published. Raises BrokerUnreachable."""
        try:
            for _ in range(2):  # the client's ping overtakes what it has queued: only the second comes after
                await self._client.flush(_TIMEOUT)
        except NatsError:
            raise self._lost() from None

    async def listen(self, pattern: str, delivery: Delivery) -> None:
        """Subscribe and wait until the broker has taken it. Raises NotPermitted and BrokerUnreachable."""
        if pattern in self._patterns:
            return
        self._patterns.add(pattern)
        try:
            subscription = await self._client.subscribe(
                pattern,
                queue=delivery.group,
                cb=delivery.take,
                pending_msgs_limit=_WAITING_MESSAGES,
                pending_bytes_limit=_WAITING_BYTES,
            )
            self._subscriptions.append(subscription)
        except NatsError:
            raise self._lost() from None
        await self.confirm()
        if pattern.lower() in self._refused:
            raise NotPermitted(
                f"The broker does not let {self._name} hear {pattern}. Check as what this key is enrolled."
            )

    async def hear_no_more(self) -> None:
        """Take no new messages; those whose handlers run may still be answered."""
        with suppress(NatsError):
            for subscription in self._subscriptions:
                await subscription.unsubscribe()

    async def close(self) -> None:
        """Send what is waiting, then disconnect."""
        with suppress(NatsError):
            await self._client.flush(_TIMEOUT)
        await self._client.close()

    def _lost(self) -> BrokerUnreachable:
        return BrokerUnreachable(
            f"The connection to {self._url} is down. It comes back by itself; try again."
        )

    async def _on_end(self) -> None:
        self._ended.set()

    async def _on_problem(self, error: Exception) -> None:
        words = str(error).lower()
        if isinstance(error, SlowConsumerError):
            self._tally.dropped += 1
            logger.error("%s was too slow for a message on %s; it is dropped.", self._name, error.subject)
        elif "permissions violation" in words:
            self._tally.violations += 1
            self._refused.update(_SUBSCRIPTION.findall(words))
            logger.error("The broker refuses %s a subject: %s", self._name, words)
        else:
            logger.debug("connection of %s: %s", self._name, words)


def check_address(url: str) -> str:
    """Return `url` if it is `nats://host:port` or `tls://host:port`; else raises BadAddress."""
    parts = urlsplit(url)
    if parts.scheme not in {"nats", "tls"} or not parts.hostname:
        raise BadAddress("A broker's address has the form nats://host:port or tls://host:port. Correct it.")
    return url
