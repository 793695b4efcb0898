"""Spans of time and names of reasons in words."""

from datetime import UTC, datetime, timedelta

import pytest

from medscan_gui.core.record import timestamp
from medscan_gui.core.words import Cause, Outcome, Stop, VerdictKind
from medscan_gui.gui.models.phrases import ago, date_time, days_old, headline, not_read_reason

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("passed", "words"),
    [
        (timedelta(seconds=5), "just now"),
        (timedelta(seconds=-200), "just now"),
        (timedelta(minutes=1), "1 minute ago"),
        (timedelta(minutes=59, seconds=59), "59 minutes ago"),
        (timedelta(hours=1), "1 hour ago"),
        (timedelta(hours=23, minutes=59), "23 hours ago"),
        (timedelta(days=1), "1 day ago"),
        (timedelta(days=3), "3 days ago"),
        (timedelta(days=21), "3 weeks ago"),
        (timedelta(days=61), "2 months ago"),
        (timedelta(days=729), "24 months ago"),
        (timedelta(days=730), "2 years ago"),
        (timedelta(days=-2), "dated in the future"),
    ],
)
def test_ago(passed: timedelta, words: str) -> None:
    assert ago(timestamp(NOW - passed), NOW) == words


@pytest.mark.parametrize("stamp", ["", "yesterday", "2026-11-21T10:00:00", "\u0000", "9" * 500])
def test_what_is_no_time_is_said_to_be_none(stamp: str) -> None:
    assert ago(stamp, NOW) == "date unknown"
    assert date_time(stamp) == "–"


@pytest.mark.parametrize("stamp", ["0001-01-01T00:00:00.000Z", "9999-12-31T23:59:59.999Z"])
def test_clocks_at_the_end_of_time(stamp: str) -> None:
    assert date_time(stamp)
    assert ago(stamp, NOW)


def test_every_outcome_and_cause_has_its_words() -> None:
    for outcome in Outcome:
        for cause in Cause:
            reason = not_read_reason(outcome, cause)
            assert "[" not in reason
            assert reason[0].isupper()


def test_every_result_has_a_headline() -> None:
    for kind in VerdictKind:
        for stop in Stop:
            assert "[" not in headline(kind, stop)
    assert headline(VerdictKind.INCOMPLETE, Stop.CUT_OFF).startswith("The scan was cut off")
    assert headline(VerdictKind.ACTION_REQUIRED, Stop.CUT_OFF).startswith("A threat was found")
    assert days_old(1) == "1 day old"
