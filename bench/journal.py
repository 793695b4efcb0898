"""How fast the journal is with 60,000 scans and 3,000 clean-ups: append, open, list, search, verify.

`python bench/journal.py [SCANS] [FOLDER]`; 60,000 scans are about one hospital group's year. Appending with
a commit for each entry is measured on the first scans; the rest is filled in large transactions, which only a
bench does.
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
from sqlalchemy import Connection

from medscan_gui.core.action import ActionItem, ActionKind, ActionRecord, ActionStop, ItemResult
from medscan_gui.core.coverage import Coverage, CoverageLine
from medscan_gui.core.device import Device, HostIdentity, Target
from medscan_gui.core.finding import Finding, ItemProblem
from medscan_gui.core.policy import PolicyCard, StoredCard
from medscan_gui.core.record import ScanRecord, canonical_json, timestamp
from medscan_gui.core.verdict import EngineProof, Evidence, decide
from medscan_gui.core.words import Cause, Light, Outcome, Severity, Stop, TargetKind
from medscan_gui.store import entries, index
from medscan_gui.store.journal import Journal
from medscan_gui.store.kinds import Kind

DEVICES = 5_000
COMMITTED = 200
FIRST = datetime(2026, 1, 1, tzinfo=UTC)
DIGEST = "ab" * 32


def record(number: int) -> ScanRecord:
    """A plausible record: every 20th scan found threats, every 10th left items unread."""
    threats = tuple(finding(place) for place in range(number % 7)) if number % 20 == 0 else ()
    problems = tuple(problem(place) for place in range(12)) if number % 10 == 0 else ()
    lines = [CoverageLine(Outcome.SCANNED, Cause.NONE, 4_000, 9_000_000)]
    if problems:
        lines.append(CoverageLine(Outcome.UNREADABLE, Cause.NO_PERMISSION, len(problems), 0))
    evidence = Evidence(
        stop=Stop.COMPLETED,
        ended=True,
        coverage=Coverage(lines=tuple(lines), items_counted=4_000 + len(problems), walk_complete=True),
        threats_found=len(threats),
        bundle_verified=True,
        bundle_digest=DIGEST,
        rules_expected=50,
        engines=(EngineProof(rules_loaded=50, bundle_digest=DIGEST, self_test_passed=True),) * 4,
        signature_age_limit_days=90,
        committed=True,
    )
    device = number * 7919 % DEVICES
    moment = timestamp(FIRST + timedelta(minutes=number * 8))
    return ScanRecord(
        id=f"01936000-0000-7000-8000-{number:012d}",
        started=moment,
        ended=moment,
        target=Target(kind=TargetKind.VOLUME, paths=(b"/media/stick",), label="STICK", volume_id="1A2B-3C4D"),
        device=Device(
            id=f"device-{device}",
            name=f"Échographe {device}",
            asset_number=f"B{device:05d}",
            department="Radiologie",
        ),
        operator=f"Opérateur {number % 40}",
        host=HostIdentity(name="station", os="Debian", os_version="12", machine="x86_64", machine_id=DIGEST),
        evidence=evidence,
        verdict=decide(evidence),
        findings=threats,
        problems=problems,
    )


def finding(place: int) -> Finding:
    return Finding(
        chain=(b"/media/stick/DCIM/%d/setup.exe" % place,),
        rule="Conficker_Worm",
        rule_file="rules/worms.yar",
        severity=Severity.HIGH,
        family="Conficker",
        sha256=DIGEST,
        size=150_000,
    )


def problem(place: int) -> ItemProblem:
    chain = (b"/media/stick/System Volume Information/%d" % place,)
    return ItemProblem(chain=chain, outcome=Outcome.UNREADABLE, cause=Cause.NO_PERMISSION, detail="EACCES")


def clean_up(number: int) -> ActionRecord:
    """What the operator had done about the threats of a scan."""
    whole = record(number)
    items = tuple(
        ActionItem(chain=found.chain, result=ItemResult.DONE, entry=f"{number}-{place}", sha256=DIGEST)
        for place, found in enumerate(whole.findings)
    )
    return ActionRecord(
        id=f"01936000-0000-7000-9000-{number:012d}",
        kind=ActionKind.CLEAN_UP,
        started=whole.started,
        ended=whole.ended,
        stop=ActionStop.COMPLETED,
        scan_id=whole.id,
        device=whole.device,
        target=whole.target,
        operator=whole.operator,
        wanted=len(items),
        items=items,
    )


def enter(connection: Connection, number: int) -> None:
    """Enter a scan, and every 20th time what was done about its threats."""
    whole = record(number)
    bodies: list[tuple[Kind, ScanRecord | ActionRecord]] = [
        (Kind.SCAN_STARTED, stub_of(whole)),
        (Kind.SCAN_FINISHED, whole),
    ]
    if whole.findings:
        done = clean_up(number)
        begun = msgspec.structs.replace(done, ended="", stop=ActionStop.CUT_OFF, items=())
        bodies += [(Kind.ACTION_STARTED, begun), (Kind.ACTION_ENDED, done)]
    for kind, body in bodies:
        index.add(connection, entries.append(connection, kind, canonical_json(body), FIRST))


def stub_of(whole: ScanRecord) -> ScanRecord:
    evidence = Evidence()
    return msgspec.structs.replace(
        whole, ended="", evidence=evidence, verdict=decide(evidence), findings=(), problems=()
    )


def measured(what: str, work: Callable[[], object], rounds: int = 5) -> None:
    """Print the median time of `work` in milliseconds."""
    times = []
    for _ in range(rounds):
        begun = time.perf_counter()
        work()
        times.append(time.perf_counter() - begun)
    print(f"{what:<52} {statistics.median(times) * 1000:10.1f} ms")


def card(number: int) -> StoredCard:
    return StoredCard(device_id=f"device-{number}", card=PolicyCard(interval_days=30), saved=timestamp(FIRST))


def append(journal: Journal, scans: int) -> None:
    """Record the first scans as MedScan does, the others in transactions of a thousand."""
    times = []
    for number in range(min(COMMITTED, scans)):
        whole = record(number)
        begun = time.perf_counter()
        journal.begin_scan(stub_of(whole))
        journal.finish_scan(whole)
        times.append(time.perf_counter() - begun)
    print(f"{'one scan, begin and finish, two commits':<52} {statistics.median(times) * 1000:10.1f} ms")
    begun = time.perf_counter()
    for start in range(COMMITTED, scans, 1_000):
        with journal._database.writing() as connection:
            for number in range(start, min(start + 1_000, scans)):
                enter(connection, number)
    each = (time.perf_counter() - begun) / max(1, scans - COMMITTED)
    print(f"{'one scan without commits (filling)':<52} {each * 1000:10.2f} ms")


def main() -> None:
    scans = int(sys.argv[1]) if len(sys.argv) > 1 else 60_000
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(sys.argv[2]) if len(sys.argv) > 2 else Path(temporary)
        journal = Journal.open(folder, removable=True)
        append(journal, scans)
        print(f"{'size of the file':<52} {journal.path.stat().st_size / 1e6:10.1f} MB")
        journal.close()
        measured("open (header, end of the chain, lists current)", lambda: Journal.open(folder, removable=True).close())
        journal = Journal.open(folder, removable=True)
        measured("newest 200 scans", lambda: journal.scans(limit=200))
        measured("200 scans from the middle", lambda: journal.scans(limit=200, offset=scans // 2))
        measured("scans of one device", lambda: journal.scans("device-7"))
        measured("newest 200 of scans and actions", lambda: journal.history(limit=200))
        measured("200 of both from the middle", lambda: journal.history(limit=200, offset=scans // 2))
        measured("200 of both by light", lambda: journal.history(limit=200, order="light"))
        measured("both of one device", lambda: journal.history("device-7"))
        measured("both, search that finds nothing", lambda: journal.history(search="nothing at all", limit=200))
        measured("count of a search in both", lambda: journal.count_history(search="conficker"))
        measured("all red scans", lambda: journal.scans(light=Light.RED))
        two_words = "conficker radiologie"
        measured(f"search '{two_words}', first 200", lambda: journal.scans(search=two_words, limit=200))
        measured("search that finds nothing", lambda: journal.scans(search="nothing at all", limit=200))
        measured("count of a search", lambda: journal.count_scans(search="conficker"))
        measured("all devices", journal.devices)
        measured("first 200 devices", lambda: journal.devices(limit=200))
        cards = [card(number) for number in range(0, DEVICES, 2)]
        measured("2,500 cards saved at once", lambda: journal.save_cards(cards), 1)
        measured("the same again, nothing new", lambda: journal.save_cards(cards), 1)
        measured("all cards", journal.cards)
        measured("first 200 devices, half of them with cards", lambda: journal.devices(limit=200))
        measured("200 devices that are due", lambda: journal.devices(due_by="2027-01-01", limit=200))
        measured("devices that had 'conficker'", lambda: journal.devices("conficker"))
        measured("suggestions", lambda: journal.suggestions("operator", "op"))
        measured("one record", lambda: journal.record(f"01936000-0000-7000-8000-{scans // 2:012d}"))
        measured("verify the whole chain and the lists", journal.verify, 1)
        measured("rebuild the lists", journal.rebuild_lists, 1)
        journal.close()


if __name__ == "__main__":
    main()
