"""Keeping the trail, a turn at a time, in a program that runs anyway: the hub's worker, a node's agent.

A turn places what waits, signs once a minute if the tree grew, erases once a day what was kept long enough,
and says which checkpoints to send to which witness. Several programs may take turns at once; one of them
does the work.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from django.conf import settings
from django.utils import timezone

from caimera.audit.checkpoints import make_checkpoint
from caimera.audit.errors import RetentionRefused, TrailDamaged
from caimera.audit.queries import how_weak
from caimera.audit.retiring import apply_retention
from caimera.audit.sequencing import sequence
from caimera.audit.witnessing import checkpoints_for
from caimera.protocol.messages import TrailCheckpoint

logger = logging.getLogger(__name__)

TURN = 5.0
"""Seconds between two turns."""
SIGN = 60.0
"""Seconds between two checkpoints, at least; and before a witness is sent the same one again."""
REST = 3.0
"""How many times as long as placing some records took the program does nothing but its other work."""
ERASE = 86_400.0
"""Seconds between two looks at what was kept long enough."""


@dataclass(slots=True)
class Keeper:
    """What a program remembers between its turns; times are those of a clock that only goes forward."""

    clock: Callable[[], float] = time.monotonic
    _since: int | None = None
    _signed: float | None = None
    _erased: float | None = None
    _sent: dict[str, float] = field(default_factory=dict)
    _problem: str = ""

    def turn(self, witnesses: Iterable[str] = ()) -> list[tuple[str, TrailCheckpoint]]:
        """Do what is due; returns the checkpoints to send, each with the site it is for.

        A damaged trail is logged, once, and nothing is built on it.
        """
        try:
            self._place()
            self._sign()
            self._erase()
            found = self._letters(witnesses)
        except TrailDamaged as problem:
            if str(problem) != self._problem:
                logger.critical("the trail is damaged: %s", problem)
            self._problem = str(problem)
            return []
        self._problem = ""
        return found

    def _place(self) -> None:
        placed = sequence(since=self._since, rest=REST)
        self._since = placed.since if placed else self._since

    def _sign(self) -> None:
        if self._is_due(self._signed, SIGN) and make_checkpoint() is not None:
            self._signed = self.clock()

    def _erase(self) -> None:
        if self._is_due(self._erased, ERASE):
            self._erased = self.clock()
            if said := how_weak():
                logger.warning("%s", said)
            try:
                apply_retention(days=settings.SITE.audit_retention_days, now=timezone.now())
            except RetentionRefused as problem:
                logger.error("records were not retired: %s", problem)  # noqa: TRY400 - the sentence says all

    def _is_due(self, last: float | None, every: float) -> bool:
        return last is None or self.clock() - last >= every

    def _letters(self, witnesses: Iterable[str]) -> list[tuple[str, TrailCheckpoint]]:
        due = [site for site in witnesses if self._is_due(self._sent.get(site), SIGN)]
        letters = checkpoints_for(sites=due)
        self._sent.update(dict.fromkeys(letters, self.clock()))
        return list(letters.items())

    def heard(self, site: str) -> None:
        """A witness answered: what comes next may be sent at once."""
        self._sent.pop(site, None)
