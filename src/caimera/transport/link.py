"""A site's link to the broker: outbound, signed in by key, and back by itself after any loss."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from enum import StrEnum
from random import SystemRandom

from caimera.transport.configuration import MAX_PAYLOAD
from caimera.transport.connection import Connection, Tally, check_address
from caimera.transport.delivery import Delivery, Departure, Handler, finish
from caimera.transport.errors import (
    BadSubject,
    BrokerUnreachable,
    MessageTooLarge,
    NotPermitted,
    TransportError,
)
from caimera.transport.keys import public_key

logger = logging.getLogger(__name__)

_FIRST_PAUSE, _LAST_PAUSE = 0.1, 2.0
_GRACE = 2.0


class LinkState(StrEnum):
    """How a link stands."""

    CLOSED = "closed"
    CONNECTED = "connected"
    RECONNECTING = "reconnecting"


class Link:
    """One site's link, of the one event loop that opened it.

    `seed` is the private broker key; it is never shown or logged. `on_state` is called at each change of
    `state`, in the loop, and must not raise. `tally` counts what went wrong.

    Raises:
        BadAddress: `url` is not a broker's address.
        BadBrokerKey: `seed` is not a broker key.
    """

    def __init__(
        self, *, url: str, seed: str, name: str, on_state: Callable[[LinkState], None] | None = None
    ) -> None:
        public_key(seed)
        self.url = check_address(url)
        self.name = name
        self.state = LinkState.CLOSED
        self.tally = Tally()
        self._seed = seed
        self._on_state = on_state
        self._connection: Connection | None = None
        self._keeper: asyncio.Task[None] | None = None
        self._deliveries: dict[str, Delivery] = {}

    async def open(self, wait: float = 5.0) -> None:
        """Connect within about `wait` seconds; from then on the link comes back by itself until it is closed.

        Opening an open link does nothing; after an error it may be opened again.

        Raises:
            BrokerUnreachable: nobody answered in that time.
            BrokerRefuses: the broker does not know this site's key.
        """
        if self._keeper is not None:
            return
        clock = asyncio.get_running_loop().time
        deadline = clock() + wait
        while True:
            try:
                self._connection = await self._connected()
                break
            except BrokerUnreachable:
                if clock() + _FIRST_PAUSE > deadline:
                    raise
            await asyncio.sleep(_FIRST_PAUSE)
        self._become(LinkState.CONNECTED)
        self._keeper = asyncio.create_task(self._keep(self._connection), name=f"link of {self.name}")

    async def close(self) -> None:
        """Hear no more, give running handlers two seconds, send what is waiting, disconnect.

        Closing twice does no harm; a closed link may be opened again, without its subscriptions.
        """
        keeper, self._keeper = self._keeper, None
        if keeper is None:
            return
        keeper.cancel()
        await asyncio.wait({keeper})
        try:
            if self._connection is not None:
                await self._connection.hear_no_more()
            await finish(self._deliveries.values(), _GRACE)
        finally:
            await self._let_go()
            self._deliveries.clear()
            self._become(LinkState.CLOSED)

    async def publish(self, subject: str, data: bytes, *, reply: str = "") -> None:
        """Hand a message to the broker; with `reply`, it says there when nobody listens.

        Raises:
            MessageTooLarge: over 4 MB.
            BrokerUnreachable: the link is down; the message was not sent and is not kept.
        """
        _check_size(data)
        await self._standing().publish(subject, data, reply=reply)

    async def deliver(self, departures: Sequence[Departure]) -> None:
        """Hand messages to the broker and wait until it has taken them all.

        Raises:
            MessageTooLarge: one is over 4 MB; none was sent.
            BrokerUnreachable: the link is down or went down meanwhile; some may have been sent.
        """
        for departure in departures:
            _check_size(departure.data)
        connection = self._standing()
        for departure in departures:
            await connection.publish(departure.subject, departure.data, reply=departure.reply)
        await connection.confirm()

    async def subscribe(
        self, pattern: str, handler: Handler, *, group: str = "", in_turn: bool = False
    ) -> None:
        """Hear a subject, through lost connections too; each message is handled in a task of its own.

        `in_turn`, one after another instead, for a handler that only puts messages aside. Of the links that
        subscribe with one `group`, one gets each message. While the link is reconnecting, the subscription
        waits with it.

        Raises:
            NotPermitted: the broker does not let this site hear it.
            BadSubject: it is heard already.
            BrokerUnreachable: the link was never opened, or is closed.
        """
        if self._keeper is None:
            raise self._down()
        if pattern in self._deliveries:
            raise BadSubject(f"{self.name} hears {pattern} already. Give it one handler.")
        delivery = self._deliveries[pattern] = Delivery(
            handler, self._note_failure, group=group, in_turn=in_turn
        )
        if self._connection is None:
            return
        try:
            await self._connection.listen(pattern, delivery)
        except NotPermitted:
            del self._deliveries[pattern]
            raise
        except BrokerUnreachable:
            logger.info("%s hears %s from the next connection on.", self.name, pattern)

    def _standing(self) -> Connection:
        if self._connection is None or self.state is not LinkState.CONNECTED:
            raise self._down()
        return self._connection

    async def _connected(self) -> Connection:
        connection = Connection(url=self.url, name=self.name, tally=self.tally)
        await connection.sign_in(self._seed)
        return connection

    async def _let_go(self) -> None:
        if self._connection is not None:
            await self._connection.close()
        self._connection = None

    async def _keep(self, connection: Connection) -> None:
        while True:
            await connection.over()
            self._connection = None
            self._become(LinkState.RECONNECTING)
            connection = await self._reconnected()
            self._become(LinkState.CONNECTED)

    async def _reconnected(self) -> Connection:
        pause, told = _FIRST_PAUSE, ""
        while True:
            await asyncio.sleep(pause * SystemRandom().uniform(0.5, 1.0))
            pause = min(2 * pause, _LAST_PAUSE)
            try:
                self._connection = await self._connected()
                await self._hear_again(self._connection)
            except TransportError as problem:
                await self._let_go()
                if str(problem) != told:
                    logger.warning("%s is not connected: %s", self.name, problem)
                told = str(problem)
            else:
                return self._connection

    async def _hear_again(self, connection: Connection) -> None:
        for pattern, delivery in tuple(self._deliveries.items()):
            try:
                await connection.listen(pattern, delivery)
            except NotPermitted as problem:
                logger.error("%s lost a subject it heard before: %s", self.name, problem)  # noqa: TRY400

    def _become(self, state: LinkState) -> None:
        if state is self.state:
            return
        self.state = state
        logger.info("The link of %s to the broker is %s.", self.name, state)
        if self._on_state:
            self._on_state(state)

    def _note_failure(self) -> None:
        self.tally.failed += 1

    def _down(self) -> BrokerUnreachable:
        return BrokerUnreachable(f"The connection to {self.url} is down. Once open, it comes back by itself.")


def _check_size(data: bytes) -> None:
    if len(data) > MAX_PAYLOAD:
        raise MessageTooLarge(f"A message of {len(data)} bytes is over the limit of {MAX_PAYLOAD}. Split it.")
