"""ClamAV's words and versions: what they mean, and what is not understood."""

from datetime import UTC, datetime

import pytest

from medscan_gui.core.words import Cause, Outcome, Severity
from medscan_gui.engine.second.answers import answer_of
from medscan_gui.engine.second.versions import read_versions


@pytest.mark.parametrize(
    ("text", "outcome", "cause"),
    [
        ("OK", Outcome.SCANNED, Cause.NONE),
        ("Empty file", Outcome.EMPTY, Cause.NONE),
        ("Heuristics.Limits.Exceeded.MaxFileSize FOUND", Outcome.TOO_LARGE, Cause.NONE),
        ("Heuristics.Limits.Exceeded.MaxRecursion FOUND", Outcome.TOO_DEEP, Cause.NONE),
        ("Heuristics.Limits.Exceeded.MaxScanTime FOUND", Outcome.TIMED_OUT, Cause.NONE),
        ("Heuristics.Limits.Exceeded.MaxFiles FOUND", Outcome.LIMIT_REACHED, Cause.NONE),
        ("Heuristics.Limits.Exceeded FOUND", Outcome.LIMIT_REACHED, Cause.NONE),
        ("Heuristics.Encrypted.Zip FOUND", Outcome.ENCRYPTED, Cause.NONE),
        ("INSTREAM size limit exceeded. ERROR", Outcome.TOO_LARGE, Cause.NONE),
        ("Can't allocate memory ERROR", Outcome.LIMIT_REACHED, Cause.MEMORY),
        ("Time limit reached ERROR", Outcome.TIMED_OUT, Cause.NO_ANSWER),
        ("Can't read file ERROR", Outcome.UNREADABLE, Cause.ENGINE_ERROR),
        ("Access denied", Outcome.UNREADABLE, Cause.NO_PERMISSION),
        ("Symbolic link", Outcome.UNREADABLE, Cause.REPLACED),
    ],
)
def test_no_threat(text: str, outcome: Outcome, cause: Cause) -> None:
    answer = answer_of(text)
    assert answer is not None
    assert (answer.outcome, answer.cause, answer.threat) == (outcome, cause, "")


@pytest.mark.parametrize(
    ("name", "severity"),
    [
        ("Win.Test.EICAR_HDB-1", Severity.HIGH),
        ("Tests.Marker.UNOFFICIAL", Severity.HIGH),
        ("Heuristics.Phishing.Email.SpoofedDomain", Severity.MEDIUM),
        ("PUA.Win.Packer.Upx-1", Severity.MEDIUM),
    ],
)
def test_threats(name: str, severity: Severity) -> None:
    answer = answer_of(f"{name} FOUND")
    assert answer is not None
    assert (answer.outcome, answer.threat, answer.severity) == (Outcome.SCANNED, name, severity)


@pytest.mark.parametrize(
    "text",
    ["", "ok", "OK ", " OK", "x: OK", "a b FOUND", "FOUND", "x: Eicar FOUND", "Eicar FOUND\n", "Eicar FOUND: OK"],
)
def test_what_is_not_exactly_an_answer_is_none(text: str) -> None:
    assert answer_of(text) is None


def test_versions() -> None:
    versions = read_versions("ClamAV 1.4.6/28001/Thu Nov 19 03:10:07 2026")
    assert versions is not None
    assert (versions.engine, versions.database) == ("1.4.6", "28001")
    assert versions.date == datetime(2026, 11, 19, 3, 10, 7, tzinfo=UTC)
    assert versions.stamp == "2026-11-19T03:10:07.000Z"
    assert versions.age_days(datetime(2026, 11, 22, 4, tzinfo=UTC)) == 3
    assert versions.age_days(datetime(2026, 11, 19, 1, tzinfo=UTC)) == 0
    assert versions.age_days(datetime(2009, 1, 1, tzinfo=UTC)) is None
    assert versions.known_to_tell


@pytest.mark.parametrize(
    ("text", "tells"), [("ClamAV 0.102.4", False), ("ClamAV 0.103.12", True), ("ClamAV 1.5.0-rc", True)]
)
def test_old_versions_do_not_tell_what_they_leave_out(text: str, tells: bool) -> None:
    versions = read_versions(text)
    assert versions is not None
    assert versions.known_to_tell is tells
    assert versions.age_days(datetime.now(UTC)) is None


@pytest.mark.parametrize("text", ["", "ClamAV", "ClamAV 1.4.6/1/2/3", "Antivirus 1", "ClamAV 1.4.6/x/Thu"])
def test_no_versions(text: str) -> None:
    assert read_versions(text) is None


@pytest.mark.parametrize("date", ["Thu Nov 39 03:10:07 2026", "Thu Foo 19 03:10:07 2026", "19 Nov 2026 at noon"])
def test_a_date_that_is_none_is_unknown(date: str) -> None:
    versions = read_versions(f"ClamAV 1.4.6/28001/{date}")
    assert versions is not None
    assert versions.date is None
