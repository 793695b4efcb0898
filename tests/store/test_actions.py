"""Actions in the journal: begun, ended, cut off; what lists say of them; hostile ones."""

from pathlib import Path

import msgspec
import pytest

from medscan_gui.core.action import ActionKind, ActionStop, ItemResult
from medscan_gui.core.record import canonical_json
from medscan_gui.store import entries, index
from medscan_gui.store.journal import Journal, JournalError, JournalProblem, NoJournal
from tests.store.processes import run
from tests.store.records import NOON, SCANNER, STICK, act, action, begun, ended, finding, item, scan, stub


def number_of_entries(journal: Journal) -> int:
    return journal.head().sequence


def test_an_action_is_recorded_before_it_begins(journal: Journal) -> None:
    journal.begin_action(begun(action(1, wanted=3, operator="Zoé")))
    (shown,) = journal.actions()
    assert (shown.running, shown.stop, shown.ended, shown.wanted, shown.operator) == (True, None, "", 3, "Zoé")
    assert journal.action("action-1").items == ()


def test_the_record_comes_back_whole_and_the_list_counts_it(journal: Journal) -> None:
    items = (
        item(),
        item(b"/media/stick/\xff\xfe", ItemResult.NOT_DONE),
        item(b"/media/stick/c", ItemResult.NOT_DONE),
        item(b"/media/stick/d", ItemResult.UNCERTAIN),
    )
    record = act(journal, action(1, *items, kind=ActionKind.EXPORT, destination="/tmp/x.zip", scan_id="scan-1"))
    assert journal.action("action-1") == record
    (shown,) = journal.actions()
    assert (shown.id, shown.kind, shown.scan_id, shown.destination) == (
        "action-1",
        ActionKind.EXPORT,
        "scan-1",
        "/tmp/x.zip",
    )
    assert (shown.wanted, shown.done, shown.not_done, shown.uncertain) == (4, 1, 2, 1)
    assert (shown.stop, shown.running, shown.device) == (ActionStop.COMPLETED, False, STICK)
    assert (shown.started, shown.ended, shown.target) == (record.started, record.ended, record.target.shown)


def test_the_position_is_that_of_the_end(journal: Journal) -> None:
    journal.begin_action(begun(action(1)))
    position = journal.finish_action(action(1))
    assert (position.sequence, position) == (3, journal.action_position("action-1"))
    assert journal.head() == position


def test_finishing_twice_enters_once(journal: Journal) -> None:
    act(journal, action(1, item()))
    before = number_of_entries(journal)
    journal.finish_action(action(1, item()))
    assert number_of_entries(journal) == before
    with pytest.raises(ValueError, match="another result"):
        journal.finish_action(action(1))
    assert journal.action("action-1").items


def test_an_end_without_a_beginning_is_not_lost(journal: Journal) -> None:
    journal.finish_action(action(1, item()))
    assert journal.actions()[0].done == 1


def test_what_is_alive_is_not_dead(journal: Journal) -> None:
    journal.begin_action(begun(action(1)))
    assert journal.dead_actions() == ()
    journal.finish_action(action(1))
    assert journal.dead_actions() == ()


def test_what_began_and_died_is_told_until_it_is_settled(journal: Journal, folder: Path) -> None:
    stubs = [begun(action(number, wanted=2)) for number in (1, 2)]
    for one in stubs:
        journal.begin_action(one)
    journal.close()
    again = Journal.open(folder, removable=True)
    assert again.dead_actions() == tuple(stubs)
    again.finish_action(msgspec.structs.replace(stubs[0], items=(item(result=ItemResult.UNCERTAIN),)))
    assert again.dead_actions() == (stubs[1],)
    (_, settled) = again.actions()
    assert (settled.stop, settled.uncertain, settled.running) == (ActionStop.CUT_OFF, 1, False)
    assert again.verify().lists_agree
    again.close()


def test_an_action_of_a_killed_program_is_dead(folder: Path) -> None:
    assert run("begin_action_and_die", folder) == ["begun"]
    journal = Journal.open(folder, removable=True)
    assert [stub.id for stub in journal.dead_actions()] == ["action-1"]
    journal.close()


def test_an_action_of_another_living_program_is_not_dead(journal: Journal, folder: Path) -> None:
    journal.begin_action(begun(action(1)))
    other = Journal.open(folder, removable=True)
    assert other.dead_actions() == ()
    other.close()


def test_a_result_outranks_cut_off_and_is_not_replaced_by_it(journal: Journal) -> None:
    """Where locks fail (a network share), a living action may be taken for dead."""
    journal.begin_action(begun(action(1)))
    journal.finish_action(action(1, item(result=ItemResult.UNCERTAIN), stop=ActionStop.CUT_OFF))
    whole = action(1, item())
    position = journal.finish_action(whole)
    assert journal.finish_action(action(1, stop=ActionStop.CUT_OFF)) == position
    assert journal.action("action-1") == whole
    assert (journal.actions()[0].done, journal.actions()[0].uncertain) == (1, 0)
    assert journal.verify().lists_agree
    journal.rebuild_lists()
    assert journal.actions()[0].done == 1


def test_two_that_find_the_same_dead_action_settle_it_once(journal: Journal) -> None:
    journal.begin_action(begun(action(1)))
    first = journal.finish_action(action(1, stop=ActionStop.CUT_OFF))
    assert journal.finish_action(action(1, item(), stop=ActionStop.CUT_OFF)) == first


def test_nothing_is_dead_in_a_journal_that_cannot_be_written(
    journal: Journal, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal.begin_action(begun(action(1)))
    journal.close()
    again = Journal.open(folder, removable=True)
    monkeypatch.setattr(again._database, "read_only", True)
    assert again.dead_actions() == ()
    assert len(again.actions()) == 1
    with pytest.raises(JournalError) as error:
        again.begin_action(begun(action(2)))
    assert error.value.code is JournalProblem.READ_ONLY
    again.close()


def test_unknown_actions(journal: Journal) -> None:
    for ask in (journal.action, journal.action_position, NoJournal().action, NoJournal().action_position):
        with pytest.raises(JournalError) as error:
            ask("nobody")
        assert error.value.code is JournalProblem.UNKNOWN_ACTION


def test_half_a_character_is_refused_in_words_and_holds_nothing(journal: Journal, folder: Path) -> None:
    with pytest.raises(JournalError) as error:
        journal.begin_action(begun(action(1, operator="Zo\ud800")))
    assert error.value.code is JournalProblem.NOT_TEXT
    assert number_of_entries(journal) == 1
    assert not list((folder / "running").glob("*"))


def test_actions_of_a_device_and_of_a_scan(journal: Journal) -> None:
    act(journal, action(1, scan_id="scan-1"))
    act(journal, action(2, scan_id="scan-1", kind=ActionKind.RESTORE))
    act(journal, action(3, scan_id="scan-9", device=SCANNER))
    assert [shown.id for shown in journal.actions()] == ["action-3", "action-2", "action-1"]
    assert [shown.id for shown in journal.actions(STICK.id)] == ["action-2", "action-1"]
    assert [shown.id for shown in journal.actions(scan_id="scan-1", limit=1)] == ["action-2"]
    assert [shown.id for shown in journal.actions(SCANNER.id, scan_id="scan-1")] == []


def test_a_device_that_only_an_action_names_is_known(journal: Journal) -> None:
    act(journal, action(1, device=SCANNER, operator="Ali"))
    (shown,) = journal.devices()
    assert (shown.device, shown.never_scanned) == (SCANNER, True)
    assert journal.suggestions("operator") == ("Ali",)


# --- bodies of somebody else's ---


def enter(journal: Journal, kind: str, body: bytes) -> None:
    with journal._database.writing() as connection:
        index.add(connection, entries.append(connection, kind, body, NOON))


def changed(record: object, **fields: object) -> bytes:
    return msgspec.json.encode({**msgspec.json.decode(canonical_json(record)), **fields}, order="sorted")


KINDS = (
    "scan_finished",
    "device_saved",
    "action_started",
    "action_ended",
    "file_accepted",
    "card_saved",
    "step_ticked",
)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff{",
        b"{}",
        b"null",
        b'{"id": 1}',
        b'{"sha256": "\\ud800"}',
        b"[" * 100_000,
        b'{"zzz": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'"' + b"x" * 1_000_000 + b'"',
    ],
    ids=["empty", "no text", "no field", "null", "wrong type", "half character", "deep", "deep field", "long"],
)
def test_bodies_that_cannot_be_read_change_no_list(journal: Journal, kind: str, body: bytes) -> None:
    scan(journal, 1)
    before = journal.history(), journal.devices(), journal.acceptances(), journal.cards(), journal.steps("scan-1")
    enter(journal, kind, body)
    after = journal.history(), journal.devices(), journal.acceptances(), journal.cards(), journal.steps("scan-1")
    assert after == before
    report = journal.verify()
    assert (report.ok, report.lists_agree) == (True, True)


@pytest.mark.parametrize(
    "fields",
    [
        {"wanted": 10**30},
        {"wanted": -(10**30)},
        {"kind": "wipe"},
        {"items": [{"chain": [], "result": "done"}]},
        {"items": [{"chain": ["/w=="] * 5_000, "result": "done", "size": 10**40}]},
        {"started": "yesterday", "ended": "\u202e"},
        {"operator": "x" * 300_000, "reason": "\x00", "destination": "\u202egpj.exe"},
        {"device": {"id": ""}},
        {"from_the_future": [1, {"a": 2}]},
    ],
)
def test_hostile_actions_are_listed_or_left_alone(journal: Journal, fields: dict[str, object]) -> None:
    enter(journal, "action_ended", changed(action(1, item()), **fields))
    assert len(journal.actions()) in {0, 1}
    assert journal.verify().lists_agree
    journal.rebuild_lists()
    assert journal.verify().lists_agree


@pytest.mark.parametrize("count", [10**30, -(10**30), 2**63])
def test_impossible_counts_of_scans_are_bounded(journal: Journal, count: int) -> None:
    record = msgspec.json.decode(canonical_json(ended(stub(1), (finding(),))))
    record["evidence"] |= {"threats_found": count, "threats_accepted": count, "threats_removed": -count}
    enter(journal, "scan_finished", msgspec.json.encode(record, order="sorted"))
    assert journal.verify().lists_agree
    assert all(abs(shown.threats) < 2**63 for shown in journal.scans())
    journal.rebuild_lists()


def test_nonsense_in_the_lists_costs_no_entry(journal: Journal, folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Somebody falsified the list of open threats while the journal is open: the next result is recorded."""
    scan(journal, 1, (finding(),))
    with journal._database.writing() as connection:
        connection.exec_driver_sql("UPDATE index_open_threats SET sources = CAST('[[1]]' AS BLOB), target = 5")
    scan(journal, 2, (finding(), finding()))
    assert "made again" in caplog.text
    assert [shown.threats for shown in journal.scans()] == [2, 1]
    assert journal.devices()[0].threats_open == 2
    assert journal.verify().lists_rebuilt
