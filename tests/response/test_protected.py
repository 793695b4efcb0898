"""Places from which nothing is ever removed, on real folders that look like the disks of devices."""

import os
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medscan_gui.core.device import Target
from medscan_gui.core.folders import alike, parse_folder
from medscan_gui.core.messages import Message
from medscan_gui.core.names import raw_bytes
from medscan_gui.core.policy import PolicyCard
from medscan_gui.core.text import current
from medscan_gui.core.words import TargetKind
from medscan_gui.response.protected import Protection, why_protected

WINDOWS = ("Windows/System32/config/SYSTEM", "Windows/System32/ntoskrnl.exe")
LINUX = ("etc/os-release", "usr/lib/systemd/systemd", "boot/vmlinuz-6.1")
NO_CARD = PolicyCard()


def grow(root: Path, files: tuple[str, ...]) -> Path:
    for file in files:
        path = root / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
    root.mkdir(exist_ok=True)
    return root


def volume(root: Path) -> Target:
    return Target(kind=TargetKind.VOLUME, paths=(raw_bytes(str(root)),))


def why(root: Path, file: str, card: PolicyCard = NO_CARD) -> str:
    """Return the reason's code without what is before the point; "" for none."""
    message = why_protected(raw_bytes(os.path.join(str(root), *file.split("/"))), volume(root), card)
    return message.code.partition(".")[2] if message else ""


@pytest.fixture(scope="module")
def windows(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return grow(tmp_path_factory.mktemp("w"), WINDOWS)


@pytest.fixture(scope="module")
def linux(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return grow(tmp_path_factory.mktemp("l"), LINUX)


@pytest.fixture(scope="module")
def stick(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A stick that pretends."""
    return grow(tmp_path_factory.mktemp("s"), ("Windows/explorer.exe", "usr/bin/tool", "etc/passwd", "Boot/x.exe"))


@pytest.mark.parametrize(
    "file",
    [
        "Windows/System32/drivers/evil.sys",
        "WINDOWS/explorer.exe",
        "wInDoWs/System32/cmd.exe",
        "WINDOW~1/System32/cmd.exe",
        "WI3F2B~1/x.exe",
        "Windows./x.exe",
        "Windows /x.exe",
        "Windows::$INDEX_ALLOCATION/x.exe",
        "Wındows/x.exe",
        "Ｗｉｎｄｏｗｓ/x.exe",
        "Windows\\System32\\x.exe",
        "Windows.old/Windows/x.exe",
        "Program Files/Windows Defender/MpSvc.dll",
        "Program Files (x86)/Windows NT/Accessories/wordpad.exe",
        "PROGRA~1/WINDOW~2/x.exe",
        "Programme/Windows Media Player/x.exe",
        "Program Files/Common Files/Microsoft Shared/ink/x.dll",
        "System Volume Information/x.exe",
        "Recovery/x.exe",
        "Boot/x.exe",
        "EFI/anything/x.exe",
        "$WinREAgent/x.exe",
        "Windows/Temp",
    ],
)
def test_files_of_windows_are_protected(windows: Path, file: str) -> None:
    assert why(windows, file) == "system"


@pytest.mark.parametrize(
    "file",
    [
        "Users/Public/evil.exe",
        "Users/a/AppData/Roaming/Microsoft/Windows/Start Menu/Programs/Startup/evil.lnk",
        "Documents and Settings/All Users/Start Menu/Programs/Startup/evil.vbs",
        "ProgramData/Windows/evil.exe",
        "ProgramData/Microsoft/Windows/Start Menu/Programs/StartUp/evil.exe",
        "$Recycle.Bin/S-1-5-21/evil.exe",
        "RECYCLER/evil.exe",
        "Windows/Temp/evil.exe",
        "Temp/evil.exe",
        "Program Files/Vendor/evil.exe",
        "evil.exe",
        "Export/Windows/evil.exe",
    ],
)
def test_the_users_own_areas_of_windows_are_not(windows: Path, file: str) -> None:
    assert why(windows, file) == ""


@pytest.mark.parametrize(
    "file",
    [
        "usr/bin/ssh", "usr/local/bin/x", "bin/sh", "sbin/init", "lib/x.so", "lib64/x.so", "libx32/x", "etc/cron.d/x",
        "boot/grub/grub.cfg", "efi/x", "init", "vmlinuz", "initrd.img-6.1", "swapfile",
    ],
)  # fmt: skip
def test_files_of_linux_are_protected(linux: Path, file: str) -> None:
    assert why(linux, file) == "system"


@pytest.mark.parametrize(
    "file",
    ["home/a/x", "root/x", "tmp/x", "var/tmp/x", "var/lib/images/x", "opt/vendor/x", "srv/x", "library/x", "x"],
)
def test_the_users_own_areas_of_linux_are_not(linux: Path, file: str) -> None:
    assert why(linux, file) == ""


@pytest.mark.parametrize(
    "file",
    [
        "EFI/BOOT/BOOTX64.EFI", "efi/debian/shimx64.efi", "EFI/debian/grub.cfg", "EFI/Microsoft/Boot/BCD",
        "EFI/Microsoft/Boot/fr-FR/bootmgr.efi.mui", "bootmgr", "BOOTMGR", "ntldr", "NTDETECT.COM", "boot.ini",
        "pagefile.sys", "hiberfil.sys", "$MFT", "$Extend/x", "syslinux/vesamenu.c32", "boot/isolinux/isolinux.bin",
        "boot/grub/i386-pc/normal.mod", "grub2/grubenv", "ldlinux.sys", "vmlinuz-6.1", "sources/boot.wim",
        "Boot/BCD", "loader/entries/x.conf", "casper/filesystem.squashfs", "live/vmlinuz",
        "Recovery/WindowsRE/winre.wim", "System Volume Information/{3808876b-c176-4e48-b7ae-04046e6cc752}",
    ],
)  # fmt: skip
def test_what_starts_any_medium_is_protected(stick: Path, file: str) -> None:
    assert why(stick, file) == "boot"


@pytest.mark.parametrize(
    "file",
    [
        "Windows/explorer.exe", "Windows/System32/evil.exe", "usr/bin/tool", "etc/passwd", "Boot/x.exe",
        "EFI/evil.exe", "EFI/BOOT/evil.exe", "System Volume Information/evil.exe", "Recovery/evil.exe",
        "sources/setup.exe", "live/evil.exe", "images/patient.img", "sub/bootmgr", "autorun.inf", "$evil/x.exe",
        "Program Files/Windows NT/x.exe", "Photos.exe",
    ],
)  # fmt: skip
def test_a_stick_that_pretends_stays_cleanable(stick: Path, file: str) -> None:
    assert why(stick, file) == ""


def test_the_folder_boot_counts_beside_a_boot_manager(tmp_path: Path) -> None:
    assert why(grow(tmp_path / "a", ("Boot/x.exe",)), "Boot/x.exe") == ""
    assert why(grow(tmp_path / "b", ("bootmgr",)), "Boot/x.exe") == "system"


def test_dos_is_a_system_too(tmp_path: Path) -> None:
    root = grow(tmp_path / "dos", ("IO.SYS", "MSDOS.SYS", "COMMAND.COM"))
    assert why(root, "WINDOWS/WIN.COM") == "system"
    assert why(root, "AUTOEXEC.BAT") == "system"
    assert why(root, "GAMES/EVIL.COM") == ""


def test_a_usr_of_its_own(tmp_path: Path) -> None:
    root = grow(tmp_path / "disk", ("lib/os-release", "bin/busybox"))
    assert why(root, "bin/x") == "system"
    assert why(root, "local/bin/x") == "system"


def test_planted_evidence_only_keeps_the_file(tmp_path: Path) -> None:
    """An attacker may do that; the threat stays, and so does the red light."""
    assert why(grow(tmp_path / "stick", WINDOWS), "Windows/evil.exe") == "system"


def test_a_target_inside_a_system(windows: Path) -> None:
    inside = windows / "Windows" / "System32"
    path = raw_bytes(str(inside / "ntoskrnl.exe"))
    for target in (
        volume(inside),
        Target(kind=TargetKind.FILE, paths=(path,)),
    ):
        message = why_protected(path, target, NO_CARD)
        assert message is not None
        assert message.code == "protected.system"


@pytest.mark.skipif(sys.platform == "win32", reason="names are text there")
def test_names_that_are_no_text(windows: Path) -> None:
    root = raw_bytes(str(windows))
    protection = Protection(volume(windows), NO_CARD)
    assert protection.why(root + b"/Windows/\xff\xfe.exe") == Message("protected.system")
    assert protection.why(root + b"/Users/\xff\xfe.exe") is None
    assert protection.why(root + b"/Users/" + b"a" * 255) is None
    assert protection.why(root + b"/Windows\xff/evil.exe") == Message("protected.system")


@pytest.mark.skipif(sys.platform != "linux", reason="the running system is another one")
def test_the_running_system() -> None:
    target = Target(kind=TargetKind.COMPUTER, paths=(b"/",))
    assert why_protected(b"/usr/bin/true", target, NO_CARD) == Message("protected.system")
    assert why_protected(b"/home/a/evil", target, NO_CARD) is None
    assert why_protected(b"/opt/vendor/app", target, NO_CARD) is None


@pytest.mark.parametrize("path", [b"", b"relative", b"/a/../b"])
def test_a_doubtful_path_is_left_alone(stick: Path, path: bytes) -> None:
    assert why_protected(path, volume(stick), NO_CARD) == Message("protected.unclear")


# --- the card --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("folder", "file"),
    [
        ("D:\\Vendor\\App", "Vendor/App/bin/app.exe"),
        ("d:/vendor/app/", "VENDOR/APP/x.dll"),
        ("\\\\?\\D:\\Vendor\\App", "Vendor/App/x"),
        ("Vendor", "vendor/x"),
        ("Vendor", "Vendor"),
        ("Vendor Imaging Suite", "VENDOR~1/x.exe"),
        ("VENDOR~1", "Vendor Imaging Suite/x.exe"),
        ("/opt/vendor", "opt/vendor/bin/x"),
        ("C:\\App\\..\\Vendor", "Vendor/x"),
        ("\\\\server\\share\\Vendor", "Vendor/x"),
        ("Échographes", "Échographes/x".replace("É", "E\u0301")),
        ("D:\\", "anything/x"),
    ],
)
def test_the_cards_folders(stick: Path, folder: str, file: str) -> None:
    assert why(stick, file, PolicyCard(protected=("Other", folder))) == "card"


@pytest.mark.parametrize(
    ("folder", "file"),
    [("Vendor", "Vendor2/x"), ("Vendor", "a/Vendor/x"), ("D:\\Vendor\\App", "Vendor/x"), ("/opt/vendor", "opt/x")],
)
def test_what_is_beside_the_cards_folders(stick: Path, folder: str, file: str) -> None:
    assert why(stick, file, PolicyCard(protected=(folder,))) == ""


def test_an_absolute_folder_of_this_computer(tmp_path: Path) -> None:
    app = grow(tmp_path / "app", ("bin/x",))
    card = PolicyCard(protected=(str(app),))
    message = why_protected(raw_bytes(str(app / "bin/x")), volume(tmp_path), card)
    assert message is not None
    assert message.code == "protected.card"


def test_the_sentence_says_whom_to_call(stick: Path) -> None:
    card = PolicyCard(protected=("Vendor",), manufacturer="Vendor\u202e SA", contact="+33 1 23 45 67 89")
    message = why_protected(raw_bytes(str(stick / "Vendor/x")), volume(stick), card)
    assert message is not None
    sentence = current().sentence(message)
    assert "“Vendor”" in sentence
    assert "isolated and call Vendor<U+202E> SA, +33 1 23 45 67 89." in sentence
    system = why_protected(raw_bytes(str(stick / "bootmgr")), volume(stick), card)
    assert system is not None
    assert "call Vendor<U+202E> SA" in current().sentence(system)
    for code in ("system", "boot", "unclear"):
        assert "call its manufacturer" in current().sentence(Message(f"protected.{code}"))


@given(st.binary(max_size=60))
def test_any_name_has_an_answer(name: bytes) -> None:
    root = b"C:\\" if sys.platform == "win32" else b"/"
    target = Target(kind=TargetKind.COMPUTER, paths=(root,))
    Protection(target, PolicyCard(protected=("D:\\App",))).why(root + name)


@given(st.text(max_size=60))
def test_any_text_is_a_folder_or_none(text: str) -> None:
    folder = parse_folder(text)
    assert all(folder.parts)
    assert all(alike(part, part.upper()) for part in folder.parts)
