"""The clean-up as a whole: real engines, a real journal, a real quarantine on another volume."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from medscan_gui.core.acceptance import Acceptance
from medscan_gui.core.action import ActionRecord, ActionStop, ItemResult
from medscan_gui.core.events import CleanUpProgress, FileCleaned, Finished, Preparing, ScanEvent
from medscan_gui.core.messages import Message
from medscan_gui.core.names import raw_bytes
from medscan_gui.core.quarantine import EntryState, VaultEntry
from medscan_gui.core.record import ScanRecord
from medscan_gui.core.words import Fate, Light, Place, Stop
from medscan_gui.response.clean_up import CleanUpRequest, CleanUpSession, plan, refusal
from medscan_gui.response.plan import CleanUpRefusedError
from medscan_gui.services import Services, accept_file, device_for, open_services
from medscan_gui.session import ScanRequest, ScanSession
from medscan_gui.store.vault import DamagedEntry
from medscan_gui.system.paths import find_paths
from medscan_gui.system.volumes import target_for_path
from tests.response.conftest import allow
from tests.samples import eicar


def scan(services: Services, place: Path) -> ScanRecord:
    target = target_for_path(str(place))
    events = list(ScanSession(services, ScanRequest(target, device_for(services, target), "tester")).events())
    last = events[-1]
    assert isinstance(last, Finished)
    assert last.committed
    return last.record


def clean_up(
    services: Services, record: ScanRecord, chosen: list[int] | None = None
) -> tuple[Finished, list[ScanEvent]]:
    events = list(CleanUpSession(services, CleanUpRequest(record, chosen, "tester")).events())
    last = events[-1]
    assert isinstance(last, Finished)
    return last, events


def done(finished: Finished) -> ActionRecord:
    assert finished.action is not None
    return finished.action


def entries(services: Services) -> list[VaultEntry]:
    found = list(services.vault.entries())
    assert not [one for one in found if isinstance(one, DamagedEntry)]
    return [one for one in found if isinstance(one, VaultEntry)]


def codes(record: ScanRecord) -> set[str]:
    return {reason.code for reason in record.verdict.reasons}


def test_red_cleaned_up_is_green_and_the_journal_has_both(services: Services, cleanable: Path) -> None:
    bad = cleanable / "photos" / "eicar.com"
    bad.parent.mkdir()
    bad.write_bytes(eicar())
    (cleanable / "note.txt").write_text("harmless")
    red = scan(services, cleanable)
    assert red.light is Light.RED
    finished, events = clean_up(services, red)
    green = finished.record
    assert green.light is Light.GREEN, green.verdict
    assert finished.committed
    assert not bad.exists()
    assert bad.parent.is_dir()
    assert (cleanable / "note.txt").read_text() == "harmless"
    assert [found.fate for found in green.findings] == [Fate.REMOVED] * len(red.findings)
    assert (green.follows, green.action) == (red.id, done(finished).id)
    assert green.places == (raw_bytes(str(bad.parent)),)
    journal = services.journal
    assert journal.record(red.id) == red
    assert journal.record(green.id) == green
    assert journal.action(green.action) == done(finished)
    assert journal.verify().ok
    assert [event for event in events if isinstance(event, FileCleaned)]
    assert [event for event in events if isinstance(event, CleanUpProgress)]


def test_the_entry_holds_what_was_removed(services: Services, cleanable: Path) -> None:
    bad = cleanable / "eicar.com"
    bad.write_bytes(eicar())
    finished, _events = clean_up(services, scan(services, cleanable))
    (entry,) = entries(services)
    assert entry.state is EntryState.QUARANTINED
    assert entry.facts.path == raw_bytes(str(bad))
    assert entry.facts.sha256 == done(finished).items[0].sha256
    assert b"".join(services.vault.read(entry)) == eicar()
    assert entry.action_id == done(finished).id
    assert entry.operator == "tester"
    assert {found.entry for found in finished.record.findings} == {entry.id}
    # Neutralised: nothing in the vault's files gives the sample away.
    for file in services.vault.folder.rglob("*"):
        assert not file.is_file() or eicar() not in file.read_bytes()


def test_nothing_is_offered_on_a_device_without_card(services: Services, disk: Path) -> None:
    (disk / "eicar.com").write_bytes(eicar())
    red = scan(services, disk)
    assert refusal(services, red) == Message.of("clean_up.detect_only_default")
    with pytest.raises(CleanUpRefusedError):
        CleanUpSession(services, CleanUpRequest(red))
    assert (disk / "eicar.com").exists()


def test_a_detect_only_card_is_obeyed(services: Services, cleanable: Path) -> None:
    (cleanable / "eicar.com").write_bytes(eicar())
    red = scan(services, cleanable)
    assert refusal(services, red) is None
    allow(services, cleanable, clean_up=False)
    assert refusal(services, red) == Message.of("clean_up.detect_only")
    with pytest.raises(CleanUpRefusedError):
        CleanUpSession(services, CleanUpRequest(red))


def test_a_quarantine_on_the_scanned_volume_is_refused(disk: Path) -> None:
    services = open_services(find_paths(disk / "data"))
    try:
        stick = disk / "stick"
        stick.mkdir()
        (stick / "eicar.com").write_bytes(eicar())
        allow(services, stick)
        red = scan(services, stick)
        assert refusal(services, red) == Message.of("clean_up.quarantine_on_device")
        assert (stick / "eicar.com").exists()
    finally:
        services.close()


def test_a_protected_file_stays_and_the_light_is_red(services: Services, cleanable: Path) -> None:
    allow(services, cleanable, protected=("App",), manufacturer="Maker", contact="+33 1")
    app = cleanable / "App" / "driver.com"
    app.parent.mkdir()
    app.write_bytes(eicar())
    (cleanable / "eicar.com").write_bytes(eicar())
    finished, _events = clean_up(services, scan(services, cleanable))
    record = finished.record
    assert record.light is Light.RED
    assert app.read_bytes() == eicar()
    assert not (cleanable / "eicar.com").exists()
    fates = {found.chain[0]: (found.fate, found.why) for found in record.findings}
    fate, why = fates[raw_bytes(str(app))]
    assert fate is Fate.IN_PLACE
    assert why is not None
    assert why.code.startswith("protected.")
    assert fates[raw_bytes(str(cleanable / "eicar.com"))][0] is Fate.REMOVED
    assert record.evidence.threats_removed == len(record.findings) - 1


def test_a_swapped_file_is_left_alone(services: Services, cleanable: Path) -> None:
    bad = cleanable / "eicar.com"
    bad.write_bytes(eicar())
    red = scan(services, cleanable)
    bad.write_text("the report that someone wrote meanwhile")
    finished, _events = clean_up(services, red)
    assert bad.read_text() == "the report that someone wrote meanwhile"
    assert finished.record.light is Light.RED
    assert finished.record.findings[0].why == Message.of("clean_up.changed")
    assert entries(services) == []


@pytest.mark.skipif(sys.platform == "win32", reason="links need a right of their own on Windows")
def test_a_link_swapped_in_is_not_followed(services: Services, cleanable: Path, tmp_path: Path) -> None:
    folder = cleanable / "photos"
    folder.mkdir()
    (folder / "eicar.com").write_bytes(eicar())
    red = scan(services, cleanable)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "eicar.com").write_bytes(eicar())
    (folder / "eicar.com").unlink()
    folder.rmdir()
    folder.symlink_to(elsewhere)
    finished, _events = clean_up(services, red)
    assert (elsewhere / "eicar.com").read_bytes() == eicar()
    assert finished.record.light is Light.RED
    assert entries(services) == []


def test_a_path_that_became_a_folder_is_left(services: Services, cleanable: Path) -> None:
    bad = cleanable / "eicar.com"
    bad.write_bytes(eicar())
    red = scan(services, cleanable)
    bad.unlink()
    bad.mkdir()
    (bad / "precious.txt").write_text("keep me")
    finished, _events = clean_up(services, red)
    assert (bad / "precious.txt").read_text() == "keep me"
    assert finished.record.light is Light.RED


def test_two_threats_of_one_name_and_content_are_two_entries(services: Services, cleanable: Path) -> None:
    for name in ("a", "b"):
        (cleanable / name).mkdir()
        (cleanable / name / "eicar.com").write_bytes(eicar())
    finished, _events = clean_up(services, scan(services, cleanable))
    assert finished.record.light is Light.GREEN
    held = entries(services)
    assert len({entry.id for entry in held}) == 2
    assert {entry.facts.path for entry in held} == {
        raw_bytes(str(cleanable / name / "eicar.com")) for name in ("a", "b")
    }


def test_only_the_chosen_ones(services: Services, cleanable: Path) -> None:
    for name in ("a", "b", "c"):
        (cleanable / name).mkdir()
        (cleanable / name / "eicar.com").write_bytes(eicar())
    red = scan(services, cleanable)
    chosen = [index for index, found in enumerate(red.findings) if b"/b/" in found.chain[0].replace(b"\\", b"/")]
    finished, _events = clean_up(services, red, chosen)
    assert finished.record.light is Light.RED
    assert [(cleanable / name / "eicar.com").exists() for name in ("a", "b", "c")] == [True, False, True]
    again, _events = clean_up(services, finished.record)
    assert again.record.light is Light.GREEN, again.record.verdict
    assert again.record.follows == finished.record.id


def test_a_threat_that_comes_back_is_red(services: Services, cleanable: Path) -> None:
    bad = cleanable / "eicar.com"
    bad.write_bytes(eicar())
    session = CleanUpSession(services, CleanUpRequest(scan(services, cleanable)))
    last: ScanEvent | None = None
    for last in session.events():
        if isinstance(last, FileCleaned):
            assert not bad.exists()
            bad.write_bytes(eicar())  # what malware that still runs would do
    assert isinstance(last, Finished)
    assert last.record.light is Light.RED
    assert last.record.findings[0].why == Message.of("clean_up.came_back")


def test_an_incomplete_scan_never_becomes_green(services: Services, cleanable: Path) -> None:
    (cleanable / "eicar.com").write_bytes(eicar())
    red = scan(services, cleanable)

    evidence = msgspec.structs.replace(red.evidence, stop=Stop.CANCELLED)
    finished, _events = clean_up(services, msgspec.structs.replace(red, evidence=evidence))
    assert finished.record.light is Light.RED
    assert "verdict.cancelled" in codes(finished.record)
    assert not (cleanable / "eicar.com").exists()


def test_cancelled_at_once_touches_nothing(services: Services, cleanable: Path) -> None:
    for number in range(20):
        (cleanable / f"{number}.com").write_bytes(eicar())
    red = scan(services, cleanable)
    session = CleanUpSession(services, CleanUpRequest(red))
    session.cancel()
    *_rest, last = session.events()
    assert isinstance(last, Finished)
    assert last.record.light is Light.RED
    assert done(last).stop is ActionStop.CANCELLED
    assert len(list(cleanable.iterdir())) == 20


def test_cancelled_half_way_is_red_and_nothing_is_lost(services: Services, cleanable: Path) -> None:
    for number in range(30):
        (cleanable / f"{number:02d}.com").write_bytes(eicar())
    red = scan(services, cleanable)
    session = CleanUpSession(services, CleanUpRequest(red))
    seen = 0
    last: ScanEvent | None = None
    for last in session.events():
        seen += isinstance(last, FileCleaned)
        if seen == 3:
            session.cancel()
    assert isinstance(last, Finished)
    assert last.record.light is Light.RED
    action = done(last)
    assert action.stop is ActionStop.CANCELLED
    left = {raw_bytes(str(path)) for path in cleanable.iterdir()}
    held = {entry.facts.path for entry in entries(services) if entry.state is EntryState.QUARANTINED}
    assert len(left) + len(held) == 30
    assert not left & held
    assert action.count(ItemResult.DONE) == len(held) == last.record.evidence.threats_removed


def test_accepted_is_blue_and_said_from_the_next_scan_on(services: Services, cleanable: Path) -> None:
    (cleanable / "tool.com").write_bytes(eicar())
    red = scan(services, cleanable)
    content = red.findings[0].sha256.upper()
    accept_file(services, Acceptance(sha256=content, reason="service tool", person="A. Biomed", accepted=red.ended))
    blue = scan(services, cleanable)
    assert blue.light is Light.BLUE
    assert blue.findings[0].fate is Fate.ACCEPTED
    assert blue.accepted[0].reason == "service tool"
    assert "verdict.threats_accepted" in codes(blue)
    assert refusal(services, blue) == Message.of("clean_up.nothing_to_remove")


def test_an_expired_acceptance_does_not_count(services: Services, cleanable: Path) -> None:
    (cleanable / "tool.com").write_bytes(eicar())
    red = scan(services, cleanable)
    expired = Acceptance(
        sha256=red.findings[0].sha256, reason="tool", person="A", accepted=red.ended, until="2020-01-01"
    )
    accept_file(services, expired)
    assert scan(services, cleanable).light is Light.RED


def test_accepted_and_removed_together_are_green(services: Services, cleanable: Path) -> None:
    (cleanable / "tool.com").write_bytes(eicar())
    (cleanable / "bad.com").write_bytes(eicar() + b"\r\n")
    red = scan(services, cleanable)
    contents = {Path(os.fsdecode(found.chain[0])).name: found.sha256 for found in red.findings}
    assert len(set(contents.values())) == 2
    accept_file(
        services, Acceptance(sha256=contents["tool.com"], reason="tool", person="A", accepted=red.ended)
    )
    chosen = [index for index, found in enumerate(red.findings) if found.sha256 == contents["bad.com"]]
    finished, _events = clean_up(services, red, chosen)
    assert finished.record.light is Light.GREEN, finished.record.verdict
    assert finished.record.evidence.threats_accepted == 1
    assert [one.sha256 for one in finished.record.accepted] == [contents["tool.com"]]
    assert (cleanable / "tool.com").exists()


def test_a_journal_that_refuses_means_nothing_is_touched(services: Services, cleanable: Path) -> None:
    (cleanable / "eicar.com").write_bytes(eicar())
    red = scan(services, cleanable)
    session = CleanUpSession(services, CleanUpRequest(red))
    services.journal.close()
    services.paths.data_dir.rename(services.paths.data_dir.with_name("gone"))
    *_rest, last = session.events()
    assert isinstance(last, Finished)
    assert last.save_error is not None
    assert last.record == red
    assert (cleanable / "eicar.com").read_bytes() == eicar()


@pytest.mark.skipif(sys.platform != "linux", reason="a program of Linux")
def test_a_program_that_holds_it_is_named_and_the_file_left(services: Services, cleanable: Path) -> None:
    bad = cleanable / "eicar.com"
    bad.write_bytes(eicar())
    # Not a child of ours: those do not count, since engine processes are children.
    line = ["sh", "-c", 'exec 3< "$1"; sleep 600 > /dev/null 2>&1 & echo $!', "sh", str(bad)]
    holder = int(subprocess.run(line, stdout=subprocess.PIPE, check=True, timeout=30).stdout)
    try:
        finished, _events = clean_up(services, scan(services, cleanable))
    finally:
        os.kill(holder, signal.SIGKILL)
    why = finished.record.findings[0].why
    assert finished.record.light is Light.RED
    assert why is not None
    assert why.code == "clean_up.held"
    assert f"sleep ({holder})" in str(why.param("programs"))
    assert bad.read_bytes() == eicar()


def test_the_plan_says_what_cannot_be_removed(services: Services, cleanable: Path) -> None:
    allow(services, cleanable, protected=("App",))
    for name in ("App", "free"):
        (cleanable / name).mkdir()
        (cleanable / name / "eicar.com").write_bytes(eicar())
    planned = plan(services, scan(services, cleanable))
    assert [(Path(file.where).parent.name, file.obstacle is None) for file in planned.files] == [
        ("App", False),
        ("free", True),
    ]
    assert [Path(file.where).parent.name for file in planned.removable] == ["free"]




def test_folders_of_the_card_are_only_looked_at_when_read_again(services: Services, cleanable: Path) -> None:
    allow(services, cleanable, headers_only=("Images",))
    images = cleanable / "Images"
    images.mkdir()
    image = bytes(128) + b"DICM" + b"\x00" * 5000
    (images / "a.dcm").write_bytes(image)
    (images / "b.dcm").write_bytes(b"MZ" + image[2:])  # a program hides in front of the image
    red = scan(services, cleanable)
    assert "DICOM_Preamble_Program" in {found.rule for found in red.findings}
    assert red.coverage.items_accepted == 1
    finished, _events = clean_up(services, red)
    assert finished.record.light is Light.GREEN, finished.record.verdict
    assert finished.record.coverage.items_accepted == 1
    assert finished.record.coverage.items_read == 0
    assert not (images / "b.dcm").exists()


def test_a_check_that_was_cut_off_is_red_and_not_forgotten(services: Services, cleanable: Path, tmp_path: Path) -> None:
    (cleanable / "eicar.com").write_bytes(eicar())
    red = scan(services, cleanable)
    session = CleanUpSession(services, CleanUpRequest(red))
    events = session.events()
    for event in events:
        if event == Preparing(Message.of("scan.starting_engine")):
            break  # the check has begun
    copy = tmp_path / "as a kill leaves it"
    shutil.copytree(services.paths.data_dir, copy, ignore=shutil.ignore_patterns("*.lock"))
    events.close()  # type: ignore[attr-defined]  # a generator
    after = open_services(find_paths(copy))
    try:
        latest, *_older = after.journal.scans()
        record = after.journal.record(latest.id)
    finally:
        after.close()
    assert (record.follows, record.stop, record.light) == (red.id, Stop.CUT_OFF, Light.RED)
    assert record.verdict.reasons[-1] == Message.of("verdict.cut_off")


def test_nobody_listening_any_more_loses_nothing(services: Services, cleanable: Path) -> None:
    for number in range(20):
        (cleanable / f"{number:02d}.com").write_bytes(eicar())
    red = scan(services, cleanable)
    events = CleanUpSession(services, CleanUpRequest(red)).events()
    for event in events:
        if isinstance(event, FileCleaned):
            break
    events.close()  # type: ignore[attr-defined]  # a generator
    (summary,) = services.journal.actions()
    action = services.journal.action(summary.id)
    gone = {raw_bytes(str(cleanable / f"{number:02d}.com")) for number in range(20)} - {
        raw_bytes(str(path)) for path in cleanable.iterdir()
    }
    assert action.stop is ActionStop.CANCELLED
    assert gone
    assert {item.chain[0] for item in action.items if item.result is ItemResult.DONE} == gone
    assert {entry.facts.path for entry in entries(services)} == gone


def test_what_is_no_file_is_no_part_of_any_clean_up(services: Services, cleanable: Path) -> None:
    bad = cleanable / "bad.com"
    bad.write_bytes(eicar())
    red = scan(services, cleanable)
    places = {
        Place.MEMORY: (b"python3 (pid 1234) " + raw_bytes(str(bad)),),
        Place.AUTOSTART: (b"cron: /etc/crontab", raw_bytes(str(bad))),
        Place.BOOT: (b"disk: /dev/sda (first sectors)",),
    }
    others = tuple(
        msgspec.structs.replace(red.findings[0], place=place, chain=chain, identity=None)
        for place, chain in places.items()
    )
    evidence = msgspec.structs.replace(red.evidence, threats_found=red.evidence.threats_found + len(others))
    red = msgspec.structs.replace(red, findings=(*red.findings, *others), evidence=evidence)
    only_others = msgspec.structs.replace(red, findings=others)

    assert [file.path for file in plan(services, red).files] == [raw_bytes(str(bad))]
    assert plan(services, red, chosen=range(len(red.findings) - 3, len(red.findings))).files == ()
    assert refusal(services, red) is None
    assert refusal(services, only_others) == Message.of("clean_up.no_files")

    finished, _events = clean_up(services, red)
    assert [item.chain for item in done(finished).items] == [(raw_bytes(str(bad)),)]
    assert not bad.exists()
    after = finished.record
    assert after.light is Light.RED
    left = [found for found in after.findings if found.place is not Place.FILE]
    assert {(found.fate, found.why) for found in left} == {(Fate.IN_PLACE, Message.of("clean_up.not_a_file"))}
    assert after.coverage.items_not_read == 0
