"""When a later scan may say that earlier threats are gone."""

from collections.abc import Callable

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medscan_gui.core.action import ActionItem, ActionKind, ActionRecord, ActionStop, ItemResult
from medscan_gui.core.coverage import Coverage, CoverageLine
from medscan_gui.core.device import Target
from medscan_gui.core.finding import Finding
from medscan_gui.core.messages import Message
from medscan_gui.core.policy import CardInForce, CardOrigin, PolicyCard
from medscan_gui.core.record import ScanRecord
from medscan_gui.core.verdict import decide
from medscan_gui.core.words import Cause, Light, Outcome, ScanDepth, Stop, TargetKind
from medscan_gui.store import open_threats
from medscan_gui.store.cut_off import cut_off_record
from medscan_gui.store.journal import Journal
from medscan_gui.store.open_threats import SOURCES_KEPT, OpenThreats, covers, target_key
from tests.store.records import FOLDER, act, action, ended, finding, follow_up, item, scan, stub

DISK = Target(kind=TargetKind.COMPUTER, paths=(b"/",))
QUICK = msgspec.structs.replace(DISK, depth=ScanDepth.QUICK)
PACS = Target(kind=TargetKind.FOLDER, paths=(b"/opt/pacs",))


def folder(*paths: bytes, **facts: object) -> Target:
    return Target(kind=TargetKind.FOLDER, paths=paths, **facts)  # type: ignore[arg-type]


def volume(path: bytes, volume_id: str) -> Target:
    return Target(kind=TargetKind.VOLUME, paths=(path,), volume_id=volume_id, removable=True)


@pytest.mark.parametrize(
    ("wide", "narrow", "expected"),
    [
        (folder(b"/a"), folder(b"/a"), True),
        (folder(b"/"), folder(b"/a/b"), True),
        (folder(b"/a"), folder(b"/a/b"), True),
        (folder(b"/a/b"), folder(b"/a"), False),
        (folder(b"/a"), folder(b"/ab"), False),
        (folder(b"/a", b"/b"), folder(b"/b/c", b"/a/d"), True),
        (folder(b"/a"), folder(b"/a/x", b"/b"), False),
        (folder(b"C:\\"), folder(b"C:\\Users"), True),
        (folder(b"C:\\Use"), folder(b"C:\\Users"), False),
        (volume(b"/media/a", "1A2B-3C4D"), volume(b"/media/b", "1A2B-3C4D"), True),
        (volume(b"/media/a", "1A2B-3C4D"), volume(b"/media/a", "FFFF-0000"), False),
        (volume(b"/media/a", "1A2B-3C4D"), folder(b"/media/a/x", volume_id="1A2B-3C4D", removable=True), True),
        (folder(b"/"), volume(b"/media/a", "1A2B-3C4D"), False),
        # What a quick scan did not find may be in all that it leaves out.
        (QUICK, DISK, False),
        (QUICK, folder(b"/home"), False),
        (QUICK, QUICK, True),
        (DISK, QUICK, True),
        # What was found in a computer may be in its memory.
        (folder(b"/"), DISK, False),
        (DISK, folder(b"/home"), True),
    ],
)
def test_covers(wide: Target, narrow: Target, expected: bool) -> None:
    assert covers(wide, narrow) is expected


# --- clean-up and restoration, in the journal ---


def open_now(journal: Journal) -> int:
    return journal.devices()[0].threats_open


def threats(number: int) -> tuple[Finding, ...]:
    return tuple(finding(path=b"/media/stick/%d" % place) for place in range(number))


def found(journal: Journal, number: int, count: int, **facts: object) -> ScanRecord:
    return scan(journal, number, threats(count), **facts)


def verified(journal: Journal, record: ScanRecord) -> ScanRecord:
    journal.begin_scan(msgspec.structs.replace(stub(record.id.removeprefix("scan-")), follows=record.follows))
    journal.finish_scan(record)
    return record


def restored(number: int, *items: ActionItem, **facts: object) -> ActionRecord:
    return action(number, *items, kind=ActionKind.RESTORE, **facts)  # type: ignore[arg-type]


def test_a_green_scan_closes_what_it_verified_as_removed(journal: Journal) -> None:
    first = found(journal, 1, 3)
    assert open_now(journal) == 3
    green = verified(journal, follow_up(first, 2, 3))
    assert (green.light, open_now(journal)) == (Light.GREEN, 0)


def test_what_is_left_stays_and_a_second_clean_up_closes_it(journal: Journal) -> None:
    first = found(journal, 1, 5)
    half = verified(journal, follow_up(first, 2, 2))
    assert (half.light, open_now(journal)) == (Light.RED, 3)
    verified(journal, follow_up(half, 3, 5))
    assert open_now(journal) == 0


def test_what_it_finds_anew_is_open(journal: Journal) -> None:
    verified(journal, follow_up(found(journal, 1, 2), 2, 2, new=1))
    assert open_now(journal) == 1


def test_other_places_of_the_device_are_untouched(journal: Journal) -> None:
    found(journal, 1, 4, target=PACS)
    first = found(journal, 2, 2)
    verified(journal, follow_up(first, 3, 2))
    assert open_now(journal) == 4


def test_what_it_did_not_find_in_some_folders_is_not_gone(journal: Journal) -> None:
    """The verifying scan ran to its end and left nothing unread, but it read one folder of the stick."""
    found(journal, 1, 4)
    cancelled = found(journal, 2, 1, stop=Stop.CANCELLED)
    verified(journal, follow_up(cancelled, 3, 1))
    assert open_now(journal) == 4


@pytest.mark.parametrize("count", [4, 9])
def test_cleaning_one_scans_threats_leaves_those_of_another(journal: Journal, count: int) -> None:
    """Nobody knows whether a cancelled scan found the same threats: those of the complete one stay open."""
    found(journal, 1, 4)
    cancelled = found(journal, 2, count, stop=Stop.CANCELLED)
    assert open_now(journal) == count
    verified(journal, follow_up(cancelled, 3, count))
    assert open_now(journal) == 4


@pytest.mark.parametrize("stop", [Stop.CANCELLED, Stop.TARGET_GONE, Stop.ENGINE_FAILED])
def test_a_verifying_scan_that_stopped_early_closes_only_what_it_verified(journal: Journal, stop: Stop) -> None:
    verified(journal, follow_up(found(journal, 1, 3), 2, 1, stop=stop))
    assert open_now(journal) == 2


def test_a_verifying_scan_that_was_cut_off_closes_nothing(journal: Journal) -> None:
    first = found(journal, 1, 3)
    begun = msgspec.structs.replace(stub(2), follows=first.id)
    journal.begin_scan(begun)
    journal._running.release(begun.id)
    assert journal.recover_cut_off() == (begun.id,)
    assert cut_off_record(begun).follows == first.id
    assert open_now(journal) == 3
    assert journal.verify().lists_agree


@pytest.mark.parametrize(
    "fields", [{"threats_found": 1, "threats_removed": 1}, {"threats_removed": 4}, {"ended": False}]
)
def test_a_verifying_scan_whose_counts_do_not_add_up_closes_nothing(
    journal: Journal, fields: dict[str, object]
) -> None:
    record = follow_up(found(journal, 1, 3), 2, 3)
    verified(journal, msgspec.structs.replace(record, evidence=msgspec.structs.replace(record.evidence, **fields)))
    assert open_now(journal) == 3


def test_accepted_threats_are_not_open(journal: Journal) -> None:
    record = ended(stub(1), (finding(), finding("Other")))
    evidence = msgspec.structs.replace(record.evidence, threats_accepted=1)
    journal.finish_scan(msgspec.structs.replace(record, evidence=evidence, verdict=decide(evidence)))
    assert (open_now(journal), journal.scans()[0].accepted) == (1, 1)


def test_what_is_restored_is_open_again_until_a_complete_scan(journal: Journal) -> None:
    first = found(journal, 1, 3, target=STICK_FOLDER)
    verified(journal, follow_up(first, 2, 3))
    back = (item(), item(b"/media/stick/b", ItemResult.UNCERTAIN))
    off = item(b"/media/stick/c", place=b"/tmp/c")
    act(journal, restored(3, *back, off, item(b"/media/stick/d", ItemResult.NOT_DONE), target=STICK_FOLDER))
    assert open_now(journal) == 2
    found(journal, 4, 0, stop=Stop.CANCELLED, target=STICK_FOLDER)
    assert open_now(journal) == 2
    found(journal, 5, 0, target=STICK_FOLDER)
    assert open_now(journal) == 0


def count_back(action: ActionRecord) -> int:
    return sum(open_.threats for open_ in open_threats.after_action({}, action).values())


STICK_FOLDER = msgspec.structs.replace(FOLDER, removable=True)
WINDOWS = Target(kind=TargetKind.VOLUME, paths=(b"E:\\",), volume_id="1A2B-3C4D", removable=True)


@pytest.mark.parametrize(
    ("target", "path", "place", "expected"),
    [
        (FOLDER, b"/media/stick/a.exe", b"", 1),
        (FOLDER, b"/media/stick/a.exe", b"/media/stick/a.exe", 1),
        # Not removable: wherever it is, it is on that computer.
        (FOLDER, b"/media/stick/a.exe", b"/media/stick/other/a.exe", 1),
        (DISK, b"/opt/a.exe", b"/home/somebody/a.exe", 1),
        (PACS, b"/opt/pacs/a.exe", b"/home/somebody/a.exe", 1),
        # A folder of a stick.
        (STICK_FOLDER, b"/media/stick/a.exe", b"/media/stick/other/a.exe", 1),
        (STICK_FOLDER, b"/media/stick/a.exe", b"/media/sticky/a.exe", 0),
        (STICK_FOLDER, b"/media/stick/a.exe", b"/tmp/a.exe", 0),
        (STICK_FOLDER, b"/media/stick/a.exe", b"/tmp/../media/stick/a.exe", 1),
        (STICK_FOLDER, b"/media/stick/a.exe", b"here/a.exe", 1),
        # A stick that is mounted elsewhere by then.
        (volume(b"/media/a", "1A2B-3C4D"), b"/media/a/x/a.exe", b"/media/b/x/a.exe", 1),
        (volume(b"/media/a", "1A2B-3C4D"), b"/media/a/x/a.exe", b"/media/a/y/a.exe", 1),
        (volume(b"/media/a", "1A2B-3C4D"), b"/media/a/x/a.exe", b"/tmp/a.exe", 0),
        (volume(b"/media/a", "1A2B-3C4D"), b"/media/a/x/a.exe", b"/tmp/zx/a.exe", 0),
        (volume(b"/media/a/", "1A2B-3C4D"), b"/media/a/x/a.exe", b"/media/b/x/a.exe", 1),
        (volume(b"/", "1A2B-3C4D"), b"/x/a.exe", b"/media/b/x/a.exe", 1),
        (WINDOWS, b"E:\\x\\a.exe", b"F:\\x\\a.exe", 1),
        (WINDOWS, b"E:\\x\\a.exe", b"e:/found/a.exe", 1),
        (WINDOWS, b"E:\\x\\a.exe", b"\\\\?\\E:\\found\\a.exe", 1),
        (WINDOWS, b"E:\\x\\a.exe", b"C:\\found\\a.exe", 0),
    ],
)
def test_where_a_file_is_back(target: Target, path: bytes, place: bytes, expected: int) -> None:
    assert count_back(restored(1, item(path, place=place), target=target)) == expected


def test_a_stick_that_is_mounted_elsewhere_today_is_still_the_same_place(journal: Journal) -> None:
    before, today = volume(b"/media/a", "1A2B-3C4D"), volume(b"/media/b", "1A2B-3C4D")
    verified(journal, follow_up(found(journal, 1, 3, target=before), 2, 3))
    act(journal, restored(3, item(b"/media/a/x/a.exe", place=b"/media/b/x/a.exe"), target=before))
    assert open_now(journal) == 1
    found(journal, 4, 0, target=today)
    assert open_now(journal) == 0


# --- what was left half-way and is settled later ---

RESTORED_AFTER_ALL = Message.of("clean_up.settled_restored")


def settled(number: int, *items: ActionItem, **facts: object) -> ActionRecord:
    return action(number, *items, kind=ActionKind.SETTLE, **facts)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("result", "why", "expected"),
    [
        (ItemResult.DONE, None, 0),
        (ItemResult.DONE, RESTORED_AFTER_ALL, 1),
        (ItemResult.DONE, Message.of("clean_up.cut_off"), 0),
        (ItemResult.NOT_DONE, Message.of("clean_up.cut_off"), 0),
        (ItemResult.NOT_DONE, RESTORED_AFTER_ALL, 0),
        (ItemResult.UNCERTAIN, Message.of("clean_up.uncertain"), 0),
    ],
)
def test_what_settling_opens(result: ItemResult, why: Message | None, expected: int) -> None:
    assert count_back(settled(1, item(result=result, why=why))) == expected


def test_settled_as_restored_outside_the_stick_is_not_on_it() -> None:
    away = item(why=RESTORED_AFTER_ALL, place=b"/tmp/a.exe")
    assert count_back(settled(1, away, target=STICK_FOLDER)) == 0


def test_settling_in_the_journal(journal: Journal) -> None:
    first = found(journal, 1, 3)
    act(journal, settled(2, item()))
    assert open_now(journal) == 3
    verified(journal, follow_up(first, 3, 3))
    act(journal, settled(4, item(why=RESTORED_AFTER_ALL), item(b"/media/stick/b")))
    assert open_now(journal) == 1
    assert journal.verify().lists_agree
    found(journal, 5, 0)
    assert open_now(journal) == 0


def test_what_is_restored_adds_to_what_was_left(journal: Journal) -> None:
    verified(journal, follow_up(found(journal, 1, 3), 2, 1))
    act(journal, restored(3, item()))
    assert open_now(journal) == 3


@pytest.mark.parametrize("kind", [ActionKind.CLEAN_UP, ActionKind.DESTROY, ActionKind.EXPORT])
def test_other_actions_open_and_close_nothing(journal: Journal, kind: ActionKind) -> None:
    found(journal, 1, 3)
    act(journal, action(2, item(), item(), kind=kind))
    assert open_now(journal) == 3


def test_a_restoration_that_lived_after_all_counts_once(journal: Journal) -> None:
    journal.finish_action(msgspec.structs.replace(restored(1, item()), stop=ActionStop.CUT_OFF))
    journal.finish_action(restored(1, item(), item(b"/media/stick/b")))
    assert open_now(journal) == 2
    assert journal.verify().lists_agree


# --- folders of which only headers are looked at ---


def with_card(record: ScanRecord, *folders: str, skipped: int = 5) -> ScanRecord:
    line = CoverageLine(Outcome.SKIPPED_BY_POLICY, Cause.FOLDER_OF_CARD, skipped)
    coverage = Coverage(
        lines=(*record.coverage.lines, line), items_counted=record.coverage.items_counted + skipped, walk_complete=True
    )
    evidence = msgspec.structs.replace(record.evidence, coverage=coverage)
    card = CardInForce(card=PolicyCard(headers_only=folders), origin=CardOrigin.DEVICE)
    return msgspec.structs.replace(record, evidence=evidence, card=card, verdict=decide(evidence))


def test_a_scan_of_headers_does_not_clear_what_a_whole_scan_found(journal: Journal) -> None:
    found(journal, 1, 2)
    headers = with_card(ended(stub(2)), "Images")
    assert headers.light is Light.BLUE
    journal.finish_scan(headers)
    assert open_now(journal) == 2
    found(journal, 3, 0)
    assert open_now(journal) == 0


def test_a_scan_of_the_same_headers_clears_what_it_would_find_again(journal: Journal) -> None:
    journal.finish_scan(with_card(ended(stub(1), (finding(),)), "Images", "Archive"))
    journal.finish_scan(with_card(ended(stub(2)), "Images"))
    assert open_now(journal) == 1
    journal.finish_scan(with_card(ended(stub(3)), "Archive", "Images"))
    assert open_now(journal) == 0


def test_folders_that_held_nothing_change_nothing(journal: Journal) -> None:
    found(journal, 1, 2)
    journal.finish_scan(with_card(ended(stub(2)), "Images", skipped=0))
    assert open_now(journal) == 0


# --- bounds ---


def test_sources_of_one_place_are_bounded_and_nothing_is_forgotten() -> None:
    known: dict[bytes, OpenThreats] = {}
    for number in range(4 * SOURCES_KEPT):
        record = ended(stub(number), (finding(),) * (7 if number == 3 else 1), stop=Stop.CANCELLED)
        known = open_threats.after_scan(known, record)
        known = open_threats.after_action(known, restored(number, item()))
    (place,) = known.values()
    assert len(place.sources) == SOURCES_KEPT
    assert place.threats == 7 + 4 * SOURCES_KEPT
    assert open_threats.after_scan(known, ended(stub("last"))) == {}


# --- against a model: the files that are really there ---

_PLACES = (FOLDER, PACS, DISK)
_steps = st.lists(
    st.tuples(
        st.sampled_from(["infect", "scan", "scan", "cancelled", "clean", "clean", "restore"]),
        st.sampled_from(_PLACES),
        st.integers(1, 3),
    ),
    max_size=25,
)


class World:
    """Files of malware in places, as a simple model: what is there, what was found, what the quarantine holds."""

    def __init__(self) -> None:
        self.there: dict[int, Target] = {}
        self.known: set[int] = set()
        self.vault: dict[int, Target] = {}
        self.last: dict[bytes, tuple[ScanRecord, list[int]]] = {}
        self.open: dict[bytes, OpenThreats] = {}
        self.number = 0

    def do(self, what: str, place: Target, count: int) -> None:
        self.number += 1
        getattr(self, what)(place, count)

    def infect(self, place: Target, count: int) -> None:
        for offset in range(count):
            self.there[self.number * 10 + offset] = place

    def scan(self, place: Target, _count: int) -> None:
        self._scan(place, [file for file, where in self.there.items() if covers(place, where)], Stop.COMPLETED)

    def cancelled(self, place: Target, count: int) -> None:
        files = [file for file, where in self.there.items() if covers(place, where)]
        self._scan(place, files[-count:], Stop.CANCELLED)

    def _scan(self, place: Target, files: list[int], stop: Stop) -> None:
        record = ended(stub(self.number, target=place), (finding(),) * len(files), stop=stop)
        self.open = open_threats.after_scan(self.open, record)
        self.known |= set(files)
        self.last[target_key(place)] = record, files

    def clean(self, place: Target, count: int) -> None:
        """Clean up the last result of this place, or a part of it; what is gone already counts as removed."""
        record, files = self.last.get(target_key(place), (None, []))
        if record is None or not files:
            return
        gone = [file for file in files if file not in self.there]
        removed = [file for file in files if file in self.there][:count]
        for file in removed:
            self.vault[file] = self.there.pop(file)
        verifying = follow_up(record, self.number, len(gone) + len(removed))
        self.open = open_threats.after_scan(self.open, verifying)
        left = [file for file in files if file in self.there]
        rest = msgspec.structs.replace(verifying, findings=verifying.findings[len(files) - len(left) :])
        self.last[target_key(place)] = rest, left

    def restore(self, _place: Target, count: int) -> None:
        for file in list(self.vault)[:count]:
            where = self.vault.pop(file)
            self.there[file] = where
            back = self._ways[count % len(self._ways)](self.number, where)
            self.open = open_threats.after_action(self.open, back)
            self.number += 1

    #: How a file comes back: to its own place, to another folder of the computer, or found so by a settling.
    _ways: tuple[Callable[[int, Target], ActionRecord], ...] = (
        lambda number, where: restored(number, item(), target=where),
        lambda number, where: restored(number, item(place=b"/elsewhere/a.exe"), target=where),
        lambda number, where: settled(number, item(why=RESTORED_AFTER_ALL), target=where),
    )

    @property
    def counted(self) -> int:
        return sum(place.threats for place in self.open.values())


@settings(max_examples=300, deadline=None)
@given(steps=_steps)
def test_nothing_that_was_found_and_is_still_there_is_ever_called_gone(steps: list[tuple[str, Target, int]]) -> None:
    """The list may say too much (two scans found the same), never nothing; a complete scan of all puts it right."""
    world = World()
    for what, place, count in steps:
        world.do(what, place, count)
        still_there = world.known & world.there.keys()
        for where in _PLACES:
            here = [file for file in still_there if world.there[file] == where]
            listed = [open_.threats for open_ in world.open.values() if covers(open_.target, where)]
            assert not here or sum(listed) > 0, (what, here)
    world.do("scan", DISK, 1)
    assert world.counted == len(world.there)
