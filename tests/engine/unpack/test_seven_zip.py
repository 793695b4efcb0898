"""Archives that 7-Zip's own program reads: whole, locked, broken, and made to do harm."""

import gzip
import os
import random
import shutil
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from medscan_gui.core.words import Cause, Outcome
from medscan_gui.engine.limits import UnpackLimits
from medscan_gui.engine.unpack import seven_zip_child, seven_zip_members
from tests.engine.unpack.archive_writers import rar4, rar5, xar
from tests.engine.unpack.conftest import SAMPLES, Look, Looked, sample_of
from tests.samples import payload

CHAIN = (b"folder/payload.txt",)

#: Archives whose members are known to the byte, and where the payload is among them.
WHOLE = {
    "plain.7z": CHAIN,
    "solid.7z": CHAIN,
    "sample.cab": CHAIN,
    "sample.arj": CHAIN,
    "sample.lzh": CHAIN,
    "sample-9660.iso": CHAIN,
    "sample.wim": CHAIN,
    "sample.squashfs": CHAIN,
    "sample-4.rar": CHAIN,
    "sample-5.rar": CHAIN,
    "sample.chm": (b"payload.txt",),
    "sample.xar": (b"payload.txt",),
    "sample-nsis.exe": (b"payload.txt",),
    "sample-nsis-zlib.exe": (b"payload.txt",),
    "sample.tx_": (b"[expanded]",),
}


@pytest.mark.parametrize(("sample", "chain"), WHOLE.items(), ids=WHOLE)
def test_members_are_told_apart(sample: str, chain: tuple[bytes, ...], look: Look) -> None:
    looked = look(SAMPLES / sample)
    assert looked.ending[0] is Outcome.SCANNED
    assert not looked.troubles
    assert looked.found == [chain]


def test_reading_does_not_touch_the_access_time(look: Look, tmp_path: Path) -> None:
    path = tmp_path / "old.7z"
    shutil.copyfile(SAMPLES / "plain.7z", path)
    os.utime(path, ns=(1_000_000_000, 2_000_000_000))
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOATIME", 0))
    try:
        from medscan_gui.engine.unpack.base import Unpacking
        from medscan_gui.engine.unpack.budget import Budget
        from medscan_gui.engine.unpack.seven_zip import FORMATS
        from medscan_gui.engine.unpack.source import FileSource

        limits = UnpackLimits()
        unpacking = Unpacking(limits=limits, budget=Budget(limits, 0, 60.0))
        source = FileSource(b"old.7z", descriptor, path.stat().st_size)
        contents = [b"".join(member.chunks) for member in FORMATS[0].opener(source, unpacking)]  # type: ignore[union-attr]
    finally:
        os.close(descriptor)
    assert payload() in contents
    assert path.stat().st_atime_ns == 1_000_000_000


class TestLocked:
    """Archives with a password."""

    def test_contents_without_password(self, look: Look) -> None:
        looked = look(SAMPLES / "locked.7z")
        assert looked.troubles[CHAIN][0] is Outcome.ENCRYPTED
        assert len(looked.troubles) == 4
        assert not looked.found

    def test_names_without_password(self, look: Look) -> None:
        assert look(SAMPLES / "locked-names.7z").ending[0] is Outcome.ENCRYPTED

    @pytest.mark.parametrize("sample", ["locked.7z", "locked-names.7z"])
    def test_with_password(self, sample: str, look: Look) -> None:
        looked = look(SAMPLES / sample, passwords=("", "-", "wrong é", "secret", "never"))
        assert looked.found == [CHAIN]
        assert not looked.troubles
        assert looked.ending[0] is Outcome.SCANNED

    @pytest.mark.parametrize("sample", ["locked.7z", "locked-names.7z"])
    def test_with_wrong_passwords(self, sample: str, look: Look) -> None:
        looked = look(SAMPLES / sample, passwords=("wrong", "secre", "secrets"))
        assert not looked.found
        assert looked.ending[0] is Outcome.ENCRYPTED or looked.troubles[CHAIN][0] is Outcome.ENCRYPTED

    def test_password_is_on_no_command_line(self, monkeypatch: pytest.MonkeyPatch, look: Look) -> None:
        lines: list[list[str | bytes]] = []
        start = subprocess.Popen.__init__

        def noting(self: "subprocess.Popen[bytes]", arguments: list[str | bytes], **rest: object) -> None:
            lines.append(arguments)
            start(self, arguments, **rest)  # type: ignore[call-overload]

        monkeypatch.setattr(subprocess.Popen, "__init__", noting)
        assert look(SAMPLES / "locked.7z", passwords=("secret",)).found
        assert len(lines) >= 2
        assert not [line for line in lines if any("secret" in str(word) for word in line)]


def _clean(looked: Looked) -> bool:
    return looked.ending[0] in {Outcome.SCANNED, Outcome.EMPTY} and not looked.troubles


@pytest.mark.parametrize("sample", ["plain.7z", "solid.7z", "sample.cab", "sample.arj", "sample.lzh", "sample-5.rar"])
def test_cut_short_anywhere(sample: str, look: Look) -> None:
    whole = sample_of(sample)
    # Cut in its last bytes each; further in front where it makes a difference to the program.
    for length in [*range(64, len(whole) - 8, len(whole) // 16), *range(len(whole) - 8, len(whole))]:
        looked = look(whole[:length])
        assert looked.found == [CHAIN] or not _clean(looked), length


@pytest.mark.parametrize("sample", ["plain.7z", "sample.cab", "sample.arj", "sample.wim", "sample.chm", "sample-4.rar"])
def test_flipped_bits(sample: str, look: Look) -> None:
    whole = sample_of(sample)
    chance = random.Random(sample)
    for _ in range(12):
        flipped = bytearray(whole)
        for _bit in range(chance.choice((1, 2, 8))):
            # The mark stays: what is not known for an archive is not opened as one.
            flipped[chance.randrange(8, len(whole))] ^= 1 << chance.randrange(8)
        looked = look(bytes(flipped), seconds=10.0)
        assert looked.found or not _clean(looked) or payload()[:20] not in whole, bytes(flipped).hex()


@pytest.mark.parametrize("writer", [rar4, rar5])
def test_broken_member_hides_no_later_one(writer: Callable[[dict[str, bytes]], bytes], look: Look) -> None:
    files = {"first.txt": b"first of all\n" * 9, "payload.txt": payload(), "last.txt": b"last"}
    looked = look(writer(files).replace(b"first of all", b"first of ell", 1))
    assert looked.troubles[b"first.txt",][0] is Outcome.DAMAGED
    assert looked.found == [(b"payload.txt",)]
    assert sum(looked.counts.values()) == 2


def test_broken_volume_gives_what_is_whole(look: Look) -> None:
    whole = sample_of("sample-9660.iso")
    at = whole.index(payload())
    looked = look(whole[: at + 40])
    assert looked.ending[:2] == (Outcome.DAMAGED, Cause.CUT_SHORT)
    assert looked.found == [CHAIN]
    assert looked.troubles[CHAIN][0] is Outcome.DAMAGED


class TestBehindTheEnd:
    """What 7-Zip only warns of."""

    def test_archive_behind_archive(self, look: Look) -> None:
        first, second = rar5({"a.txt": b"first"}), rar5({"b.txt": payload()})
        looked = look(first + second)
        assert (b"[after the end]", b"b.txt") in looked.found

    def test_zeros_are_padding(self, look: Look) -> None:
        assert _clean(look(sample_of("sample.lzh") + b"\0" * 128))

    def test_broken_entry_hides_no_later_one(self, look: Look) -> None:
        whole = bytearray(rar4({"a.txt": b"first", "b.txt": zlib.compress(payload())}))
        at = whole.index(b"b.txt")
        whole[at - 20] ^= 0xFF  # its header is wrong by its sum
        looked = look(bytes(whole))
        assert not _clean(looked)
        assert looked.ending[0] is Outcome.DAMAGED


class TestNames:
    """Names are the attacker's."""

    NAMES = (
        "../../../../etc/cron.d/x",
        "/absolute",
        "CON",
        "-so",
        "@list",
        "*",
        "a\nPath = forged\nSize = 3\n\nPath = x",
        "a\r\n----------\nPath = y",
        "n" * 3000,
        "\u202egpj.exe",
    )

    @pytest.mark.parametrize("writer", [rar4, rar5])
    def test_hostile_names(self, writer: Callable[[dict[str, bytes]], bytes], look: Look) -> None:
        files = {name: payload() + str(number).encode() for number, name in enumerate(self.NAMES)}
        looked = look(writer(files))
        assert len(looked.found) == len(files), looked
        assert not Path("/etc/cron.d/x").exists()

    def test_hostile_names_one_by_one(self, monkeypatch: pytest.MonkeyPatch, look: Look) -> None:
        monkeypatch.setattr(seven_zip_members.Contents, "_split_all", seven_zip_members.Contents._one_by_one)
        files = {name: payload() + str(number).encode() for number, name in enumerate(self.NAMES) if "\n" not in name}
        looked = look(rar5(files))
        assert len(looked.found) == len(files), looked

    def test_name_twice(self, look: Look) -> None:
        twice = rar5({"a.txt": b"first", "b.txt": payload()}).replace(b"b.txt", b"a.txt")
        at = twice.rindex(b"a.txt")
        start = twice.rindex(struct.pack("<I", zlib.crc32(payload())), 0, at)
        assert start > 0
        looked = look(_with_right_sums(twice))
        assert looked.found == [(b"a.txt",)]


def _with_right_sums(archive: bytes) -> bytes:
    """Put the sums of a RAR 5 archive's headers right again."""
    parts, place = [archive[:8]], 8
    while place < len(archive):
        size = archive[place + 4]
        header = archive[place + 4 : place + 5 + size]
        data = header[3] if header[1] == 2 else 0
        end = place + 5 + size + data
        parts += [struct.pack("<I", zlib.crc32(header)), header, archive[place + 5 + size : end]]
        place = end
    return b"".join(parts)


class TestBombs:
    """Small archives that ask for much."""

    def test_zeros(self, look: Look, tmp_path: Path) -> None:
        program = seven_zip_child.program()
        assert program is not None
        bomb = tmp_path / "zeros.7z"
        arguments = [str(program), "a", "-bd", "-sizeros", "-mx1", str(bomb)]
        with subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as packing:
            assert packing.stdin is not None
            for _megabyte in range(100):
                packing.stdin.write(bytes(1 << 20))
            packing.stdin.close()
        looked = look(bomb, limits=UnpackLimits(bytes_least=64 << 20))
        assert looked.ending[:2] == (Outcome.LIMIT_REACHED, Cause.RATIO)

    def test_dictionary_that_no_computer_has(self, look: Look, tmp_path: Path) -> None:
        program = seven_zip_child.program()
        assert program is not None
        (tmp_path / "payload.txt").write_bytes(payload())
        path = tmp_path / "large.7z"
        subprocess.run(
            [str(program), "a", "-bd", "-mhc=off", str(path), str(tmp_path / "payload.txt")],
            check=True,
            stdout=subprocess.DEVNULL,
        )
        whole = bytearray(path.read_bytes())
        start, size = struct.unpack_from("<QQ", whole, 12)
        header = whole[32 + start : 32 + start + size]
        # LZMA2 has one byte of properties: 40 is a dictionary of 4 GB less one byte.
        header[header.index(b"\x21\x21\x01") + 3] = 40
        whole[32 + start : 32 + start + size] = header
        struct.pack_into("<I", whole, 28, zlib.crc32(header))
        struct.pack_into("<I", whole, 8, zlib.crc32(whole[12:32]))
        looked = look(bytes(whole))
        # The child is bounded once it runs: if it was faster, it has the room, and touches only what it needs of it.
        refused = looked.troubles.get((b"payload.txt",), looked.ending)[:2] == (Outcome.LIMIT_REACHED, Cause.MEMORY)
        assert refused or looked.found

    @pytest.mark.parametrize("size", [0xFFFFFFFF, 1 << 40, (1 << 63) - 1, (1 << 64) - 1])
    def test_absurd_header(self, size: int, look: Look) -> None:
        whole = bytearray(sample_of("plain.7z"))
        for place in (12, 20):
            struct.pack_into("<Q", whole, place, size)
            struct.pack_into("<I", whole, 8, zlib.crc32(whole[12:32]))
            assert look(bytes(whole)).ending[0] is Outcome.DAMAGED

    def test_absurd_counts_of_a_cabinet(self, look: Look) -> None:
        whole = bytearray(sample_of("sample.cab"))
        struct.pack_into("<HH", whole, 26, 0xFFFF, 0xFFFF)
        assert not _clean(look(bytes(whole)))

    def test_folder_of_an_image_that_holds_itself(self, look: Look) -> None:
        whole = sample_of("sample-9660.iso")
        root = struct.unpack_from("<I", whole, 0x8000 + 156 + 2)[0]
        looped = bytearray(whole)
        for place in _places(whole, b"\x06FOLDER"):
            struct.pack_into("<I", looped, place - 30, root)
            struct.pack_into(">I", looped, place - 26, root)
        looked = look(bytes(looped), seconds=20.0)
        assert looked.found or not _clean(looked)

    def test_many_members(self, look: Look) -> None:
        many = rar5({f"{number:04}": b"x" for number in range(1200)})
        looked = look(many, limits=UnpackLimits(members=1000, members_least=1000))
        assert looked.ending[:2] == (Outcome.LIMIT_REACHED, Cause.TOO_MANY_MEMBERS)

    def test_time_is_over(self, look: Look) -> None:
        looked = look(rar5({"a": b"x"}), seconds=0.0)
        assert looked.ending[:2] == (Outcome.LIMIT_REACHED, Cause.UNPACKING_TOO_SLOW)


def _places(whole: bytes, mark: bytes) -> list[int]:
    found, place = [], whole.find(mark)
    while place >= 0:
        found.append(place)
        place = whole.find(mark, place + 1)
    return found


class TestNesting:
    """Containers within containers."""

    def test_three_kinds(self, look: Look) -> None:
        inner = rar5({"payload.txt": payload()})
        middle = xar({"inner.rar": inner})
        looked = look(gzip.compress(rar4({"middle.xar": middle})))
        assert [chain[-3:] for chain in looked.found][-1] == (b"middle.xar", b"inner.rar", b"payload.txt")

    def test_raw_image_of_a_disc(self, look: Look) -> None:
        image = sample_of("sample-9660.iso")
        synchronisation = b"\0" + b"\xff" * 10 + b"\0"
        raw = b"".join(
            synchronisation + b"\0\2\0\1" + image[at : at + 2048].ljust(2048, b"\0") + bytes(288)
            for at in range(0, len(image), 2048)
        )
        assert (b"[data track]", b"folder/payload.txt") in look(raw).found


@pytest.mark.skipif(sys.platform != "linux", reason="looks at the processes of Linux")
def test_no_child_is_left(look: Look) -> None:
    bomb = rar5({f"{number}": bytes(1 << 20) for number in range(20)})
    looked = look(bomb, limits=UnpackLimits(bytes_per_byte=0, bytes_least=3 << 20))
    assert looked.ending[0] is Outcome.LIMIT_REACHED
    children = Path(f"/proc/self/task/{os.getpid()}/children").read_text(encoding="ascii").split()
    names = [Path(f"/proc/{child}/comm").read_text(encoding="utf-8").strip() for child in children]
    assert "7zz" not in names


def test_without_program(monkeypatch: pytest.MonkeyPatch, look: Look) -> None:
    monkeypatch.setattr(seven_zip_child, "program", lambda: None)
    assert look(SAMPLES / "plain.7z").ending[:2] == (Outcome.UNREADABLE, Cause.FORMAT_NOT_OPENED)


def test_without_scratch_folder(look: Look) -> None:
    limits = UnpackLimits(member_in_memory=1024, memory=1024)
    looked = look(SAMPLES / "plain.7z", scratch=False, limits=limits)
    assert looked.found or looked.ending[:2] == (Outcome.LIMIT_REACHED, Cause.MEMORY)
    looked = look(sample_of("plain.7z"), scratch=False, limits=limits)
    assert looked.ending[:2] == (Outcome.LIMIT_REACHED, Cause.MEMORY)


@pytest.mark.skipif(sys.platform != "linux", reason="a file without a name is handed over on Linux")
def test_a_copy_in_the_scratch_folder_has_no_name(tmp_path: Path) -> None:
    from medscan_gui.core.names import raw_bytes
    from medscan_gui.engine.unpack.base import Unpacking
    from medscan_gui.engine.unpack.budget import Budget
    from medscan_gui.engine.unpack.seven_zip_input import handed
    from medscan_gui.engine.unpack.source import MemorySource

    scratch = tmp_path / "scratch"
    scratch.mkdir()
    limits = UnpackLimits(member_in_memory=1024, memory=1024)
    unpacking = Unpacking(limits=limits, budget=Budget(limits, 0, 60.0), scratch=raw_bytes(str(scratch)))
    program = seven_zip_child.program()
    assert program is not None
    with handed(MemorySource(b"plain.7z", sample_of("plain.7z")), unpacking) as copy:
        assert not list(scratch.iterdir())
        listed = subprocess.run(
            [str(program), "l", "-t7z", copy.path], pass_fds=copy.descriptors, capture_output=True, check=True
        )
    assert b"payload.txt" in listed.stdout


def _record(name: bytes, sector: int, size: int, flags: int = 0) -> bytes:
    """Return a record of a folder (ECMA-119, 9.1)."""
    both = struct.pack("<I", sector) + struct.pack(">I", sector) + struct.pack("<I", size) + struct.pack(">I", size)
    rest = both + bytes(7) + bytes((flags, 0, 0)) + b"\1\0\0\1" + bytes((len(name),)) + name
    rest += bytes(len(rest) % 2)
    return bytes((len(rest) + 2, 0)) + rest


def _disc(first: bytes, second: bytes, contents: bytes) -> bytes:
    """Return a disc with two trees: their folders are in sectors 20 and 21, contents from 22 on."""

    def descriptor(kind: int, sector: int, escape: bytes) -> bytes:
        block = bytearray(2048)
        block[:7] = bytes((kind,)) + b"CD001\1"
        block[80:88] = struct.pack("<I", 24) + struct.pack(">I", 24)
        block[88:91] = escape
        block[128:132] = struct.pack("<H", 2048) + struct.pack(">H", 2048)
        block[156:190] = _record(b"\0", sector, 2048, 2)
        return bytes(block)

    end = b"\xffCD001\1".ljust(2048, b"\0")
    head = bytes(16 * 2048) + descriptor(1, 20, bytes(3)) + descriptor(2, 21, b"%/E") + end + bytes(2048)
    folders = b"".join(
        (_record(b"\0", at, 2048, 2) + _record(b"\1", at, 2048, 2) + files).ljust(2048, b"\0")
        for at, files in ((20, first), (21, second))
    )
    return head + folders + contents.ljust(2 * 2048, b"\0")


def test_file_of_the_other_tree_of_a_disc(look: Look) -> None:
    packed = gzip.compress(payload())
    hidden = _record(b"HID.GZ;1", 22, len(packed))
    looked = look(_disc(hidden, _record("v.txt".encode("utf-16-be"), 23, 5), packed))
    assert (b"HID.GZ", b"HID") in looked.found
    shown = look(_disc(hidden, _record("h.gz".encode("utf-16-be"), 22, len(packed)), packed))
    assert [chain[0] for chain in shown.found] == [b"h.gz"]


def test_folders_that_lead_in_circles(look: Look) -> None:
    circle = _record(b"A", 20, 2048, 2) + _record(b"B", 21, 2048, 2)
    assert look(_disc(circle + _record(b"P.TXT;1", 22, 200), circle, payload())).found
