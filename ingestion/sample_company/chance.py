"""Chance with a memory: decks and weighted choice. What is drawn belongs to the stories."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Mapping
from itertools import accumulate
from random import Random
from typing import Generic, TypeVar

T = TypeVar("T")


class Deck(Generic[T]):
    """Cards in fixed shares, dealt to the end before they are shuffled again.

    So a scenario with few cards is sure to occur, which independent draws would not promise.
    """

    def __init__(self, rng: Random, cards: Mapping[T, int]) -> None:
        self._rng = rng
        self._all = [card for card, copies in cards.items() for _ in range(copies)]
        self._left: list[T] = []

    def draw(self) -> T:
        """The next card."""
        if not self._left:
            self._left = self._all.copy()
            self._rng.shuffle(self._left)
        return self._left.pop()


class Weighted(Generic[T]):
    """Independent draws with weights."""

    def __init__(self, weights: Mapping[T, float]) -> None:
        self._values = list(weights)
        self._bounds = list(accumulate(weights.values()))

    def draw(self, rng: Random) -> T:
        """One value."""
        return self._values[bisect(self._bounds, rng.random() * self._bounds[-1])]
