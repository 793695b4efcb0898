"""Progress and time left do not lie."""

import pytest

from medscan_gui.core.estimate import FILE_WEIGHT, Estimator


def test_fraction_counts_files_and_bytes() -> None:
    assert Estimator.fraction(0, 0, 0, 0) == 0.0
    assert Estimator.fraction(5, 10, 0, 0) == 0.5
    assert Estimator.fraction(1, 2, 10 * FILE_WEIGHT, 10 * FILE_WEIGHT) == pytest.approx(11 / 12)
    assert Estimator.fraction(20, 10, 0, 0) == 1.0  # a file that grew must not pass the end


def test_no_promise_at_the_beginning() -> None:
    estimator = Estimator(0.0)
    assert estimator.left(1.0, 0.5) is None
    assert Estimator(0.0).left(10.0, 0.001) is None


def test_steady_work_is_foretold() -> None:
    estimator = Estimator(100.0)
    left = None
    for second in range(1, 51):
        left = estimator.left(100.0 + second, second / 100)
    assert left == pytest.approx(50.0, rel=0.01)


def test_a_pause_costs_nothing() -> None:
    estimator = Estimator(0.0)
    for second in range(1, 21):
        estimator.left(float(second), second / 100)
    estimator.pause(20.0, True)
    estimator.left(500.0, 0.20)
    estimator.pause(1000.0, False)
    left = estimator.left(1001.0, 0.21)
    assert left == pytest.approx(79.0, rel=0.02)


def test_a_slow_stretch_makes_the_estimate_longer_but_finite() -> None:
    estimator = Estimator(0.0)
    for second in range(1, 11):
        estimator.left(float(second), second / 20)
    stuck = [estimator.left(10.0 + second, 0.5) for second in range(1, 31)]
    assert all(value is not None for value in stuck)
    values = [value for value in stuck if value is not None]
    assert values == sorted(values)
    assert values[-1] < 600
