"""Images of whole disks: boot sector, partitions, and what lies between them."""

from collections.abc import Iterator

from medscan_gui.core.words import Cause, Outcome
from medscan_gui.engine.file_kinds import FileType
from medscan_gui.engine.unpack.base import Format, Member, UnpackError, Unpacking, cut_short, damaged
from medscan_gui.engine.unpack.partitions import gaps, layout_of
from medscan_gui.engine.unpack.source import Source
from medscan_gui.engine.unpack.volume_files import readable, volume_members

#: Larger partitions are not copied as a whole: their files are read where they lie.
COPIED_WHOLE = 512 << 20
#: All of the boot sector but the mark by which a disk is known: it is no disk of its own.
_BOOT_SECTOR = 510
#: A fixed virtual disk (VHD) is the disk and this trailer.
_VHD_TRAILER = 512
#: Gaps are read in pieces of this size, and pieces of zeros are passed over.
_PIECE = 1 << 20


def open_disk(source: Source, unpacking: Unpacking) -> Iterator[Member]:
    """Give the boot sector, each partition, and each stretch outside of them that holds more than zeros."""
    layout = layout_of(source)
    end = source.size - _VHD_TRAILER if FileType.VHD in source.types else source.size
    yield Member(b"[boot sector]", source.chunks(0, _BOOT_SECTOR), size=_BOOT_SECTOR)
    for number, (start, after) in enumerate(layout.partitions, 1):
        yield from _partition(source, unpacking, b"[partition %d]" % number, start, after)
    for number, (start, after) in enumerate(_stretches(source, gaps(layout, end), unpacking), 1):
        yield Member(b"[gap %d]" % number, source.chunks(start, after), size=after - start)
    if layout.problem:
        raise damaged(layout.problem)
    if layout.cut_short:
        raise cut_short("a partition goes on beyond the end")


def _partition(source: Source, unpacking: Unpacking, name: bytes, start: int, end: int) -> Iterator[Member]:
    if end - start <= COPIED_WHOLE:
        yield Member(name, source.chunks(start, end), size=end - start)
    elif readable(source, start):
        yield from volume_members(source, unpacking, start, name + b"/")
    elif end - start <= unpacking.budget.bytes_left:
        yield Member(name, source.chunks(start, end), size=end - start)
    else:
        yield Member(name, problem=UnpackError(Outcome.LIMIT_REACHED, Cause.TOO_MANY_BYTES).ending, size=end - start)


def _stretches(source: Source, found: list[tuple[int, int]], unpacking: Unpacking) -> Iterator[tuple[int, int]]:
    """Yield where the gaps hold something: neighbouring pieces together."""
    for start, end in found:
        begun = -1
        for place in range(start, end, _PIECE):
            unpacking.budget.check()
            piece = source.read_at(place, min(_PIECE, end - place))
            if piece.count(0) == len(piece):
                if begun >= 0:
                    yield begun, place
                begun = -1
            elif begun < 0:
                begun = place
        if begun >= 0:
            yield begun, end


def open_exfat(source: Source, unpacking: Unpacking) -> Iterator[Member]:
    """Give the files of an exFAT volume."""
    yield from volume_members(source, unpacking)


FORMATS = (
    Format(
        name="Disk image",
        kinds=(FileType.DISK,),
        opener=open_disk,
        library="own; pytsk3 for partitions above 512 MB",
        read="MBR with extended partitions, GPT and its copy; boot sector, partitions, and gaps that hold data",
        not_read="logical volumes (LVM, Storage Spaces), RAID",
        samples=("sample-disk.img.xz", "sample-gpt.img.xz"),
    ),
    Format(
        name="exFAT",
        kinds=(FileType.EXFAT,),
        opener=open_exfat,
        library="pytsk3",
        read="all files that exist",
        not_read="deleted files, space that no file uses",
        samples=("sample-exfat.img.xz",),
    ),
)
