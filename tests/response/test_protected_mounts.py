"""What is protected stays so where it is mounted a second time; ordinary subvolumes and containers stay cleanable."""

import os
import sys
from pathlib import Path

import pytest

from medscan_gui.core.device import Target
from medscan_gui.core.policy import PolicyCard
from medscan_gui.core.words import TargetKind
from medscan_gui.response.protected import Protection
from medscan_gui.system import linux_volumes
from tests.system.originals_places import mounted

if sys.platform != "linux":
    pytest.skip("mounts of Linux", allow_module_level=True)

WINDOWS = ("Windows/System32/config/SYSTEM", "Windows/System32/ntoskrnl.exe", "Windows/System32/drivers/evil.sys")


def grow(root: Path, *files: str) -> Path:
    for file in files:
        path = root / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
    return root


def why(path: Path, *roots: Path, card: PolicyCard = PolicyCard()) -> str:  # noqa: B008  # immutable
    target = Target(kind=TargetKind.VOLUME, paths=tuple(map(os.fsencode, roots)))
    message = Protection(target, card).why(os.fsencode(path))
    return message.code.partition(".")[2] if message else ""


# --- real mounts -----------------------------------------------------------------------------------


def test_a_folder_of_the_running_system(tmp_path: Path) -> None:
    with mounted(tmp_path / "bound", "--bind", "/usr/bin") as bound:
        assert why(bound / "env", bound) == "system"
        assert why(bound / "env", Path("/")) == "system"


def test_a_folder_of_another_disk(tmp_path: Path) -> None:
    with mounted(tmp_path / "disk", "-t", "tmpfs", "disk") as disk:
        grow(disk, *WINDOWS, "Users/evil.exe")
        with mounted(tmp_path / "bound", "--bind", str(disk / "Windows" / "System32")) as bound:
            assert why(bound / "drivers" / "evil.sys", bound) == "system"
            assert why(bound / "drivers" / "evil.sys", Path("/")) == "system"
        with mounted(tmp_path / "bound", "--bind", str(disk / "Users")) as bound:
            assert why(bound / "evil.exe", bound) == ""


def test_a_folder_of_a_copied_system(tmp_path: Path) -> None:
    """It is no volume of its own, but a target in it is known to be a part of it."""
    copy = grow(tmp_path / "copy", *WINDOWS)
    inside = copy / "Windows" / "System32"
    assert why(inside / "drivers" / "evil.sys", inside) == "system"
    with mounted(tmp_path / "bound", "--bind", str(inside)) as bound:
        assert why(bound / "drivers" / "evil.sys", bound) == "system"


def test_a_folder_of_the_card(tmp_path: Path) -> None:
    with mounted(tmp_path / "disk", "-t", "tmpfs", "disk") as disk:
        grow(disk, "Vendor/App/x.exe", "Vendor/other.exe")
        for folder in (str(disk / "Vendor" / "App"), "Vendor/App", "D:\\Vendor\\App"):
            card = PolicyCard(protected=(folder,))
            with mounted(tmp_path / "bound", "--bind", str(disk / "Vendor" / "App")) as bound:
                assert why(bound / "x.exe", bound, card=card) == "card", folder
                assert why(bound / "x.exe", Path("/"), card=card) == "card", folder
            with mounted(tmp_path / "bound", "--bind", str(disk / "Vendor")) as bound:
                assert why(bound / "App" / "x.exe", bound, card=card) == "card", folder
                assert why(bound / "other.exe", bound, card=card) == "", folder


def test_one_that_names_the_second_place(tmp_path: Path) -> None:
    grow(tmp_path / "files", "App/x.exe")
    with mounted(tmp_path / "bound", "--bind", str(tmp_path / "files" / "App")) as bound:
        card = PolicyCard(protected=(str(bound),))
        assert why(tmp_path / "files" / "App" / "x.exe", tmp_path / "files", card=card) == "card"


def test_a_file_mounted_on_a_file(tmp_path: Path) -> None:
    grow(tmp_path, "empty")
    with mounted(tmp_path / "empty", "--bind", "/usr/bin/env") as bound:
        assert why(bound, tmp_path) == "system"


# --- where the rest of the file system cannot be seen ----------------------------------------------


@pytest.fixture
def listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> "Listed":
    monkeypatch.setattr(linux_volumes, "MOUNT_INFO", tmp_path / "mountinfo")
    return Listed(tmp_path)


class Listed:
    """A system's list of mounts, with a medium at a folder of ours."""

    def __init__(self, place: Path) -> None:
        self.point = place / "at"
        self.point.mkdir()
        self.list = place / "mountinfo"

    def why(self, root: str, file: str, *more: str, card: PolicyCard = PolicyCard()) -> str:  # noqa: B008
        lines = ["27 1 0:30 / / rw - overlay overlay rw", f"30 27 0:40 {root} {self.point} rw - btrfs /dev/sda1 rw"]
        self.list.write_text("\n".join([*lines, *more, ""]))
        return why(self.point / file, self.point, card=card)


@pytest.mark.parametrize(
    ("root", "file"),
    [
        ("/usr/bin", "ls"), ("/etc", "cron.d/x"), ("/@/usr/bin", "ls"), ("/@usr", "bin/ls"), ("/root/usr", "bin/ls"),
        ("/@rootfs/boot", "x"), ("/Windows/System32", "x.exe"), ("/WINNT", "x.exe"), ("/lib", "x.so"),
        ("/Program\\040Files/Windows\\040NT", "x.exe"),
    ],
)  # fmt: skip
def test_what_looks_like_a_part_of_a_system_is_unclear(listed: Listed, root: str, file: str) -> None:
    assert listed.why(root, file) == "unclear"
    # The whole is mounted as well, and holds no system.
    assert listed.why(root, file, f"31 27 0:40 / {listed.point.parent}/whole rw - btrfs /dev/sda1 rw") == ""


@pytest.mark.parametrize(
    ("root", "file"),
    [
        ("/@", "home/u/x"), ("/@home", "u/x"), ("/@home", "usr/x"), ("/home", "u/x"), ("/@data", "x"),
        ("/@/.snapshots/1/snapshot", "home/x"), ("/root", "home/x"), ("/@var", "lib/images/x"),
        ("/@rootfs", "srv/x"), ("/@snapshots", "1/snapshot/x"), ("/@log", "x"), ("/@opt", "vendor/x"),
        ("/var/lib/lxc/c/rootfs", "home/x"), ("/containers/c/rootfs", "usr/x"), ("/rootfs", "lib/x"),
        ("/var/lib/docker/volumes/v/_data", "lib/x"), ("/home/u/stick", "Windows/x.exe"), ("/media/stick", "boot/x"),
        ("/root/ostree/deploy/fedora/deploy/0.0", "var/home/u/x"), ("/ostree/deploy/fedora/var", "home/u/x"),
        ("/Users", "u/x.exe"), ("/", "usr/bin/x"),
    ],
)  # fmt: skip
def test_ordinary_subvolumes_and_containers_stay_cleanable(listed: Listed, root: str, file: str) -> None:
    assert listed.why(root, file) == ""


def test_a_subvolume_with_a_system_is_judged_by_what_lies_there(listed: Listed) -> None:
    grow(listed.point, "etc/os-release", "usr/lib/systemd/systemd")
    for root in ("/@", "/var/lib/lxc/c/rootfs", "/"):
        assert listed.why(root, "usr/bin/x") == "system"
        assert listed.why(root, "home/u/x") == ""


def test_what_starts_a_volume_is_known_by_its_place_there(listed: Listed) -> None:
    assert listed.why("/EFI/BOOT", "BOOTX64.EFI") == "boot"
    assert listed.why("/boot/grub", "x.mod") in {"boot", "system"}


@pytest.mark.parametrize("root", ["/opt/vendor", "/@/opt/vendor", "/opt", "/@opt/vendor"])
def test_the_cards_folder_is_known_by_its_place_there(listed: Listed, root: str) -> None:
    card = PolicyCard(protected=("/opt/vendor",))
    file = "x" if root.endswith("vendor") else "vendor/x"
    assert listed.why(root, file, card=card) == "card"
    assert listed.why("/opt/other", file, card=card) == ""
