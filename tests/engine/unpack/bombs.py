"""More bombs of archives and streams, beside those of tests/bombs.py: small, and far too much of something."""

import gzip
import lzma
import struct
import zlib
from collections.abc import Callable

from tests.engine.unpack.made_zip import (
    Entry,
    central_header,
    end_record,
    local_header,
    stored,
    without_directory,
)

MB = 1 << 20
_PIECE = 16 * MB


def empty_entries(entries: int) -> bytes:
    """Nothing, very often: each has a record in the directory, all share one header."""
    entry = stored(b"", name=b"0")
    directory = central_header(entry, 0) * entries
    return local_header(entry) + directory + end_record(entries, len(directory), len(local_header(entry)))


def empty_headers(entries: int) -> bytes:
    """Nothing, very often, without a directory."""
    return without_directory(stored(b"", name=b"0")) * entries


def folders(entries: int) -> bytes:
    """Folders only."""
    entry = stored(b"", name=b"0/")
    directory = central_header(entry, 0) * entries
    return local_header(entry) + directory + end_record(entries, len(directory), len(local_header(entry)))


def long_names(entries: int) -> bytes:
    """Names of 64 kB."""
    entry = stored(b"", name=b"n" * 0xFFFF)
    directory = central_header(entry, 0) * entries
    return local_header(entry) + directory + end_record(entries, len(directory), len(local_header(entry)))


def deflate64_overlap() -> bytes:
    """One deflate64 entry of 64 MB, a hundred times."""
    import inflate64

    packer = inflate64.Deflater()
    packed = packer.deflate(bytes(64 * MB)) + packer.flush()
    entry = Entry(data=packed, method=9, size=64 * MB, crc=1, name=b"same")
    body = local_header(entry) + entry.data
    directory = central_header(entry, 0) * 100
    return body + directory + end_record(100, len(directory), len(body))


def called_encrypted(entries: int = 2000) -> bytes:
    """One stored entry of a megabyte, called encrypted, very often: each has to be summed up to see that it is not."""
    entry = stored(bytes(MB), flags=1, name=b"same")
    body = local_header(entry) + entry.data
    directory = central_header(entry, 0) * entries
    return body + directory + end_record(entries, len(directory), len(body))


def chained() -> bytes:
    """An archive whose only content is, but for its first bytes, itself: forty headers, each entry all that follows."""
    header_bytes = len(local_header(stored(b"", name=b"next")))
    levels = 40
    # The directory is the same on all levels: an entry of unknown size at the beginning, up to the end.
    entry = Entry(data=b"", name=b"next", flags=0, local={}, central={})
    directory = central_header(entry, 0)
    end = end_record(1, len(directory), 0)
    rest = len(directory) + len(end)
    body = b""
    for level in range(levels):
        size = rest + header_bytes * level
        body = local_header(Entry(data=b"", name=b"next", local={"packed": size, "size": size})) + body
    return body + directory + end


def gzip_many(members: int) -> bytes:
    """Very many empty gzip members."""
    return gzip.compress(b"", mtime=0) * members


def lzma_zeros(size: int = 320 * MB) -> bytes:
    """A single lzma stream of zeros."""
    packer = lzma.LZMACompressor(lzma.FORMAT_ALONE, preset=0)
    return b"".join(packer.compress(bytes(_PIECE)) for _part in range(size // _PIECE)) + packer.flush()


def xz_dictionary() -> bytes:
    """An xz stream that asks for a dictionary of 3 GB."""
    packed = bytearray(lzma.compress(b"words" * 100))
    at = packed.index(b"\x21\x01", 12)
    packed[at + 2] = 39
    size = (packed[12] + 1) * 4
    packed[12 + size - 4 : 12 + size] = zlib.crc32(packed[12 : 12 + size - 4]).to_bytes(4, "little")
    return bytes(packed)


def compress_zeros() -> bytes:
    """A .Z stream in which each code is one byte longer than the one before: 65,000 codes, 2 GB."""
    out, group, bits = bytearray(b"\x1f\x9d\x90"), 0, 0
    width, free = 9, 257
    for code in [0, *range(257, 65_536)]:
        if free > (1 << width) - 1 and width < 16:
            if bits:
                out += group.to_bytes(width, "little")
            group, bits, width = 0, 0, width + 1
        group |= code << bits
        bits += width
        if bits == 8 * width:
            out += group.to_bytes(width, "little")
            group, bits = 0, 0
        free += code != 0
    return bytes(out) + group.to_bytes((bits + 7) // 8, "little")


def lz4_zeros(size: int = 1024 * MB) -> bytes:
    """An lz4 frame of blocks of 4 MB, each one match."""
    length = 4 * MB - 1 - 4 - 15 - 5
    block = b"\x1f\0\x01\0" + b"\xff" * (length // 255) + bytes((length % 255,)) + b"\x50" + bytes(5)
    head = b"\x60\x70"
    from medscan_gui.engine.unpack.lz4 import Sum32

    total = Sum32()
    total.update(head)
    frame = b"\x04\x22\x4d\x18" + head + bytes((total.value() >> 8 & 0xFF,))
    return frame + (struct.pack("<I", len(block)) + block) * (size // (4 * MB)) + bytes(4)


def _tar_header(size: bytes, kind: bytes = b"0", rest: bytes = b"") -> bytes:
    head = b"member".ljust(100, b"\0") + b"0000644\0" + b"0000000\0" * 2 + size.ljust(12, b"\0") + b"00000000000\0"
    head += b" " * 8 + kind + bytes(100) + (b"ustar  \0" if kind == b"S" else b"ustar\00000")
    head = (head.ljust(386, b"\0") + rest).ljust(512, b"\0")
    return head[:148] + b"%06o\0 " % sum(head) + head[156:]


def tar_absurd_hole() -> bytes:
    """A member of 2^62 bytes, nearly all of it a hole."""
    huge = b"\x80" + bytes(3) + (1 << 62).to_bytes(8, "big")
    rest = b"00000000000\0" + b"00000001000\0" + bytes(72) + b"\0" + huge
    return _tar_header(b"00000001000\0", b"S", rest) + b"x" * 512 + bytes(1024)


def tar_empty_members(members: int) -> bytes:
    """Very many empty files."""
    return _tar_header(b"00000000000\0") * members + bytes(1024)


def tar_links(members: int) -> bytes:
    """Very many links."""
    return _tar_header(b"00000000000\0", b"2") * members + bytes(1024)


def cpio_broken_headers(times: int) -> bytes:
    """Marks of a header that lead to none."""
    return (b"070701" + b"F" * 104) * times


def zip_marks(times: int) -> bytes:
    """Marks of local headers without a name."""
    return b"PK\3\4" + (b"PK\3\4" + bytes(4) + b"\0\0" + bytes(20)) * times


def ar_members(members: int) -> bytes:
    """Very many empty members."""
    head = b"m/".ljust(16) + b"0".ljust(12) + b"0".ljust(6) * 2 + b"100644".ljust(8) + b"0".ljust(10) + b"`\n"
    return b"!<arch>\n" + head * members


#: Every bomb that fits into memory at once, by name.
BOMBS: dict[str, Callable[[], bytes]] = {
    "zip, 300,000 empty entries": lambda: empty_entries(300_000),
    "zip, 300,000 headers without directory": lambda: empty_headers(300_000),
    "zip, 300,000 folders": lambda: folders(300_000),
    "zip, 500 names of 64 kB": lambda: long_names(500),
    "zip, deflate64 overlap (6 GB)": deflate64_overlap,
    "zip, 2,000 times called encrypted": called_encrypted,
    "zip in itself": chained,
    "zip, 500,000 marks": lambda: zip_marks(500_000),
    "gzip, 200,000 members": lambda: gzip_many(200_000),
    "lzma of zeros (320 MB)": lzma_zeros,
    "xz, dictionary of 3 GB": xz_dictionary,
    "compress of zeros (2 GB)": compress_zeros,
    "lz4 of zeros (1 GB)": lz4_zeros,
    "tar, hole of 2^62": tar_absurd_hole,
    "tar, 150,000 empty members": lambda: tar_empty_members(150_000),
    "tar, 100,000 links": lambda: tar_links(100_000),
    "cpio, 100,000 broken headers": lambda: cpio_broken_headers(100_000),
    "ar, 300,000 empty members": lambda: ar_members(300_000),
}
