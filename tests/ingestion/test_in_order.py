import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from ingestion.in_order import in_order


def test_answers_come_in_the_order_of_the_questions() -> None:
    def slower(number: int) -> int:
        time.sleep(0.02 * (3 - number % 3))
        return number

    with ThreadPoolExecutor(4) as pool:
        calls = (lambda number=number: slower(number) for number in range(20))
        assert list(in_order(pool, calls, 4)) == list(range(20))


def test_no_more_are_begun_than_are_wanted_ahead() -> None:
    begun: list[int] = []

    def begin(number: int) -> Callable[[], int]:
        begun.append(number)
        return lambda: number

    with ThreadPoolExecutor(8) as pool:
        answers = in_order(pool, map(begin, range(100)), 3)
        assert next(answers) == 0
        assert begun == [0, 1, 2]
        assert next(answers) == 1
        assert begun == [0, 1, 2, 3]
        answers.close()


def test_a_failure_comes_in_its_turn_and_what_waits_is_never_done() -> None:
    done: list[int] = []
    gate = threading.Event()

    def work(number: int) -> int:
        if number == 1:
            raise ValueError("the second")
        if number > 1:
            gate.wait(5)
        done.append(number)
        return number

    with ThreadPoolExecutor(1) as pool:
        answers = in_order(pool, (lambda number=number: work(number) for number in range(9)), 5)
        assert next(answers) == 0
        with pytest.raises(ValueError, match="the second"):
            next(answers)
        gate.set()
    # One may have begun when the failure was told.
    assert set(done) <= {0, 2}
