"""Several requests under way at once, their answers in the order in which they were asked for."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future
from typing import TypeVar

T = TypeVar("T")


def in_order(pool: Executor, calls: Iterable[Callable[[], T]], ahead: int) -> Iterator[T]:
    """The results of the calls, at most `ahead` of them begun before the first is taken.

    What a call raises is raised in its turn; calls that have not begun by then never do.
    """
    begun: deque[Future[T]] = deque()
    try:
        for call in calls:
            begun.append(pool.submit(call))
            if len(begun) >= ahead:
                yield begun.popleft().result()
        while begun:
            yield begun.popleft().result()
    finally:
        for future in begun:
            future.cancel()
