"""Single compressed streams: several of them, what follows them, what is broken in them."""

import bz2
import gzip
import lzma
import random
import struct
import zlib
from pathlib import Path

import pytest
import zstandard

from medscan_gui.core.words import Cause, Outcome
from medscan_gui.engine.file_type import FileType
from medscan_gui.engine.limits import UnpackLimits
from medscan_gui.engine.unpack.base import UnpackError
from medscan_gui.engine.unpack.budget import Budget
from medscan_gui.engine.unpack.decoding import Feed
from medscan_gui.engine.unpack.lz4 import Sum32
from medscan_gui.engine.unpack.lzw import uncompressed
from medscan_gui.engine.unpack.source import MemorySource
from tests.engine.unpack.conftest import SAMPLES, Look
from tests.engine.unpack.made_zip import made, stored
from tests.engine.unpack.mutations import dishonest, flips, truncations
from tests.samples import payload

_KINDS = {
    "gzip.gz": FileType.GZIP,
    "bzip2.bz2": FileType.BZIP2,
    "xz.xz": FileType.XZ,
    "lzma.lzma": FileType.LZMA,
    "zstd.zst": FileType.ZSTD,
    "compress.Z": FileType.COMPRESS,
    "lz4.lz4": FileType.LZ4,
}
_SUMMED = ["gzip.gz", "bzip2.bz2", "xz.xz", "zstd.zst", "lz4.lz4"]
_READ = (Outcome.SCANNED, Cause.NONE, "")
_LEFT = b"nothing of interest"


def _packed(name: str, content: bytes) -> bytes:
    match name:
        case "gzip.gz":
            return gzip.compress(content)
        case "bzip2.bz2":
            return bz2.compress(content)
        case "xz.xz":
            return lzma.compress(content)
    return zstandard.ZstdCompressor(write_checksum=True).compress(content)


_WRITTEN = ["gzip.gz", "bzip2.bz2", "xz.xz", "zstd.zst"]


def _lz4(*blocks: bytes, flags: int = 0x60) -> bytes:
    """Return a frame of stored blocks."""
    head = bytes((flags, 0x40))
    total = Sum32()
    total.update(head)
    content = b"".join(struct.pack("<I", len(block) | 1 << 31) + block for block in blocks)
    return b"\x04\x22\x4d\x18" + head + bytes((total.value() >> 8 & 0xFF,)) + content + bytes(4)


@pytest.mark.parametrize("name", _KINDS)
def test_name_of_the_content(name: str, look: Look) -> None:
    ending = name[name.index(".") :].encode()
    assert look(SAMPLES / name, name=b"report.TAR" + ending).found[0] in {(b"report.TAR",), (b"long.txt",)}
    assert look(SAMPLES / name, name=b"no ending").found[0] in {(b"[content]",), (b"long.txt",)}


def test_name_in_the_header_stays_raw(look: Look) -> None:
    packed = gzip.compress(payload())
    named = packed[:3] + b"\x08" + packed[4:10] + b"../\xff\n.exe\0" + packed[10:]
    assert look(named).found == [(b"../\xff\n.exe",)]
    extra = packed[:3] + b"\x1e" + packed[4:10] + b"\x03\0abc" + b"n\0comment\0\0\0" + packed[10:]
    assert look(extra).found == [(b"n",)]


@pytest.mark.parametrize("name", _WRITTEN)
def test_several_streams_are_one_content(name: str, look: Look) -> None:
    half = len(payload()) // 4
    looked = look(_packed(name, payload()[:half]) + _packed(name, b"") + _packed(name, payload()[half:]))
    assert looked.found == [(b"[content]",)]
    assert looked.counts == {(Outcome.SCANNED, Cause.NONE): 1}


@pytest.mark.parametrize("name", _WRITTEN)
def test_what_follows_is_looked_at(name: str, look: Look) -> None:
    archive = made(stored(payload()))
    looked = look(_packed(name, _LEFT) + b"trailing words " + archive)
    assert (b"[overlay]", b"payload.txt") in looked.found


@pytest.mark.parametrize("name", _WRITTEN)
def test_padding_is_nothing(name: str, look: Look) -> None:
    looked = look(_packed(name, payload()) + bytes(1000))
    assert looked.counts == {(Outcome.SCANNED, Cause.NONE): 1}
    assert not looked.troubles


def test_xz_streams_behind_padding(look: Look) -> None:
    assert look(lzma.compress(_LEFT) + bytes(8) + lzma.compress(payload())).found == [(b"[content]",)]


@pytest.mark.parametrize("name", _WRITTEN)
def test_stream_behind_a_broken_one_is_found(name: str, look: Look) -> None:
    broken = bytearray(_packed(name, bytes(range(256)) * 4))
    broken[len(broken) // 2] ^= 0xFF
    broken[len(broken) // 2 + 1] ^= 0xFF
    looked = look(bytes(broken) + _packed(name, payload()))
    assert looked.found
    assert any(ending[0] is Outcome.DAMAGED for ending in looked.troubles.values())


def test_bad_gzip_checksum_hides_nothing_and_is_told(look: Look) -> None:
    packed = bytearray(gzip.compress(_LEFT))
    packed[-8] ^= 1
    looked = look(bytes(packed) + gzip.compress(payload()))
    assert looked.found == [(b"[content]",)]
    assert looked.troubles == {(b"[content]",): (Outcome.DAMAGED, Cause.NONE, "checksum")}


def test_cut_gzip_gives_its_beginning(look: Look) -> None:
    packed = gzip.compress(payload() + bytes(range(256)) * 100)
    looked = look(packed[:-40])
    assert looked.found == [(b"[content]",)]
    assert looked.troubles[b"[content]",][:2] == (Outcome.DAMAGED, Cause.CUT_SHORT)


def test_filters_of_xz(look: Look) -> None:
    filters = [{"id": lzma.FILTER_X86}, {"id": lzma.FILTER_DELTA, "dist": 4}, {"id": lzma.FILTER_LZMA2, "preset": 9}]
    assert look(lzma.compress(payload(), lzma.FORMAT_XZ, lzma.CHECK_SHA256, filters=filters)).found


def test_lzma_with_a_giant_dictionary_that_it_does_not_use(look: Look) -> None:
    packed = bytearray(lzma.compress(payload() * 3, lzma.FORMAT_ALONE))
    packed[1:5] = b"\0\0\0\x80"
    assert look(bytes(packed)).found


def test_lz4_blocks(look: Look) -> None:
    looked = look(_lz4(payload()[:40], payload()[40:]) + _lz4(_LEFT))
    assert looked.found == [(b"[content]",)]
    assert not looked.troubles
    skipped = b"\x50\x2a\x4d\x18" + struct.pack("<I", 5) + b"12345"
    assert look(_lz4(_LEFT) + skipped + _lz4(payload())).found == [(b"[content]",)]


@pytest.mark.parametrize(
    "block",
    [b"\x1fA\0\0\xff\xff\xff", b"\xf0", b"\x10A\x05\0", b"\x1fA\x01\0" + b"\xff" * 70_000 + b"\0", b"\x10A\0\0"],
)
def test_lz4_matches_that_lead_nowhere(block: bytes, look: Look) -> None:
    frame = _lz4()
    looked = look(frame[:-4] + struct.pack("<I", len(block)) + block + bytes(4))
    assert looked.troubles[b"[content]",][0] is Outcome.DAMAGED


def test_sum_of_lz4() -> None:
    # Values of the reference implementation (xxhash_spec.md has none; xxhsum -H0 gives them).
    for content, expected in ((b"", 0x02CC5D05), (b"a", 0x550D7456), (b"abc", 0x32D153FF)):
        total = Sum32()
        total.update(content)
        assert total.value() == expected
    pieces, whole = Sum32(), Sum32()
    whole.update(bytes(range(256)) * 5)
    for start in range(0, 1280, 7):
        pieces.update((bytes(range(256)) * 5)[start : start + 7])
    assert pieces.value() == whole.value()


def test_zstd_frames_between_others(look: Look) -> None:
    skipped = b"\x5e\x2a\x4d\x18" + struct.pack("<I", 4) + b"note"
    packed = zstandard.compress(_LEFT) + skipped + zstandard.compress(payload())
    assert look(packed).found == [(b"[content]",)]


def test_zstd_that_needs_a_dictionary_is_told(look: Look) -> None:
    samples: list[bytes | bytearray | memoryview] = [
        b"some words number %d and more of them" % number for number in range(2000)
    ]
    dictionary = zstandard.train_dictionary(4096, samples)
    looked = look(zstandard.ZstdCompressor(dict_data=dictionary).compress(payload()))
    assert looked.troubles[b"[content]",][0] is Outcome.DAMAGED


def _compressed(codes: list[tuple[int, int]]) -> bytes:
    """Return a stream of codes with their widths, each group of eight filled up."""
    out, group, bits = bytearray(b"\x1f\x9d\x90"), 0, 0
    width_before = codes[0][1]
    for code, width in codes:
        if width != width_before and bits:
            out += group.to_bytes(width_before, "little")
            group, bits = 0, 0
        width_before = width
        group |= code << bits
        bits += width
        if bits == 8 * width:
            out += group.to_bytes(width, "little")
            group, bits = 0, 0
    return bytes(out) + group.to_bytes((bits + 7) // 8, "little")


def test_compress_codes(look: Look) -> None:
    assert look(_compressed([(byte, 9) for byte in payload()])).found
    # Cleared in the middle: the rest of the group is filling.
    half = [(byte, 9) for byte in payload()[:20]]
    cleared = [*half, (256, 9), *[(0, 9)] * 3, *((byte, 9) for byte in payload())]
    assert look(_compressed(cleared)).found


@pytest.mark.parametrize("codes", [[(300, 9)], [(65, 9), (259, 9)], [(256, 9)] * 8 + [(400, 9)]])
def test_compress_codes_that_cannot_be(codes: list[tuple[int, int]], look: Look) -> None:
    assert look(_compressed(codes)).troubles[b"[content]",][0] is Outcome.DAMAGED


@pytest.mark.parametrize("flags", [0x08, 0x11, 0xF0, 0x1F])
def test_compress_header_that_cannot_be(flags: int) -> None:
    limits = UnpackLimits()
    source = MemorySource(b"", bytes((0x1F, 0x9D, flags)) + payload())
    with pytest.raises(UnpackError):
        list(uncompressed(Feed(source, 0), Budget(limits, source.size, 60)))


@pytest.mark.parametrize("name", [name for name in _KINDS if name != "compress.Z"])
def test_cut_anywhere(name: str, look: Look) -> None:
    content = (SAMPLES / name).read_bytes()
    assert not dishonest(look, truncations(content), {_KINDS[name]})


@pytest.mark.parametrize("name", _SUMMED)
def test_bits_turned_anywhere(name: str, look: Look) -> None:
    content = (SAMPLES / name).read_bytes()
    assert not dishonest(look, flips(content, 7, 400), {_KINDS[name]})


@pytest.mark.parametrize("name", ["compress.Z", "lzma.lzma"])
def test_what_has_no_checksum_ends_whatever_is_in_it(name: str, look: Look) -> None:
    content = (SAMPLES / name).read_bytes()
    for broken in (*list(truncations(content))[::9], *flips(content, 8, 200)):
        look(broken)


def test_mixed_levels(look: Look, tmp_path: Path) -> None:
    inner = made(stored(payload()))
    levels = lzma.compress(bz2.compress(zstandard.compress(gzip.compress(inner))))
    path = tmp_path / "levels.gz.zst.bz2.xz"
    path.write_bytes(levels)
    looked = look(path, name=path.name.encode())
    assert looked.found == [
        (b"levels.gz.zst.bz2", b"levels.gz.zst", b"levels.gz", b"levels", b"payload.txt"),
    ] or looked.found == [
        (b"levels.gz.zst.bz2", b"levels.gz.zst", b"levels.gz", b"levels"),
        (b"levels.gz.zst.bz2", b"levels.gz.zst", b"levels.gz", b"levels", b"payload.txt"),
    ]


def test_healthy_streams_end_as_read(look: Look) -> None:
    for name in _KINDS:
        looked = look(SAMPLES / name)
        assert (looked.ending, looked.troubles) == (_READ, {}), name


def test_zlib_is_asked_again_where_a_piece_was_full(look: Look) -> None:
    # All input is taken at once, and far more comes out than one piece.
    content = bytes(3 << 20) + payload()
    packed = gzip.compress(content)
    assert len(packed) < 1 << 14
    looked = look(packed)
    assert looked.found
    assert not looked.troubles
    assert zlib.crc32(content) == int.from_bytes(packed[-8:-4], "little")


def test_lzip_of_several_members_and_its_checksum(look: Look) -> None:
    packed = (SAMPLES / "lzip.lz").read_bytes()
    assert look(packed + packed, name=b"report.pdf.lz").found == [(b"report.pdf",)]
    wrong = bytearray(packed)
    wrong[-20] ^= 1
    looked = look(bytes(wrong))
    assert looked.found
    assert looked.troubles == {(b"[content]",): (Outcome.DAMAGED, Cause.NONE, "checksum")}
    assert look(packed[:-30]).troubles[b"[content]",][0] is Outcome.DAMAGED
    behind = look(packed + b"behind " + payload())
    assert [chain[0] for chain in behind.found] == [b"[content]", b"[overlay]"]


def test_flash_by_zlib_and_by_lzma(look: Look) -> None:
    body = b"\0" * 6 + payload()
    by_zlib = b"CWS\x08" + struct.pack("<I", len(body) + 8) + zlib.compress(body)
    assert look(by_zlib).found == [(b"[content]",)]
    assert look(by_zlib[:-8]).troubles[b"[content]",][0] is Outcome.DAMAGED
    alone = lzma.compress(body, lzma.FORMAT_ALONE)
    by_lzma = b"ZWS\x0d" + struct.pack("<II", len(body) + 8, len(alone) - 13) + alone[:5] + alone[13:]
    assert look(by_lzma).found == [(b"[content]",)]
    assert FileType.FLASH not in MemorySource(b"x", b"CWS is a word that texts begin with, 12345").types


@pytest.mark.parametrize("flags", [0x20, 0x80, 0xE0])
def test_reserved_flags_of_gzip_are_passed_over(flags: int, look: Look) -> None:
    packed = bytearray(gzip.compress(payload()))
    packed[3] |= flags
    assert look(bytes(packed)).found


def test_zeros_between_gzip_members(look: Look) -> None:
    two = gzip.compress(b"x") + bytes(600) + gzip.compress(payload())
    looked = look(two)
    assert looked.found == [(b"[content]",)]
    assert looked.troubles == {}
    far = look(gzip.compress(b"x") + bytes(200_000) + gzip.compress(payload()) + bytes(99))
    assert (far.found, far.troubles) == ([(b"[content]",)], {})
    other = look(gzip.compress(b"x") + bytes(600) + lzma.compress(payload()))
    assert [chain[0] for chain in other.found] == [b"[overlay]"]


@pytest.mark.parametrize("sized", [False, True])
@pytest.mark.parametrize("filters", [{"lc": 0, "lp": 0, "pb": 0}, {"lc": 3, "lp": 0, "pb": 2}], ids=["lc0", "usual"])
@pytest.mark.parametrize("dictionary", [1 << 16, (1 << 23) + 4096, 1000])
def test_lzma_with_any_header_that_readers_take(
    dictionary: int, filters: dict[str, int], sized: bool, look: Look
) -> None:
    content = payload() * 3
    packed = lzma.compress(
        content, lzma.FORMAT_ALONE, filters=[{"id": lzma.FILTER_LZMA1, "dict_size": 1 << 16} | filters]
    )
    size = struct.pack("<q", len(content) if sized else -1)
    packed = packed[:1] + struct.pack("<I", dictionary) + size + packed[13:]
    assert look(packed).found == [(b"[content]",)]


def test_tables_of_numbers_are_no_lzma() -> None:
    rest = bytes(random.Random(7).randbytes(4000))
    for front in (5, 93):
        for dictionary in (4097, 70_000):
            head = struct.pack("<BIQB", front, dictionary, 500_000, 0)
            for behind in (bytes(4000), rest, struct.pack("<500I", *range(500))):
                assert FileType.LZMA not in MemorySource(b"x", head + behind).types
