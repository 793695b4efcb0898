"""The marks by which kinds of content are known, and the checks that keep weak marks from crying wolf.

Signatures and their places: the formats' own specifications, and file(1)'s magic(5) for what has none in public.
A mark of two bytes is found in one of 65,536 contents by chance, so weak marks are believed only together with
the fields around them. What is believed wrongly ends as a damaged container: an amber light for a healthy file.
"""

import re
import struct
import zlib
from collections.abc import Callable

from medscan_gui.engine.file_kinds import FileType

Check = Callable[[bytes], FileType | None]
"""Looks closer at a content with a certain beginning."""

_u16 = struct.Struct("<H").unpack_from
_u32 = struct.Struct("<I").unpack_from
_u32be = struct.Struct(">I").unpack_from

#: The first DOS program headers have 28 bytes; the place of the newer header stands at 60 (Microsoft, PE format).
_DOS_HEADER = 64


def program_of_dos(head: bytes) -> FileType | None:
    """Tell a Windows program (PE) from an older one by the header that the DOS header points to."""
    if len(head) >= _DOS_HEADER:
        place = _u32(head, 60)[0]
        if head.startswith(b"PE\0\0", place):
            return FileType.PE
        # Beyond what is at hand: believed if it can be a place in a file at all.
        if len(head) > 0x1000 and len(head) <= place + 4 < 0x10000000:
            return FileType.PE
    return _dos(head)


def _dos(head: bytes) -> FileType | None:
    """Believe a DOS program: a last page of 512 bytes at most, pages, a header with room for itself."""
    if len(head) < 28:
        return None
    last_page, pages, _relocations, paragraphs = struct.unpack_from("<HHHH", head, 2)
    return FileType.DOS if last_page <= 512 and pages and 2 <= paragraphs <= 0x1000 else None


def class_or_fat(head: bytes) -> FileType | None:
    """Tell a Java class (whose version is 45 and more) from a Mach-O for several architectures (a few)."""
    if len(head) < 8:
        return None
    return FileType.MACHO if _u32be(head, 4)[0] < 45 else FileType.JAVA_CLASS


def gzip(head: bytes) -> FileType | None:
    """Believe a gzip member: deflate (RFC 1952, 2.3). Reserved flags are passed over, as many readers do."""
    return FileType.GZIP if head[2:3] == b"\x08" and len(head) > 3 else None


def bzip2(head: bytes) -> FileType | None:
    """Believe a bzip2 stream: level, then the mark of a block or of the end."""
    marks = (b"\x31\x41\x59\x26\x53\x59", b"\x17\x72\x45\x38\x50\x90")
    return FileType.BZIP2 if b"1" <= head[3:4] <= b"9" and head.startswith(marks, 4) else None


def compress(head: bytes) -> FileType | None:
    """Believe a stream of compress(1): 9 to 16 bits, no reserved flag."""
    return FileType.COMPRESS if len(head) > 3 and 9 <= head[2] & 0x1F <= 16 and not head[2] & 0x60 else None


def old_cpio(head: bytes) -> FileType | None:
    """Believe a binary cpio archive: the first name ends where its length says."""
    if len(head) < 28:
        return None
    order = "<" if head[:1] == b"\xc7" else ">"
    length = struct.unpack_from(order + "H", head, 20)[0]
    end = 26 + length
    return FileType.CPIO if 1 < length <= 4096 and head[end - 1 : end] == b"\0" and head[26:27] != b"\0" else None


def arj(head: bytes) -> FileType | None:
    """Believe an ARJ archive: a main header of a size that is allowed, right by its CRC or by its kind."""
    if len(head) < 34:
        return None
    size = _u16(head, 2)[0]
    if not 30 <= size <= 2600:
        return None
    right = len(head) >= size + 8 and zlib.crc32(head[4 : 4 + size]) == _u32(head, 4 + size)[0]
    return FileType.ARJ if right or head[10] == 2 else None


def cab(head: bytes) -> FileType | None:
    """Believe a cabinet: the reserved field behind the mark is zero ([MS-CAB], 2.1)."""
    return FileType.CAB if head[4:8] == b"\0\0\0\0" else None


def lnk(head: bytes) -> FileType | None:
    """Believe a shortcut: size of the header, then the class ([MS-SHLLINK], 2.1)."""
    return FileType.LNK if head.startswith(b"\x01\x14\x02\0\0\0\0\0\xc0\0\0\0\0\0\0\x46", 4) else None


def lz4_skippable(head: bytes) -> FileType | None:
    """Say what follows the frame that readers of LZ4 and zstd skip: nobody can tell without going there."""
    size = _u32(head, 4)[0] if len(head) >= 8 else 0
    following = head[8 + size : 12 + size]
    return FileType.ZSTD if following == b"\x28\xb5\x2f\xfd" else FileType.LZ4


def flash(head: bytes) -> FileType | None:
    """Believe compressed Flash: a version that exists, and what zlib or LZMA begins with (Adobe, SWF 19, 2)."""
    if len(head) < 17 or not 6 <= head[3] <= 64:
        return None
    if head[:1] == b"C":
        return FileType.FLASH if head[8] & 0x0F == 8 and not (head[8] << 8 | head[9]) % 31 else None
    return FileType.FLASH if head[12] <= 224 else None


def bmp(head: bytes) -> FileType | None:
    """Believe a bitmap: reserved fields zero, a header of a size that is known."""
    return FileType.BMP if head[6:10] == b"\0\0\0\0" and head[14:18] in _BMP_HEADERS else None


_BMP_HEADERS = {struct.pack("<I", size) for size in (12, 16, 40, 52, 56, 64, 108, 124)}

#: By the first two bytes: marks (longest first) and what they mean.
BEGINNINGS: dict[bytes, tuple[tuple[bytes, FileType | Check], ...]] = {}

_MARKS: tuple[tuple[bytes, FileType | Check], ...] = (
    (b"MZ", program_of_dos),
    (b"ZM", program_of_dos),
    (b"\x7fELF", FileType.ELF),
    (b"\xfe\xed\xfa\xce", FileType.MACHO),
    (b"\xfe\xed\xfa\xcf", FileType.MACHO),
    (b"\xce\xfa\xed\xfe", FileType.MACHO),
    (b"\xcf\xfa\xed\xfe", FileType.MACHO),
    (b"\xca\xfe\xba\xbf", FileType.MACHO),
    (b"\xbe\xba\xfe\xca", FileType.MACHO),
    (b"\xca\xfe\xba\xbe", class_or_fat),
    (b"#!", FileType.SCRIPT),
    (b"L\0\0\0", lnk),
    (b"PK\x03\x04", FileType.ZIP),
    (b"PK\x05\x06", FileType.ZIP),
    (b"PK\x07\x08", FileType.ZIP),
    (b"PK00PK\x03\x04", FileType.ZIP),
    (b"7z\xbc\xaf\x27\x1c", FileType.SEVEN_ZIP),
    (b"Rar!\x1a\x07", FileType.RAR),
    (b"RE\x7e\x5e", FileType.RAR),
    (b"\x1f\x8b", gzip),
    (b"BZh", bzip2),
    (b"\xfd7zXZ\0", FileType.XZ),
    (b"\x28\xb5\x2f\xfd", FileType.ZSTD),
    *((bytes([low]) + b"\x2a\x4d\x18", lz4_skippable) for low in range(0x50, 0x60)),
    (b"\x04\x22\x4d\x18", FileType.LZ4),
    (b"\x02\x21\x4c\x18", FileType.LZ4),
    (b"\x1f\x9d", compress),
    (b"MSCF", cab),
    (b"\x60\xea", arj),
    (b"070701", FileType.CPIO),
    (b"070702", FileType.CPIO),
    (b"070707", FileType.CPIO),
    (b"\xc7\x71", old_cpio),
    (b"\x71\xc7", old_cpio),
    (b"!<arch>\n", FileType.AR),
    (b"\xed\xab\xee\xdb", FileType.RPM),
    (b"xar!", FileType.XAR),
    (b"MSWIM\0\0\0", FileType.WIM),
    (b"SZDD\x88\xf0\x27\x33", FileType.SZDD),
    (b"SZ \x88\xf0\x27\x33\xd1", FileType.SZDD),
    (b"hsqs", FileType.SQUASHFS),
    (b"sqsh", FileType.SQUASHFS),
    (b"\x45\x3d\xcd\x28", FileType.CRAMFS),
    (b"\x28\xcd\x3d\x45", FileType.CRAMFS),
    (b"ITSF", FileType.CHM),
    (b"ISc(", FileType.INSTALL_SHIELD),
    (b"vhdxfile", FileType.VHDX),
    (b"KDMV", FileType.VMDK),
    (b"COWD", FileType.VMDK),
    (b"# Disk DescriptorFile", FileType.VMDK),
    (b"QFI\xfb", FileType.QCOW2),
    (b"conectix", FileType.VHD),
    (b"LUKS\xba\xbe", FileType.ENCRYPTED_DISK),
    # Archives that are recognised and that nothing here opens: KWAJ, StuffIt, ALZip, EGG, FreeArc, ZOO, PEA, ZPAQ,
    # lrzip, lzop, Snappy's frames, UHARC, Symbian's installers, zstd before 0.8.
    (b"KWAJ\x88\xf0\x27\xd1", FileType.OTHER_ARCHIVE),
    (b"SIT!", FileType.OTHER_ARCHIVE),
    (b"StuffIt (c)", FileType.OTHER_ARCHIVE),
    (b"ALZ\x01", FileType.OTHER_ARCHIVE),
    (b"EGGA\x00\x01", FileType.OTHER_ARCHIVE),
    (b"ArC\x01", FileType.OTHER_ARCHIVE),
    (b"ZOO 2.", FileType.OTHER_ARCHIVE),
    (b"zPQ\x01", FileType.OTHER_ARCHIVE),
    (b"7kSt\xa0\x31\x83\xd3", FileType.OTHER_ARCHIVE),
    (b"LRZI\x00", FileType.OTHER_ARCHIVE),
    (b"\x89LZO\0\r\n\x1a\n", FileType.OTHER_ARCHIVE),
    *((bytes([low]) + b"\xb5\x2f\xfd", FileType.OTHER_ARCHIVE) for low in range(0x22, 0x28)),
    (b"LZIP\x01", FileType.LZIP),
    (b"CWS", flash),
    (b"ZWS", flash),
    (b"!BDN", FileType.MAIL_STORE),
    (b"\xcf\xad\x12\xfe", FileType.MAIL_STORE),
    (b"EVF\x09\x0d\x0a\xff\0", FileType.EWF),
    (b"LVF\x09\x0d\x0a\xff\0", FileType.EWF),
    (b"EVF2\r\n\x81\0", FileType.EWF),
    (b"\xff\x06\0\0sNaPpY", FileType.OTHER_ARCHIVE),
    (b"UHA\x06", FileType.OTHER_ARCHIVE),
    (b"\x7a\x1a\x20\x10", FileType.OTHER_ARCHIVE),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", FileType.OLE2),
    (b"\x01\x05\0\0\x02\0\0\0", FileType.OLE1),
    (b"{\\rt", FileType.RTF),
    (b"%PDF-", FileType.PDF),
    (b"\xe4\x52\x5c\x7b\x8c\xd8\xa7\x4d\xae\xb1\x53\x78\xd0\x29\x96\xd3", FileType.ONENOTE),
    (b"\xa1\x2f\xff\x43\xd9\xef\x76\x4c\x9e\xe2\x10\xea\x57\x22\x76\x5f", FileType.ONENOTE),
    (b"ActiveMime", FileType.ACTIVE_MIME),
    (b"\x78\x9f\x3e\x22", FileType.TNEF),
    # DICOM without preamble: group length, or SOP class, with explicit or implicit kinds (PS3.5, 7.1; PS3.10, 7.1).
    (b"\x02\0\0\0UL\x04\0", FileType.DICOM),
    (b"\x08\0\0\0UL\x04\0", FileType.DICOM),
    (b"\x08\0\0\0\x04\0\0\0", FileType.DICOM),
    (b"\x08\0\x05\0CS", FileType.DICOM),
    (b"\x08\0\x08\0CS", FileType.DICOM),
    (b"\x08\0\x16\0UI", FileType.DICOM),
    (b"\x89PNG\r\n\x1a\n", FileType.PNG),
    (b"\xff\xd8\xff", FileType.JPEG),
    (b"GIF8", FileType.GIF),
    (b"II*\0", FileType.TIFF),
    (b"MM\0*", FileType.TIFF),
    (b"II+\0", FileType.TIFF),
    (b"MM\0+", FileType.TIFF),
    (b"BM", bmp),
    (b"SQLite format 3\0", FileType.SQLITE),
)
for _mark, _kind in sorted(_MARKS, key=lambda entry: -len(entry[0])):
    BEGINNINGS[_mark[:2]] = (*BEGINNINGS.get(_mark[:2], ()), (_mark, _kind))


def fat_volume(head: bytes) -> FileType | None:
    """Believe a FAT boot sector by its parameters (Microsoft, FAT specification, 3.1)."""
    if head[:1] not in {b"\xeb", b"\xe9"} or head[21] < 0xF0:
        return None
    sector, cluster, reserved, tables = _u16(head, 11)[0], head[13], _u16(head, 14)[0], head[16]
    good = sector in {512, 1024, 2048, 4096} and cluster and not cluster & (cluster - 1) and reserved
    return FileType.FAT if good and tables in {1, 2} else None


def boot_sector(head: bytes) -> FileType | None:
    """Say what a sector with the boot mark is: a FAT volume, a disk with partitions, or neither."""
    if head.startswith((b"NTFS    ", b"EXFAT   ", b"-FVE-FS-"), 3):
        return None  # known by that
    return fat_volume(head) or (FileType.DISK if _has_partitions(head) else None)


def _has_partitions(head: bytes) -> bool:
    """Say whether the four entries at 446 make sense, and one at least is a partition."""
    entries = [struct.unpack_from("<B3xB3xII", head, place) for place in range(446, 510, 16)]
    used = [entry for entry in entries if entry[1]]
    return bool(used) and all(entry[0] in {0, 0x80} for entry in entries) and all(e[2] and e[3] for e in used)


def ext_volume(head: bytes) -> FileType | None:
    """Believe an ext2/3/4 superblock: its sizes and states are among those that exist."""
    inodes, blocks = _u32(head, 0x400)[0], _u32(head, 0x404)[0]
    block_size, state, revision = (
        _u32(head, 0x418)[0],
        _u16(head, 0x43A)[0],
        _u32(head, 0x44C)[0] if head[0x44F:] else 9,
    )
    good = inodes and blocks and block_size <= 6 and state <= 7 and revision <= 1
    return FileType.EXT if good else None


def lha(head: bytes) -> FileType | None:
    """Believe an LHA archive: a known method between its dashes, a level that exists."""
    return FileType.LHA if head[5:6] in _LHA_METHODS and (len(head) < 21 or head[20] <= 3) else None


_LHA_METHODS = {bytes([one]) for one in b"0123456789abcdesx"}

#: Kinds by bytes at a later place.
ELSEWHERE: tuple[tuple[int, bytes, FileType | Check], ...] = (
    (128, b"DICM", FileType.DICOM),
    (257, b"ustar", FileType.TAR),
    (2, b"-lh", lha),
    (2, b"-lz", lha),
    (7, b"**ACE**", FileType.ACE),
    (8, b"\x19\x04\0\x10", FileType.OTHER_ARCHIVE),  # Symbian's older installers
    (0x8001, b"CD001", FileType.ISO),
    (0x8001, b"BEA01", FileType.UDF),
    (0x8801, b"NSR0", FileType.UDF),
    (3, b"NTFS    ", FileType.NTFS),
    (3, b"EXFAT   ", FileType.EXFAT),
    (3, b"-FVE-FS-", FileType.ENCRYPTED_DISK),
    (0x438, b"\x53\xef", ext_volume),
    (0x40, b"\x7f\x10\xda\xbe", FileType.VDI),
    (0x20, b"NXSB", FileType.APFS),
    (0x400, b"H+\0\x04", FileType.HFS),
    (0x400, b"HX\0\x05", FileType.HFS),
    (0x200, b"EFI PART", FileType.DISK),
    (0x1000, b"EFI PART", FileType.DISK),
    (510, b"\x55\xaa", boot_sector),
    (0x18, b"Inno Setup Setup Data", FileType.INNO),
    # The first sector of a CD as it is on the disc, with synchronisation and error correction.
    (0, b"\0\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\0", FileType.ISO),
)


def _one_of(elsewhere: tuple[tuple[int, bytes, FileType | Check], ...]) -> "re.Pattern[bytes]":
    """Return what matches a content with any of these marks: one look instead of twenty."""
    return re.compile(b"|".join(b".{%d}%b" % (place, re.escape(mark)) for place, mark, _kind in elsewhere), re.DOTALL)


ANY_ELSEWHERE = _one_of(ELSEWHERE)


def old_tar(head: bytes) -> bool:
    """Say whether this is a tar of before 1988, which has no mark: its header is right by its sum."""
    if len(head) < 512 or head[:1] == b"\0" or (field := _TAR_SUM.match(head, 148, 156)) is None:
        return False
    header = head[:148] + b" " * 8 + head[156:512]
    return int(field[1], 8) in {sum(header), sum(byte - 256 if byte > 127 else byte for byte in header)}


#: As unpackers read it: blanks in front, then digits up to whatever ends them.
_TAR_SUM = re.compile(rb"[\0\s]*([0-7]{2,8})")


def later_tar(head: bytes) -> bool:
    """Say whether a tar archive begins in a later block: unpackers skip what is in front of the first header."""
    return any(head.startswith(b"ustar", place + 257) and old_tar(head[place : place + 512]) for place in _LATER_BLOCKS)


_LATER_BLOCKS = range(512, 8 * 512, 512)


def later_cpio(head: bytes) -> bool:
    """Say whether an ASCII cpio archive begins behind other bytes, which unpackers skip."""
    return _CPIO.search(head, 0, _CPIO_WITHIN) is not None


_CPIO_WITHIN = 4096
#: Mark and numbers of a header of the ASCII formats (GNU cpio's manual, "format").
_CPIO = re.compile(rb"07070(?:[12][0-9A-Fa-f]{104}|7[0-7]{70})[^\0]")


def lzma_alone(head: bytes) -> bool:
    """Say whether this is LZMA's old stream, which has no mark: properties, dictionary, size, a zero."""
    if len(head) < 18 or head[13] or head[0] > 224:
        return False
    dictionary = _u32(head, 1)[0]
    size = struct.unpack_from("<Q", head, 5)[0]
    low = dictionary & -dictionary
    open_size = size == (1 << 64) - 1
    if dictionary not in {low, low * 3, 0xFFFFFFFF}:
        # What no encoder of today writes is believed by the stream itself.
        return bool(dictionary) and (open_size or 0 < size < 1 << 38) and _begins_as_lzma(head)
    if dictionary < 4096:
        return False
    # A stream of another make than the usual one is believed only if it leaves its size open, or decodes.
    return open_size or (0 < size < 1 << 38 and (head[0] == _LZMA_USUAL or _begins_as_lzma(head)))


def _begins_as_lzma(head: bytes) -> bool:
    """Say whether LZMA's decoder takes the beginning of a stream."""
    import lzma  # few contents come so far

    if not any(head[14:18]):
        return False  # zeros decode to zeros
    size = struct.unpack_from("<Q", head, 5)[0]
    properties = head[:1] + (1 << 16).to_bytes(4, "little") + head[5:13]
    decoder = lzma.LZMADecompressor(lzma.FORMAT_ALONE, memlimit=8 << 20)
    try:
        given = decoder.decompress(properties + head[13:2048], 4096)
    except lzma.LZMAError:
        return False
    # What is no stream soon reaches back to before its beginning, and is refused.
    return decoder.eof or len(given) >= min(size, 1024)


#: Three bits of context, two of position: what every encoder writes unless it is told otherwise.
_LZMA_USUAL = 0x5D
