"""Images of whole disks: boot sector, partitions, and what lies between them."""

from collections.abc import Iterator

from medscan_gui.core.words import Cause, Outcome
from medscan_gui.engine.file_kinds import FileType
from medscan_gui.engine.unpack.base import Format, Member, UnpackError, Unpacking, cut_short, damaged
from medscan_gui.engine.unpack.partitions import Layout, gaps, layout_of
from medscan_gui.engine.unpack.source import Source
from medscan_gui.engine.unpack.volume_files import readable, volume_members

#: Larger partitions are not copied as a whole: their files are read where they lie.
COPIED_WHOLE = 512 << 20
#: Gaps are read in pieces of this size, and pieces of zeros are passed over.
_PIECE = 1 << 20


def open_disk(source: Source, unpacking: Unpacking) -> Iterator[Member]:
    """Give the boot sector, each partition, and each stretch outside of them that holds more than zeros."""
    layout = layout_of(source)
    yield Member(b"[boot sector]", source.chunks(0, layout.sector), size=layout.sector)
    for number, (start, end) in enumerate(layout.partitions, 1):
        yield from _partition(source, unpacking, b"[partition %d]" % number, start, end)
    for number, (start, end) in enumerate(_stretches(source, layout, unpacking), 1):
        yield Member(b"[gap %d]" % number, source.chunks(start, end), size=end - start)
    if layout.problem:
        raise damaged(layout.problem)
    if layout.cut_short:
        raise cut_short("a partition goes on beyond the end")


def _partition(source: Source, unpacking: Unpacking, name: bytes, start: int, end: int) -> Iterator[Member]:
    if end - start <= COPIED_WHOLE:
        yield Member(name, source.chunks(start, end), size=end - start)
    elif readable(source, start):
        yield Member(name + b" [boot sector]", source.chunks(start, start + 512), size=512)
        yield from volume_members(source, unpacking, start, name + b"/")
    elif end - start <= unpacking.budget.bytes_left:
        yield Member(name, source.chunks(start, end), size=end - start)
    else:
        yield Member(name, problem=UnpackError(Outcome.LIMIT_REACHED, Cause.TOO_MANY_BYTES).ending, size=end - start)


def _stretches(source: Source, layout: Layout, unpacking: Unpacking) -> Iterator[tuple[int, int]]:
    """Yield where the gaps hold something: neighbouring pieces together."""
    for start, end in gaps(layout, source.size):
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
    """Give the files of an exFAT volume, and its boot region."""
    yield Member(b"[boot region]", source.chunks(0, _EXFAT_BOOT))
    yield from volume_members(source, unpacking)


#: Boot sectors of exFAT: twelve, and a copy of them (Microsoft, exFAT specification, 2).
_EXFAT_BOOT = 24 * 512

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
        read="all files that exist, the boot region",
        not_read="deleted files, space that no file uses",
        samples=("sample-exfat.img.xz",),
    ),
)
