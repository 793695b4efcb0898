r"""What the first bytes of a file tell: a DICOM file that hides a program, and a file of which they are enough.

A DICOM file begins with 128 bytes that are nobody's (the preamble), then ``DICM`` (PS3.10, 7.1). Whoever writes
the beginning of a program there makes a file that is an image and a program at once (CVE-2019-11687; PS3.10, 7.5).
"""

from medscan_gui.core.words import Severity
from medscan_gui.engine.match.base import RuleMatch
from medscan_gui.engine.protocol import MatchEngine

#: So much is read of each file in a folder of the policy card.
HEAD_BYTES = 1024

_PREAMBLE = 128
_NEEDED = _PREAMBLE + 4
_DICM = b"DICM"

#: A file that is a TIFF as well, with either order of bytes, small or (whole slides of pathology) big.
_TIFF = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")

#: How programs begin: Windows, Linux, macOS (one and several architectures, either order of bytes; Java's
#: classes begin alike), a script that names its interpreter, an archive that Java and Office open by its end.
_PROGRAMS = (
    *(b"MZ", b"\x7fELF", b"#!", b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08"),
    *(b"\xfe\xed\xfa\xce", b"\xfe\xed\xfa\xcf", b"\xce\xfa\xed\xfe", b"\xcf\xfa\xed\xfe"),
    *(b"\xca\xfe\xba\xbe", b"\xbe\xba\xfe\xca", b"\xca\xfe\xba\xbf", b"\xbf\xba\xfe\xca"),
)

#: How containers, documents and other files begin that can carry a program.
_CARRIERS = (
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",  # OLE2: Office up to 2003, msi, msg
    *(b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c", b"MSCF", b"\x1f\x8b", b"BZh", b"\xfd7zXZ\0", b"\x28\xb5\x2f\xfd"),
    *(b"\x60\xea", b"ITSF", b"SZDD", b"ISc(", b"WIMG", b"xar!", b"070701", b"!<arch>"),
    b"L\0\0\0\x01\x14\x02\0",  # shortcut of Windows
    *(b"FWS", b"CWS", b"ZWS", b"\0asm", b"dex\n", b"\x1bLua", b"regf", b"{\\rtf"),
    *(b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf"),  # text that says how it is written: scripts, registry files
)
#: Where else than at its very beginning a file shows what it is: (bytes, first place, last place).
_ELSEWHERE = ((b"%PDF", 0, HEAD_BYTES), (b"ustar", 257, 262), (b"-lh", 2, 5))

#: Text (Unicode or any code page) has no control characters but these. So much of it makes a script likely.
_CONTROLS = bytes(sorted({*range(32), 127} - set(b"\t\n\r\f")))
_TEXT_BYTES = 64

#: What systems start, or read commands from, by the end of its name, whatever it begins with.
_STARTED_BY_NAME = frozenset(
    (
        b"exe com scr pif cpl dll ocx sys drv msi msp bat cmd ps1 psm1 vbs vbe js jse wsf wsh wsc sct hta inf reg lnk "
        b"url scf jar py pyw pl rb php sh zip htm html mht mhtml svg xhtml chm hlp one docm dotm xlsm xltm xlam xlsb "
        b"pptm potm ppam ppsm iso vhd vhdx app command desktop"
    ).split()
)

#: What is told of a DICOM file that begins like a program.
PREAMBLE_PROGRAM = RuleMatch(
    rule="DICOM_Preamble_Program",
    rule_file="",
    severity=Severity.HIGH,
    family="DICOM polyglot",
    author="MedScan",
    description="This DICOM file begins like a program: it may be started as one. Images have no use for that.",
    reference="CVE-2019-11687; DICOM PS3.10, 7.1 and 7.5",
    engine=MatchEngine.DICOM,
)


def hides_program(head: bytes | memoryview) -> bool:
    """Say whether a file with this beginning (132 bytes at least) is a DICOM file that begins like a program."""
    return head[_PREAMBLE:_NEEDED] == _DICM and bytes(head[:8]).startswith(_PROGRAMS)


def is_enough(head: bytes, name: bytes) -> bool:
    """Say whether nothing more need be read of a file in a folder of the policy card.

    `head` is its beginning, `HEAD_BYTES` or all of it; `name` its name.
    """
    _, dot, ending = name.lower().rstrip(b" .").rpartition(b".")  # Windows leaves those at the end away
    if dot and ending in _STARTED_BY_NAME:
        return False
    if head[_PREAMBLE:_NEEDED] == _DICM:
        return not any(head[:_PREAMBLE]) or head.startswith(_TIFF)
    return not _may_carry_program(head)


def _may_carry_program(head: bytes) -> bool:
    if head.startswith(_PROGRAMS) or head.startswith(_CARRIERS):
        return True
    if any(head.find(mark, first, last + len(mark)) >= 0 for mark, first, last in _ELSEWHERE):
        return True
    start = head[:_TEXT_BYTES]
    return len(start.translate(None, _CONTROLS)) == len(start)
