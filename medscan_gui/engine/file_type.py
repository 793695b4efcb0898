"""What a content is by its own bytes, whatever its name says.

Signatures and their places: the formats' own specifications, and file(1)'s magic(5) for what has none in public.
"""

from collections.abc import Callable
from enum import StrEnum

#: So much of a content's beginning decides (ISO 9660 shows itself at 32 kB).
HEAD_BYTES = 36 << 10
#: The end record of a zip archive lies within the last so many bytes (APPNOTE 4.3.16: comment of 64 kB at most).
TAIL_BYTES = 22 + 0xFFFF


class FileType(StrEnum):
    """Kinds of content that MedScan tells apart. One content can be several at once."""

    UNKNOWN = "unknown"
    TEXT = "text"
    # Programs
    PE = "pe"
    ELF = "elf"
    MACHO = "macho"
    SCRIPT = "script"
    LNK = "lnk"
    JAVA_CLASS = "java_class"
    # Archives and streams
    ZIP = "zip"
    SEVEN_ZIP = "7z"
    RAR = "rar"
    TAR = "tar"
    GZIP = "gzip"
    BZIP2 = "bzip2"
    XZ = "xz"
    ZSTD = "zstd"
    LZMA = "lzma"
    COMPRESS = "compress"
    LZ4 = "lz4"
    CAB = "cab"
    ARJ = "arj"
    LHA = "lha"
    ACE = "ace"
    CPIO = "cpio"
    AR = "ar"
    RPM = "rpm"
    XAR = "xar"
    WIM = "wim"
    SZDD = "szdd"
    SQUASHFS = "squashfs"
    CHM = "chm"
    NSIS = "nsis"
    INNO = "inno"
    INSTALL_SHIELD = "install_shield"
    # Images of disks and volumes
    ISO = "iso"
    UDF = "udf"
    DMG = "dmg"
    DISK = "disk"
    FAT = "fat"
    EXFAT = "exfat"
    NTFS = "ntfs"
    EXT = "ext"
    VHD = "vhd"
    VHDX = "vhdx"
    VMDK = "vmdk"
    QCOW2 = "qcow2"
    VDI = "vdi"
    # Documents
    OLE2 = "ole2"
    RTF = "rtf"
    PDF = "pdf"
    ONENOTE = "onenote"
    ACTIVE_MIME = "active_mime"
    HTML = "html"
    XML = "xml"
    EMAIL = "email"
    MBOX = "mbox"
    TNEF = "tnef"
    # Pictures and the like
    DICOM = "dicom"
    PNG = "png"
    JPEG = "jpeg"
    GIF = "gif"
    TIFF = "tiff"
    BMP = "bmp"
    SQLITE = "sqlite"


#: Kinds by their first bytes; the longest that fits wins.
_BEGINNINGS: dict[bytes, FileType] = {
    b"MZ": FileType.PE,
    b"\x7fELF": FileType.ELF,
    b"\xfe\xed\xfa\xce": FileType.MACHO,
    b"\xfe\xed\xfa\xcf": FileType.MACHO,
    b"\xce\xfa\xed\xfe": FileType.MACHO,
    b"\xcf\xfa\xed\xfe": FileType.MACHO,
    b"\xca\xfe\xba\xbe": FileType.JAVA_CLASS,
    b"#!": FileType.SCRIPT,
    b"L\0\0\0\x01\x14\x02\0": FileType.LNK,
    b"PK\x03\x04": FileType.ZIP,
    b"PK\x05\x06": FileType.ZIP,
    b"PK\x07\x08": FileType.ZIP,
    b"7z\xbc\xaf\x27\x1c": FileType.SEVEN_ZIP,
    b"Rar!\x1a\x07": FileType.RAR,
    b"\x1f\x8b": FileType.GZIP,
    b"BZh": FileType.BZIP2,
    b"\xfd7zXZ\0": FileType.XZ,
    b"\x28\xb5\x2f\xfd": FileType.ZSTD,
    b"\x04\x22\x4d\x18": FileType.LZ4,
    b"\x1f\x9d": FileType.COMPRESS,
    b"MSCF": FileType.CAB,
    b"\x60\xea": FileType.ARJ,
    b"070701": FileType.CPIO,
    b"070702": FileType.CPIO,
    b"070707": FileType.CPIO,
    b"\xc7\x71": FileType.CPIO,
    b"\x71\xc7": FileType.CPIO,
    b"!<arch>\n": FileType.AR,
    b"\xed\xab\xee\xdb": FileType.RPM,
    b"xar!": FileType.XAR,
    b"MSWIM\0\0\0": FileType.WIM,
    b"SZDD\x88\xf0\x27\x33": FileType.SZDD,
    b"hsqs": FileType.SQUASHFS,
    b"ITSF": FileType.CHM,
    b"ISc(": FileType.INSTALL_SHIELD,
    b"vhdxfile": FileType.VHDX,
    b"KDMV": FileType.VMDK,
    b"QFI\xfb": FileType.QCOW2,
    b"conectix": FileType.VHD,
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": FileType.OLE2,
    b"{\\rt": FileType.RTF,
    b"\xe4\x52\x5c\x7b\x8c\xd8\xa7\x4d\xae\xb1\x53\x78\xd0\x29\x96\xd3": FileType.ONENOTE,
    b"ActiveMime": FileType.ACTIVE_MIME,
    b"\x78\x9f\x3e\x22": FileType.TNEF,
    b"\x89PNG\r\n\x1a\n": FileType.PNG,
    b"\xff\xd8\xff": FileType.JPEG,
    b"GIF8": FileType.GIF,
    b"II*\0": FileType.TIFF,
    b"MM\0*": FileType.TIFF,
    b"SQLite format 3\0": FileType.SQLITE,
}

#: Kinds by bytes at a later place.
_ELSEWHERE: tuple[tuple[int, bytes, FileType], ...] = (
    (128, b"DICM", FileType.DICOM),
    (257, b"ustar", FileType.TAR),
    (2, b"-lh", FileType.LHA),
    (2, b"-lz", FileType.LHA),
    (7, b"**ACE**", FileType.ACE),
    (0x8001, b"CD001", FileType.ISO),
    (3, b"NTFS    ", FileType.NTFS),
    (3, b"EXFAT   ", FileType.EXFAT),
    (0x438, b"\x53\xef", FileType.EXT),
    (0x40, b"\x7f\x10\xda\xbe", FileType.VDI),
)


def types_of(head: bytes, tail: Callable[[], bytes]) -> tuple[FileType, ...]:
    """Return all that a content is, the kind by its beginning first; () for nothing that is known.

    `head` is its beginning (`HEAD_BYTES`, or all of it); `tail` gives its last `TAIL_BYTES` if they are asked for.
    """
    found = []
    for length in (16, 10, 8, 6, 4, 3, 2):
        if (kind := _BEGINNINGS.get(head[:length])) is not None:
            found.append(kind)
            break
    found += [kind for place, mark, kind in _ELSEWHERE if head.startswith(mark, place)]
    if FileType.ZIP not in found and b"PK\x05\x06" in tail():
        found.append(FileType.ZIP)  # prefixed: self-extracting, or two files in one
    return tuple(dict.fromkeys(found))
