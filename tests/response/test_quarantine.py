"""Undo: what was removed goes back as it was, or is destroyed or handed on, and the journal knows."""

import os
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
import pyzipper

from medscan_gui.core.action import ActionItem, ActionKind, ActionRecord, ItemResult
from medscan_gui.core.messages import MedScanError, Message
from medscan_gui.core.names import raw_bytes
from medscan_gui.core.quarantine import EntryState, VaultEntry
from medscan_gui.core.record import timestamp
from medscan_gui.response.quarantine import Done, Quarantine, QuarantineTask
from medscan_gui.services import Services
from tests.response.test_clean_up import clean_up, entries, scan
from tests.samples import eicar


def run(task: QuarantineTask) -> ActionRecord:
    *_rest, done = task.events()
    assert isinstance(done, Done)
    assert done.save_error is None
    (action,) = done.actions
    return action


def only(action: ActionRecord) -> ActionItem:
    (item,) = action.items
    return item


@pytest.fixture
def held(services: Services, cleanable: Path) -> VaultEntry:
    """Return the entry of one removed file, ``photos/eicar.com``."""
    bad = cleanable / "photos" / "eicar.com"
    bad.parent.mkdir()
    bad.write_bytes(eicar())
    bad.chmod(0o640)
    os.utime(bad, ns=(1_600_000_000_000_000_000, 1_500_000_000_123_456_789))
    clean_up(services, scan(services, cleanable))
    (entry,) = entries(services)
    assert not bad.exists()
    return entry


def place_of(entry: VaultEntry) -> Path:
    return Path(os.fsdecode(entry.facts.path))


def test_restored_to_its_own_place_and_journalled(services: Services, held: VaultEntry) -> None:
    action = run(Quarantine(services).restore([held.id], operator="tester", reason="false alarm"))
    assert only(action).result is ItemResult.DONE
    status = place_of(held).stat()
    assert place_of(held).read_bytes() == eicar()
    assert status.st_mtime_ns == 1_500_000_000_123_456_789
    if sys.platform != "win32":
        assert status.st_mode & 0o777 == 0o640
    assert services.vault.entry(held.id).state is EntryState.RESTORED
    assert services.journal.action(action.id) == action
    assert (action.kind, action.reason, action.scan_id) == (ActionKind.RESTORE, "false alarm", held.scan_id)


def test_restored_elsewhere(services: Services, held: VaultEntry, tmp_path: Path) -> None:
    folder = tmp_path / "analysis"
    folder.mkdir()
    action = run(Quarantine(services).restore([held.id], operator="tester", folder=raw_bytes(str(folder))))
    assert (folder / "eicar.com").read_bytes() == eicar()
    assert only(action).place == raw_bytes(str(folder / "eicar.com"))
    assert not place_of(held).exists()


def test_nothing_is_ever_overwritten(services: Services, held: VaultEntry) -> None:
    place_of(held).write_text("a new file")
    action = run(Quarantine(services).restore([held.id], operator="tester"))
    assert only(action).result is ItemResult.NOT_DONE
    assert place_of(held).read_text() == "a new file"
    assert services.vault.entry(held.id).state is EntryState.QUARANTINED
    place_of(held).unlink()
    assert only(run(Quarantine(services).restore([held.id], operator="tester"))).result is ItemResult.DONE


def test_a_missing_folder_is_said(services: Services, held: VaultEntry) -> None:
    place_of(held).parent.rmdir()
    item = only(run(Quarantine(services).restore([held.id], operator="tester")))
    assert item.result is ItemResult.NOT_DONE
    assert item.why == Message.of("files.no_folder")


def test_an_altered_sample_is_never_restored(services: Services, held: VaultEntry) -> None:
    (sample,) = services.vault.folder.rglob("*.sample")
    content = bytearray(sample.read_bytes())
    content[len(content) // 2] ^= 1
    sample.write_bytes(bytes(content))
    item = only(run(Quarantine(services).restore([held.id], operator="tester")))
    assert item.result is ItemResult.NOT_DONE
    assert item.why is not None
    assert item.why.code.startswith("vault.")
    assert not place_of(held).exists()
    assert list(place_of(held).parent.iterdir()) == []


def test_restored_twice_is_refused(services: Services, held: VaultEntry) -> None:
    run(Quarantine(services).restore([held.id], operator="tester"))
    item = only(run(Quarantine(services).restore([held.id], operator="tester")))
    assert item.why == Message.of("quarantine.not_held")


def test_an_unknown_entry_is_an_error(services: Services) -> None:
    with pytest.raises(MedScanError):
        Quarantine(services).restore(["0" * 32], operator="tester")
    with pytest.raises(MedScanError):
        Quarantine(services).restore(["../../etc/passwd"], operator="tester")


def test_not_destroyed_before_the_retention(services: Services, held: VaultEntry) -> None:
    quarantine = Quarantine(services)
    assert quarantine.why_not_destroyed(held) == Message.of("quarantine.too_early", count=90)
    item = only(run(quarantine.destroy([held.id], operator="tester", reason="old")))
    assert item.result is ItemResult.NOT_DONE
    assert b"".join(services.vault.read(held)) == eicar()


def test_destroyed_after_the_retention(services: Services, held: VaultEntry) -> None:
    settings = msgspec.structs.replace(services.settings.current, quarantine_days=0)
    services.settings.save(settings)
    action = run(Quarantine(services).destroy([held.id], operator="tester", reason="case closed"))
    assert only(action).result is ItemResult.DONE
    assert services.vault.entry(held.id).state is EntryState.DESTROYED
    assert not list(services.vault.folder.rglob("*.sample"))
    item = only(run(Quarantine(services).restore([held.id], operator="tester")))
    assert item.result is ItemResult.NOT_DONE


def test_the_retention_counts_from_the_taking(services: Services, held: VaultEntry) -> None:
    quarantine = Quarantine(services)
    old = msgspec.structs.replace(held, taken=timestamp(datetime.now(UTC) - timedelta(days=91)))
    assert quarantine.why_not_destroyed(old) is None
    unknown = msgspec.structs.replace(held, taken="yesterday")
    assert quarantine.why_not_destroyed(unknown) is not None


def test_exported_for_analysis(services: Services, held: VaultEntry, tmp_path: Path) -> None:
    file = tmp_path / "samples.zip"
    action = run(Quarantine(services).export([held.id], file, "infected", operator="tester"))
    assert only(action).result is ItemResult.DONE
    assert action.destination == str(file)
    with pyzipper.AESZipFile(file) as archive:
        archive.setpassword(b"infected")
        contents = [archive.read(name) for name in archive.namelist()]
        with pytest.raises(RuntimeError, match="password"):
            archive.read(archive.namelist()[0], pwd=b"wrong")
    assert eicar() in contents
    assert eicar() not in file.read_bytes()
    again = run(Quarantine(services).export([held.id], file, "infected", operator="tester"))
    assert only(again).result is ItemResult.NOT_DONE


@pytest.mark.skipif(sys.platform == "win32", reason="links between names, as POSIX has them")
def test_hard_links_are_tied_again(services: Services, cleanable: Path) -> None:
    one, other = cleanable / "one.com", cleanable / "other.com"
    one.write_bytes(eicar())
    os.link(one, other)
    clean_up(services, scan(services, cleanable))
    assert list(cleanable.iterdir()) == []
    ids = [entry.id for entry in entries(services)]
    quarantine = Quarantine(services)
    run(quarantine.restore(ids[:1], operator="tester"))
    run(quarantine.restore(ids[1:], operator="tester"))
    assert one.stat().st_ino == other.stat().st_ino
    assert one.stat().st_nlink == 2
    assert one.read_bytes() == eicar()


def test_a_restored_threat_is_open_again(services: Services, held: VaultEntry) -> None:
    (before,) = services.journal.devices()
    assert before.threats_open == 0
    run(Quarantine(services).restore([held.id], operator="tester"))
    (after,) = services.journal.devices()
    assert after.threats_open == 1


def test_the_journal_shows_all_four(services: Services, held: VaultEntry) -> None:
    run(Quarantine(services).restore([held.id], operator="tester"))
    lines = services.journal.history(held.device.id)
    assert [getattr(line, "light", None) or line.kind for line in reversed(lines)] == [  # type: ignore[union-attr]
        "red",
        "clean_up",
        "green",
        "restore",
    ]
