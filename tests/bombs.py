"""Small files that ask for endless time, memory or nesting. All harmless in themselves; made at run time."""

import bz2
import gzip
import lzma
import struct
import subprocess
import tarfile
import zlib
from collections.abc import Callable
from functools import cache

import zstandard

from medscan_gui.engine.unpack import seven_zip_child
from tests.engine.unpack.archive_writers import rar5
from tests.engine.unpack.made_zip import (
    Entry,
    central_header,
    deflated,
    end_record,
    local_header,
    made,
    stored,
)
from tests.engine.unpack.office_writers import compound_file

_MB = 1 << 20


@cache
def _zeros(megabytes: int) -> bytes:
    """A raw deflate stream of zeros."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return b"".join([*(packer.compress(bytes(_MB)) for _ in range(megabytes)), packer.flush()])


@cache
def _crc_of_zeros(megabytes: int) -> int:
    crc = 0
    for _ in range(megabytes):
        crc = zlib.crc32(bytes(_MB), crc)
    return crc


def _zero_entry(name: bytes, megabytes: int) -> Entry:
    return Entry(name=name, data=_zeros(megabytes), method=8, size=megabytes * _MB, crc=_crc_of_zeros(megabytes))


def nested_42() -> bytes:
    """Five levels of sixteen archives, each at the end 64 MB of zeros: 64 TB."""
    content = made(*(_zero_entry(b"%d.bin" % number, 64) for number in range(16)))
    for _level in range(4):
        content = made(*(deflated(content, name=b"%d.zip" % number) for number in range(16)))
    return content


def overlapping_fully() -> bytes:
    """A thousand entries of the directory that all are the same 64 MB of zeros."""
    entry = _zero_entry(b"0", 64)
    directory = b"".join(central_header(entry, 0) for _ in range(1000))
    body = local_header(entry) + entry.data
    return body + directory + end_record(1000, len(directory), len(body))


def overlapping_by_quotes() -> bytes:
    """Each entry is the header of the next, quoted as a stored block, and then what the next holds (Fifield 2019)."""
    entries = 250
    kernel = _zeros(16)
    body, size = kernel, 16 * _MB
    headers: list[bytes] = []
    crc = _crc_of_zeros(16)
    last = Entry(name=b"%03d" % entries, data=body, method=8, size=size, crc=crc)
    tail = local_header(last) + kernel
    listed = [(last, 0)]
    for number in range(entries - 1, 0, -1):
        quoted = tail[: len(tail) - len(listed[-1][0].data)] if number == entries - 1 else headers[-1]
        block = struct.pack("<BHH", 0, len(quoted), len(quoted) ^ 0xFFFF) + quoted
        size += len(quoted)
        entry = Entry(name=b"%03d" % number, data=block + listed[-1][0].data, method=8, size=size, crc=0)
        header = local_header(entry)
        headers.append(header)
        listed.append((entry, 0))
    first = listed[-1][0]
    whole = local_header(first) + first.data
    directory = b""
    for entry, _place in reversed(listed):
        directory += central_header(entry, whole.index(local_header(entry)))
    return whole + directory + end_record(entries, len(directory), len(whole))


def gzip_of_zeros() -> bytes:
    """4 GB as 64 members of 64 MB."""
    member = b"\x1f\x8b\x08" + bytes(6) + b"\xff" + _zeros(64) + struct.pack("<II", _crc_of_zeros(64), 64 * _MB)
    return member * 64


def bzip2_of_zeros() -> bytes:
    """6.4 GB as 100 streams of 64 MB, 45 bytes each."""
    return bz2.compress(bytes(64 * _MB)) * 100


def xz_of_zeros() -> bytes:
    """6.4 GB as 100 streams of 64 MB."""
    return lzma.compress(bytes(64 * _MB), preset=0) * 100


def zstd_of_zeros() -> bytes:
    """6.4 GB as 100 frames of 64 MB."""
    return zstandard.compress(bytes(64 * _MB)) * 100


def zstd_with_a_huge_window() -> bytes:
    """A frame whose header asks for a window of 2 GB."""
    return b"\x28\xb5\x2f\xfd\x00" + bytes([21 << 3]) + b"\x01\x00\x00" + bytes(64)


def lying_header() -> bytes:
    """An entry that says ten bytes and is 128 MB."""
    return made(Entry(name=b"small.txt", data=_zeros(128), method=8, size=10, crc=0))


def gzip_31_deep() -> bytes:
    """Gzip in gzip, 31 times."""
    content = b"text"
    for _ in range(31):
        content = gzip.compress(content, mtime=0)
    return content


def zip_17_deep_and_wide() -> bytes:
    """Two archives in each of two archives, 17 levels: 131,072 at the bottom."""
    content = made(stored(b"text"))
    for _ in range(17):
        content = made(deflated(content, name=b"a.zip"), deflated(content, name=b"b.zip"))
    return content


def many_empty_entries() -> bytes:
    """Half a million empty entries."""
    entry = stored(b"", name=b"e")
    header = central_header(entry, 0)
    body = local_header(entry)
    return body + header * 500_000 + end_record(500_000, len(header) * 500_000, len(body))


def many_empty_files_of_tar() -> bytes:
    """300,000 empty files, as gzip: 700 kB."""
    header = tarfile.TarInfo("e").tobuf()
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return b"".join([*(packer.compress(header * 1000) for _ in range(300)), packer.flush()])


def tar_of_2_63() -> bytes:
    """A file that says it has 2^63 - 1 bytes."""
    info = tarfile.TarInfo("large")
    info.size = (1 << 63) - 1
    return info.tobuf(tarfile.GNU_FORMAT) + b"text" * 128


@cache
def seven_zip_of_zeros() -> bytes:
    """512 MB of zeros, packed by 7-Zip itself."""
    program = seven_zip_child.program()
    if program is None:
        return b"7z\xbc\xaf\x27\x1c"
    import tempfile
    from pathlib import Path

    with tempfile.TemporaryDirectory() as place:
        file = Path(place) / "zeros.7z"
        arguments = [str(program), "a", "-bd", "-sizeros", "-mx1", str(file)]
        with subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as packing:
            assert packing.stdin is not None
            for _ in range(512):
                packing.stdin.write(bytes(_MB))
            packing.stdin.close()
        return file.read_bytes()


def seven_zip_with_an_absurd_header() -> bytes:
    """A header that lies at 2^63 and is as long."""
    start = struct.pack("<QQI", (1 << 63) - 1, (1 << 63) - 1, 0)
    return b"7z\xbc\xaf\x27\x1c\0\x04" + struct.pack("<I", zlib.crc32(start)) + start + bytes(64)


def rar_of_many_empty_members() -> bytes:
    """120,000 members."""
    return rar5({f"{number:06}": b"" for number in range(120_000)})


def pdf_that_refers_to_itself() -> bytes:
    """Objects, object streams and lengths in circles."""
    objects = b"".join(
        b"%d 0 obj\n<</Type/ObjStm/N %d 0 R/First %d 0 R/Length %d 0 R/Extends %d 0 R>>\nstream\nx\nendstream\nendobj\n"
        % (number, number, number, number % 2000 + 1, number % 2000 + 1)
        for number in range(1, 2001)
    )
    return b"%PDF-1.7\n" + objects + b"trailer<</Root 1 0 R/Prev 9>>\nstartxref\n9\n%%EOF"


def pdf_of_zeros() -> bytes:
    """Twenty streams, each flate in flate in flate."""
    once = zlib.compress(bytes(8 * _MB), 9)
    stream = zlib.compress(zlib.compress(once * 200, 9), 9)
    filters = b"/Filter[/FlateDecode/FlateDecode/FlateDecode]"
    body = b"".join(
        b"%d 0 obj\n<<%b/Length %d>>\nstream\n%b\nendstream\nendobj\n" % (number, filters, len(stream), stream)
        for number in range(1, 21)
    )
    return b"%PDF-1.4\n" + body + b"%%EOF"


def ole_that_loops() -> bytes:
    """A compound file whose table of sectors leads back to its beginning."""
    whole = bytearray(compound_file({"Stream": bytes(1 << 16)}))
    for sector in range(2, 100):
        place = 512 + 4 * sector
        whole[place : place + 4] = struct.pack("<I", 2)
    return bytes(whole)


def rtf_nested_deeply() -> bytes:
    """Groups in groups, 100,000 times, each with an object."""
    return b"{\\rtf1" + b"{\\object{\\*\\objdata 0105" * 100_000


def mime_nested_deeply() -> bytes:
    """10,000 messages within each other."""
    parts = b"".join(
        b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (number, number) for number in range(10_000)
    )
    return b"From: a@b\r\nTo: c@d\r\nSubject: x\r\nMIME-Version: 1.0\r\n" + parts + b"text\r\n"


def dicom_nested_deeply() -> bytes:
    """Sequences of undefined length within each other, 10,000 times."""
    meta = b"\x02\x00\x10\x00UI\x14\x001.2.840.10008.1.2.1\0"
    head = bytes(128) + b"DICM" + b"\x02\x00\x00\x00UL\x04\x00" + struct.pack("<I", len(meta)) + meta
    sequence = b"\x08\x00\x15\x11SQ\0\0\xff\xff\xff\xff" + b"\xfe\xff\x00\xe0\xff\xff\xff\xff"
    return head + sequence * 10_000


def cpio_of_many() -> bytes:
    """200,000 empty entries."""
    header = b"070701" + b"%08x" * 13 % (1, 0o100644, 0, 0, 1, 0, 0, 0, 0, 0, 0, 2, 0) + b"e\0"
    return (header + bytes(-len(header) % 4)) * 200_000


def base64_in_base64() -> bytes:
    """A script whose text is encoded forty times over."""
    import base64

    text = b"Write-Host harmless " * 20
    for _ in range(24):
        text = b"[Convert]::FromBase64String('" + base64.b64encode(text) + b"')"
        if len(text) > 4 * _MB:
            break
    return text


#: Every kind of bomb, by name with the ending that its format usually has.
BOMBS: dict[str, Callable[[], bytes]] = {
    "nested-42.zip": nested_42,
    "overlap-full.zip": overlapping_fully,
    "overlap-quoted.zip": overlapping_by_quotes,
    "zeros.gz": gzip_of_zeros,
    "zeros.bz2": bzip2_of_zeros,
    "zeros.xz": xz_of_zeros,
    "zeros.zst": zstd_of_zeros,
    "window.zst": zstd_with_a_huge_window,
    "lying.zip": lying_header,
    "deep.gz": gzip_31_deep,
    "deep-and-wide.zip": zip_17_deep_and_wide,
    "empty-entries.zip": many_empty_entries,
    "empty-files.tar.gz": many_empty_files_of_tar,
    "large.tar": tar_of_2_63,
    "zeros.7z": seven_zip_of_zeros,
    "absurd.7z": seven_zip_with_an_absurd_header,
    "many.rar": rar_of_many_empty_members,
    "circles.pdf": pdf_that_refers_to_itself,
    "zeros.pdf": pdf_of_zeros,
    "loop.doc": ole_that_loops,
    "deep.rtf": rtf_nested_deeply,
    "deep.eml": mime_nested_deeply,
    "deep.dcm": dicom_nested_deeply,
    "many.cpio": cpio_of_many,
    "layers.ps1": base64_in_base64,
}
