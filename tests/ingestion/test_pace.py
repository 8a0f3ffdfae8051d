from ingestion.pace import Pace


class Clock:
    """Time that passes when somebody sleeps, or is told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def test_in_no_stretch_of_time_are_more_requests_than_allowed() -> None:
    clock = Clock()
    pace = Pace(3, 30, sleep=clock.sleep, clock=lambda: clock.now)
    begun = []
    for number in range(10):
        pace.wait()
        begun.append(clock.now)
        clock.now += 1 if number < 5 else 20
    assert begun == [0, 1, 2, 30, 31, 32, 60, 80, 100, 120]


def test_who_asks_seldom_never_waits() -> None:
    clock = Clock()
    pace = Pace(1, 30, sleep=clock.sleep, clock=lambda: clock.now)
    for _ in range(3):
        pace.wait()
        clock.now += 31
    assert clock.now == 93
