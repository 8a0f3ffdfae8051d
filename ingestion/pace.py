"""No more requests in a while than a service answers: waiting beats being refused."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable


class Pace:
    """At most `requests` in any `seconds`; for one thread."""

    def __init__(
        self,
        requests: int,
        seconds: float,
        *,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._seconds = seconds
        self._sleep = sleep
        self._clock = clock
        self._begun: deque[float] = deque(maxlen=requests)

    def wait(self) -> None:
        """Called before each request."""
        if len(self._begun) == self._begun.maxlen:
            early = self._begun[0] + self._seconds - self._clock()
            if early > 0:
                self._sleep(early)
        self._begun.append(self._clock())
