"""Tar, ar and cpio archives: dialects, hostile entries, and what is broken in them."""

import gzip
import io
import struct
import tarfile

import pytest

from medscan_gui.core.words import Cause, Outcome
from medscan_gui.engine.file_type import FileType
from tests.engine.unpack.conftest import SAMPLES, Look
from tests.engine.unpack.made_zip import made, stored
from tests.engine.unpack.mutations import dishonest, flips, truncations
from tests.samples import payload

_READ = (Outcome.SCANNED, Cause.NONE, "")
_TARS = ["v7.tar", "ustar.tar", "gnu.tar", "pax.tar", "gnu-sparse.tar", "pax-sparse.tar"]
_CPIOS = ["newc.cpio", "crc.cpio", "odc.cpio", "bin-le.cpio"]
_LONG = b"x" * 120 + b".txt"


def _sample(name: str) -> bytes:
    return (SAMPLES / name).read_bytes()


def _block(name: bytes, size: int | bytes, kind: bytes = b"0", content: bytes = b"", link: bytes = b"") -> bytes:
    """Return a header with its content, filled up to whole blocks."""
    number = size if isinstance(size, bytes) else b"%011o\0" % size
    head = name.ljust(100, b"\0") + b"0000644\0" + b"0000000\0" * 2 + number.ljust(12, b"\0") + b"00000000000\0"
    head += b" " * 8 + kind + link.ljust(100, b"\0") + b"ustar\00000"
    head = head.ljust(512, b"\0")
    head = head[:148] + b"%06o\0 " % sum(head) + head[156:]
    return head + content + bytes(-len(content) % 512)


def _file(name: bytes, content: bytes, kind: bytes = b"0") -> bytes:
    return _block(name, len(content), kind, content)


_END = bytes(1024)


@pytest.mark.parametrize("name", [*_TARS, *_CPIOS, "ar.a", "package.deb"])
def test_healthy_archives_end_as_read(name: str, look: Look) -> None:
    looked = look(SAMPLES / name)
    assert (looked.ending, looked.troubles) == (_READ, {})


def test_long_names(look: Look) -> None:
    for name in ("gnu.tar", "pax.tar"):
        assert (b"folder/" + _LONG,) in look(SAMPLES / name).found
    for name in _CPIOS:
        assert (_LONG,) in look(SAMPLES / name).found
    assert (b"a-name-longer-than-fifteen.txt",) in look(SAMPLES / "ar.a").found


def test_package_is_opened_down_to_its_files(look: Look) -> None:
    assert (b"data.tar.xz", b"data.tar", b"./opt/sample/payload.txt") in look(SAMPLES / "package.deb").found


@pytest.mark.parametrize("kind", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_python_writes_what_is_read(kind: int, look: Look) -> None:
    written = io.BytesIO()
    with tarfile.open(fileobj=written, mode="w", format=kind) as archive:
        for name in ("a" * 90 + "/b", "é"):
            member = tarfile.TarInfo(name)
            member.size = len(payload())
            archive.addfile(member, io.BytesIO(payload()))
    looked = look(written.getvalue())
    assert {chain[0][:2] for chain in looked.found} == {b"aa", "é".encode()}
    assert not looked.troubles


@pytest.mark.parametrize("version", ["gnu-sparse.tar", "pax-sparse.tar"])
def test_holes_are_where_they_were(version: str, look: Look) -> None:
    # A rule would not find the text if the pieces were not put together: it stands at 1 MB and again at 3 MB.
    looked = look(SAMPLES / version)
    assert looked.found == [(b"holes.bin",)]


@pytest.mark.parametrize(
    "records",
    [
        b"22 GNU.sparse.major=1\n22 GNU.sparse.minor=0\n",
        b"27 GNU.sparse.size=9999999\n26 GNU.sparse.map=0,5,2,9\n",
        b"27 GNU.sparse.size=9999999\n26 GNU.sparse.map=9,5,a,9\n",
        b"27 GNU.sparse.size=9999999\n",
    ],
)
def test_maps_of_holes_that_are_broken_are_told_or_left(records: bytes, look: Look) -> None:
    looked = look(_file(b"pax", records, b"x") + _file(b"member", payload()) + _END)
    told = [ending[0] for ending in (looked.ending, *looked.troubles.values())]
    assert looked.found or Outcome.DAMAGED in told


@pytest.mark.parametrize("kind", [b"1", b"2", b"5", b"3", b"V", b"Z", b"\0", b"7", b"D"])
def test_whatever_has_content_is_looked_at(kind: bytes, look: Look) -> None:
    looked = look(_file(b"odd", payload(), kind) + _file(b"next", b"words") + _END)
    assert looked.found == [(b"odd",)]
    assert sum(looked.counts.values()) == 2


@pytest.mark.parametrize("kind", [b"1", b"2", b"5"])
def test_links_with_a_size_and_no_content_hide_nothing(kind: bytes, look: Look) -> None:
    looked = look(_block(b"link", 5000, kind) + _file(b"next", payload()) + _END)
    assert looked.found == [(b"next",)]
    assert looked.ending == _READ


def test_names_stay_as_they_are(look: Look) -> None:
    names = [b"../../x", b"/etc/passwd", b"CON", b"a\xff\n", b"same", b"same"]
    looked = look(b"".join(_file(name, payload()) for name in names) + _END)
    assert looked.found == [(name,) for name in names]


def test_archive_behind_the_end_of_another(look: Look) -> None:
    looked = look(_file(b"first", b"words") + _END + _file(b"second", payload()) + _END)
    assert looked.found == [(b"second",)]


def test_what_follows_an_archive(look: Look) -> None:
    behind = b"words" * 200 + made(stored(payload()))
    assert (b"[overlay]", b"payload.txt") in look(_file(b"first", b"words") + _END + behind).found


def test_broken_header_does_not_hide_the_next(look: Look) -> None:
    broken = bytearray(_file(b"first", b"words"))
    broken[0] ^= 1
    looked = look(_file(b"zero", b"words") + bytes(broken) + _file(b"second", payload()) + _END)
    assert looked.found == [(b"second",)]
    assert looked.ending[0] is Outcome.DAMAGED


@pytest.mark.parametrize(
    "size",
    [b"\x80" + bytes(3) + (1 << 63).to_bytes(8, "big"), b"\x80" + b"\xff" * 11, b"777777777777", b"\xff" * 12, b"xyz"],
)
def test_absurd_sizes(size: bytes, look: Look) -> None:
    looked = look(_block(b"member", size, b"0", payload()) + _END)
    told = [ending[0] for ending in (looked.ending, *looked.troubles.values())]
    assert Outcome.DAMAGED in told


def test_end_that_is_missing_is_told(look: Look) -> None:
    assert look(_file(b"member", payload())).ending[:2] == (Outcome.DAMAGED, Cause.CUT_SHORT)


@pytest.mark.parametrize("name", ["v7.tar", "ustar.tar"])
def test_tar_cut_anywhere(name: str, look: Look) -> None:
    content = _sample(name)
    assert not dishonest(look, (content[:end] for end in range(1, len(content), 7)), {FileType.TAR})


@pytest.mark.parametrize("name", _CPIOS)
def test_cpio_cut_anywhere(name: str, look: Look) -> None:
    assert not dishonest(look, truncations(_sample(name)), {FileType.CPIO})


@pytest.mark.parametrize("name", ["ar.a", "package.deb"])
def test_ar_cut_anywhere(name: str, look: Look) -> None:
    # Cut right behind a member an ar archive is whole: it says nowhere how many there are.
    content = _sample(name)
    ends = {8}
    while (at := max(ends)) < len(content):
        size = int(content[at + 48 : at + 58])
        ends |= {at + 60 + size, at + 60 + size + size % 2}
    assert not dishonest(look, truncations(content), {FileType.AR}, lambda cut: len(cut) in ends)


def _without_payload(content: bytes) -> bool:
    return payload()[:30] not in content


@pytest.mark.parametrize("name", ["ustar.tar", "pax.tar"])
def test_tar_bits_turned_anywhere(name: str, look: Look) -> None:
    assert not dishonest(look, flips(_sample(name), 9, 300), {FileType.TAR}, _without_payload)


@pytest.mark.parametrize("name", _CPIOS)
def test_cpio_bits_turned_anywhere(name: str, look: Look) -> None:
    assert not dishonest(look, flips(_sample(name), 10, 400), {FileType.CPIO}, _without_payload)


@pytest.mark.parametrize("name", ["ar.a", "package.deb"])
def test_ar_bits_turned_anywhere(name: str, look: Look) -> None:
    # A package's own archives that have lost their mark are any content.
    ignore = _without_payload if name == "ar.a" else lambda content: content.count(b"\xfd7zXZ\0") < 2
    assert not dishonest(look, flips(_sample(name), 11, 400), {FileType.AR}, ignore)


def test_big_endian_cpio(look: Look) -> None:
    def entry(name: bytes, content: bytes) -> bytes:
        name += b"\0"
        words = (0o070707, 0, 1, 0o100644, 0, 0, 1, 0, 0, 0, len(name), len(content) >> 16, len(content) & 0xFFFF)
        return struct.pack(">13H", *words) + name + b"\0" * (len(name) % 2) + content + b"\0" * (len(content) % 2)

    looked = look(entry(b"a.txt", b"odd") + entry(b"payload.txt", payload()) + entry(b"TRAILER!!!", b""))
    assert looked.found == [(b"payload.txt",)]
    assert looked.ending == _READ


def test_cpio_archives_that_follow_one_another(look: Look) -> None:
    # As a Linux kernel takes its first files: archives, padding, and a compressed one.
    import gzip

    newc = _sample("newc.cpio")
    looked = look(newc + bytes(512) + newc + bytes(3) + gzip.compress(newc))
    assert (b"[overlay]", b"[content]", b"sub/payload.txt") in looked.found
    assert looked.found.count((b"sub/payload.txt",)) == 2
    assert looked.ending == _READ


def test_cpio_checksum(look: Look) -> None:
    content = bytearray(_sample("crc.cpio"))
    content[content.rindex(b"harmless")] ^= 1
    looked = look(bytes(content))
    assert (Outcome.DAMAGED, Cause.NONE, "checksum") in looked.troubles.values()


def test_cpio_broken_header_does_not_hide_the_next(look: Look) -> None:
    content = bytearray(_sample("odc.cpio"))
    second = content.index(b"070707", 6)
    content[second + 60] = ord("z")
    looked = look(bytes(content))
    assert looked.found
    assert looked.ending[0] is Outcome.DAMAGED


def _ar(name: bytes, content: bytes, size: int | None = None) -> bytes:
    head = name.ljust(16) + b"0".ljust(12) + b"0".ljust(6) * 2 + b"100644".ljust(8)
    head += b"%d" % (len(content) if size is None else size)
    return head.ljust(58) + b"`\n" + content + b"\n" * (len(content) % 2)


def test_ar_names_of_both_kinds(look: Look) -> None:
    mark = b"!<arch>\n"
    assert look(mark + _ar(b"#1/12", b"bsd name.o\0\0" + payload())).found == [(b"bsd name.o",)]
    table = b"gnu long name.o/\n../other.o/\n"
    looked = look(mark + _ar(b"//", table) + _ar(b"/17", payload()) + _ar(b"/0", payload()) + _ar(b"/999", payload()))
    assert looked.found == [(b"../other.o",), (b"gnu long name.o",), (b"/999",)]


def test_ar_size_that_lies(look: Look) -> None:
    looked = look(b"!<arch>\n" + _ar(b"a", payload(), size=9_999_999_999))
    assert looked.found
    assert looked.troubles[b"a",][:2] == (Outcome.DAMAGED, Cause.CUT_SHORT)
    looked = look(b"!<arch>\n" + _ar(b"a", b"words", size=1) + _ar(b"b", payload()))
    assert looked.found
    assert looked.ending[0] is Outcome.DAMAGED


def _with_sum(archive: bytes, form: bytes) -> bytes:
    """Return an archive of before 1988 (no mark) whose first checksum is written as `form`."""
    header = bytearray(archive)
    header[257:265] = bytes(8)
    total = sum(header[:148]) + 8 * 32 + sum(header[156:512])
    header[148:156] = form % total
    return bytes(header)


@pytest.mark.parametrize("form", [b"%06o\0 ", b"%08o", b"\t%06o\0", b"%05o xx", b"\0\0%05o\0", b"  %05o\0"])
def test_checksums_as_unpackers_read_them(form: bytes, look: Look) -> None:
    archive = _file(b"payload.txt", payload()) + bytes(1024)
    looked = look(_with_sum(archive, form))
    assert looked.found == [(b"payload.txt",)]
    assert looked.troubles == {}


@pytest.mark.parametrize("blocks", [1, 2, 5])
def test_tar_behind_other_blocks(blocks: int, look: Look) -> None:
    packed = gzip.compress(payload())
    into = io.BytesIO()
    with tarfile.open(fileobj=into, mode="w") as archive:
        entry = tarfile.TarInfo("payload.gz")
        entry.size = len(packed)
        archive.addfile(entry, io.BytesIO(packed))
    front = b"x" * 512 if blocks == 1 else b"\1" * 512 * blocks
    assert look(front + into.getvalue()).found == [(b"payload.gz", b"payload")]


def test_cpio_behind_other_bytes(look: Look) -> None:
    assert look(b"junkjunk" + _sample("newc.cpio")).found
    assert look(bytes(99) + _sample("odc.cpio")).found
