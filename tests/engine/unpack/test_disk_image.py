"""Images of disks: partitions, what lies between them, volumes, virtual disks."""

import random
import struct

import pytest

from medscan_gui.core.words import Cause, Outcome
from medscan_gui.engine.limits import UnpackLimits
from medscan_gui.engine.unpack import disk_image
from medscan_gui.engine.unpack.partitions import layout_of
from medscan_gui.engine.unpack.source import MemorySource
from tests.engine.unpack.conftest import Look, Looked, sample_of
from tests.samples import payload

FILE = b"folder/payload.txt"

#: Images, and where the payload is in them besides the volume as a whole.
WHOLE = {
    "sample-fat.img.xz": [(FILE,)],
    "sample-ext.img.xz": [(FILE,)],
    "sample-exfat.img.xz": [(FILE,)],
    "sample-udf.img.xz": [(FILE,), (FILE,)],
    "sample-ntfs.img.xz": [(b"[SYSTEM]/$MFT",), (b"before.txt:hidden",), (b"payload.txt",)],
    "sample-disk.img.xz": [(b"[partition 1]",), (b"[partition 1]", FILE)],
    "sample-gpt.img.xz": [(b"[partition 1]",), (b"[partition 1]", FILE)],
    "sample-vhd-fixed.img.xz": [(b"[partition 1]",), (b"[partition 1]", FILE)],
    "sample.dmg": [(b"0.hfs",), (b"0.hfs", FILE)],
} | {
    f"sample-{kind}.img.xz": [(b"[disk]",), (b"[disk]", b"[partition 1]"), (b"[disk]", b"[partition 1]", FILE)]
    for kind in ("vhd", "vhdx", "vmdk", "qcow2", "vdi")
}


def _clean(looked: Looked) -> bool:
    return looked.ending[0] is Outcome.SCANNED and not looked.troubles


def _disk_of(volume: bytes, kind: int = 7, *, sectors: int = 0) -> bytes:
    """A disk with one partition from sector 64 on."""
    entry = struct.pack("<B3xB3xII", 0, kind, 64, sectors or len(volume) // 512)
    table = entry.ljust(64, b"\0") + b"\x55\xaa"
    return (bytes(446) + table).ljust(64 * 512, b"\0") + volume


@pytest.mark.parametrize(("sample", "chains"), WHOLE.items(), ids=WHOLE)
def test_where_the_payload_is(sample: str, chains: list[tuple[bytes, ...]], look: Look) -> None:
    looked = look(sample_of(sample))
    assert looked.found == chains
    assert _clean(looked), (looked.ending, looked.troubles)


@pytest.mark.parametrize("sample", ["sample-disk.img.xz", "sample-gpt.img.xz"])
def test_boot_sector_and_gaps(sample: str, look: Look) -> None:
    image = bytearray(sample_of(sample))
    mark = payload()[:31]
    image[0 : len(mark)] = mark
    image[50 * 512 : 50 * 512 + len(mark)] = mark
    image[800 * 512 : 800 * 512 + len(mark)] = mark
    looked = look(bytes(image))
    assert (b"[boot sector]",) in looked.found
    assert (b"[gap 1]",) in looked.found
    assert (b"[gap 2]",) in looked.found
    assert _clean(looked)


@pytest.mark.parametrize("sample", ["fat", "ntfs", "ext", "exfat"])
def test_large_partitions_are_read_where_they_lie(sample: str, monkeypatch: pytest.MonkeyPatch, look: Look) -> None:
    monkeypatch.setattr(disk_image, "COPIED_WHOLE", 0)
    looked = look(_disk_of(sample_of(f"sample-{sample}.img.xz")))
    assert any(chain[0].endswith(b"/payload.txt") for chain in looked.found)
    assert _clean(looked), (looked.ending, looked.troubles)
    if sample == "ntfs":
        assert (b"[partition 1]/before.txt:hidden",) in looked.found


def test_large_partition_of_unknown_kind(monkeypatch: pytest.MonkeyPatch, look: Look) -> None:
    monkeypatch.setattr(disk_image, "COPIED_WHOLE", 0)
    looked = look(_disk_of(payload().ljust(2048, b"\0")))
    assert looked.found == [(b"[partition 1]",)]
    looked = look(_disk_of(bytes(1 << 20)), limits=UnpackLimits(bytes_per_byte=0, bytes_least=1 << 19))
    assert looked.troubles[(b"[partition 1]",)][:2] == (Outcome.LIMIT_REACHED, Cause.TOO_MANY_BYTES)


def test_partition_beyond_the_end(look: Look) -> None:
    looked = look(_disk_of(payload().ljust(1024, b"\0"), sectors=0x7FFFFFFF))
    assert looked.ending[:2] == (Outcome.DAMAGED, Cause.CUT_SHORT)
    assert looked.found == [(b"[partition 1]",)]


def test_logical_partitions() -> None:
    image = bytearray(512 * 400)
    image[446:510] = struct.pack("<B3xB3xII", 0, 0x0F, 100, 300).ljust(64, b"\0")
    image[510:512] = b"\x55\xaa"
    for link, after in ((100, 100), (200, 0)):
        entries = struct.pack("<B3xB3xII", 0, 7, 10, 20)
        entries += struct.pack("<B3xB3xII", 0, 5, after, 100) if after else b""
        image[link * 512 + 446 : link * 512 + 510] = entries.ljust(64, b"\0")
        image[link * 512 + 510 : link * 512 + 512] = b"\x55\xaa"
    layout = layout_of(MemorySource(b"", bytes(image)))
    assert layout.partitions == [(110 * 512, 130 * 512), (210 * 512, 230 * 512)]
    assert not layout.problem
    assert not layout.cut_short


def test_extended_partition_in_a_circle(look: Look) -> None:
    image = bytearray(512 * 200)
    image[446:510] = struct.pack("<B3xB3xII", 0, 5, 100, 50).ljust(64, b"\0")
    image[510:512] = b"\x55\xaa"
    image[100 * 512 : 101 * 512] = image[:512]
    image[100 * 512 + 454 : 100 * 512 + 458] = struct.pack("<I", 0)
    looked = look(bytes(image))
    assert looked.ending == (Outcome.DAMAGED, Cause.NONE, "an extended partition that goes round in circles")


def test_gpt_of_too_many_entries(look: Look) -> None:
    image = bytearray(sample_of("sample-gpt.img.xz"))
    struct.pack_into("<I", image, 512 + 80, 0xFFFFFFFF)
    looked = look(bytes(image))
    assert looked.ending[0] is Outcome.DAMAGED
    assert (b"[partition 1]", FILE) in looked.found


def test_copy_of_the_gpt(look: Look) -> None:
    image = bytearray(sample_of("sample-gpt.img.xz"))
    image[512:1024] = bytes(512)
    assert (b"[partition 1]", FILE) in look(bytes(image)).found


@pytest.mark.parametrize("sample", [name for name in WHOLE if name not in {"sample.dmg", "sample-udf.img.xz"}])
def test_cut_short(sample: str, look: Look) -> None:
    whole = sample_of(sample)
    for part in (0.05, 0.4, 0.7, 0.95):
        looked = look(whole[: int(len(whole) * part)], seconds=20.0)
        assert looked.found or not _clean(looked), part


@pytest.mark.parametrize(
    "sample", ["sample-fat.img.xz", "sample-exfat.img.xz", "sample-gpt.img.xz", "sample-qcow2.img.xz"]
)
def test_flipped_bits(sample: str, look: Look) -> None:
    whole = sample_of(sample)
    chance = random.Random(sample)
    for _ in range(10):
        flipped = bytearray(whole)
        for _bit in range(8):
            flipped[chance.randrange(512 if chance.random() < 0.5 else len(whole))] ^= 1 << chance.randrange(8)
        look(bytes(flipped), seconds=20.0)  # whatever comes of it is an outcome


def test_folder_that_holds_itself(look: Look) -> None:
    image = bytearray(sample_of("sample-exfat.img.xz"))
    root, heap = struct.unpack_from("<I", image, 96)[0], struct.unpack_from("<I", image, 88)[0]
    cluster = 512 << (image[109])
    at = heap * 512 + (root - 2) * cluster
    for entry in range(at, at + cluster, 32):
        if image[entry] == 0xC0 and image[entry - 32 + 4] & 0x10:  # the stream of a folder: back to the root
            struct.pack_into("<I", image, entry + 20, root)
    looked = look(bytes(image), seconds=20.0)
    assert looked.ending[0] in {Outcome.SCANNED, Outcome.DAMAGED, Outcome.LIMIT_REACHED}
