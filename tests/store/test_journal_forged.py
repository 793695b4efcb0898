"""Lists that somebody falsified with plain SQL: found, told, and made again from the entries."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from medscan_gui.core.acceptance import Acceptance
from medscan_gui.core.action import ActionItem, ActionKind, ActionStop, ItemResult, ProcedureStep
from medscan_gui.core.device import Device, Target
from medscan_gui.core.policy import PolicyCard, StoredCard
from medscan_gui.core.record import ScanRecord
from medscan_gui.core.words import Light, Stop, TargetKind
from medscan_gui.store import comparison, cut_off, entries, opening
from medscan_gui.store.expected import Expected
from medscan_gui.store.journal import Journal, JournalError, JournalProblem
from tests.store.records import (
    NOON,
    SCANNER,
    STICK,
    act,
    action,
    begun,
    ended,
    finding,
    follow_up,
    item,
    journal_file,
    scan,
    stub,
)

HIDE_ALL = (
    "UPDATE index_scans SET light = 'blue', verdict = 'no_threat', threats = 0; DELETE FROM index_open_threats"
)
FORGERIES = [
    HIDE_ALL,
    "UPDATE index_scans SET light = 'blue' WHERE scan_id = 'scan-2'",
    "UPDATE index_scans SET verdict = 'no_threat' WHERE scan_id = 'scan-2'",
    "UPDATE index_scans SET threats = 0 WHERE scan_id = 'scan-2'",
    "UPDATE index_scans SET not_read = 0 WHERE scan_id = 'scan-3'",
    "UPDATE index_scans SET stop = 'completed' WHERE scan_id = 'scan-4'",
    "UPDATE index_scans SET device_id = 'device-stick' WHERE scan_id = 'scan-3'",
    "UPDATE index_scans SET operator = 'Somebody Else' WHERE scan_id = 'scan-2'",
    "UPDATE index_scans SET target = '/elsewhere' WHERE scan_id = 'scan-2'",
    "UPDATE index_scans SET started = '2020-01-01T00:00:00Z' WHERE scan_id = 'scan-2'",
    "UPDATE index_scans SET search = '' WHERE scan_id = 'scan-2'",
    "UPDATE index_scans SET end_sequence = 5 WHERE scan_id = 'scan-1'",
    "UPDATE index_scans SET sequence = 1 WHERE scan_id = 'scan-2'",
    "UPDATE index_scans SET threats = '1' || '0' WHERE scan_id = 'scan-2'",
    "DELETE FROM index_scans WHERE scan_id = 'scan-2'",
    "INSERT INTO index_scans SELECT 'scan-x', sequence, end_sequence, started, ended, device_id, operator, target,"
    " target_kind, target_key, light, verdict, stop, threats, not_read, accepted, follows, action, day, search"
    " FROM index_scans WHERE scan_id = 'scan-1'",
    "UPDATE index_scans SET target_key = x'00' WHERE scan_id = 'scan-2'",
    "DELETE FROM index_open_threats",
    "UPDATE index_open_threats SET threats = 0",
    "UPDATE index_open_threats SET target = '{}'",
    "UPDATE index_devices SET name = 'Other' WHERE device_id = 'device-scanner'",
    "UPDATE index_devices SET saved = 1 WHERE device_id = 'device-scanner'",
    "DELETE FROM index_devices WHERE device_id = 'device-pump'",
    "DELETE FROM index_findings",
    "UPDATE index_findings SET search = 'harmless'",
    "INSERT INTO index_findings SELECT * FROM index_findings",
    "DELETE FROM index_suggestions WHERE value = 'Zoé'",
    "UPDATE index_scans SET operator = CAST(x'ff' AS TEXT) WHERE scan_id = 'scan-2'",
    "UPDATE index_open_threats SET sources = '[]'",
    "UPDATE index_open_threats SET sources = CAST('[]' AS BLOB)",
    "UPDATE index_scans SET follows = 'scan-1' WHERE scan_id = 'scan-2'",
    "UPDATE index_scans SET accepted = threats WHERE scan_id = 'scan-2'",
    "UPDATE index_scans SET day = '2099-01-01' WHERE scan_id = 'scan-1'",
    "UPDATE index_devices SET make_key = 'x' WHERE device_id = 'device-pump'",
    "DELETE FROM index_actions",
    "UPDATE index_actions SET done = 9 WHERE action_id = 'action-6'",
    "UPDATE index_actions SET operator = 'Somebody Else' WHERE action_id = 'action-6'",
    "UPDATE index_actions SET end_sequence = NULL, stop = '' WHERE action_id = 'action-6'",
    "UPDATE index_actions SET sequence = 2 WHERE action_id = 'action-6'",
    "UPDATE index_actions SET kind = 'settle' WHERE action_id = 'action-7'",
    "UPDATE index_actions SET kind = 'restore' WHERE action_id = 'action-8'",
    "DELETE FROM index_actions WHERE kind = 'settle'",
    "DELETE FROM index_action_items",
    "INSERT INTO index_action_items VALUES ('action-x', 'x')",
    "UPDATE index_action_items SET search = 'harmless'",
    "DELETE FROM index_acceptances",
    "UPDATE index_acceptances SET sha256 = 'c0' || substr(sha256, 3)",
    "INSERT INTO index_acceptances SELECT printf('%064d', 1), sequence FROM index_acceptances LIMIT 1",
    "UPDATE index_acceptances SET sequence = sequence - 1 WHERE sha256 LIKE 'bb%'",
    "DELETE FROM index_cards",
    "UPDATE index_cards SET present = 0",
    "UPDATE index_cards SET next_scan = '2099-01-01'",
    "UPDATE index_cards SET interval_days = '30 '",
    "UPDATE index_cards SET device_id = 'device-pump' WHERE device_id = 'device-stick'",
    "DELETE FROM index_steps",
    "UPDATE index_steps SET step = 'call'",
    "UPDATE index_steps SET scan_id = 'scan-1'",
    "DROP TABLE index_cards",
    "DROP TABLE index_findings",
    "ALTER TABLE index_open_threats RENAME COLUMN threats TO thrests",
    "DROP INDEX index_scans_light",
    "CREATE TRIGGER hide AFTER INSERT ON index_scans BEGIN UPDATE index_scans SET light = 'blue'; END",
    "CREATE TRIGGER hide AFTER INSERT ON entries BEGIN DELETE FROM index_open_threats; END",
    "DROP TRIGGER entries_never_change",
    "CREATE TABLE kept AS SELECT * FROM index_scans; DROP TABLE index_scans;"
    "CREATE VIEW index_scans AS SELECT * FROM kept",
]


def fill(journal: Journal) -> None:
    """Record scans of every light, a saved device, threats that are open."""
    scan(journal, 1, operator="Zoé")
    scan(journal, 2, (finding(), finding("Other", path=b"/media/stick/b")), operator="Zoé")
    scan(journal, 3, device=SCANNER, not_read=3)
    scan(journal, 4, device=SCANNER, stop=Stop.CANCELLED)
    journal.save_device(Device(id="device-pump", name="Pompe"))


@pytest.fixture
def busy(journal: Journal) -> Journal:
    fill(journal)
    return journal


def decide(busy: Journal) -> None:
    """Add actions, accepted files, cards and ticked steps."""
    act(busy, action(8, item(), kind=ActionKind.SETTLE))
    act(busy, action(6, item(), operator="Zoé", scan_id="scan-2"))
    act(busy, action(7, item(), kind=ActionKind.RESTORE))
    for sha256 in ("aa" * 32, "bb" * 32):
        busy.accept(Acceptance(sha256=sha256, reason="Outil", person="Zoé", accepted="x"))
    saved = "2026-11-01T08:00:00.000Z"
    busy.save_card(StoredCard(make="ACME", model="P-1", card=PolicyCard(), saved=saved))
    busy.save_card(StoredCard(device_id=STICK.id, card=PolicyCard(next_scan="2026-12-01"), saved=saved))
    for done in (True, False):
        busy.tick(ProcedureStep(scan_id="scan-2", device_id=STICK.id, step="isolate", text="Isoler", done=done, at="x"))


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of such a journal, made once."""
    folder = tmp_path_factory.mktemp("recorded")
    journal = Journal.open(folder, removable=False)
    fill(journal)
    decide(journal)
    journal.close()
    return journal_file(folder)


@pytest.fixture
def decided(recorded: Path, folder: Path) -> Iterator[Journal]:
    """A copy of it, open."""
    folder.mkdir()
    shutil.copy(recorded, journal_file(folder))
    journal = Journal.open(folder, removable=True)
    yield journal
    journal.close()


def shown(journal: Journal) -> tuple[object, ...]:
    searches = tuple(journal.scans(search=word) for word in ("conficker", "zoe", "b 0042"))
    decisions = journal.acceptances(), journal.cards(), journal.steps("scan-2"), journal.history(search="a.exe")
    return journal.history(), journal.devices(), journal.suggestions("operator"), searches, decisions


def forge(folder: Path, statements: str) -> None:
    connection = sqlite3.connect(journal_file(folder))
    connection.executescript(statements)
    connection.close()


@pytest.mark.parametrize("statements", FORGERIES)
def test_verify_finds_tells_and_mends(
    decided: Journal, folder: Path, statements: str, caplog: pytest.LogCaptureFixture
) -> None:
    before = shown(decided)
    forge(folder, statements)
    report = decided.verify()
    assert (report.ok, report.lists_agree, report.lists_rebuilt) == (True, False, True)
    assert "made again" in caplog.text
    assert shown(decided) == before
    again = decided.verify()
    assert (again.ok, again.lists_agree, again.lists_rebuilt) == (True, True, False)
    scan(decided, 5, (finding(),))
    assert decided.scans()[0].light is Light.RED


@pytest.mark.parametrize("statements", FORGERIES)
def test_opening_mends_and_the_first_check_tells(
    decided: Journal, folder: Path, statements: str, caplog: pytest.LogCaptureFixture
) -> None:
    before = shown(decided)
    decided.close()
    forge(folder, statements)
    again = Journal.open(folder, removable=True)
    assert shown(again) == before
    assert "made again" in caplog.text
    told, silent = again.verify(), again.verify()
    assert (told.ok, told.lists_agree, told.lists_rebuilt) == (True, False, True)
    assert (silent.ok, silent.lists_agree, silent.lists_rebuilt) == (True, True, False)
    again.close()


def test_sound_lists_are_left_alone(decided: Journal, folder: Path) -> None:
    decided.close()
    before = journal_file(folder).read_bytes()
    again = Journal.open(folder, removable=True)
    report = again.verify()
    assert (report.ok, report.lists_agree, report.lists_rebuilt) == (True, True, False)
    again.close()
    assert journal_file(folder).read_bytes() == before


def test_lists_of_a_broken_chain_are_evidence(busy: Journal, folder: Path) -> None:
    forge(folder, "DROP TRIGGER entries_never_change; UPDATE entries SET written = 'never' WHERE sequence = 3")
    forge(folder, HIDE_ALL)
    before = journal_file(folder).read_bytes()
    report = busy.verify()
    assert (report.ok, report.first_bad_sequence, report.lists_rebuilt) == (False, 3, False)
    assert journal_file(folder).read_bytes() == before


def test_entries_cut_off_the_end_are_not_mended_away(busy: Journal, folder: Path) -> None:
    busy.close()
    forge(folder, "DROP TRIGGER entries_never_go; DELETE FROM entries WHERE sequence > 6")
    before = journal_file(folder).read_bytes()
    with pytest.raises(JournalError) as error:
        Journal.open(folder, removable=True)
    assert error.value.code is JournalProblem.DAMAGED
    assert journal_file(folder).read_bytes() == before


# --- large journals: the newest entries are compared when they are opened ---


@pytest.fixture
def large(busy: Journal, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A closed journal that counts as large: of its ten entries, the last six are compared (scans 2, 3, 4)."""
    monkeypatch.setattr(opening, "COMPARED_WHOLE", 5)
    monkeypatch.setattr(opening, "TAIL_COMPARED", 6)
    busy.close()
    return folder


@pytest.mark.parametrize(
    "statements",
    [
        HIDE_ALL,
        "UPDATE index_scans SET light = 'blue' WHERE scan_id = 'scan-2'",
        "UPDATE index_scans SET not_read = 0 WHERE scan_id = 'scan-3'",
        "UPDATE index_scans SET sequence = 9 WHERE scan_id = 'scan-3'",
        "UPDATE index_scans SET end_sequence = 3, light = 'blue' WHERE scan_id = 'scan-2'",
        "DELETE FROM index_scans WHERE scan_id = 'scan-4'",
        "DELETE FROM index_open_threats",
        "UPDATE index_open_threats SET threats = 1",
        "DROP TABLE index_scans",
        "CREATE TRIGGER hide AFTER INSERT ON index_scans BEGIN UPDATE index_scans SET light = 'blue'; END",
    ],
)
def test_the_newest_of_a_large_journal_are_mended(
    large: Path, statements: str, caplog: pytest.LogCaptureFixture
) -> None:
    forge(large, statements)
    journal = Journal.open(large, removable=True)
    assert [summary.light for summary in journal.scans()] == [Light.AMBER, Light.AMBER, Light.RED, Light.BLUE]
    assert journal.scans()[2].threats == 2
    assert "made again" in caplog.text
    journal.close()


@pytest.mark.parametrize(
    "statements",
    [
        "UPDATE index_actions SET done = 9 WHERE action_id = 'action-7'",
        "DELETE FROM index_actions WHERE action_id = 'action-7'",
        "DELETE FROM index_acceptances WHERE sha256 LIKE 'bb%'",
        "UPDATE index_acceptances SET sequence = 1 WHERE sha256 LIKE 'bb%'",
        "UPDATE index_cards SET next_scan = '' WHERE device_id = 'device-stick'",
        "DELETE FROM index_steps",
        "UPDATE index_steps SET sequence = sequence - 1",
        "UPDATE index_open_threats SET threats = 0",
    ],
)
def test_the_newest_decisions_of_a_large_journal_are_mended(
    decided: Journal,
    folder: Path,
    statements: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    before = shown(decided)
    monkeypatch.setattr(opening, "COMPARED_WHOLE", 5)
    monkeypatch.setattr(opening, "TAIL_COMPARED", 8)
    decided.close()
    Journal.open(folder, removable=True).close()
    assert not caplog.text
    forge(folder, statements)
    journal = Journal.open(folder, removable=True)
    assert shown(journal) == before
    assert "made again" in caplog.text
    journal.close()


def test_what_is_older_in_a_large_journal_is_found_by_verify(large: Path, caplog: pytest.LogCaptureFixture) -> None:
    forge(large, "UPDATE index_scans SET light = 'red' WHERE scan_id = 'scan-1'")
    journal = Journal.open(large, removable=True)
    assert journal.scans()[-1].light is Light.RED
    assert not caplog.text
    assert journal.verify().lists_rebuilt
    assert journal.scans()[-1].light is Light.BLUE
    journal.close()


# --- two ways to derive the same ---

_PLACES = [
    Target(kind=TargetKind.COMPUTER, paths=(b"/",)),
    Target(kind=TargetKind.FOLDER, paths=(b"/opt/pacs",)),
    Target(kind=TargetKind.VOLUME, paths=(b"/mnt/a",), volume_id="V1", removable=True),
    Target(kind=TargetKind.VOLUME, paths=(b"/mnt/b",), volume_id="V1", removable=True),
]
_events = st.tuples(
    st.sampled_from(
        ["begin", "finish", "cut", "save", "follow", "start", "end", "died", "accept", "withdraw", "card", "tick"]
    ),
    st.integers(0, 4),
    st.sampled_from([STICK, SCANNER, Device(id=STICK.id, name="Renommée")]),
    st.sampled_from(_PLACES),
    st.integers(0, 2),
    st.sampled_from([Stop.COMPLETED, Stop.COMPLETED, Stop.CANCELLED]),
    st.sampled_from(["", "Zoé", "Ali"]),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40)
@given(events=st.lists(_events, max_size=20), tail=st.integers(1, 20))
def test_any_order_of_entries_agrees_with_its_lists(
    tmp_path_factory: pytest.TempPathFactory, events: list[tuple[object, ...]], tail: int
) -> None:
    """Honest lists never look forged, whatever came in whatever order: nobody must learn to ignore the sentence."""
    journal = Journal.open(tmp_path_factory.mktemp("any"), removable=False)
    for what, number, device, target, count, stop, operator in events:
        _happen(journal, str(what), stub(number, device=device, target=target, operator=operator), count, stop)  # type: ignore[arg-type]
    with journal._reading() as connection:
        expected, end = Expected(), entries.head_of(connection).sequence
        for entry in entries.all_entries(connection):
            expected.follow(entry)
        assert comparison.lists_agree(connection, expected)
        assert comparison.newest_agree(connection, end, tail)
    journal.rebuild_lists()
    assert journal.verify().lists_agree
    journal.close()


def _happen(journal: Journal, what: str, stub_: ScanRecord, count: int, stop: Stop) -> None:
    if what == "begin":
        journal.begin_scan(stub_)
        journal._running.release(stub_.id)
    elif what == "save":
        journal.save_device(stub_.device)
    elif what == "cut":
        with journal._writing() as connection:
            cut_off.enter(connection, {stub_.id}, NOON)
    elif what in {"finish", "follow"}:
        _finish(journal, what, ended(stub_, (finding(),) * count, stop=stop))
    elif what in {"start", "end", "died"}:
        _act(journal, what, stub_, count)
    else:
        _decide(journal, what, stub_, count)


def _finish(journal: Journal, what: str, record: ScanRecord) -> None:
    if what == "follow":
        number = 100 + int(record.id.removeprefix("scan-"))
        record = follow_up(record, number, len(record.findings) // 2, stop=record.stop)
    with suppress(ValueError):  # another result of the same scan is refused
        journal.finish_scan(record)


def _act(journal: Journal, what: str, stub_: ScanRecord, count: int) -> None:
    number = int(stub_.id.removeprefix("scan-"))
    items: tuple[ActionItem, ...] = (item(), item(b"/x", ItemResult.UNCERTAIN))[:count]
    kind = ActionKind.RESTORE if number % 2 else ActionKind.CLEAN_UP
    stop = ActionStop.CUT_OFF if what == "died" else ActionStop.COMPLETED
    record = action(number, *items, kind=kind, stop=stop, device=stub_.device, target=stub_.target)
    if what == "start":
        journal.begin_action(begun(record))
        journal._running.release(record.id)
        return
    with suppress(ValueError):
        journal.finish_action(record)


def _decide(journal: Journal, what: str, stub_: ScanRecord, count: int) -> None:
    if what == "card":
        card = PolicyCard(interval_days=count) if count else None
        journal.save_card(StoredCard(device_id=stub_.device.id, card=card, saved=stub_.started))
    elif what == "tick":
        tick = ProcedureStep(
            scan_id=stub_.id, device_id=stub_.device.id, step="a", text="A", done=bool(count), at=stub_.started
        )
        journal.tick(tick)
    else:
        digest = f"{count:064d}"
        journal.accept(
            Acceptance(sha256=digest, reason="r", person="p", accepted=stub_.started, withdrawn=what == "withdraw")
        )
