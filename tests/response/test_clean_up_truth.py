"""GREEN only when it is true: whatever happens between the scan, the clean-up and the check that follows."""

import os
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from medscan_gui.core.acceptance import Acceptance
from medscan_gui.core.action import ActionKind, ItemResult
from medscan_gui.core.device import Device
from medscan_gui.core.events import FileCleaned, Finished, ScanEvent
from medscan_gui.core.finding import Finding
from medscan_gui.core.messages import Message
from medscan_gui.core.policy import PolicyCard, StoredCard
from medscan_gui.core.quarantine import EntryState
from medscan_gui.core.record import timestamp
from medscan_gui.core.words import Fate, Light, Severity
from medscan_gui.follow_up import FollowUp, joined
from medscan_gui.response.clean_up import CleanUpRequest, CleanUpSession, refusal
from medscan_gui.response.plan import CleanUpRefusedError
from medscan_gui.response.quarantine import Quarantine
from medscan_gui.response.recovery import open_recovered
from medscan_gui.services import Services, accept_file, device_for
from medscan_gui.system.originals import aside_name
from medscan_gui.system.volumes import target_for_path
from tests.response.conftest import allow
from tests.response.test_clean_up import clean_up, entries, scan
from tests.response.test_quarantine import run
from tests.samples import eicar

posix = pytest.mark.skipif(sys.platform == "win32", reason="links and renames as POSIX has them")


def indexes(record_findings: tuple[Finding, ...], name: str) -> list[int]:
    return [index for index, found in enumerate(record_findings) if os.fsdecode(found.chain[0]).endswith(name)]


def put(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(eicar())


def test_what_was_put_back_meanwhile_is_not_removed(services: Services, cleanable: Path) -> None:
    put(cleanable, "a/a.com", "b/b.com")
    red = scan(services, cleanable)
    first, _events = clean_up(services, red, indexes(red.findings, "a.com"))
    (entry,) = entries(services)
    run(Quarantine(services).restore([entry.id], operator="tester"))
    record = first.record
    second, _events = clean_up(services, record, indexes(record.findings, "b.com"))
    assert second.record.light is Light.RED
    assert (cleanable / "a" / "a.com").exists()
    fates = {os.fsdecode(found.chain[0])[-5:]: found.fate for found in second.record.findings}
    assert fates == {"a.com": Fate.IN_PLACE, "b.com": Fate.REMOVED}


def test_only_the_newest_result_is_cleaned(services: Services, cleanable: Path) -> None:
    put(cleanable, "a.com")
    old = scan(services, cleanable)
    put(cleanable, "c.com")
    new = scan(services, cleanable)
    assert refusal(services, old) == Message.of("clean_up.not_latest")
    assert refusal(services, new) is None
    finished, _events = clean_up(services, new)
    assert finished.record.light is Light.GREEN
    assert refusal(services, new) == Message.of("clean_up.not_latest")


@pytest.mark.parametrize("days", [-2, 2])
def test_a_result_of_another_day_is_not_cleaned(services: Services, cleanable: Path, days: int) -> None:
    put(cleanable, "a.com")
    red = scan(services, cleanable)
    moved = msgspec.structs.replace(red, started=timestamp(datetime.now(UTC) + timedelta(days=days)))
    assert refusal(services, moved) == Message.of("clean_up.not_latest")


def test_the_same_content_in_another_file_is_left_alone(services: Services, cleanable: Path) -> None:
    put(cleanable, "a.com")
    red = scan(services, cleanable)
    copy = cleanable / "copy"
    copy.write_bytes(eicar())
    copy.replace(cleanable / "a.com")
    finished, _events = clean_up(services, red)
    assert (cleanable / "a.com").read_bytes() == eicar()
    assert finished.record.light is Light.RED
    assert finished.record.findings[0].why == Message.of("clean_up.changed")


@posix
def test_a_target_swapped_for_a_link_is_left_alone(services: Services, cleanable: Path) -> None:
    docs, other = cleanable / "docs", cleanable / "other"
    put(docs, "a.com")
    put(other, "a.com")
    allow(services, docs)
    red = scan(services, docs)
    docs.rename(cleanable / "docs2")
    docs.symlink_to(other)
    finished, _events = clean_up(services, red)
    assert (other / "a.com").read_bytes() == eicar()
    assert (cleanable / "docs2" / "a.com").read_bytes() == eicar()
    assert finished.record.light is Light.RED


@posix
def test_a_folder_swapped_for_a_link_after_the_removal_is_not_read_instead(
    services: Services, cleanable: Path
) -> None:
    put(cleanable, "photos/a.com")
    empty = cleanable / "empty"
    empty.mkdir()
    session = CleanUpSession(services, CleanUpRequest(scan(services, cleanable)))
    last: ScanEvent | None = None
    for last in session.events():
        if isinstance(last, FileCleaned):
            (cleanable / "photos").rename(cleanable / "hidden")
            (cleanable / "hidden" / "a.com").write_bytes(eicar())
            (cleanable / "photos").symlink_to(empty)
    assert isinstance(last, Finished)
    assert last.record.light is Light.RED


@posix
def test_another_name_of_the_removed_file_keeps_the_light_red(services: Services, cleanable: Path) -> None:
    put(cleanable, "scanned/a.com")
    (cleanable / "elsewhere").mkdir()
    os.link(cleanable / "scanned" / "a.com", cleanable / "elsewhere" / "b.com")
    allow(services, cleanable / "scanned")
    finished, _events = clean_up(services, scan(services, cleanable / "scanned"))
    assert finished.record.light is Light.RED
    assert Message.of("clean_up.other_names") in finished.record.verdict.reasons


@posix
def test_all_names_of_a_file_removed_is_green(services: Services, cleanable: Path) -> None:
    put(cleanable, "a.com")
    os.link(cleanable / "a.com", cleanable / "b.com")
    os.link(cleanable / "a.com", cleanable / "c.com")
    finished, _events = clean_up(services, scan(services, cleanable))
    assert finished.record.light is Light.GREEN, finished.record


@posix
def test_a_target_that_is_reached_by_a_link_is_cleaned_and_checked(services: Services, cleanable: Path) -> None:
    put(cleanable, "real/a.com")
    link = cleanable / "link"
    link.symlink_to(cleanable / "real")
    allow(services, link)
    session = CleanUpSession(services, CleanUpRequest(scan(services, link)))
    last: ScanEvent | None = None
    for last in session.events():
        if isinstance(last, FileCleaned):
            put(cleanable, "real/a.com")  # it comes back, and is known by the path of the link
    assert isinstance(last, Finished)
    assert last.record.findings[0].why == Message.of("clean_up.came_back")
    assert last.record.evidence.threats_found == 1
    again, _events = clean_up(services, scan(services, link))
    assert again.record.light is Light.GREEN, again.record


def test_a_withdrawn_acceptance_makes_no_green(services: Services, cleanable: Path) -> None:
    put(cleanable, "tool.com")
    (cleanable / "bad.com").write_bytes(eicar() + b"\r\n")
    content = scan(services, cleanable / "tool.com").findings[0].sha256
    known = Acceptance(sha256=content, reason="tool", person="A", accepted="2026-11-21T08:00:00.000Z")
    accept_file(services, known)
    red = scan(services, cleanable)
    assert red.evidence.threats_accepted == 1
    accept_file(services, msgspec.structs.replace(known, withdrawn=True))
    finished, _events = clean_up(services, red, indexes(red.findings, "bad.com"))
    assert finished.record.light is Light.RED
    assert finished.record.evidence.threats_accepted == 0


def test_the_card_of_today_counts_also_by_the_model_of_today(services: Services, cleanable: Path) -> None:
    put(cleanable, "a.com")
    red = scan(services, cleanable)
    device = device_for(services, target_for_path(str(cleanable)))
    services.journal.save_card(StoredCard(device_id=device.id, card=None, saved=red.ended))
    services.journal.save_card(StoredCard(make="Maker", model="M1", card=PolicyCard(clean_up=True), saved=red.ended))
    services.journal.save_card(StoredCard(make="Maker", model="M2", card=PolicyCard(), saved=red.ended))
    as_m1 = msgspec.structs.replace(device, make="Maker", model="M1")
    services.journal.save_device(as_m1)
    assert refusal(services, msgspec.structs.replace(red, device=as_m1)) is None
    services.journal.save_device(msgspec.structs.replace(as_m1, model="M2"))
    assert refusal(services, msgspec.structs.replace(red, device=as_m1)) == Message.of("clean_up.detect_only")


def test_who_may_not_scan_may_not_clean_up(services: Services, cleanable: Path) -> None:
    put(cleanable, "a.com")
    red = scan(services, cleanable)
    allow(services, cleanable, scan_by=("Somebody Else",))
    with pytest.raises(CleanUpRefusedError):
        CleanUpSession(services, CleanUpRequest(red, operator="tester"))
    CleanUpSession(services, CleanUpRequest(red, operator="somebody else"))


def test_two_members_of_one_name_are_each_met_once() -> None:
    from tests.export import samples

    member = Finding(
        chain=(b"/a.zip", b"x.exe"), rule="R", rule_file="r.yar", severity=Severity.HIGH, fate=Fate.REMOVED
    )
    record = samples.record(samples.evidence(threats_found=2), findings=(member, member))
    follow_up = FollowUp(record=record, findings=(member, member), places=(b"/",), action="x")
    assert joined(follow_up, (), 0).removed == 2
    back = msgspec.structs.replace(member, fate=Fate.IN_PLACE)
    once = joined(follow_up, (back,), 1)
    assert (once.found, once.removed) == (2, 1)
    thrice = joined(follow_up, (back, back, back), 3)
    assert (thrice.found, thrice.removed) == (3, 0)


@posix
def test_what_was_set_aside_gets_its_name_back_when_its_medium_returns(
    services: Services, cleanable: Path, tmp_path: Path
) -> None:
    put(cleanable, "photos/a.com")
    clean_up(services, scan(services, cleanable))
    (entry,) = entries(services)
    services.close()
    # As a kill between setting aside and unlinking leaves it, with the medium pulled out.
    folder = cleanable / "photos"
    _stand_half_way(services, entry.id)
    away_place = cleanable.with_name(f"{cleanable.name}-away")
    cleanable.rename(away_place)
    away = open_recovered(services.paths)
    assert away.vault.entry(entry.id).state is EntryState.REMOVING
    away.close()
    (away_place / "photos" / os.fsdecode(aside_name(entry.id))).write_bytes(eicar())
    away_place.rename(cleanable)
    back = open_recovered(services.paths)
    try:
        assert [path.name for path in folder.iterdir()] == ["a.com"]
        settled = [one for one in back.journal.actions() if one.kind is ActionKind.SETTLE]
        assert settled
        assert back.journal.action(settled[0].id).items[0].result in {ItemResult.NOT_DONE, ItemResult.UNCERTAIN}
        assert (folder / "a.com").read_bytes() == eicar()
    finally:
        back.close()


def _stand_half_way(services: Services, entry_id: str) -> None:
    """Write an entry and its action as a kill in the middle of the removal leaves them."""
    from medscan_gui.store.vault import form

    folder = services.vault.folder
    stored = form.load(folder, entry_id)
    form.save(
        folder,
        msgspec.structs.replace(stored, entry=msgspec.structs.replace(stored.entry, state=EntryState.REMOVING)),
    )
    opened = open_recovered(services.paths)
    try:
        from medscan_gui.response.actions import action_stub, item_of

        entry = opened.vault.entry(entry_id)
        stub = action_stub(
            opened,
            ActionKind.SETTLE,
            device=Device(id=entry.device.id),
            target=entry.target,
            operator="",
            wanted=1,
            items=(item_of(entry, ItemResult.UNCERTAIN),),
        )
        opened.journal.begin_action(stub)
        opened.journal.finish_action(msgspec.structs.replace(stub, ended=timestamp(datetime.now(UTC))))
    finally:
        opened.close()
