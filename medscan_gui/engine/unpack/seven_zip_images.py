"""Volumes and virtual disks that are read by 7-Zip's own program (see `seven_zip_child`)."""

from collections.abc import Iterator

from medscan_gui.engine.file_kinds import FileType
from medscan_gui.engine.unpack.base import Format, Member, Unpacking, not_opened
from medscan_gui.engine.unpack.seven_zip import LIBRARY, opener
from medscan_gui.engine.unpack.seven_zip_members import Ways
from medscan_gui.engine.unpack.source import Source

_ONE_DISK = Ways(only=b"[disk]", tail=False)
#: What lies behind a volume is padding, or a copy of its first sector.
_VOLUME = Ways(tail=False)
#: Left out: the bad clusters, a stream as large as the volume that holds nothing, and the volume's first sectors,
#: which by themselves are a volume cut short.
_NTFS = Ways(tail=False, leave_out=frozenset({b"[SYSTEM]/$BadClus:$Bad", b"[SYSTEM]/$Boot"}))
#: Kinds by which the disk of a fixed virtual disk is opened where it lies, in front of its trailer.
_RAW = frozenset({FileType.DISK, FileType.FAT, FileType.NTFS, FileType.EXT, FileType.EXFAT, FileType.ISO})
_vhd = opener("vhd", ways=_ONE_DISK)
_vmdk = opener("vmdk", ways=_ONE_DISK)


def open_vhd(source: Source, unpacking: Unpacking) -> Iterator[Member]:
    """Give the disk of a virtual disk; of one that begins with its disk nothing but what is opened anyway."""
    if source.read_at(0, 8) != b"conectix" and not _RAW.isdisjoint(source.types):
        return
    yield from _vhd(source, unpacking)


def open_vmdk(source: Source, unpacking: Unpacking) -> Iterator[Member]:
    """Give the disk of a virtual disk. One that only describes where its disk lies is not opened: that is a path."""
    if source.read_at(0, 4) != b"KDMV":
        raise not_opened("a description of other files")
    yield from _vmdk(source, unpacking)


def _volume(name: str, kind: FileType, read: str, sample: str, ways: Ways = _VOLUME) -> Format:
    return Format(
        name=name,
        kinds=(kind,),
        opener=opener(kind.value, ways=ways),
        library=LIBRARY,
        read=read,
        not_read="deleted files, space that no file uses",
        samples=(sample,),
    )


FORMATS = (
    _volume("FAT", FileType.FAT, "FAT12, FAT16, FAT32: all files that exist", "sample-fat.img.xz"),
    _volume(
        "NTFS",
        FileType.NTFS,
        "all files that exist, alternate streams, compressed files, the volume's own files",
        "sample-ntfs.img.xz",
        _NTFS,
    ),
    _volume("ext2, ext3, ext4", FileType.EXT, "all files that exist, the journal", "sample-ext.img.xz"),
    Format(
        name="VHD",
        kinds=(FileType.VHD,),
        opener=open_vhd,
        library=LIBRARY,
        read="fixed and dynamic disks, opened in their turn",
        not_read="differencing disks, whose other part lies elsewhere",
        samples=("sample-vhd.img.xz", "sample-vhd-fixed.img.xz"),
    ),
    Format(
        name="VHDX",
        kinds=(FileType.VHDX,),
        opener=opener("vhdx", ways=_ONE_DISK),
        library=LIBRARY,
        read="fixed and dynamic disks, opened in their turn",
        not_read="differencing disks, changes that only stand in the log",
        samples=("sample-vhdx.img.xz",),
    ),
    Format(
        name="VMDK",
        kinds=(FileType.VMDK,),
        opener=open_vmdk,
        library=LIBRARY,
        read="sparse disks in one file, opened in their turn",
        not_read="disks in several files, descriptions of them, snapshots",
        samples=("sample-vmdk.img.xz",),
    ),
    Format(
        name="QCOW2",
        kinds=(FileType.QCOW2,),
        opener=opener("qcow", ways=_ONE_DISK),
        library=LIBRARY,
        read="disks of versions 2 and 3, compressed clusters, opened in their turn",
        not_read="encrypted disks, disks with a backing file, snapshots inside",
        samples=("sample-qcow2.img.xz",),
    ),
    Format(
        name="VDI",
        kinds=(FileType.VDI,),
        opener=opener("vdi", ways=_ONE_DISK),
        library=LIBRARY,
        read="fixed and dynamic disks, opened in their turn",
        not_read="differencing disks",
        samples=("sample-vdi.img.xz",),
    ),
    Format(
        name="DMG",
        kinds=(FileType.DMG,),
        opener=opener("dmg", ways=_VOLUME),
        library=LIBRARY,
        read="the partitions of Apple's disk images: stored, ADC, zlib, bzip2, LZFSE, LZMA; opened in their turn",
        not_read="encrypted images, images in several files",
        samples=("sample.dmg",),
    ),
)
