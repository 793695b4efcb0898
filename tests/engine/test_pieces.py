"""The small parts of the engine, one by one."""

import contextlib
import os
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medscan_gui.core.words import Cause, Outcome, Severity
from medscan_gui.engine import identity, places, protocol
from medscan_gui.engine.backlog import Backlog
from medscan_gui.engine.match.severity import severity_of, text_of
from medscan_gui.engine.pending import PendingStack
from medscan_gui.engine.protocol import PendingFolders
from medscan_gui.engine.report import Report
from medscan_gui.engine.troubles import ending_of


@pytest.mark.parametrize(
    ("meta", "severity"),
    [
        ({"severity": "critical"}, Severity.CRITICAL),
        ({"severity": " High "}, Severity.HIGH),
        ({"severity": "medium"}, Severity.MEDIUM),
        ({"severity": "low", "score": 99}, Severity.LOW),
        ({"severity": "info"}, Severity.INFO),
        ({"severity": 100}, Severity.CRITICAL),
        ({"severity": 50}, Severity.MEDIUM),
        ({"score": 75}, Severity.HIGH),
        ({"score": "75"}, Severity.HIGH),
        ({"score": 0}, Severity.INFO),
        ({"threat_level": 10}, Severity.CRITICAL),
        ({"threat_level": 2}, Severity.LOW),
        ({}, Severity.HIGH),
        ({"severity": "who knows"}, Severity.HIGH),
        ({"severity": "who knows", "score": 20}, Severity.LOW),
        ({"severity": -5}, Severity.HIGH),
        ({"severity": 10**12}, Severity.HIGH),
        ({"severity": "9" * 5000}, Severity.HIGH),
        ({"severity": True}, Severity.HIGH),
    ],
)
def test_one_mapping_of_severities(meta: dict[str, str | int], severity: Severity) -> None:
    assert severity_of(meta) is severity


def test_texts_of_rules_are_bounded() -> None:
    meta: dict[str, str | int | bool | bytes] = {"author": "A" * 9999, "family": 7, "malware": "Worm", "ref": " "}
    assert len(text_of(meta, "author")) == 500
    assert text_of(meta, "family", "malware") == "Worm"
    assert text_of(meta, "ref") == ""


@given(
    st.lists(st.binary(min_size=1, max_size=40).map(lambda name: name.hex().encode()), max_size=300), st.integers(0, 50)
)
def test_a_backlog_gives_back_what_it_was_given_in_order(lines: list[bytes], back: int) -> None:
    backlog = Backlog()
    whole = [line + b"\n" for line in lines]
    for line in whole:
        backlog.put(line, large=False)
    taken = [backlog.take(prefer_large=True) for _ in range(min(back, len(whole)))]
    for line in reversed(taken):
        backlog.put_back(line)
    again = []
    while backlog:
        again.append(backlog.take(prefer_large=False))
    assert again == whole
    assert backlog.memory == 0


def test_a_long_backlog_is_kept_small_and_in_order() -> None:
    backlog = Backlog()
    lines = [
        b'["entries",%d,"L2hvbWUvdXNlci9zb21ld2hlcmU=","%b",[1,2,3]]\n' % (number, b"QUJD" * 400)
        for number in range(12_000)
    ]
    for line in lines:
        backlog.put(line, large=False)
    assert backlog.memory < sum(map(len, lines)) // 2
    assert [backlog.take(prefer_large=False) for _ in lines] == lines
    assert not backlog


def test_large_files_go_to_those_who_prefer_them() -> None:
    backlog = Backlog()
    backlog.put(b"small\n", large=False)
    backlog.put(b"large\n", large=True)
    backlog.put(b"larger\n", large=True)
    assert backlog.take(prefer_large=True) == b"large\n"
    assert backlog.take(prefer_large=False) == b"small\n"
    assert backlog.take(prefer_large=False) == b"larger\n"


names = st.binary(min_size=1, max_size=20).filter(lambda name: b"\0" not in name and places.SEPARATOR not in name)


@given(st.lists(st.tuples(names, st.lists(names, min_size=1, max_size=5)), max_size=8))
def test_a_pending_stack_handed_over_goes_on_alike(groups: list[tuple[bytes, list[bytes]]]) -> None:
    one = PendingStack()
    for directory, found in groups:
        one.push(directory, b"\0".join(found), os.urandom(16 * len(found)))
    other = PendingStack(one.groups())
    taken = []
    while one:
        taken.append(one.pop())
        assert other.pop() == taken[-1]
    assert not other
    assert len(taken) == sum(len(found) for _, found in groups)


def test_targets_are_told_from_directories() -> None:
    stack = PendingStack([PendingFolders(b"", b"/media/stick")])
    assert stack.pop() == (True, b"/media/stick", identity.UNKNOWN)
    stack.push(b"/media/stick", b"a", b"M" * 16)
    assert stack.pop() == (False, places.join(b"/media/stick", b"a"), b"M" * 16)


@given(st.lists(names, min_size=1, max_size=80).map(lambda parts: b"/" + b"/".join(parts)))
def test_a_long_path_is_taken_in_steps_that_give_it_back(path: bytes) -> None:
    long = path * 40
    steps = places._steps(long)
    assert all(0 < len(step) <= 4000 for step in steps)
    assert b"/".join(step.strip(b"/") for step in steps).split(b"/") == [part for part in long.split(b"/") if part]


def test_virtual_file_systems_are_known_by_device() -> None:
    if not Path("/proc/self/mountinfo").exists():
        pytest.skip("no such list here")
    systems = identity.FileSystems()
    assert systems.is_virtual(os.stat("/proc").st_dev)
    assert not systems.is_virtual(os.stat(__file__).st_dev)


@pytest.mark.parametrize("kind", ["tmpfs", "devtmpfs", "hugetlbfs", "ramfs", "ext4", ""])
def test_what_can_hold_a_stored_file_is_not_virtual(monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    monkeypatch.setattr(identity, "_mounted_types", lambda: {7: kind})
    assert not identity.FileSystems().is_virtual(7)


@pytest.mark.parametrize(
    "line", [b"", b"36", b"36 35 98:0", b"36 35 x:y / / rw - proc proc rw", b"36 35 1 / / rw - proc", b"\xff - \xff"]
)
def test_strange_mounts_are_no_devices(line: bytes) -> None:
    assert identity._mount(line) is None


@pytest.mark.parametrize(
    ("target", "volume"),
    [
        ("\\\\?\\Volume{0b2c1f6e-0000-0000-0000-100000000000}\\", True),
        ("\\\\?\\Volume{0b2c1f6e-0000-0000-0000-100000000000}", True),
        ("\\\\?\\Volume{0b2c1f6e-0000-0000-0000-100000000000}\\Users", False),
        ("\\\\?\\C:\\Users", False),
        ("C:\\Users", False),
        ("", False),
    ],
)
def test_mounted_volumes_are_told_from_junctions(target: str, volume: bool) -> None:
    assert places._names_volume(target) is volume


@given(st.integers(1, 200))
def test_every_error_of_the_system_is_an_ending(number: int) -> None:
    outcome, cause, detail = ending_of(OSError(number, "x"))
    assert (outcome is Outcome.VANISHED) or (outcome is Outcome.UNREADABLE and cause is not Cause.NONE)
    assert detail


def test_the_report_counts_each_item_once() -> None:
    report = Report()
    report.count(10, 1000)
    report.end(Outcome.SCANNED, Cause.NONE, 4, 400)
    report.end_item((b"/a",), Outcome.UNREADABLE, Cause.NO_PERMISSION, "EACCES", 100)
    report.end_item((b"/b",), Outcome.EMPTY, Cause.NONE, "", 0)
    report.end_rest()
    report.end_rest()
    assert (report.items_ended, report.bytes_ended) == (10, 1000)
    events = report.take()
    assert [type(event).__name__ for event in events] == ["Counted", "ItemTrouble", "ItemsEnded"]
    assert report.take() == []


def test_hand_written_messages_are_what_the_encoder_writes() -> None:
    assert protocol.line(protocol.Next(7)) == b'["n",7]\n'
    assert protocol.line(protocol.Begin(7)) == b'["b",7]\n'


@given(st.binary(max_size=300))
def test_no_line_breaks_the_decoder_but_by_its_own_error(line: bytes) -> None:
    decoder = msgspec.json.Decoder(protocol.WorkerMessage)
    with contextlib.suppress(*protocol.UNDECODABLE):
        decoder.decode(line)


def test_the_deepest_path_fits_into_a_line() -> None:
    from medscan_gui.engine import limits

    entries = protocol.Entries(
        limits.MAX_NUMBER,
        b"\xff" * limits.PATH_BYTES,
        b"\xff" * (limits.BATCH_NAMES + limits.NAME_BYTES),
        [limits.MAX_NUMBER] * limits.BATCH_ITEMS,
        b"\xff" * 16,
        b"\xff" * 8 * limits.BATCH_ITEMS,
    )
    assert len(protocol.line(entries)) < limits.LINE_BYTES
    folders = protocol.Folders(
        b"\xff" * (limits.BATCH_NAMES + limits.NAME_BYTES), b"\xff" * 16 * limits.FOLDERS_AT_ONCE
    )
    assert len(protocol.line(folders)) < limits.LINE_BYTES
