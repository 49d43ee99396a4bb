"""The figures by which answers are measured, on numbers whose result is known."""

import numpy as np
import pytest

from benchmarks.answers import calibration_error


def test_a_confidence_that_comes_true_as_often_as_it_says_has_no_error() -> None:
    confidence = np.array([0.75] * 4 + [0.25] * 4)
    truth = np.array([True, True, True, False, True, False, False, False])

    assert calibration_error(confidence, truth) == pytest.approx(0.0)


def test_one_that_is_sure_and_wrong_has_an_error_of_one() -> None:
    assert calibration_error(np.array([1.0, 1.0]), np.array([False, False])) == pytest.approx(1.0)


def test_each_bin_weighs_by_its_questions() -> None:
    confidence = np.array([0.95, 0.95, 0.95, 0.05])
    truth = np.array([True, True, True, True])

    assert calibration_error(confidence, truth) == pytest.approx(0.75 * 0.05 + 0.25 * 0.95)
