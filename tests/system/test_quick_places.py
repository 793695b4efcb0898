"""Where a quick scan looks."""

from pathlib import Path

import pytest

from medscan_gui.core.device import Volume
from medscan_gui.core.names import raw_bytes
from medscan_gui.system.quick_places import posix_places, quick_places, windows_places


def tree(root: Path, *folders: str) -> None:
    for folder in folders:
        (root / folder).mkdir(parents=True, exist_ok=True)


def raws(root: Path, *folders: str) -> set[bytes]:
    return {raw_bytes(str((root / folder).resolve())) for folder in folders}


def test_users_folders_in_their_own_language(tmp_path: Path) -> None:
    tree(tmp_path, "tmp", "usr/bin", "opt", "etc", "var/db")
    tree(tmp_path, "home/ann/Bureau", "home/ann/Documents", "home/ann/.config")
    (tmp_path / "etc/passwd").write_text("ann:x:1:1::/home/ann:/bin/sh\ndb:x:2:2::/var/db:/bin/false\nodd\n")
    (tmp_path / "home/ann/.config/user-dirs.dirs").write_text(
        'XDG_DESKTOP_DIR="$HOME/Bureau"\nXDG_DOWNLOAD_DIR="$HOME/../../etc"\n'
    )
    found = posix_places(tmp_path)
    assert set(found.whole) == raws(tmp_path, "tmp", "home/ann/Bureau")
    assert set(found.recent) == raws(tmp_path, "home/ann/Documents")
    assert set(found.recent_programs) == raws(tmp_path, "usr/bin", "opt", "etc")


def test_each_place_once_though_links_lead_there(tmp_path: Path) -> None:
    tree(tmp_path, "usr/bin")
    (tmp_path / "bin").symlink_to("usr/bin")
    (tmp_path / "sbin").symlink_to("nowhere")
    (tmp_path / "lib").symlink_to("lib")
    assert posix_places(tmp_path).recent_programs == tuple(raws(tmp_path, "usr/bin"))


def test_media_that_are_plugged_in_are_read_wholly() -> None:
    stick = Volume(mount_point=b"/media/stick", removable=True)
    share = Volume(mount_point=b"/mnt/share", removable=True, network=True)
    disk = Volume(mount_point=b"/data")
    whole = quick_places((stick, share, disk)).whole
    assert b"/media/stick" in whole
    assert not {b"/mnt/share", b"/data"} & set(whole)


@pytest.mark.skipif(Path("/").drive != "", reason="folders named as on Windows")
def test_places_of_windows_follow_its_variables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for folder in (r"W\Temp", r"W\System32", "PD", "PF"):
        (tmp_path / folder).mkdir()
    found = windows_places(
        {"SystemRoot": "W", "SystemDrive": "S:", "ProgramData": "PD", "ProgramW6432": "PF", "PUBLIC": "U/Public"}
    )
    assert set(found.whole) == raws(tmp_path, r"W\Temp")
    assert set(found.recent_programs) == raws(tmp_path, r"W\System32", "PD", "PF")
